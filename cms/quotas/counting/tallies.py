"""Which items count for which quota, when and how often: decisions without I/O."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any, NamedTuple

from channels.contract import Evidence
from cms.core import periods
from cms.core.periods import Per, Period
from cms.quotas.counting.evidence import Batch, EvidenceItem, Progress, Scale
from cms.quotas.packs.schema import Counts

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class QuotaRule:
    """A quota as counting needs it.

    ``needs`` are sets of topics: an item names one of each. ``share`` is set for a target over members that the
    system does not know ("100 % of the schools"). ``first`` and ``last`` are the plan's own bounds.
    """

    id: int
    target: int | None
    per: Per
    media: frozenset[str]
    proof: Evidence
    first: date
    last: date
    column: str | None = None
    kinds: frozenset[str] = frozenset()
    needs: tuple[frozenset[str], ...] = ()
    counts: Counts = Counts.ITEMS
    share: tuple[int, str] | None = None
    """Percent, and of whom."""


class Tally(NamedTuple):
    """What a unit has for one quota in one part of time: a story for each item, by its step."""

    counted: list[int]
    scheduled: list[int]
    review: list[int]
    retracted: list[int]


Tallies = Mapping[tuple[int, int], Tally]
"""A duty's piles by unit and number of the part, counted from 0; where nothing is, there is no pile."""
Stretches = Mapping[int, tuple[Period, ...]]
"""Periods that follow on each other, by the duty's id: the parts that are judged each for itself."""
_PLACE = {step: number for number, step in enumerate(Progress)}
_GONE = _PLACE[Progress.RETRACTED]


def fits(duty: QuotaRule, proof: Evidence | None, item: EvidenceItem) -> bool:
    """Whether the item is of the kind that the quota asks for, wherever and whenever it was."""
    if item.quota_id is not None or duty.proof is Evidence.MANUAL:
        return item.quota_id == duty.id
    if proof is not None and proof is not duty.proof:
        return False
    if item.medium is not None and item.medium not in duty.media:
        return False
    if duty.column and item.column != duty.column:
        return False
    if duty.kinds and item.kind not in duty.kinds:
        return False
    named = frozenset((item.topics or "").split())
    return all(not named.isdisjoint(need) for need in duty.needs)


def stretches(duties: Iterable[QuotaRule], shown: Period) -> Stretches:
    """The periods over which each quota is judged when ``shown`` is looked at."""
    return {duty.id: stretch(duty, shown) for duty in duties}


def stretch(duty: QuotaRule, shown: Period) -> tuple[Period, ...]:
    """The periods over which a quota is judged when ``shown`` is looked at.

    A quota without a number is counted over what is shown. One with a longer period is judged over that period, one
    with a shorter one part by part (seven days of a week).
    """
    if duty.target is None or duty.per is shown.per:
        return (shown,)
    return _parts(shown, duty.per) or (periods.holder(shown, duty.per),)


@cache
def _parts(shown: Period, per: Per) -> tuple[Period, ...]:
    return periods.parts(shown, per)


def sort(
    duties: Sequence[QuotaRule], batches: Iterable[Batch], parts: Stretches, home: Mapping[int, int] | None = None
) -> dict[int, Tallies]:
    """Put every item on the piles where it counts, by the duty's id.

    ``home`` tells which unit stands for which (one that has ended is stood for by its heir).
    """
    found: dict[int, dict[tuple[int, int], Tally]] = {duty.id: {} for duty in duties}
    homes = home or {}
    for batch in batches:
        places = _Places(duties, batch, parts, found)
        step = _PLACE[batch.step]
        for unit, medium, kind, column, topics, story, at, gone, _source, quota in batch.items:
            for piles, ends in places[medium, kind, column, topics, quota]:
                part = bisect_right(ends, at) - 1
                if 0 <= part < len(ends) - 1:
                    key = (homes.get(unit, unit), part)
                    pile = piles.get(key)
                    if pile is None:
                        pile = piles[key] = Tally([], [], [], [])
                    pile[_GONE if gone else step].append(story)
    return dict(found)


class _Places(dict[tuple[Any, ...], list[tuple[dict[tuple[int, int], Tally], list[Any]]]]):
    """Where items of one look belong: piles and edges of the duties they fit, found once for each look."""

    def __init__(
        self,
        duties: Sequence[QuotaRule],
        batch: Batch,
        parts: Stretches,
        found: dict[int, dict[tuple[int, int], Tally]],
    ) -> None:
        super().__init__()
        self._proof = batch.proof
        self._duties = [(duty, found[duty.id], edges(parts[duty.id], batch.scale)) for duty in duties]

    def __missing__(self, look: tuple[Any, ...]) -> list[tuple[dict[tuple[int, int], Tally], list[Any]]]:
        medium, kind, column, topics, quota = look
        item = EvidenceItem(0, medium, kind, column, topics, 0, None, 0, 0, quota)
        self[look] = [(piles, ends) for duty, piles, ends in self._duties if fits(duty, self._proof, item)]
        return self[look]


def edges(parts: Sequence[Period], scale: Scale) -> list[Any]:
    """Where each part begins and the last one ends, as ``scale`` writes it; parts follow on each other."""
    return [scale.edge(part.first) for part in parts] + [scale.edge(parts[-1].last + _DAY)]


class Weight(NamedTuple):
    """What lies on a pile: a ``Tally``, and how many items were called back."""

    counted: int = 0
    scheduled: int = 0
    in_review: int = 0
    retracted: int = 0


def weigh(duty: QuotaRule, pile: Tally) -> Weight:
    """Count each story once, at its furthest step; or every time that it was on, if times count."""
    counted, scheduled, review, retracted = pile
    done = set(counted)
    number = len(counted) if duty.counts is Counts.TIMES else len(done)
    if not (scheduled or review or retracted):
        return _COUNTED[number] if number < _MANY else Weight(number)
    ahead = done.union(scheduled)
    return Weight(number, len(ahead) - len(done), len(ahead.union(review)) - len(ahead), len(set(retracted)))


_MANY = 100
_COUNTED = [Weight(number) for number in range(_MANY)]
