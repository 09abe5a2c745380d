"""What culture centres do with scripts: take them, read them on air, and log it; the log is the evidence of quotas."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from channels.localtime import local
from channels.words import N_
from cms.core.audit import record
from cms.core.permissions import Action, Actor
from cms.core.refusal import AlreadyKept, Conflict, Invalid, NotAllowed, NotFound
from cms.models.people import Unit
from cms.models.radio import Broadcast, BulletinAiring, Download
from cms.people.administration.unit_admin import tidy
from cms.radio.scripts import plausible
from cms.radio.scripts.queries import Script, script

EVENT_ID = re.compile(r"[A-Za-z0-9._:-]{8,80}")
LONGEST_STATION, LONGEST_REASON = 200, 1_000
OVERLAP = timedelta(seconds=60)
"""Two airings of one station may overlap by so much, or by half of the shorter one: both ends were measured by hand."""
FORMATS = frozenset({"txt", "docx", "pdf", "json", "prompter"})


def log_broadcast(
    session: Session,
    actor: Actor,
    *,
    delivery_id: int,
    event_id: str,
    started_at: datetime,
    duration_s: int | None,
    station: str = "",
    unit_id: int | None = None,
    airing_id: int | None = None,
    now: datetime,
) -> Broadcast:
    """Log that a script was on air from ``started_at`` (aware) for ``duration_s`` seconds, measured; return the entry.

    The same ``event_id`` with the same words again changes nothing and returns the first entry, so a sender may repeat
    itself; with others it is refused with what is there. ``unit_id`` is who aired it: the channel's unit, or one below
    it whose broadcaster asks; None chooses the only one possible. ``airing_id`` is the broadcast of a whole bulletin
    that this one was part of.
    """
    found = script(session, actor, delivery_id)
    if not EVENT_ID.fullmatch(event_id):
        raise Invalid(
            N_("Mã sự kiện dài từ 8 đến 80 ký tự, chỉ gồm chữ không dấu, chữ số và . _ : -"), field="event_id"
        )
    unit = _airing_unit(session, actor, found, unit_id)
    station = tidy(station)
    said = Said(started_at, duration_s, station, unit.id if unit_id is not None else None)
    before = session.scalar(select(Broadcast).where(Broadcast.event_id == event_id))
    if before is not None:
        return _same(before, delivery_id, said)
    plausible.check_times(started_at, duration_s, found.live_at, now)
    plausible.check_length(duration_s, found.seconds)
    if len(station) > LONGEST_STATION:
        raise Invalid(N_("Tên đài dài quá %(limit)s ký tự."), field="station", limit=LONGEST_STATION)
    _refuse_overlap(session, unit.id, said, found)
    made = insert_once(
        session, Broadcast.__table__, ["event_id"],
        event_id=event_id, delivery_id=delivery_id, unit_id=unit.id, station=station, started_at=started_at,
        duration_s=duration_s, logged_by=actor.person_id, logged_at=now, void_reason="",
        airing_id=airing_id,
    )  # fmt: skip
    entry = session.scalars(select(Broadcast).where(Broadcast.event_id == event_id)).one()
    if not made:
        return _same(entry, delivery_id, said)
    record(
        session, actor, "broadcast.log", "broadcast", entry.id, unit_id=unit.id, now=now, story=found.story_id,
        station=station, started_at=started_at.isoformat(), duration_s=duration_s,
    )  # fmt: skip
    return entry


def void_broadcast(session: Session, actor: Actor, broadcast_id: int, *, reason: str, now: datetime) -> Broadcast:
    """Take a wrong entry out of the count; it stays in the list with the reason."""
    entry = session.get(Broadcast, broadcast_id)
    unit = session.get_one(Unit, entry.unit_id) if entry is not None else None
    if entry is None or unit is None:
        raise NotFound(N_("Không có dòng nhật ký phát sóng này."))
    actor.require(Action.LOG_BROADCAST, unit.path)
    reason = reason.strip()
    if not reason:
        raise Invalid(N_("Hãy ghi lý do hủy; dòng nhật ký vẫn được giữ lại cùng lý do."), field="reason")
    if len(reason) > LONGEST_REASON:
        raise Invalid(N_("Lý do dài quá %(limit)s ký tự; hãy rút gọn."), field="reason", limit=LONGEST_REASON)
    if entry.voided_at is not None:
        raise Conflict(N_("Dòng nhật ký này đã được hủy trước đó."))
    entry.voided_at, entry.void_reason = now, reason
    record(
        session, actor, "broadcast.void", "broadcast", entry.id, unit_id=unit.id, now=now, reason=reason,
        started_at=entry.started_at.isoformat(),
    )  # fmt: skip
    return entry


def note_download(session: Session, actor: Actor, delivery_id: int, format: str, *, now: datetime) -> bool:  # noqa: A002
    """Note that a person took a script in a format; True the first time. Machines of a person count as the person."""
    if actor.person_id is None or format not in FORMATS:
        return False
    return insert_once(
        session, Download.__table__, ["delivery_id", "person_id", "format"],
        delivery_id=delivery_id, person_id=actor.person_id, format=format, at=now,
    )  # fmt: skip


def airing_units(session: Session, actor: Actor, found: Script) -> list[Unit]:
    """Return the units for which ``actor`` may log this script: the channel's, else their own below it."""
    return units_on_air(session, actor, found.unit_id, found.unit_path)


