"""How a unit stands with a quota, and how the parts of a period make a whole: decisions without I/O."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from channels.words import N_, Words
from cms.core.periods import Period
from cms.quotas.counting.status import Status, Totals, Verdict, judge
from cms.quotas.counting.tallies import QuotaRule, Tallies, Weight, weigh


@dataclass(frozen=True, slots=True)
class Score:
    """How one quota stands in one unit.

    ``met`` of ``of`` parts where the quota's period is shorter than the one shown (``of`` is 1 otherwise);
    ``retracted`` items counted once and were called back; ``closes`` (UTC) is when the part closes that decides.
    """

    period: Period
    tally: Totals
    target: int | None
    verdict: Verdict
    closes: datetime
    retracted: int = 0
    met: int = 0
    of: int = 1


class Scorer:
    """Scores one duty for unit after unit over ``parts``; piles that weigh the same are judged once."""

    def __init__(self, duty: QuotaRule, parts: Sequence[Period], shown: Period, now: datetime) -> None:
        self.duty = duty
        self.parts = parts
        self.shown = shown
        self.now = now
        self._judged: dict[tuple[int, Weight], Score] = {}
        self._summed: dict[tuple[Weight, ...], Score] = {}

    def score(self, piles: Tallies, unit: int) -> Score:
        """How a unit stands with what lies on the duty's piles."""
        weights = self._weights(piles, unit)
        found = self._summed.get(weights)
        if found is None:
            scores = self._each(weights)
            found = self._summed[weights] = scores[0] if len(scores) == 1 else total(scores, self.shown)
        return found

    def by_part(self, piles: Tallies, unit: int) -> list[Score]:
        """How each part stands, in order of time."""
        return self._each(self._weights(piles, unit))

    def _weights(self, piles: Tallies, unit: int) -> tuple[Weight, ...]:
        there = [piles.get((unit, part)) for part in range(len(self.parts))]
        return tuple([weigh(self.duty, pile) if pile else _NOTHING for pile in there])

    def _each(self, weights: Iterable[Weight]) -> list[Score]:
        return [self._one(part, weight) for part, weight in enumerate(weights)]

    def _one(self, part: int, weight: Weight) -> Score:
        found = self._judged.get((part, weight))
        if found is None:
            period, tally = self.parts[part], Totals(*weight[:3])
            verdict = self._verdict(tally, period)
            found = Score(period, tally, self.duty.target, verdict, period.end, weight.retracted)
            self._judged[part, weight] = found
        return found

    def _verdict(self, tally: Totals, period: Period) -> Verdict:
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
    counted = scheduled = in_review = target = retracted = met = 0
    for part in there:
        tally = part.tally
        counted += tally.counted
        scheduled += tally.scheduled
        in_review += tally.in_review
        target += part.target or 0
        retracted += part.retracted
        met += part.verdict.status is Status.MET
    decisive = _decisive(there)
    verdict, whole = _summed(decisive, met, len(there)), Totals(counted, scheduled, in_review)
    return Score(shown, whole, target, verdict, decisive.closes, retracted, met, len(there))


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
