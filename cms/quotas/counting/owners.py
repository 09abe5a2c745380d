"""Which units a plan's words mean on a day: by code, by group, and through successors when a unit has ended."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol, TypeVar

from cms.quotas.packs.schema import Selector


class Member(Protocol):
    """What matters of a unit here; units of a pack and rows of the unit table both can give it."""

    @property
    def code(self) -> str: ...
    @property
    def groups(self) -> Sequence[str]: ...
    @property
    def valid_from(self) -> date | None: ...
    @property
    def valid_to(self) -> date | None: ...
    @property
    def successor(self) -> str | None: ...


M = TypeVar("M", bound=Member)


def owners_on(selector: Selector, units: Sequence[M], day: date) -> tuple[M, ...]:
    """The units that have the duty on ``day``, in the order of ``units``.

    A unit that has ended by then passes it to its successor, and so on; one without a successor drops out, and one
    that has not begun yet has no duty of its own.
    """
    return owners_among(selector, units, heirs_on(units, day))


def owners_among(selector: Selector, units: Sequence[M], heirs: Mapping[str, M]) -> tuple[M, ...]:
    """The same with ``heirs_on`` already known, for many duties on one day."""
    named, groups = frozenset(selector.units), frozenset(selector.groups)
    chosen = {
        heirs[unit.code].code
        for unit in units
        if (unit.code in named or not groups.isdisjoint(unit.groups)) and unit.code in heirs
    }
    return tuple(unit for unit in units if unit.code in chosen)


def heirs_on(units: Sequence[M], day: date) -> dict[str, M]:
    """Who stands for each unit on ``day``, by the unit's code: itself, or whoever took it over by then.

    A unit that has ended without a successor, or whose successor has not begun yet, is not there.
    """
    by_code = {unit.code: unit for unit in units}
    return {unit.code: heir for unit in units if (heir := _heir(unit, by_code, day))}


def _heir(unit: M, by_code: Mapping[str, M], day: date) -> M | None:
    """The chain is no longer than there are units; one that leads back to itself leads nowhere."""
    current: M | None = unit
    for _ in by_code:
        if current is None or not (current.valid_to and current.valid_to < day):
            break
        current = by_code.get(current.successor or "")
    if current is None or (current.valid_to and current.valid_to < day):
        return None
    return None if current.valid_from and current.valid_from > day else current