def units_on_air(session: Session, actor: Actor, unit_id: int, unit_path: str) -> list[Unit]:
    """Return the units for which ``actor`` may log what a unit hands out: this unit, else their own below it."""
    paths = actor.paths(Action.LOG_BROADCAST)
    if any(unit_path.startswith(path) for path in paths):
        return [session.get_one(Unit, unit_id)]
    below = [path for path in paths if path.startswith(unit_path)]
    return list(session.scalars(select(Unit).where(Unit.path.in_(below)).order_by(Unit.id)))


def _airing_unit(session: Session, actor: Actor, found: Script, unit_id: int | None) -> Unit:
    if unit_id is None:
        possible = airing_units(session, actor, found)
        if len(possible) == 1:
            return possible[0]
        actor.require(Action.LOG_BROADCAST, None if possible else found.unit_path)
        raise Invalid(N_("Hãy chọn đơn vị đã phát sóng."), field="unit")
    unit = session.get(Unit, unit_id)
    if unit is None or not unit.path.startswith(found.unit_path):
        raise Invalid(N_("Đơn vị này không dùng kênh phát thanh đó; hãy chọn đơn vị trong danh sách."), field="unit")
    if not actor.may(Action.LOG_BROADCAST, unit.path):
        raise NotAllowed(N_("Chỉ phát thanh viên của đơn vị mới được ghi nhật ký phát sóng."))
    return unit


@dataclass(frozen=True, slots=True)
class Said:
    """What a sender said of an airing; what it left out is None or empty."""

    started_at: datetime
    duration_s: int | None
    station: str
    unit_id: int | None

    def agrees(self, entry: Broadcast | BulletinAiring) -> bool:
        """Whether nothing that was said differs from what is kept."""
        return (
            self.started_at == entry.started_at
            and self.duration_s in (None, entry.duration_s)
            and self.station in ("", entry.station)
            and self.unit_id in (None, entry.unit_id)
        )


def already_logged(entry: Broadcast | BulletinAiring) -> AlreadyKept:
    """The refusal of an event that was logged with other words; a mistake is taken back and written again."""
    told = {"started_at": entry.started_at.isoformat(), "duration_s": entry.duration_s, "station": entry.station}
    return AlreadyKept(
        N_("Mã sự kiện này đã ghi lần phát lúc %(started)s, dài %(seconds)s giây. Nếu ghi nhầm, hãy hủy dòng đó "
           "kèm lý do rồi ghi lại với mã mới."),
        {"id": entry.id, "event_id": entry.event_id, **told},
        field="event_id", started=f"{local(entry.started_at):%H:%M:%S %d/%m/%Y}", seconds=entry.duration_s or "?",
    )  # fmt: skip


def _same(entry: Broadcast, delivery_id: int, said: Said) -> Broadcast:
    if entry.delivery_id != delivery_id:
        raise Conflict(N_("Mã sự kiện này đã dùng cho kịch bản khác; hãy dùng mã mới."), field="event_id")
    if not said.agrees(entry):
        raise already_logged(entry)
    return entry


def _refuse_overlap(session: Session, unit_id: int, said: Said, found: Script) -> None:
    """Refuse a second airing at the same time: of one named station, which has one voice, whatever it reads; of a unit
    that names none, of the same script."""
    ends = said.started_at + timedelta(seconds=said.duration_s or found.seconds)
    earliest = said.started_at - timedelta(seconds=plausible.LONGEST_S)
    near = select(Broadcast).where(
        Broadcast.unit_id == unit_id, Broadcast.voided_at.is_(None),
        Broadcast.started_at > earliest, Broadcast.started_at <= ends,
    )  # fmt: skip
    for other in session.scalars(near):
        of_one_voice = said.station or other.delivery_id == found.delivery_id
        if of_one_voice and said.station.casefold() == other.station.casefold() and _overlap(said, other, found):
            raise Conflict(
                N_("Trạm “%(station)s” đã có lần phát lúc %(started)s trùng giờ này; hãy kiểm tra lại giờ và trạm.")
                if said.station else
                N_("Kịch bản này đã có lần phát lúc %(started)s trùng giờ này; nếu trạm khác phát, hãy ghi tên trạm."),
                field="started_at", station=said.station, started=f"{local(other.started_at):%H:%M %d/%m/%Y}",
            )  # fmt: skip


def _overlap(said: Said, other: Broadcast, found: Script) -> bool:
    """Whether two airings were at the same time for longer than hands are late, or than half of the shorter one.

    Who did not measure the same script is taken to have read it for as long as it was estimated.
    """
    guess = found.seconds if other.delivery_id == found.delivery_id else 0.0
    lengths = [timedelta(seconds=one.duration_s or guess) for one in (said, other)]
    first, last = sorted((said.started_at, other.started_at))
    if first == last and other.delivery_id == found.delivery_id:
        return True
    both = min(said.started_at + lengths[0], other.started_at + lengths[1]) - last
    return both > min(OVERLAP, min(lengths) / 2)


def insert_once(session: Session, table: Any, key: list[str], **values: object) -> bool:
    """Insert a row unless one with this key is there; whether it was inserted. Safe when two ask at once."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    found: Table = table
    placed = insert(found).values(**values).on_conflict_do_nothing(index_elements=key).returning(found.c[key[0]])
    return session.execute(placed).scalar() is not None
