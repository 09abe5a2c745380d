"""Which items count for which quota, and how the parts of a period make a whole: decisions without I/O."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cms.quotas import periods
from cms.quotas.evidence import Item, Step
from cms.quotas.pack import Counts, Per, Proof
from cms.quotas.periods import Period
from cms.quotas.status import Status, Tally, Verdict, judge


@dataclass(frozen=True, slots=True)
class Duty:
    """A quota as counting needs it. ``topics`` are the ids of revisions that name one of its topics, or None."""

    id: int
    target: int | None
    per: Per
    media: frozenset[str]
    proof: Proof
    column: str | None
    kinds: frozenset[str]
    topics: frozenset[int] | None
    counts: Counts
    first: datetime
    end: datetime
    """The plan's own bounds (UTC): outside of them the quota does not apply."""


@dataclass(frozen=True, slots=True)
class Score:
    """How one quota stands in one unit. ``met`` of ``of`` parts where the quota's period is shorter than the shown."""

    period: Period
    tally: Tally
    target: int | None
    verdict: Verdict
    met: int = 0
    of: int = 0


def fits(duty: Duty, item: Item) -> bool:
    """Whether the item is of the kind that the quota asks for, wherever and whenever it was."""
    if item.quota_id is not None:
        return item.quota_id == duty.id
    if item.proof is not None and item.proof != duty.proof:
        return False
    if item.medium and item.medium not in duty.media:
        return False
    if duty.column and item.column != duty.column:
        return False
    if duty.kinds and item.kind not in duty.kinds:
        return False
    return duty.topics is None or item.revision_id in duty.topics


def tally(duty: Duty, items: Iterable[Item], period: Period) -> Tally:
    """Count a unit's fitting items within ``period``: each story once, at its furthest step."""
    start, end = period.start, period.end
    counted: list[object] = []
    scheduled: set[object] = set()
    review: set[object] = set()
    for item in items:
        if not (start <= item.at < end and fits(duty, item)):
            continue
        if item.step is Step.COUNTED:
            counted.append(_identity(item))
        elif item.step is Step.SCHEDULED:
            scheduled.add(_identity(item))
        elif item.step is Step.REVIEW:
            review.add(_identity(item))
    done = set(counted)
    number = len(counted) if duty.counts is Counts.TIMES else len(done)
    return Tally(number, len(scheduled - done), len(review - done - scheduled))


def _identity(item: Item) -> object:
    """A story counts once; what was recorded by hand without a story counts for itself."""
    return item.story_id if item.story_id is not None else id(item)


def score(duty: Duty, items: Sequence[Item], shown: Period, now: datetime) -> Score:
    """How a unit stands with a quota when ``shown`` is looked at.

    A quota without a number is counted over what is shown. One with a longer period is judged over that period; one
    with a shorter is judged part by part (seven days of a week) and summed up.
    """
    if duty.target is None or duty.per is shown.per:
        return _whole(duty, items, shown, now)
    pieces = periods.parts(shown, duty.per)
    if not pieces:
        return _whole(duty, items, periods.holder(shown, duty.per), now)
    return total([_whole(duty, items, piece, now) for piece in pieces], shown)


def _whole(duty: Duty, items: Sequence[Item], period: Period, now: datetime) -> Score:
    found = tally(duty, items, period) if items else Tally()
    applies = duty.first < period.end and period.start < duty.end
    return Score(period, found, duty.target, judge(duty.target, found, period, now, applicable=applies))


_WORST_FIRST = (Status.MISSED, Status.AT_RISK, Status.ON_TRACK, Status.UPCOMING, Status.MET)


def total(scores: Sequence[Score], shown: Period) -> Score:
    """Sum up the parts of a period: as good as the worst part, with the reason of the first such part."""
    there = [part for part in scores if part.verdict.status is not Status.NOT_APPLICABLE] or list(scores)
    statuses = {part.verdict.status for part in there}
    if Status.MET in statuses and Status.UPCOMING in statuses:
        statuses = (statuses - {Status.UPCOMING}) | {Status.ON_TRACK}
    worst = next((status for status in _WORST_FIRST if status in statuses), there[0].verdict.status)
    why = next((p.verdict for p in there if p.verdict.status is worst), there[-1].verdict)
    tallies = [part.tally for part in there]
    whole = Tally(*(sum(getattr(t, name) for t in tallies) for name in ("counted", "scheduled", "in_review")))
    met = sum(part.verdict.status is Status.MET for part in there)
    target = sum(part.target or 0 for part in there)
    return Score(shown, whole, target, Verdict(worst, why.why, why.forecast), met, len(there))


def by_unit(items: Iterable[Item]) -> Mapping[int, list[Item]]:
    """Items grouped by the unit they count for."""
    found: dict[int, list[Item]] = {}
    for item in items:
        found.setdefault(item.unit_id, []).append(item)
    return found
