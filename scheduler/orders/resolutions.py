"""What a person decides about a delivery that cannot go on by itself."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select, update

from scheduler.decisions.next_step import Progress
from scheduler.decisions.refusals import AlreadyScheduled, NothingToDo, NotWanted, ReasonMissing
from scheduler.decisions.states import ENDED, RESEND, DeliveryState, Desired, Health
from scheduler.engine.pull import bump
from scheduler.health import needs_a_person
from scheduler.orders.guarded_writes import (
    CLEAN,
    REVIVABLE,
    anew,
    cancelled,
    load,
    only,
    pull_channels,
    soon,
    write_decision,
)
from scheduler.storage.rows import CHANNEL, DELIVERY, AnyRow
from scheduler.storage.wake import tell

GONE = "gone"
"""Stands in ``Delivery.observed`` of an item that was live and that the provider no longer has."""
OTHERWISE = frozenset({"changed", "hidden"})
"""Ways in which a provider may show a live item that a person did not want."""


def confirm_sent(
    connection: Connection,
    *,
    delivery_id: int,
    by: int | None,
    now: datetime,
    provider_id: str = "",
    link: str = "",
    reason: str = "",
) -> None:
    """A person has seen the item of an unclear call, or one that was believed gone, on the channel."""
    row = load(connection, delivery_id)
    only(row, {DeliveryState.UNKNOWN})
    progress = Progress.read(row.progress)
    withdrawn = row.desired == Desired.WITHDRAWN
    sent = progress.rendition_id if progress else row.rendition_id
    more_to_do = now if withdrawn or sent != row.rendition_id else row.until
    changes = {
        "state": DeliveryState.WITHDRAWING if withdrawn else DeliveryState.LIVE,
        "live_rendition_id": sent,
        "live_at": row.live_at if row.observed == GONE else row.called_at or now,
        "provider_id": provider_id.strip() or row.provider_id,
        "link": link.strip() or row.link,
        "look_at": now,
        "evidence": {"confirmed_by": by, "reason": reason.strip()},
        "next_at": more_to_do,
    }
    write_decision(connection, row, {**CLEAN, **changes}, fence=True)


def confirm_not_sent(connection: Connection, *, delivery_id: int, now: datetime, reason: str = "") -> None:
    """A person has seen that the item of an unclear call, or one that is gone, is not on the channel nor shall be."""
    row = load(connection, delivery_id)
    only(row, {DeliveryState.UNKNOWN})
    if row.live_rendition_id is None:
        write_decision(connection, row, cancelled(reason), fence=True)
        return
    gone = {"state": DeliveryState.WITHDRAWN, "desired": Desired.WITHDRAWN, "withdrawn_at": now, "next_at": None}
    write_decision(connection, row, {**CLEAN, **gone, "reason": reason.strip()}, fence=True)


def send_again(connection: Connection, *, delivery_id: int, now: datetime, reason: str) -> None:
    """A person has seen that the item of an unclear call is not on the channel, and sends it again."""
    if not reason.strip():
        raise ReasonMissing
    row = load(connection, delivery_id)
    only(row, {DeliveryState.UNKNOWN})
    if row.desired == Desired.WITHDRAWN:
        raise NotWanted
    nowhere: dict[str, Any] = {
        "live_rendition_id": None,
        "live_at": None,
        "provider_id": None,
        "link": None,
        "evidence": {},
    }
    anew(connection, row, {**nowhere, "scheduled_at": now, "next_at": now, "reason": reason.strip()})


def confirm_withdrawn(connection: Connection, *, delivery_id: int, now: datetime) -> None:
    """A person has taken the item down by hand where the provider refused to."""
    row = load(connection, delivery_id)
    only(row, {DeliveryState.WITHDRAWING})
    gone = {"state": DeliveryState.WITHDRAWN, "withdrawn_at": now, "next_at": None}
    write_decision(connection, row, {**CLEAN, **gone}, fence=True)
    bump(connection, pull_channels(connection, {row.channel_id}))


def retry(connection: Connection, *, delivery_id: int, now: datetime) -> None:
    """Try again now: what failed or was missed, what waits for its next try, a refused correction or removal."""
    row = load(connection, delivery_id)
    if row.state in REVIVABLE:
        anew(connection, row, {"scheduled_at": now, "next_at": now})
        return
    stuck = row.broken_since is not None or _stuck_live(row)
    if not (stuck or row.state == DeliveryState.WITHDRAWING or _waits_for_retry(row, now)):
        raise NothingToDo
    back = {"observed": RESEND} if row.state == DeliveryState.LIVE and row.observed in OTHERWISE else {}
    write_decision(connection, row, {"tries": 0, "problem": {}, "broken_since": None, **back, **soon(row, now)})
    if row.broken_since is not None:
        bump(connection, pull_channels(connection, {row.channel_id}))


def retry_channel(connection: Connection, *, channel_id: int, now: datetime) -> list[int]:
    """Try everything again that failed on the channel or waits for its next try; return the deliveries concerned.

    Left out are stories that have meanwhile been scheduled on the channel anew.
    """
    wanted = (
        select(DELIVERY.c.id)
        .where(DELIVERY.c.channel_id == channel_id, DELIVERY.c.state.not_in(ENDED - REVIVABLE))
        .where(or_(DELIVERY.c.state != DeliveryState.LIVE, needs_a_person()))
        .order_by(DELIVERY.c.id)
    )
    tried: list[int] = []
    for delivery_id in connection.execute(wanted).scalars().all():
        try:
            retry(connection, delivery_id=delivery_id, now=now)
        except (AlreadyScheduled, NothingToDo):
            continue
        tried.append(delivery_id)
    return tried


def resume_channel(connection: Connection, *, channel_id: int) -> None:
    """Open a paused channel, or one that has been authorised again; what it held back goes on."""
    changes: Mapping[str, Any] = {"health": Health.OK, "health_words": "", "resume_at": None}
    connection.execute(update(CHANNEL).where(CHANNEL.c.id == channel_id).values(changes))
    tell(connection)


def _stuck_live(row: AnyRow) -> bool:
    """A correction or an end that the provider refused, or an item that it does not show as sent."""
    wants_more = row.rendition_id != row.live_rendition_id or (row.until is not None and row.next_at is None)
    return bool(row.state == DeliveryState.LIVE and (wants_more or row.observed in OTHERWISE))


def _waits_for_retry(row: AnyRow, now: datetime) -> bool:
    again = row.state in (DeliveryState.SCHEDULED, DeliveryState.SENDING, DeliveryState.UNKNOWN)
    return bool(again and row.tries and row.next_at is not None and row.lease_owner is None and row.next_at > now)
