"""Which units a plan's words mean on a day: by code, by group, and through successors when a unit has ended."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Protocol, TypeVar

from cms.quotas.pack import Selector


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
    by_code = {unit.code: unit for unit in units}
    chosen = {heir.code for unit in units if _selected(selector, unit) and (heir := _heir(unit, by_code, day))}
    return tuple(unit for unit in units if unit.code in chosen)


def forebears(code: str, units: Iterable[Member]) -> frozenset[str]:
    """The codes of all units that ``code`` took over, at any distance, and ``code`` itself.

    What these published earlier in a period counts for the unit that has the duty now.
    """
    heirs: dict[str, list[str]] = {}
    for unit in units:
        if unit.successor:
            heirs.setdefault(unit.successor, []).append(unit.code)
    found, waiting = {code}, [code]
    while waiting:
        for earlier in heirs.get(waiting.pop(), []):
            if earlier not in found:
                found.add(earlier)
                waiting.append(earlier)
    return frozenset(found)


def _selected(selector: Selector, unit: Member) -> bool:
    return unit.code in selector.units or not set(selector.groups).isdisjoint(unit.groups)


def _heir(unit: M, by_code: Mapping[str, M], day: date) -> M | None:
    """Days of ending rise along the chain (the pack is refused otherwise), so this ends."""
    current: M | None = unit
    while current and current.valid_to and current.valid_to < day:
        current = by_code.get(current.successor or "")
    if current is None or (current.valid_from and current.valid_from > day):
        return None
    return current
