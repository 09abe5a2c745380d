"""Proof of play: what boards report, taken once each, however often it is sent."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from channels.words import N_
from cms.boards.tables import BoardKey, Play, PlayDay
from cms.clock import local_day
from cms.people import access_keys
from cms.refusal import NotAllowed, NotFound
from scheduler.tables import Channel, Delivery

OLDEST = timedelta(days=45)
"""Boards are offline at times; reports of what they showed in the meantime are taken this far back."""
FASTEST_CLOCK = timedelta(minutes=10)
"""A report from further in the future comes from a board whose clock is wrong."""
LARGEST_BATCH = 500


class PlayEvent(BaseModel):
    """One showing of one item. ``elapsed_ms`` is milliseconds on screen."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    event_id: str = Field(min_length=8, max_length=80, pattern=r"^[A-Za-z0-9._:-]+$")
    item_id: int = Field(ge=1, le=2**31 - 1)
    revision: int = Field(ge=1, le=2**31 - 1)
    started_at: AwareDatetime
    elapsed_ms: int = Field(ge=1, le=24 * 3600 * 1000)
    end_reason: str = Field("", max_length=20)


class PlayBatch(BaseModel):
    """What a board sends at once."""

    events: list[PlayEvent] = Field(max_length=LARGEST_BATCH)


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Which events the board may forget: ``taken`` now or before, ``refused`` because they cannot be true."""

    taken: tuple[str, ...]
    refused: tuple[str, ...]


def board(session: Session, slug: str, key: str) -> Channel:
    """The active board with this slug, if ``key`` is its key; raise ``NotFound`` or ``NotAllowed``."""
    channel = session.scalar(select(Channel).where(Channel.slug == slug, Channel.kind == "led_board", Channel.active))
    if channel is None:
        raise NotFound(N_("Không có bảng này."))
    held = session.get(BoardKey, channel.id)
    if held is None or not hmac.compare_digest(held.hash, access_keys.digest(key)):
        raise NotAllowed(N_("Khóa của bảng không đúng; hãy cấp khóa mới ở trang Kênh."))
    return channel


def record(session: Session, channel: Channel, events: Sequence[PlayEvent], now: datetime) -> Acknowledged:
    """Store each event once; the same id again is acknowledged and changes nothing.

    An event about an item that this board never carried, or from an impossible time, is refused: the board is told,
    so that it does not send it for ever.
    """
    wanted = {event.item_id for event in events}
    known = set(session.scalars(select(Delivery.id).where(Delivery.id.in_(wanted), Delivery.channel_id == channel.id)))
    good = [event for event in events if event.item_id in known and believable(event.started_at, now)]
    if good:
        _store(session, [_row(channel.id, event, now) for event in good])
    held = session.get(BoardKey, channel.id)
    if held is not None:
        held.seen_at = now
    taken = {event.event_id for event in good}
    return Acknowledged(
        tuple(event.event_id for event in events if event.event_id in taken),
        tuple(event.event_id for event in events if event.event_id not in taken),
    )


def _store(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Insert what is new, and add it to the sums of its days."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    taking = insert(Play).values(rows).on_conflict_do_nothing(index_elements=["event_id"])
    new = session.execute(taking.returning(Play.delivery_id, Play.day, Play.elapsed_ms)).all()
    sums: dict[tuple[int, date], tuple[int, int]] = {}
    for delivery, day, elapsed in new:
        plays, total = sums.get((delivery, day), (0, 0))
        sums[delivery, day] = (plays + 1, total + elapsed)
    if not sums:
        return
    adding = insert(PlayDay).values(
        [
            {"delivery_id": key[0], "day": key[1], "plays": sums[key][0], "elapsed_ms": sums[key][1]}
            for key in sorted(sums)
        ]
    )
    more = {name: getattr(PlayDay, name) + getattr(adding.excluded, name) for name in ("plays", "elapsed_ms")}
    session.execute(adding.on_conflict_do_update(index_elements=["delivery_id", "day"], set_=more))


def believable(started_at: datetime, now: datetime) -> bool:
    """Whether a board with a right clock could report this time now."""
    return now - OLDEST <= started_at <= now + FASTEST_CLOCK


def _row(channel_id: int, event: PlayEvent, now: datetime) -> dict[str, Any]:
    return {
        "event_id": event.event_id,
        "channel_id": channel_id,
        "delivery_id": event.item_id,
        "revision": event.revision,
        "started_at": event.started_at,
        "day": local_day(event.started_at),
        "elapsed_ms": event.elapsed_ms,
        "end_reason": event.end_reason,
        "received_at": now,
    }
