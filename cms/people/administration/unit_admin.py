"""The unit tree as admins see and change it: new units, names and validity, and who takes over when units merge."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from channels.words import N_
from cms.core.audit import record
from cms.core.permissions import Action, Actor
from cms.core.refusal import Conflict, Invalid, NotAllowed, NotFound
from cms.core.units import listed, trail
from cms.models.people import Membership, Person, Unit

CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_CODE, LONGEST_NAME, LONGEST_SHORT_NAME = 80, 300, 120


@dataclass(frozen=True, slots=True)
class UnitFields:
    """What an admin fills in about a unit; days are included at both ends."""

    name: str
    short_name: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    own_approval: bool = False


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A line of the tree. ``depth`` counts from 0 at the topmost unit shown; ``people`` are active and direct."""

    unit: Unit
    depth: int
    people: int
    ended: bool
    successor: str


def tree(session: Session, actor: Actor, today: date) -> list[UnitLine]:
    """Return the tree that ``actor`` manages, three queries whatever its size."""
    units = listed(session, actor)
    names = {unit.id: unit.name for unit in units} | _names(session, [u.successor_id for u in units if u.successor_id])
    count = select(Membership.unit_id, func.count(Membership.person_id.distinct())).join(Person).where(Person.active)
    people = dict(session.execute(count.group_by(Membership.unit_id)).all())
    top = min((len(trail(unit.path)) for unit in units), default=0)
    return [
        UnitLine(
            unit=unit,
            depth=len(trail(unit.path)) - top,
            people=people.get(unit.id, 0),
            ended=unit.valid_to is not None and unit.valid_to < today,
            successor=names.get(unit.successor_id or 0, ""),
        )
        for unit in units
    ]


def managed(session: Session, actor: Actor, unit_id: int | None) -> Unit:
    """Return a unit that ``actor`` manages; raise ``NotFound`` or ``NotAllowed``."""
    unit = session.get(Unit, unit_id) if unit_id is not None else None
    if unit is None:
        raise NotFound(N_("Không có đơn vị này; hãy chọn đơn vị trong danh sách."), field="unit")
    actor.require(Action.MANAGE_PEOPLE, unit.path)
    return unit


def create(
    session: Session, actor: Actor, *, parent_id: int | None, code: str, fields: UnitFields, now: datetime
) -> Unit:
    """Add a unit below ``parent_id``. ``code`` is its lasting short name in plans: lower case, digits and hyphens."""
    parent = managed(session, actor, parent_id)
    _check_code(session, code)
    unit = Unit(code=code, parent_id=parent.id, path="", **_checked(fields))
    session.add(unit)
    session.flush()
    unit.path = f"{parent.path}{unit.id}/"
    record(session, actor, "unit.create", "unit", unit.id, unit_id=unit.id, now=now, name=unit.name, code=code)
    return unit


def edit(session: Session, actor: Actor, unit_id: int, *, fields: UnitFields, now: datetime) -> Unit:
    """Change a unit's names, validity or approval rule; the audit row tells each old and new value."""
    unit = managed(session, actor, unit_id)
    new = _checked(fields)
    if unit.successor_id is not None and new["valid_to"] != unit.valid_to:
        _managed_heir(session, actor, unit)
    if unit.successor_id is not None and new["valid_to"] is None:
        raise Invalid(
            N_("Đơn vị đã sáp nhập nên phải có ngày cuối; hãy bấm “Bỏ sáp nhập” nếu đơn vị hoạt động lại."),
            field="valid_to",
        )
    changes = {name: [_plain(getattr(unit, name)), _plain(value)] for name, value in new.items() if
               getattr(unit, name) != value}  # fmt: skip
    for name, value in new.items():
        setattr(unit, name, value)
    if changes:
        record(session, actor, "unit.edit", "unit", unit.id, unit_id=unit.id, now=now, changes=changes)
    return unit


def merge(
    session: Session, actor: Actor, unit_id: int, *, successor_id: int, last_day: date, with_people: bool, now: datetime
) -> Unit:
    """End a unit on ``last_day`` and hand its duties to ``successor_id``.

    What it published keeps its name and counts on for the successor. ``with_people`` gives its people the same roles
    in the successor; their old roles stay, so that they can still read what they wrote.
    """
    unit, successor = managed(session, actor, unit_id), managed(session, actor, successor_id)
    _check_merge(session, unit, successor, last_day)
    unit.valid_to, unit.successor_id = last_day, successor.id
    moved = _copy_roles(session, unit, successor) if with_people else 0
    record(
        session, actor, "unit.merge", "unit", unit.id, unit_id=unit.id, now=now,
        successor=successor.name, last_day=last_day.isoformat(), people=moved,
    )  # fmt: skip
    return unit


def unmerge(session: Session, actor: Actor, unit_id: int, *, now: datetime) -> Unit:
    """Take a merger back: no successor and no last day. Roles that were copied stay until an admin removes them.

    Like the merger itself it is for who manages both units: a unit's own admin cannot undo what was decided above.
    """
    unit = managed(session, actor, unit_id)
    if unit.successor_id is None:
        raise Conflict(N_("Đơn vị này chưa sáp nhập vào đơn vị nào."))
    _managed_heir(session, actor, unit)
    before = _names(session, [unit.successor_id]).get(unit.successor_id, "")
    unit.successor_id = unit.valid_to = None
    record(session, actor, "unit.unmerge", "unit", unit.id, unit_id=unit.id, now=now, successor=before)
    return unit


