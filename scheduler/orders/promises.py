"""What a person's decision does to deliveries.

Every function works on the caller's connection, so that the audit row is written in the same transaction; on SQLite
the caller has begun it with the write lock (``scheduler.storage.database.IMMEDIATE``). Every decision raises
``schedule_version``. A delivery that waits is taken from the worker that may have it in hand; one that is being sent
is left to that worker, which sees the decision when it writes the outcome down.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NoReturn
from uuid import uuid4

from sqlalchemy import Connection, case, literal, select, update

from channels.contract import Rendition
from media.storage.store import Store
from scheduler.decisions.isolating import read_apart
from scheduler.decisions.refusals import (
    AlreadyOut,
    AlreadyScheduled,
    ChangedMeanwhile,
    ChannelClosed,
    DeskRefusal,
    EndTooEarly,
    NoSuchDelivery,
    NothingToDo,
    NotWanted,
    ReasonMissing,
    TimeInPast,
)
from scheduler.decisions.states import ENDED, DeliveryState, Desired
from scheduler.engine.pull import bump
from scheduler.orders.guarded_writes import (
    REVIVABLE,
    anew,
    cancelled,
    load,
    only,
    pull_channels,
    refuse_if_active,
    soon,
    write_decision,
)
from scheduler.orders.resolutions import (
    confirm_not_sent,
    confirm_sent,
    confirm_withdrawn,
    resume_channel,
    retry,
    retry_channel,
    send_again,
)
from scheduler.storage.dialect import insert_new
from scheduler.storage.rows import CHANNEL, DELIVERY, FACTS, RENDITION, AnyRow, file_entry
from scheduler.storage.wake import tell

__all__ = [
    "AlreadyOut",
    "AlreadyScheduled",
    "ChangedMeanwhile",
    "ChannelClosed",
    "DeskRefusal",
    "EndTooEarly",
    "NoSuchDelivery",
    "NotWanted",
    "NothingToDo",
    "ReasonMissing",
    "TimeInPast",
    "cancel",
    "confirm_not_sent",
    "confirm_sent",
    "confirm_withdrawn",
    "correct",
    "freeze",
    "keep_files",
    "move",
    "resume_channel",
    "retry",
    "retry_channel",
    "schedule",
    "send_again",
    "withdraw",
]

THIS_MINUTE = timedelta(minutes=1)
"""People choose whole minutes: the one that is running still counts as now."""


class _Keep:
    """Marks an argument that was not given."""


KEEP = _Keep()

_NO_TROUBLE: Mapping[str, Any] = {"tries": 0, "problem": {}, "broken_since": None}


def keep_files(store: Store, rendition: Rendition) -> None:
    """Put the files of ``rendition`` into the store, before the transaction that freezes it.

    Raise ``media.errors.NotStored`` if a file came without its bytes and the store does not hold them.
    """
    for file in rendition.files:
        if file.data:
            store.put(file.data)
        elif file.sha256 not in store:
            store.read(file.sha256)


def freeze(
    connection: Connection,
    *,
    channel_id: int,
    story_id: int,
    revision_id: int,
    revision: int,
    rendition: Rendition,
    title: str,
    now: datetime,
) -> int:
    """Keep ``rendition`` for good and return its id; equal content of a revision is kept once.

    Its files are in the store before the row says so: see ``keep_files``.
    """
    values = {
        "story_id": story_id,
        "revision_id": revision_id,
        "revision": revision,
        "channel_id": channel_id,
        "kind": rendition.kind,
        "sha256": rendition.sha256,
        "title": title,
        "document": dict(rendition.document),
        "files": [file_entry(file) for file in rendition.files],
        "created_at": now,
    }
    connection.execute(insert_new(connection, RENDITION).values(values))
    kept = select(RENDITION.c.id).where(
        RENDITION.c.revision_id == revision_id,
        RENDITION.c.channel_id == channel_id,
        RENDITION.c.sha256 == rendition.sha256,
    )
    return int(connection.execute(kept).scalar_one())


def schedule(
    connection: Connection,
    *,
    story_id: int,
    channel_id: int,
    rendition_id: int,
    at: datetime | None,
    until: datetime | None,
    by: int | None,
    now: datetime,
) -> int:
    """Promise the story to the channel at ``at`` (None: now) until ``until`` (None: for good); return the id.

    Raise ``TimeInPast``, ``EndTooEarly``, ``ChannelClosed`` or ``AlreadyScheduled``.
    """
    when = _start(at, until, now)
    if not connection.execute(select(CHANNEL.c.active).where(CHANNEL.c.id == channel_id)).scalar():
        raise ChannelClosed
    values = {
        "key": uuid4().hex,
        "story_id": story_id,
        "channel_id": channel_id,
        "rendition_id": rendition_id,
        "scheduled_at": when,
        "until": until,
        "next_at": when,
        "created_at": now,
        "created_by": by,
    }
    made = connection.execute(insert_new(connection, DELIVERY).values(values).returning(DELIVERY.c.id)).scalar()
    if made is None:
        _refuse_second(connection, story_id, channel_id)
    tell(connection)
    return int(made)


def move(
    connection: Connection,
    *,
    delivery_id: int,
    at: datetime | None,
    now: datetime,
    until: datetime | _Keep | None = KEEP,
    version: int | None = None,
) -> None:
    """Give a waiting, failed or missed delivery a new time (None: now) and, if given, a new end.

    With ``version``, refuse if the schedule is no longer the one the person saw.
    """
    row = load(connection, delivery_id, version)
    end = row.until if isinstance(until, _Keep) else until
    when = _start(at, end, now)
    only(row, {DeliveryState.SCHEDULED, *REVIVABLE})
    anew(connection, row, {"scheduled_at": when, "next_at": when, "until": end})


def cancel(
    connection: Connection,
    *,
    delivery_id: int,
    reason: str = "",
    version: int | None = None,
) -> None:
    """Un-schedule a waiting delivery, or drop a failed or missed one. Nothing is ever published by this."""
    row = load(connection, delivery_id, version)
    only(row, {DeliveryState.SCHEDULED, *REVIVABLE})
    write_decision(connection, row, cancelled(reason))


def withdraw(connection: Connection, *, story_id: int, reason: str, now: datetime) -> list[int]:
    """Call the story back from every channel and return the deliveries concerned.

    What waits is cancelled, what is live is taken down, what is being sent is taken down once its outcome is known.
    """
    if not reason.strip():
        raise ReasonMissing
    wanted = (
        select(DELIVERY.c.id, DELIVERY.c.channel_id)
        .where(DELIVERY.c.story_id == story_id, DELIVERY.c.state.not_in(ENDED - REVIVABLE))
        .order_by(DELIVERY.c.id)
        .with_for_update()
    )
    channels = {row.id: row.channel_id for row in connection.execute(wanted)}

    def read(ids: Sequence[int]) -> dict[int, AnyRow]:
        return {row.id: row for row in connection.execute(select(*FACTS).where(DELIVERY.c.id.in_(ids)))}

    rows, unreadable = read_apart(list(channels), read)
    for row in rows.values():
        _withdraw_one(connection, row, reason.strip(), now)
    for delivery_id in unreadable:
        _withdraw_unread(connection, delivery_id, reason.strip(), now)
    bump(connection, pull_channels(connection, set(channels.values())))
    tell(connection)
    return list(channels)


def correct(
    connection: Connection,
    *,
    delivery_id: int,
    rendition_id: int,
    now: datetime,
    version: int | None = None,
) -> None:
    """Replace what the delivery carries; what is live is corrected in its place at once."""
    row = load(connection, delivery_id, version)
    if row.desired != Desired.LIVE or row.state in ENDED:
        raise NothingToDo
    changes: dict[str, Any] = {"rendition_id": rendition_id}
    if row.state == DeliveryState.LIVE:
        changes |= {**_NO_TROUBLE, **soon(row, now)}
    write_decision(connection, row, changes)


def _withdraw_one(connection: Connection, row: AnyRow, reason: str, now: datetime) -> None:
    if row.state == DeliveryState.SCHEDULED or row.state in REVIVABLE:
        write_decision(connection, row, cancelled(reason))
        return
    changes: dict[str, Any] = {"desired": Desired.WITHDRAWN, "reason": reason}
    if row.state == DeliveryState.LIVE:
        changes |= {"state": DeliveryState.WITHDRAWING, **_NO_TROUBLE, **soon(row, now)}
    if row.state == DeliveryState.UNKNOWN:
        changes |= soon(row, now)
    write_decision(connection, row, changes)


def _withdraw_unread(connection: Connection, delivery_id: int, reason: str, now: datetime) -> None:
    """Take down what cannot be read, by its state alone: one damaged row must not keep a story on other channels."""
    waiting = (DeliveryState.SCHEDULED, *REVIVABLE)
    state = case(
        (DELIVERY.c.state == DeliveryState.LIVE, literal(DeliveryState.WITHDRAWING.value)),
        (DELIVERY.c.state.in_(waiting), literal(DeliveryState.CANCELLED.value)),
        else_=DELIVERY.c.state,
    )
    changes = {"state": state, "desired": Desired.WITHDRAWN, "reason": reason, "next_at": now, "problem": {}}
    version = {"schedule_version": DELIVERY.c.schedule_version + 1, "broken_since": None}
    connection.execute(update(DELIVERY).where(DELIVERY.c.id == delivery_id).values({**changes, **version}))


def _start(at: datetime | None, until: datetime | None, now: datetime) -> datetime:
    """Return when a delivery starts; the minute that is running is now."""
    if at is not None and at <= now - THIS_MINUTE:
        raise TimeInPast(at)
    start = now if at is None else max(at, now)
    if until is not None and until <= start:
        raise EndTooEarly(until)
    return start


def _refuse_second(connection: Connection, story_id: int, channel_id: int) -> NoReturn:
    refuse_if_active(connection, story_id, channel_id)
    raise ChangedMeanwhile
