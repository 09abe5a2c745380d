"""The guarded writes that all decisions of people are made of."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, update
from sqlalchemy.exc import IntegrityError

from channels.contract import Transport
from scheduler.decisions.refusals import AlreadyOut, AlreadyScheduled, ChangedMeanwhile, NoSuchDelivery, NothingToDo
from scheduler.decisions.states import ENDED, DeliveryState, Desired
from scheduler.storage.rows import CHANNEL, DELIVERY, FACTS, AnyRow, transport
from scheduler.storage.wake import tell

REVIVABLE = frozenset({DeliveryState.FAILED, DeliveryState.MISSED})
"""Ended without having gone out; a person may give them a new time."""

CLEAN: Mapping[str, Any] = {"called_at": None, "progress": {}, "tries": 0, "problem": {}, "broken_since": None,
                            "observed": ""}  # fmt: skip
"""A delivery without any call under way and without troubles."""


def cancelled(reason: str) -> dict[str, Any]:
    """Return the changes of a delivery that is not to go out."""
    return {**CLEAN, "state": DeliveryState.CANCELLED, "desired": Desired.WITHDRAWN, "next_at": None,
            "reason": reason.strip()}  # fmt: skip


def soon(row: AnyRow, now: datetime) -> dict[str, Any]:
    """Due now; a worker that has it in hand looks at it when its call is done."""
    return {} if row.lease_owner is not None else {"next_at": now}


def load(connection: Connection, delivery_id: int, version: int | None = None) -> AnyRow:
    """Return the delivery, locked; refuse if there is none or its schedule is no longer ``version``."""
    row = connection.execute(select(*FACTS).where(DELIVERY.c.id == delivery_id).with_for_update()).one_or_none()
    if row is None:
        raise NoSuchDelivery
    if version is not None and row.schedule_version != version:
        raise ChangedMeanwhile
    return row


def only(row: AnyRow, states: Iterable[DeliveryState]) -> None:
    """Refuse unless the delivery is in one of ``states``."""
    if row.state not in states:
        raise NothingToDo if row.state in ENDED else AlreadyOut


def anew(connection: Connection, row: AnyRow, changes: Mapping[str, Any]) -> None:
    """Let a delivery begin again from the start; refuse if its story is on the channel by another one."""
    fresh = {**CLEAN, "state": DeliveryState.SCHEDULED, "desired": Desired.LIVE, **changes}
    refuse_if_active(connection, row.story_id, row.channel_id, apart_from=row.id)
    try:
        with connection.begin_nested():
            write_decision(connection, row, fresh, fence=True)
    except IntegrityError:  # somebody scheduled the story anew at this very moment
        raise ChangedMeanwhile from None


def write_decision(connection: Connection, row: AnyRow, changes: Mapping[str, Any], *, fence: bool = False) -> None:
    """Write a decision. One about a waiting delivery, or with ``fence``, takes it from whoever has it in hand."""
    values: dict[str, Any] = {**changes, "schedule_version": row.schedule_version + 1}
    if fence or row.state == DeliveryState.SCHEDULED:
        values |= {"token": row.token + 1, "lease_owner": None, "lease_until": None}
        values.setdefault("next_at", row.scheduled_at)
    seen: tuple[ColumnElement[bool], ...] = (
        DELIVERY.c.id == row.id,
        DELIVERY.c.schedule_version == row.schedule_version,
        DELIVERY.c.token == row.token,
        DELIVERY.c.state == row.state,
    )
    if connection.execute(update(DELIVERY).where(*seen).values(values)).rowcount != 1:
        raise ChangedMeanwhile
    tell(connection)


def refuse_if_active(connection: Connection, story_id: int, channel_id: int, *, apart_from: int = 0) -> None:
    """Refuse if the story has a delivery on the channel that has not ended, other than ``apart_from``."""
    same = (DELIVERY.c.story_id == story_id, DELIVERY.c.channel_id == channel_id, DELIVERY.c.state.not_in(ENDED))
    wanted = select(DELIVERY.c.state, DELIVERY.c.scheduled_at).where(*same, DELIVERY.c.id != apart_from)
    other = connection.execute(wanted).first()
    if other is not None:
        raise AlreadyScheduled(DeliveryState(other.state), other.scheduled_at)


def pull_channels(connection: Connection, channel_ids: Iterable[int]) -> list[int]:
    """Return those of the channels whose documents people fetch."""
    rows = connection.execute(select(CHANNEL.c.id, CHANNEL.c.kind).where(CHANNEL.c.id.in_(sorted(channel_ids))))
    return [row.id for row in rows if transport(row.kind) is Transport.PULL]
