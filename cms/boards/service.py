"""Proof of play: what boards report, taken once each, however often it is sent."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from channels import registry
from channels.contract import Evidence
from channels.localtime import local_day
from channels.words import N_
from cms.core import access_keys
from cms.core.refusal import NotAllowed, NotFound
from cms.models.boards import BoardKey, Play, PlayDay
from scheduler.storage.tables import Channel, Delivery

OLDEST = timedelta(days=45)
"""Boards are offline at times; reports of what they showed in the meantime are taken this far back."""
FASTEST_CLOCK = timedelta(minutes=10)
"""A report from further in the future comes from a board whose clock is wrong."""
LONGEST_PLAY = timedelta(hours=1)
"""A board reports a showing when it ends; one of hours is a controller that stood still."""
LARGEST_BATCH = 500

UNKNOWN_ITEM, WRONG_TIME, TOO_LONG, NOT_OVER, ANOTHER = "unknown_item", "wrong_time", "too_long", "not_over", "differs"
TOO_EARLY = "too_early"
"""Why an event is refused: not an item of this board, an impossible clock, a showing of hours, one that has not ended,
an id under which this board has reported something else, and a showing before the board was given the item."""


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
    """Which events the board may forget: ``taken`` now or before, ``refused`` because they cannot be true.

    ``reasons`` tells why each was refused.
    """

    taken: tuple[str, ...]
    refused: tuple[str, ...]
    reasons: Mapping[str, str]


def board(session: Session, slug: str, key: str) -> Channel:
    """The active board with this slug, if ``key`` is its key; raise ``NotFound`` or ``NotAllowed``."""
    boards = Channel.kind.in_(registry.proven_by(Evidence.PLAY))
    channel = session.scalar(select(Channel).where(Channel.slug == slug, boards, Channel.active))
    if channel is None:
        raise NotFound(N_("Không có bảng này."))
    held = session.get(BoardKey, channel.id)
    if held is None or not hmac.compare_digest(held.hash, access_keys.digest(key)):
        raise NotAllowed(N_("Khóa của bảng không đúng; hãy cấp khóa mới ở trang Kênh."))
    return channel


def record(session: Session, channel: Channel, events: Sequence[PlayEvent], now: datetime) -> Acknowledged:
    """Store each event once; the same id with the same words again is acknowledged and changes nothing.

    What cannot be true is refused: the board is told, so that it does not send it for ever. So is another event under
    an id that this board has used before; ids are a board's own.
    """
    wanted = {event.item_id for event in events}
    own = select(Delivery.id, Delivery.live_at).where(Delivery.id.in_(wanted), Delivery.channel_id == channel.id)
    known = {delivery_id: live_at for delivery_id, live_at in session.execute(own) if live_at is not None}
    there = _there(session, channel.id, events)
    new: list[PlayEvent] = []
    verdicts: list[tuple[str, str]] = []
    for event in events:
        reason = _refusal(event, known, now)
        before = there.setdefault(event.event_id, event) if not reason else event
        if before is event and not reason:
            new.append(event)
        elif not reason and _words(before) != _words(event):
            reason = ANOTHER
        verdicts.append((event.event_id, reason))
    if new:
        _store(session, _named(session, channel.id, [_row(channel.id, event, now) for event in new]))
    held = session.get(BoardKey, channel.id)
    if held is not None:
        held.seen_at = now
    return Acknowledged(
        tuple(event_id for event_id, reason in verdicts if not reason),
        tuple(event_id for event_id, reason in verdicts if reason),
        {event_id: reason for event_id, reason in verdicts if reason},
    )


def _refusal(event: PlayEvent, known: Mapping[int, datetime], now: datetime) -> str:
    """Why an event cannot be true, empty if it can. ``known`` tells since when the board carries its items."""
    if event.item_id not in known:
        return UNKNOWN_ITEM
    if not believable(event.started_at, now):
        return WRONG_TIME
    lasted = timedelta(milliseconds=event.elapsed_ms)
    if lasted > LONGEST_PLAY:
        return TOO_LONG
    if event.started_at + lasted > now + FASTEST_CLOCK:
        return NOT_OVER
    return TOO_EARLY if event.started_at < known[event.item_id] - FASTEST_CLOCK else ""


def _there(session: Session, channel_id: int, events: Sequence[PlayEvent]) -> dict[str, PlayEvent]:
    """What this board has reported before under the ids of ``events``."""
    names = {name: one.event_id for one in events for name in (one.event_id, own_name(channel_id, one.event_id))}
    found = session.scalars(select(Play).where(Play.event_id.in_(names), Play.channel_id == channel_id))
    return {
        names[row.event_id]: PlayEvent.model_construct(
            event_id=names[row.event_id], item_id=row.delivery_id, revision=row.revision, started_at=row.started_at,
            elapsed_ms=row.elapsed_ms,
        )
        for row in found
    }  # fmt: skip


def _words(event: PlayEvent) -> tuple[int, int, datetime, int]:
    return event.item_id, event.revision, event.started_at, event.elapsed_ms


def _named(session: Session, channel_id: int, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows under names of this board's own where another board has used the same ids."""
    ids = [row["event_id"] for row in rows]
    others = set(session.scalars(select(Play.event_id).where(Play.event_id.in_(ids), Play.channel_id != channel_id)))
    return [
        {**row, "event_id": own_name(channel_id, row["event_id"])} if row["event_id"] in others else row for row in rows
    ]


def own_name(channel_id: int, event_id: str) -> str:
    """Return the name under which an event is kept whose id another board has used: at most 80 characters."""
    return f"{channel_id}:{hashlib.sha256(event_id.encode()).hexdigest()}"


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
