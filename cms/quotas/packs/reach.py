"""Where a plan reaches: whoever loads or prolongs one needs the right at its root and at every unit that it touches.

Pure but for the rows that are looked up: a pack and the units as they stand give a list of ``Touch``; the first that
lies beyond the actor's units is the refusal, and it names the unit.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.words import N_
from cms.core.permissions import Action, Actor
from cms.core.refusal import NotAllowed
from cms.models.people import Unit
from cms.models.plans import Plan
from cms.quotas.packs import schema

ROOT = N_("Kế hoạch này thuộc %(unit)s, ngoài quyền của bạn; hãy nhờ quản trị viên của đơn vị ấy.")
DUTY = N_("Kế hoạch này giao việc cho %(unit)s, ngoài quyền của bạn; hãy nhờ quản trị viên cấp trên.")
CHANGED = N_(
    "Tệp kế hoạch ghi về %(unit)s khác với hệ thống mà đơn vị này ngoài quyền của bạn;"
    " hãy sửa tệp hoặc nhờ quản trị viên cấp trên nạp."
)
ADDED = N_("Tệp kế hoạch thêm %(unit)s ở nơi ngoài quyền của bạn; hãy bỏ khỏi tệp hoặc nhờ quản trị viên cấp trên nạp.")
HEIR = N_("Tệp kế hoạch chuyển việc cho %(unit)s, ngoài quyền của bạn; hãy nhờ quản trị viên cấp trên nạp.")
NOWHERE = "/"
"""The place of what hangs below no unit that is known: only the command line reaches it."""


@dataclass(frozen=True, slots=True)
class Touch:
    """A unit that is touched: where it stands (or will stand below), its name, and the sentence that says how."""

    path: str
    name: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ReachedUnit:
    """A unit as duties find it, whether stored or only in the pack. ``successor`` is a code."""

    path: str
    name: str
    groups: frozenset[str]
    successor: str | None


def require(actor: Actor, touches: Iterable[Touch]) -> None:
    """Raise ``NotAllowed`` with the first touch at which ``actor`` does not manage plans."""
    for touch in touches:
        if not actor.may(Action.MANAGE_PLANS, touch.path):
            raise NotAllowed(touch.sentence, unit=touch.name)


def may_change(session: Session, actor: Actor, plan: Plan) -> bool:
    """Whether ``actor`` may prolong ``plan`` or load it anew."""
    if not actor.may(Action.MANAGE_PLANS):
        return False
    return all(actor.may(Action.MANAGE_PLANS, touch.path) for touch in of_plan(session, plan))


def of_plan(session: Session, plan: Plan) -> list[Touch]:
    """What a stored plan reaches."""
    places = _stored(session.scalars(select(Unit)).all())
    return list(_of_pack(schema.Pack.model_validate(plan.pack), places))


def of_loading(session: Session, pack: schema.Pack, units: Sequence[schema.Unit], plan: Plan | None) -> Iterator[Touch]:
    """What loading ``pack`` touches: its root and duties, those of ``plan`` that it replaces, and ``units``.

    ``units`` are those of the pack that will be stored; what it says of a unit counts where it differs from what is
    known.
    """
    rows = session.scalars(select(Unit)).all()
    stored = _stored(rows)
    if plan is not None:
        yield from _of_pack(schema.Pack.model_validate(plan.pack), stored)
    places = _with_pack(stored, units)
    yield from _of_pack(pack, places)
    yield from _of_units(units, {row.code: row for row in rows}, places)


def _stored(rows: Sequence[Unit]) -> dict[str, ReachedUnit]:
    codes = {row.id: row.code for row in rows}
    return {
        row.code: ReachedUnit(row.path, row.name, frozenset(row.groups), codes.get(row.successor_id or 0))
        for row in rows
    }


def _with_pack(stored: Mapping[str, ReachedUnit], units: Sequence[schema.Unit]) -> dict[str, ReachedUnit]:
    """The units as they will be: those of the pack gain groups and heirs; new ones stand where their parents do."""
    said = {unit.code: unit for unit in units}
    places = dict(stored)
    for unit in units:
        known = stored.get(unit.code)
        path, name = (known.path, known.name) if known else (_path_above(unit, said, stored), unit.name)
        groups = frozenset(unit.groups) | (known.groups if known else frozenset())
        heir = (known.successor if known else None) or unit.successor
        places[unit.code] = ReachedUnit(path, name, groups, heir)
    return places


def _path_above(unit: schema.Unit, said: Mapping[str, schema.Unit], stored: Mapping[str, ReachedUnit]) -> str:
    """The path of the nearest unit above a new one that is known; packs with a circle are refused before."""
    above = unit.parent
    for _ in said:
        if above is None:
            break
        if above in stored:
            return stored[above].path
        above = said[above].parent if above in said else None
    return NOWHERE


def _of_pack(pack: schema.Pack, places: Mapping[str, ReachedUnit]) -> Iterator[Touch]:
    """The root, and everyone whom the plan gives a duty."""
    if root := places.get(pack.plan.root):
        yield Touch(root.path, root.name, ROOT)
    else:
        yield Touch(NOWHERE, pack.plan.root, ROOT)
    for code in _followers(pack):
        if code in places:
            yield Touch(places[code].path, places[code].name, DUTY)
    for selector in _selectors(pack):
        for place in _members(selector, places):
            yield Touch(place.path, place.name, DUTY)


def _followers(pack: schema.Pack) -> Iterator[str]:
    """Units that have to follow the plan or a task of it up. Who merely receives a report has no duty by it."""
    yield from (code for code in (pack.plan.lead, *(task.lead for task in pack.tasks)) if code)


def _selectors(pack: schema.Pack) -> Iterator[schema.Selector]:
    for task in pack.tasks:
        yield task.owners
        if task.partners:
            yield task.partners
    for _task, quota in pack.quotas():
        if quota.owners:
            yield quota.owners
        if quota.share and quota.share.groups:
            yield schema.Selector(groups=quota.share.groups)
    for report in pack.reports:
        yield report.owners


def _members(selector: schema.Selector, places: Mapping[str, ReachedUnit]) -> Iterator[ReachedUnit]:
    """The units chosen, and those that their duties have passed to or will pass to."""
    named, groups = frozenset(selector.units), frozenset(selector.groups)
    for code, place in places.items():
        if code in named or not groups.isdisjoint(place.groups):
            yield place
            yield from _heirs(place, places)


def _heirs(place: ReachedUnit, places: Mapping[str, ReachedUnit]) -> Iterator[ReachedUnit]:
    current = places.get(place.successor or "")
    for _ in places:
        if current is None:
            return
        yield current
        current = places.get(current.successor or "")


def _of_units(
    units: Sequence[schema.Unit], rows: Mapping[str, Unit], places: Mapping[str, ReachedUnit]
) -> Iterator[Touch]:
    codes = {row.id: row.code for row in rows.values()}
    for unit in units:
        row = rows.get(unit.code)
        if row is None:
            yield Touch(places[unit.code].path, unit.name, ADDED)
        elif _differs(unit, row, codes):
            yield Touch(row.path, row.name, CHANGED)
        if unit.parent and row is not None and row.parent_id is None:
            yield Touch(places[unit.parent].path, places[unit.parent].name, ADDED)
        if unit.successor and (row is None or codes.get(row.successor_id or 0) != unit.successor):
            yield Touch(places[unit.successor].path, places[unit.successor].name, HEIR)


def _differs(unit: schema.Unit, row: Unit, codes: Mapping[int, str]) -> bool:
    """Whether the pack says something of a unit that is not so; what it leaves out says nothing."""
    said = {
        "name": (unit.name, row.name),
        "short_name": (unit.short_name, row.short_name),
        "valid_from": (unit.valid_from, row.valid_from),
        "valid_to": (unit.valid_to, row.valid_to),
        "parent": (unit.parent, codes.get(row.parent_id or 0)),
        "successor": (unit.successor, codes.get(row.successor_id or 0)),
    }
    return not set(unit.groups) <= set(row.groups) or any(new and new != old for new, old in said.values())
