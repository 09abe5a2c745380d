"""Which items count for which quota, and how the parts of a period make a whole: decisions without I/O."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from channels.words import N_, Words
from cms.quotas import periods
from cms.quotas.evidence import Batch, Item, Scale, Step
from cms.quotas.pack import Counts, Per, Proof
from cms.quotas.periods import Period
from cms.quotas.status import Status, Tally, Verdict, judge

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Duty:
    """A quota as counting needs it.

    ``needs`` are sets of topics: an item names one of each. ``share`` is set for a target over members that the
    system does not know ("100 % of the schools"). ``first`` and ``last`` are the plan's own bounds.
    """

    id: int
    target: int | None
    per: Per
    media: frozenset[str]
    proof: Proof
    first: date
    last: date
    column: str | None = None
    kinds: frozenset[str] = frozenset()
    needs: tuple[frozenset[str], ...] = ()
    counts: Counts = Counts.ITEMS
    share: tuple[int, str] | None = None
    """Percent, and of whom."""


@dataclass(frozen=True, slots=True)
class Score:
    """How one quota stands in one unit.

    ``met`` of ``of`` parts where the quota's period is shorter than the one shown (``of`` is 1 otherwise);
    ``retracted`` items counted once and were called back; ``closes`` (UTC) is when the part closes that decides.
    """

    period: Period
    tally: Tally
    target: int | None
    verdict: Verdict
    closes: datetime
    retracted: int = 0
    met: int = 0
    of: int = 1


class Pile(NamedTuple):
    """What a unit has for one quota in one part of time: a story for each item, by its step."""

    counted: list[int]
    scheduled: list[int]
    review: list[int]
    retracted: list[int]


Piles = Mapping[tuple[int, int], Pile]
"""A duty's piles by unit and number of the part, counted from 0; where nothing is, there is no pile."""
_PLACE = {step: number for number, step in enumerate(Step)}
_GONE = _PLACE[Step.RETRACTED]


def fits(duty: Duty, proof: Proof | None, item: Item) -> bool:
    """Whether the item is of the kind that the quota asks for, wherever and whenever it was."""
    if item.quota_id is not None or duty.proof is Proof.MANUAL:
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


def stretches(duty: Duty, shown: Period) -> tuple[Period, ...]:
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
    duties: Sequence[Duty], batches: Iterable[Batch], shown: Period, home: Mapping[int, int] | None = None
) -> dict[int, Piles]:
    """Put every item on the piles where it counts, by the duty's id.

    ``home`` tells which unit stands for which (one that has ended is stood for by its heir).
    """
    found: dict[int, dict[tuple[int, int], Pile]] = {duty.id: {} for duty in duties}
    homes = home or {}
    for batch in batches:
        places = _Places(duties, batch, shown, found)
        step = _PLACE[batch.step]
        for unit, medium, kind, column, topics, story, at, gone, _source, quota in batch.items:
            for piles, ends in places[medium, kind, column, topics, quota]:
                part = bisect_right(ends, at) - 1
                if 0 <= part < len(ends) - 1:
                    key = (homes.get(unit, unit), part)
                    pile = piles.get(key)
                    if pile is None:
                        pile = piles[key] = Pile([], [], [], [])
                    pile[_GONE if gone else step].append(story)
    return dict(found)


class _Places(dict[tuple[Any, ...], list[tuple[dict[tuple[int, int], Pile], list[Any]]]]):
    """Where items of one look belong: piles and edges of the duties they fit, found once for each look."""

    def __init__(
        self, duties: Sequence[Duty], batch: Batch, shown: Period, found: dict[int, dict[tuple[int, int], Pile]]
    ) -> None:
        super().__init__()
        self._proof = batch.proof
        self._duties = [(duty, found[duty.id], edges(stretches(duty, shown), batch.scale)) for duty in duties]

    def __missing__(self, look: tuple[Any, ...]) -> list[tuple[dict[tuple[int, int], Pile], list[Any]]]:
        medium, kind, column, topics, quota = look
        item = Item(0, medium, kind, column, topics, 0, None, 0, 0, quota)
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


def weigh(duty: Duty, pile: Pile) -> Weight:
    """Count each story once, at its furthest step; or every time that it was on, if times count."""
    done = set(pile.counted)
    number = len(pile.counted) if duty.counts is Counts.TIMES else len(done)
    if not (pile.scheduled or pile.review or pile.retracted):
        return Weight(number)
    ahead = done.union(pile.scheduled)
    return Weight(number, len(ahead) - len(done), len(ahead.union(pile.review)) - len(ahead), len(set(pile.retracted)))


