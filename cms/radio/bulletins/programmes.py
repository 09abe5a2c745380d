"""Programmes: what a unit says and plays around the items of its bulletins, how long they may be and when they air."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.radio_script.bulletins.draft import Frame
from channels.radio_script.reading import DIALECTS
from channels.radio_script.speech.length import DEFAULT
from channels.words import N_
from cms.core import units
from cms.core.audit import record
from cms.core.permissions import Action, Actor
from cms.core.refusal import Invalid, NotAllowed, NotFound
from cms.models.people import Unit
from cms.models.radio import Bulletin, Programme
from cms.people.administration.unit_admin import tidy
from cms.radio.scripts import queries
from scheduler.decisions import slots

SLOTS_MIN = (5, 10, 15)
"""Minutes of the usual slots; any other up to ``LONGEST_MIN`` can be entered."""
LONGEST_MIN = 60
LONGEST_WORDS = 500
AHEAD = timedelta(days=8)
"""How far ahead the coming times of a programme are shown: a week and the same day again."""


@dataclass(frozen=True, slots=True)
class ProgrammeFields:
    """What a unit sets. Texts may hold ``{programme}`` and ``{station}``; lengths in seconds, rate in syllables/s."""

    name: str
    station: str = ""
    greeting: str = "Kính chào quý vị và bà con! Mời quý vị và bà con nghe {programme} của {station}."
    closing: str = "{programme} đến đây là hết. Cảm ơn quý vị và bà con đã lắng nghe!"
    tune_s: int = 10
    jingle_s: int = 3
    slot_s: int = 600
    rate: float = DEFAULT
    dialect: str = "north"
    headlines: bool = True


def may_assemble(actor: Actor, path: str | None = None) -> bool:
    """Whether ``actor`` puts bulletins of a unit together: its editors and its presenters."""
    return actor.may(Action.WRITE, path) or actor.may(Action.LOG_BROADCAST, path)


def require(actor: Actor, path: str | None = None) -> None:
    """Raise ``NotAllowed`` unless ``actor`` puts bulletins of this unit together; without ``path``, of any."""
    if not may_assemble(actor, path):
        raise NotAllowed(N_("Chỉ biên tập viên hoặc phát thanh viên của đơn vị mới được soạn bản tin phát thanh."))


def makers(session: Session, actor: Actor) -> list[Unit]:
    """Return the units for which ``actor`` may put bulletins together and which have scripts to put into them."""
    paths = (*actor.paths(Action.WRITE), *actor.paths(Action.LOG_BROADCAST))
    return queries.served(session, paths)


def listed(session: Session, actor: Actor) -> list[tuple[Programme, Unit]]:
    """Return active programmes of the units whose bulletins ``actor`` puts together."""
    paths = (*actor.paths(Action.WRITE), *actor.paths(Action.LOG_BROADCAST))
    query = select(Programme, Unit).join(Unit, Unit.id == Programme.unit_id)
    query = query.where(Programme.active, units.within(paths)).order_by(Unit.path, Programme.name, Programme.id)
    return [(programme, unit) for programme, unit in session.execute(query)]


def find(session: Session, actor: Actor, programme_id: int | None) -> tuple[Programme, Unit]:
    """Return an active programme that ``actor`` may use; raise ``NotFound`` or ``NotAllowed``."""
    programme = session.get(Programme, programme_id) if programme_id is not None else None
    if programme is None or not programme.active:
        raise NotFound(N_("Không có chương trình này; hãy chọn trong danh sách."), field="programme")
    unit = session.get_one(Unit, programme.unit_id)
    require(actor, unit.path)
    return programme, unit


def create(
    session: Session, actor: Actor, *, unit_id: int, fields: ProgrammeFields, weekly: Sequence[Mapping[str, Any]],
    now: datetime,
) -> Programme:  # fmt: skip
    """Add a programme of a unit."""
    unit = session.get(Unit, unit_id)
    if unit is None:
        raise NotFound(N_("Không có đơn vị này; hãy chọn đơn vị trong danh sách."), field="unit")
    require(actor, unit.path)
    made = Programme(unit_id=unit.id, created_at=now, weekly_slots=list(weekly), **asdict(_checked(fields)))
    session.add(made)
    session.flush()
    record(session, actor, "programme.create", "programme", made.id, unit_id=unit.id, now=now, name=made.name)
    return made


def edit(
    session: Session, actor: Actor, programme_id: int, *, fields: ProgrammeFields,
    weekly: Sequence[Mapping[str, Any]], now: datetime,
) -> Programme:  # fmt: skip
    """Change a programme; bulletins that were begun keep what they were begun with."""
    programme, unit = find(session, actor, programme_id)
    for name, value in asdict(_checked(fields)).items():
        setattr(programme, name, value)
    programme.weekly_slots = list(weekly)
    record(session, actor, "programme.edit", "programme", programme.id, unit_id=unit.id, now=now, name=programme.name)
    return programme


def stop(session: Session, actor: Actor, programme_id: int, *, now: datetime) -> None:
    """End a programme; its bulletins stay."""
    programme, unit = find(session, actor, programme_id)
    programme.active = False
    record(session, actor, "programme.stop", "programme", programme.id, unit_id=unit.id, now=now, name=programme.name)


def fields_of(programme: Programme) -> ProgrammeFields:
    """Return what the unit set."""
    return ProgrammeFields(**{name: getattr(programme, name) for name in ProgrammeFields.__dataclass_fields__})


def frame_of(fields: ProgrammeFields, unit: str) -> Frame:
    """Return the frame in which a bulletin is read, with the names filled in."""
    station = fields.station or unit
    names = {"{programme}": fields.name, "{station}": station}
    greeting, closing = fields.greeting, fields.closing
    for place, name in names.items():
        greeting, closing = greeting.replace(place, name), closing.replace(place, name)
    return Frame(
        programme=fields.name, station=station, greeting=greeting, closing=closing, tune_s=fields.tune_s,
        jingle_s=fields.jingle_s, rate=fields.rate, dialect=DIALECTS[fields.dialect],
    )  # fmt: skip


def coming(weekly: Sequence[Mapping[str, Any]], taken: Collection[datetime], now: datetime) -> list[datetime]:
    """Return the times of the next week (UTC) for which no bulletin has been begun."""
    return slots.free_slots(weekly, taken, now, now + AHEAD)


def begun(session: Session, programme_ids: Sequence[int], now: datetime) -> dict[int, set[datetime]]:
    """Return the coming times for which each programme has a bulletin; one query."""
    found: dict[int, set[datetime]] = {programme_id: set() for programme_id in programme_ids}
    query = select(Bulletin.programme_id, Bulletin.air_at)
    for programme_id, at in session.execute(
        query.where(Bulletin.programme_id.in_(programme_ids), Bulletin.air_at >= now)
    ):
        found[programme_id].add(at)
    return found


def _checked(fields: ProgrammeFields) -> ProgrammeFields:
    name, station = tidy(fields.name), tidy(fields.station)
    if not name or len(name) > 120:
        raise Invalid(N_("Hãy đặt tên chương trình, tối đa 120 ký tự."), field="name")
    if len(station) > 160:
        raise Invalid(N_("Tên đài dài quá %(limit)s ký tự."), field="station", limit=160)
    texts = {"greeting": tidy(fields.greeting), "closing": tidy(fields.closing)}
    for place, text in texts.items():
        if len(text) > LONGEST_WORDS:
            raise Invalid(N_("Lời này dài quá %(limit)s ký tự; hãy rút gọn."), field=place, limit=LONGEST_WORDS)
    if not 60 <= fields.slot_s <= LONGEST_MIN * 60:
        raise Invalid(N_("Khung phát từ 1 đến %(limit)s phút."), field="slot_minutes", limit=LONGEST_MIN)
    _check_sound(fields)
    return ProgrammeFields(
        name, station, texts["greeting"], texts["closing"], fields.tune_s, fields.jingle_s, fields.slot_s, fields.rate,
        fields.dialect, fields.headlines,
    )  # fmt: skip


def _check_sound(fields: ProgrammeFields) -> None:
    for place, most in (("tune_s", 60), ("jingle_s", 30)):
        if not 0 <= getattr(fields, place) <= most:
            raise Invalid(N_("Độ dài nhạc từ 0 đến %(limit)s giây."), field=place, limit=most)
    if not 2.5 <= fields.rate <= 7:
        raise Invalid(N_("Tốc độ đọc từ 2,5 đến 7 tiếng mỗi giây; bình thường là 4,2."), field="rate")
    if fields.dialect not in DIALECTS:
        raise Invalid(N_("Hãy chọn cách đọc số trong danh sách."), field="dialect")