def _managed_heir(session: Session, actor: Actor, unit: Unit) -> None:
    """Raise ``NotAllowed``, naming the successor, unless ``actor`` manages it too."""
    heir = session.get_one(Unit, unit.successor_id)
    if not actor.may(Action.MANAGE_PEOPLE, heir.path):
        raise NotAllowed(
            N_(
                "Việc sáp nhập vào %(unit)s chỉ quản trị viên của cả hai đơn vị mới sửa hoặc bỏ được; hãy nhờ cấp trên."
            ),
            unit=heir.name,
        )


def _check_merge(session: Session, unit: Unit, successor: Unit, last_day: date) -> None:
    if successor.id == unit.id:
        raise Invalid(N_("Đơn vị không thể sáp nhập vào chính nó; hãy chọn đơn vị khác."), field="successor")
    if unit.valid_from and last_day < unit.valid_from:
        raise Invalid(N_("Ngày cuối phải từ ngày đơn vị bắt đầu hoạt động trở đi."), field="last_day")
    for heir in _heirs(session, successor):
        if heir.id == unit.id:
            raise Invalid(
                N_("%(name)s đã sáp nhập vào đơn vị này; hãy bỏ sáp nhập đó trước."), field="successor",
                name=successor.name,
            )  # fmt: skip
    if successor.valid_to and successor.valid_to <= last_day:
        raise Invalid(
            N_("%(name)s ngừng hoạt động trước ngày sáp nhập; hãy chọn đơn vị còn hoạt động sau ngày đó."),
            field="successor", name=successor.name,
        )  # fmt: skip
    latest = session.scalar(select(func.max(Unit.valid_to)).where(Unit.successor_id == unit.id))
    if latest and latest >= last_day:
        raise Invalid(
            N_("Đơn vị khác sáp nhập vào đơn vị này muộn hơn ngày cuối vừa chọn; hãy chọn ngày muộn hơn."),
            field="last_day",
        )


def _heirs(session: Session, unit: Unit) -> Iterable[Unit]:
    """The unit and those that take over from it, one after the other; a unit is met once at most."""
    seen: set[int] = set()
    current: Unit | None = unit
    while current is not None and current.id not in seen:
        seen.add(current.id)
        yield current
        current = session.get(Unit, current.successor_id) if current.successor_id else None


def _copy_roles(session: Session, unit: Unit, successor: Unit) -> int:
    held = select(Membership.person_id, Membership.role)
    there = set(session.execute(held.where(Membership.unit_id == successor.id)))
    here = set(session.execute(held.where(Membership.unit_id == unit.id)))
    for person_id, role in sorted(here - there):
        session.add(Membership(person_id=person_id, unit_id=successor.id, role=role))
    return len({person_id for person_id, _role in here - there})


def _check_code(session: Session, code: str) -> None:
    if not CODE.fullmatch(code) or len(code) > LONGEST_CODE:
        raise Invalid(
            N_("Mã đơn vị chỉ gồm chữ thường không dấu, chữ số và dấu gạch nối, ví dụ “huyen-ben-luc”."), field="code"
        )
    if session.scalar(select(Unit.id).where(Unit.code == code)) is not None:
        raise Conflict(N_("Mã đơn vị “%(code)s” đã có; hãy chọn mã khác."), field="code", code=code)


def _checked(fields: UnitFields) -> dict[str, Any]:
    name, short_name = tidy(fields.name), tidy(fields.short_name)
    if not name:
        raise Invalid(N_("Hãy nhập tên đơn vị."), field="name")
    if len(name) > LONGEST_NAME:
        raise Invalid(N_("Tên đơn vị dài quá %(limit)s ký tự; hãy rút gọn."), field="name", limit=LONGEST_NAME)
    if len(short_name) > LONGEST_SHORT_NAME:
        raise Invalid(
            N_("Tên ngắn dài quá %(limit)s ký tự; hãy rút gọn."), field="short_name", limit=LONGEST_SHORT_NAME
        )
    if fields.valid_from and fields.valid_to and fields.valid_to < fields.valid_from:
        raise Invalid(N_("Ngày cuối không thể trước ngày bắt đầu."), field="valid_to")
    return {
        "name": name,
        "short_name": short_name,
        "valid_from": fields.valid_from,
        "valid_to": fields.valid_to,
        "own_approval": fields.own_approval,
    }


def tidy(line: str) -> str:
    """Return one line of text as it enters the system: NFC, without control characters, single spaces."""
    text = unicodedata.normalize("NFC", line)
    kept = "".join(
        " " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c) not in {"Cc", "Cs"}
    )
    return " ".join(kept.split())


def _names(session: Session, ids: Sequence[int]) -> dict[int, str]:
    return dict(session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(ids))).all())


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
