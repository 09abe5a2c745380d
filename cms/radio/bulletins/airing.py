"""Logging that a whole bulletin was on air: each of its items gets its own entry, which is what quotas count."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.words import N_
from cms.core.audit import record
from cms.core.permissions import Action, Actor
from cms.core.refusal import Conflict, Invalid, NotAllowed, NotFound
from cms.models.people import Unit
from cms.models.radio import Broadcast, Bulletin, BulletinAiring
from cms.people.administration.unit_admin import tidy
from cms.radio.bulletins import rundown
from cms.radio.bulletins.rundown import Rundown
from cms.radio.scripts import broadcast_log, plausible, queries
from cms.radio.scripts.queries import Script
from media.underlock import slow

EVENT_ID = re.compile(r"[A-Za-z0-9._:-]{8,68}")
"""Shorter than that of one script: the number of each item is written behind it."""


@dataclass(frozen=True, slots=True)
class AiredItem:
    """An item that was on air: when it begins within the bulletin and how long it takes, in estimated seconds."""

    delivery_id: int
    begins: float
    lasts: float


@dataclass(frozen=True, slots=True)
class Aired:
    """A bulletin as it was read, composed before its airing is logged; no ``items`` if what was named is not in it."""

    basis: object
    aired: frozenset[int] | None
    items: tuple[AiredItem, ...]
    seconds: float
    released: datetime | None


@slow
def as_aired(
    session: Session, actor: Actor, bulletin_id: int, aired: Collection[int] | None, started_at: datetime
) -> Aired:
    """Compose a bulletin with the deliveries ``aired``; None means all that had not been called back by then."""
    bulletin, home = rundown.find(session, actor, bulletin_id)
    named = None if aired is None else frozenset(aired)
    basis = rundown.basis(session, bulletin)
    read = _read(session, bulletin, home, named, started_at)
    if read is None:
        return Aired(basis, named, (), 0.0, None)
    items = tuple(AiredItem(row.script.delivery_id, row.at or 0.0, row.seconds) for row in read.rows)
    return Aired(basis, named, items, read.whole.estimate.seconds, min(row.script.live_at for row in read.rows))


def log_bulletin(
    session: Session,
    actor: Actor,
    read: Aired,
    *,
    bulletin_id: int,
    event_id: str,
    started_at: datetime,
    duration_s: int | None,
    station: str = "",
    unit_id: int | None = None,
    now: datetime,
) -> BulletinAiring:
    """Log that a bulletin was on air from ``started_at`` (aware) for ``duration_s`` seconds, measured.

    ``read`` is what ``as_aired`` found; ``Conflict`` if the bulletin or a script in it was changed since.
    Each item gets its start and its share of the measured length. The same ``event_id`` with the same words again
    changes nothing and returns the first entry; with others it is refused with what is there.
    """
    bulletin, home = rundown.find(session, actor, bulletin_id)
    if not EVENT_ID.fullmatch(event_id):
        raise Invalid(
            N_("Mã sự kiện dài từ 8 đến 68 ký tự, chỉ gồm chữ không dấu, chữ số và . _ : -"), field="event_id"
        )
    unit = _unit(session, actor, home, unit_id)
    said = broadcast_log.Said(started_at, duration_s, tidy(station)[: broadcast_log.LONGEST_STATION],
                        unit.id if unit_id is not None else None)  # fmt: skip
    before = session.scalar(select(BulletinAiring).where(BulletinAiring.event_id == event_id))
    if before is not None:
        return _same(session, before, bulletin_id, said, read.aired)
    if rundown.basis(session, bulletin) != read.basis:
        raise Conflict(rundown.CHANGED)
    if read.released is None:
        raise Invalid(N_("Hãy chọn những tin đã đọc trong bản tin này."), field="items")
    plausible.check_times(started_at, duration_s, read.released, now)
    plausible.check_length(duration_s, read.seconds)
    made = broadcast_log.insert_once(
        session, BulletinAiring.__table__, ["event_id"],
        event_id=event_id, bulletin_id=bulletin_id, unit_id=unit.id, station=said.station,
        started_at=started_at, duration_s=duration_s, logged_by=actor.person_id, logged_at=now, void_reason="",
    )  # fmt: skip
    entry = session.scalars(select(BulletinAiring).where(BulletinAiring.event_id == event_id)).one()
    if not made:
        return _same(session, entry, bulletin_id, said, read.aired)
    for delivery_id, begins, lasts in _shares(read, started_at, duration_s):
        broadcast_log.log_broadcast(
            session, actor, delivery_id=delivery_id, event_id=f"{event_id}:{delivery_id}", started_at=begins,
            duration_s=lasts, station=station, unit_id=unit.id, airing_id=entry.id, now=now,
        )  # fmt: skip
    record(
        session, actor, "bulletin.air", "bulletin", bulletin_id, unit_id=unit.id, now=now, title=bulletin.title,
        started_at=started_at.isoformat(), duration_s=duration_s, count=len(read.items),
    )  # fmt: skip
    return entry


def void_airing(session: Session, actor: Actor, airing_id: int, *, reason: str, now: datetime) -> BulletinAiring:
    """Take a wrong entry out of the count together with those of its items; all stay in the log with the reason."""
    entry = session.get(BulletinAiring, airing_id)
    if entry is None:
        raise NotFound(N_("Không có dòng nhật ký phát sóng này."))
    actor.require(Action.LOG_BROADCAST, session.get_one(Unit, entry.unit_id).path)
    if entry.voided_at is not None:
        raise Conflict(N_("Dòng nhật ký này đã được hủy trước đó."))
    reason = reason.strip()
    if not reason:
        raise Invalid(N_("Hãy ghi lý do hủy; dòng nhật ký vẫn được giữ lại cùng lý do."), field="reason")
    if len(reason) > broadcast_log.LONGEST_REASON:
        raise Invalid(
            N_("Lý do dài quá %(limit)s ký tự; hãy rút gọn."), field="reason", limit=broadcast_log.LONGEST_REASON
        )
    entry.voided_at, entry.void_reason = now, reason
    open_ones = select(Broadcast.id).where(Broadcast.airing_id == airing_id, Broadcast.voided_at.is_(None))
    for broadcast_id in list(session.scalars(open_ones)):
        broadcast_log.void_broadcast(session, actor, broadcast_id, reason=reason, now=now)
    record(
        session, actor, "bulletin.void", "bulletin", entry.bulletin_id, unit_id=entry.unit_id, now=now, reason=reason,
        started_at=entry.started_at.isoformat(),
    )  # fmt: skip
    return entry


def units_for(session: Session, actor: Actor, home: Unit) -> list[Unit]:
    """Return the units for which ``actor`` may log a bulletin of ``home``."""
    return broadcast_log.units_on_air(session, actor, home.id, home.path)


def _unit(session: Session, actor: Actor, home: Unit, unit_id: int | None) -> Unit:
    possible = units_for(session, actor, home)
    if unit_id is None and len(possible) == 1:
        return possible[0]
    unit = session.get(Unit, unit_id) if unit_id is not None else None
    if unit is None:
        actor.require(Action.LOG_BROADCAST, None if possible else home.path)
        raise Invalid(N_("Hãy chọn đơn vị đã phát sóng."), field="unit")
    if not (unit.path.startswith(home.path) and actor.may(Action.LOG_BROADCAST, unit.path)):
        raise NotAllowed(N_("Chỉ phát thanh viên của đơn vị mới được ghi nhật ký phát sóng."))
    return unit


def _read(
    session: Session, bulletin: Bulletin, home: Unit, aired: Collection[int] | None, started_at: datetime
) -> Rundown | None:
    """Return the bulletin as it was read, with those items alone that were on air; None if there are no such items."""
    ids = rundown.order(session, bulletin.id)
    scripts = queries.by_ids(session, ids)
    if aired is None:
        said = [one for one in ids if one in scripts and _was_readable(scripts[one], started_at)]
    else:
        said = [one for one in ids if one in scripts and one in aired]
    if not said or (aired is not None and len(said) != len(aired)):
        return None
    return rundown.of(session, bulletin, home, said, as_read=True)


def _was_readable(script: Script, started_at: datetime) -> bool:
    return not script.damaged and not _called_back(script.withdrawn_at, started_at)


def _called_back(at: datetime | None, started_at: datetime) -> bool:
    return at is not None and at <= started_at


def _shares(read: Aired, started_at: datetime, duration_s: int | None) -> list[tuple[int, datetime, int | None]]:
    """Return each item's start and length; the estimate is stretched to what was measured."""
    stretch = duration_s / read.seconds if duration_s and read.seconds else 1.0
    return [
        (
            item.delivery_id,
            started_at + timedelta(seconds=round(item.begins * stretch)),
            max(1, round(item.lasts * stretch)) if duration_s else None,
        )
        for item in read.items
    ]


def _same(
    session: Session, entry: BulletinAiring, bulletin_id: int, said: broadcast_log.Said, aired: Collection[int] | None
) -> BulletinAiring:
    if entry.bulletin_id != bulletin_id:
        raise Conflict(N_("Mã sự kiện này đã dùng cho bản tin khác; hãy dùng mã mới."), field="event_id")
    read = set(session.scalars(select(Broadcast.delivery_id).where(Broadcast.airing_id == entry.id)))
    if not said.agrees(entry) or (aired is not None and set(aired) != read):
        raise broadcast_log.already_logged(entry)
    return entry