class Scorer:
    """Scores one duty for unit after unit; piles that weigh the same are judged once."""

    def __init__(self, duty: Duty, shown: Period, now: datetime) -> None:
        self.duty = duty
        self.shown = shown
        self.now = now
        self.parts = stretches(duty, shown)
        self._judged: dict[tuple[int, Weight], Score] = {}
        self._summed: dict[tuple[Weight, ...], Score] = {}

    def score(self, piles: Piles, unit: int) -> Score:
        """How a unit stands with what lies on the duty's piles."""
        weights = self._weights(piles, unit)
        found = self._summed.get(weights)
        if found is None:
            scores = self._each(weights)
            found = self._summed[weights] = scores[0] if len(scores) == 1 else total(scores, self.shown)
        return found

    def by_part(self, piles: Piles, unit: int) -> list[Score]:
        """How each part stands, in order of time."""
        return self._each(self._weights(piles, unit))

    def _weights(self, piles: Piles, unit: int) -> tuple[Weight, ...]:
        there = [piles.get((unit, part)) for part in range(len(self.parts))]
        return tuple([weigh(self.duty, pile) if pile else _NOTHING for pile in there])

    def _each(self, weights: Iterable[Weight]) -> list[Score]:
        return [self._one(part, weight) for part, weight in enumerate(weights)]

    def _one(self, part: int, weight: Weight) -> Score:
        found = self._judged.get((part, weight))
        if found is None:
            period, tally = self.parts[part], Tally(*weight[:3])
            verdict = self._verdict(tally, period)
            found = Score(period, tally, self.duty.target, verdict, period.end, weight.retracted)
            self._judged[part, weight] = found
        return found

    def _verdict(self, tally: Tally, period: Period) -> Verdict:
        applies = self.duty.first <= period.last and period.first <= self.duty.last
        if applies and self.duty.share:
            percent, of = self.duty.share
            values = {"counted": tally.counted, "percent": percent, "of": of}
            return Verdict(Status.NO_NUMBER, Words(UNKNOWN_MEMBERS, values))
        return judge(self.duty.target, tally, period, self.now, applicable=applies)


_NOTHING = Weight()
UNKNOWN_MEMBERS = N_(
    "Đã ghi nhận %(counted)s. Kế hoạch đòi %(percent)s%% %(of)s; hệ thống không có tổng số nên không tự kết luận."
)
_WORST_FIRST = (Status.MISSED, Status.AT_RISK, Status.ON_TRACK, Status.UPCOMING, Status.MET)


def total(scores: Sequence[Score], shown: Period) -> Score:
    """Sum up the parts of a period: as good as the worst part, with the reason of the first such part."""
    there = [part for part in scores if part.verdict.status is not Status.NOT_APPLICABLE] or list(scores)
    met = sum(part.verdict.status is Status.MET for part in there)
    decisive = _decisive(there)
    tallies = [part.tally for part in there]
    return Score(
        period=shown,
        tally=Tally(
            sum(tally.counted for tally in tallies),
            sum(tally.scheduled for tally in tallies),
            sum(tally.in_review for tally in tallies),
        ),
        target=sum(part.target or 0 for part in there),
        verdict=_summed(decisive, met, len(there)),
        closes=decisive.closes,
        retracted=sum(part.retracted for part in there),
        met=met,
        of=len(there),
    )


def _decisive(parts: Sequence[Score]) -> Score:
    """The first part of the worst status."""
    by_status: dict[Status, Score] = {}
    for part in parts:
        by_status.setdefault(part.verdict.status, part)
    return next((by_status[status] for status in _WORST_FIRST if status in by_status), parts[0])


def _summed(decisive: Score, met: int, of: int) -> Verdict:
    """The decisive part's verdict, told of the whole. Parts that are met and parts to come are on track together."""
    verdict = decisive.verdict
    if verdict.status is Status.MET:
        return Verdict(Status.MET, Words(N_("Đạt cả %(of)s kỳ."), {"of": of}))
    if verdict.status is Status.UPCOMING and met:
        values = {"met": met, "of": of}
        return Verdict(
            Status.ON_TRACK, Words(N_("Đã đạt %(met)s/%(of)s kỳ, các kỳ khác chưa tới."), values), verdict.forecast
        )
    why = Words(N_("%(period)s: %(why)s"), {"period": decisive.period.label(), "why": verdict.why})
    return Verdict(verdict.status, why, verdict.forecast)
