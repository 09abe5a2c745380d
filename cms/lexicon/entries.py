"""The lexicon that people keep: what an entry must be, who may change it, and finding entries."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from channels.words import N_
from cms.core import units
from cms.core.audit import record
from cms.core.permissions import Action, Actor
from cms.core.refusal import Conflict, NotAllowed, NotFound
from cms.lexicon.fields import EntryFields, GoodFields, Kind
from cms.models.lexicon import LexiconEntry
from cms.models.people import Person, Unit

PAGE = 50
EDITORS = (Action.WRITE, Action.LOG_BROADCAST, Action.MANAGE_CHANNELS)
"""Any of these rights in a unit lets a person keep its lexicon."""


@dataclass(frozen=True, slots=True)
class EntrySummary:
    """An entry in the list, with its unit, who changed it last, and whether this person may change it."""

    entry: LexiconEntry
    unit: Unit
    person: str
    editable: bool


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Entries and how many there are in all."""

    lines: Sequence[EntrySummary]
    number: int
    total: int

    @property
    def last(self) -> int:
        """Number of the last page."""
        return max(1, -(-self.total // PAGE))


def may_edit(actor: Actor, path: str) -> bool:
    """Whether ``actor`` keeps the lexicon of the unit with this path."""
    return any(actor.may(action, path) for action in EDITORS)


def may_read(actor: Actor, path: str) -> bool:
    """Whether the readings of the unit with this path are for ``actor``: of the own units, and of those above."""
    paths = actor.paths(Action.READ_SCRIPTS)
    return any(path.startswith(own) or own.startswith(path) for own in paths)


def require(actor: Actor, path: str) -> None:
    """Raise ``NotAllowed`` unless ``actor`` keeps the lexicon of the unit with this path."""
    if not may_edit(actor, path):
        raise NotAllowed(N_("Chỉ người viết bài, phát thanh viên hoặc quản trị viên của đơn vị mới sửa được từ điển."))


def readable_units(session: Session, actor: Actor) -> list[Unit]:
    """Return the units of ``actor`` whose readings can be tried, parents before children."""
    found = session.scalars(select(Unit).where(units.within(actor.paths(Action.READ_SCRIPTS))))
    return sorted(found, key=lambda unit: units.trail(unit.path))


def editable_units(session: Session, actor: Actor) -> list[Unit]:
    """Return the units whose lexicon ``actor`` keeps, parents before children."""
    paths = [path for action in EDITORS for path in actor.paths(action)]
    return sorted(session.scalars(select(Unit).where(units.within(paths))), key=lambda unit: units.trail(unit.path))


def page(session: Session, actor: Actor, words: str = "", unit_id: int | None = None, number: int = 1) -> EntryPage:
    """Return a page of the entries that hold for ``actor``'s units: their own, those above and below; two queries."""
    actor.require(Action.READ_SCRIPTS)
    query = _readable(actor)
    if unit_id is not None:
        query = query.where(LexiconEntry.unit_id == unit_id)
    for word in words.split():
        like = f"%{word}%"
        query = query.where(or_(LexiconEntry.written.ilike(like), LexiconEntry.say.ilike(like)))
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = session.execute(
        query.order_by(func.lower(LexiconEntry.written), Unit.path, LexiconEntry.id)
        .limit(PAGE)
        .offset((max(1, number) - 1) * PAGE)
    )
    lines = [EntrySummary(entry, unit, name or "", may_edit(actor, unit.path)) for entry, unit, name in rows]
    return EntryPage(lines, max(1, number), total)


def _readable(actor: Actor) -> Select[*tuple[Any, ...]]:
    paths = actor.paths(Action.READ_SCRIPTS)
    above = {step for path in paths for step in units.trail(path)}
    query = select(LexiconEntry, Unit, Person.name).join(Unit, Unit.id == LexiconEntry.unit_id)
    query = query.outerjoin(Person, Person.id == LexiconEntry.changed_by)
    return query.where(or_(units.within(paths), Unit.id.in_(above)))


def find(session: Session, actor: Actor, entry_id: int) -> tuple[LexiconEntry, Unit]:
    """Return an entry that ``actor`` may change; raise ``NotFound`` or ``NotAllowed``."""
    entry = session.get(LexiconEntry, entry_id)
    if entry is None:
        raise NotFound(N_("Không có mục từ điển này; có thể ai đó vừa xóa."))
    return entry, require_unit(session, actor, entry.unit_id)


def add(session: Session, actor: Actor, unit_id: int | None, good: GoodFields, *, now: datetime) -> LexiconEntry:
    """Add an entry to a unit's lexicon."""
    unit = require_unit(session, actor, unit_id)
    entry = LexiconEntry(unit_id=unit.id, changed_by=actor.person_id, changed_at=now, **asdict(good))
    session.add(entry)
    _flushed(session)
    record(
        session, actor, "lexicon_entry.add", "lexicon_entry", entry.id, unit_id=unit.id, now=now, **_told(asdict(good))
    )
    return entry


def edit(session: Session, actor: Actor, entry_id: int, new: GoodFields, *, now: datetime) -> LexiconEntry:
    """Change an entry; the audit row tells each old and new value."""
    entry, unit = find(session, actor, entry_id)
    good = asdict(new)
    changes = {name: [getattr(entry, name), value] for name, value in good.items() if getattr(entry, name) != value}
    if not changes:
        return entry
    for name, value in good.items():
        setattr(entry, name, value)
    entry.changed_by, entry.changed_at = actor.person_id, now
    _flushed(session)
    record(
        session, actor, "lexicon_entry.edit", "lexicon_entry", entry.id, unit_id=unit.id, now=now,
        written=entry.written, changes=_told(changes),
    )  # fmt: skip
    return entry


def remove(session: Session, actor: Actor, entry_id: int, *, now: datetime) -> None:
    """Take an entry out; the audit row keeps what it said."""
    entry, unit = find(session, actor, entry_id)
    was = asdict(fields_of(entry))
    session.delete(entry)
    record(session, actor, "lexicon_entry.remove", "lexicon_entry", entry_id, unit_id=unit.id, now=now, **_told(was))


def fields_of(entry: LexiconEntry) -> EntryFields:
    """Return what a person filled in."""
    return EntryFields(Kind(entry.kind), entry.written, entry.say, entry.after, entry.before, entry.source)


def _told(values: dict[str, Any]) -> dict[str, Any]:
    """Give values the names under which the audit trail tells them."""
    names = {"kind": "entry_kind", "after": "said_after", "before": "said_before"}
    return {names.get(name, name): value for name, value in values.items()}


def require_unit(session: Session, actor: Actor, unit_id: int | None) -> Unit:
    """Return the unit whose lexicon ``actor`` keeps; raise ``NotFound`` or ``NotAllowed``."""
    unit = session.get(Unit, unit_id) if unit_id is not None else None
    if unit is None:
        raise NotFound(N_("Không có đơn vị này; hãy chọn đơn vị trong danh sách."), field="unit")
    require(actor, unit.path)
    return unit


def _flushed(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict(
            N_("Đơn vị đã có mục này với cùng ngữ cảnh; hãy sửa mục đó thay vì thêm mới."), field="written"
        ) from error
