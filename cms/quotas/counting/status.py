"""Is a quota met, on track, at risk or missed, why, and what is still to do: decisions without I/O."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from channels.localtime import ZONE_LABEL, local
from channels.words import N_, Words
from cms.core.periods import Period

_HALF = 0.5


class Status(StrEnum):
    """How a quota stands. Only ``MISSED`` is a failure; ``NO_NUMBER`` ("thường xuyên") never becomes one."""

    MET = "met"
    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    MISSED = "missed"
    NO_NUMBER = "no_number"
    UPCOMING = "upcoming"
    EXEMPT = "exempt"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Totals:
    """Items of one quota, unit and period, each counted once, at its furthest step.

    ``counted`` delivered and proven; ``scheduled`` promised before the period closes; ``in_review`` with the lead.
    """

    counted: int = 0
    scheduled: int = 0
    in_review: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """A status, the reason as a sentence, and what is still to do (None when nothing is asked for)."""

    status: Status
    why: Words
    forecast: "Forecast | None" = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is missing. ``need`` is "cần thêm 2 tin, bài" or, where all is promised, "chờ 1 tin, bài đã lên lịch";
    ``before`` "trước 17:30 thứ Sáu 27/11/2026"; ``rest`` the steps that items are at. ``missing`` counts what is not
    delivered yet, ``uncovered`` what is not even scheduled.
    """

    missing: int
    uncovered: int
    need: Words
    before: Words
    rest: tuple[Words, ...]

    def sentence(self, say: Callable[[Words], str] = str) -> str:
        """The parts as one sentence without a full stop; ``say`` puts a part into the reader's language."""
        ask = f"{say(self.need)} {say(self.before)}"
        return "; ".join([ask, ", ".join(say(part) for part in self.rest)] if self.rest else [ask])


def judge(
    target: int | None,
    tally: Totals,
    period: Period,
    now: datetime,
    *,
    deadline: datetime | None = None,
    applicable: bool = True,
    exempt: str = "",
) -> Verdict:
    """How a quota of ``target`` items in ``period`` stands at ``now`` (aware UTC).

    ``deadline`` (UTC) is a cut-off other than the period's end; ``applicable`` is False for a unit or a plan that is
    not in force; ``exempt`` is the reason a unit was excused. On track means that delivered and scheduled items reach
    the target, or an even pace so far: by now ``floor(target × elapsed share + ½)``. So one item a week is at risk
    from Thursday noon when nothing is scheduled, not from Monday's first minute.
    """
    if not applicable:
        return Verdict(Status.NOT_APPLICABLE, Words(N_("Đơn vị hoặc kế hoạch không áp dụng trong kỳ này.")))
    if exempt:
        return Verdict(Status.EXEMPT, Words(N_("Được miễn trong kỳ này: %(reason)s."), {"reason": exempt}))
    if target is None:
        return Verdict(Status.NO_NUMBER, _count(N_("Thường xuyên, không ấn định số lượng; đã có %(counted)s."), tally))
    if tally.counted >= target:
        return Verdict(Status.MET, _count(N_("Đã đạt %(counted)s/%(target)s."), tally, target))
    return _unmet(target, tally, period, now, deadline or period.end)


def _unmet(target: int, tally: Totals, period: Period, now: datetime, closing: datetime) -> Verdict:
    if now >= closing:
        return Verdict(Status.MISSED, _count(N_("Hết hạn, mới có %(counted)s/%(target)s."), tally, target))
    ahead = forecast(target, tally, closing)
    if now < period.start:
        return Verdict(Status.UPCOMING, _count(N_("Chưa đến kỳ; cần %(target)s."), tally, target), ahead)
    if not ahead.uncovered:
        return Verdict(Status.ON_TRACK, _count(N_("Số đã đăng và đã lên lịch đủ %(target)s."), tally, target), ahead)
    if tally.counted + tally.scheduled >= due_by(target, period.start, closing, now):
        return Verdict(
            Status.ON_TRACK,
            _count(N_("Kịp tiến độ: đã có %(counted)s/%(target)s, còn thời gian."), tally, target),
            ahead,
        )
    return Verdict(Status.AT_RISK, _count(_risk(ahead, tally), tally, target), ahead)


def _risk(ahead: Forecast, tally: Totals) -> str:
    if tally.in_review >= ahead.uncovered:
        return N_("Chỉ đủ %(target)s nếu các bài đang chờ duyệt kịp được duyệt và lên lịch.")
    return N_("Chậm tiến độ: mới có %(counted)s/%(target)s, chưa đủ bài đã lên lịch hoặc chờ duyệt.")


def due_by(target: int, start: datetime, closing: datetime, now: datetime) -> int:
    """How many of ``target`` items an even pace has delivered by ``now``, rounded half up."""
    whole = closing - start
    elapsed = min(max((now - start) / whole, 0.0), 1.0) if whole > timedelta() else 1.0
    return int(target * elapsed + _HALF)


def forecast(target: int, tally: Totals, closing: datetime) -> Forecast:
    """What a quota of ``target`` items that closes at ``closing`` (UTC) still needs."""
    missing = max(target - tally.counted, 0)
    uncovered = max(missing - tally.scheduled, 0)
    if not uncovered:  # nothing more is needed than that what is promised goes out
        more = tally.scheduled - missing
        spare = (Words(N_("đã lên lịch thêm %(n)s"), {"n": more}),) if more else ()
        return Forecast(missing, 0, Words(N_("chờ %(n)s tin, bài đã lên lịch"), {"n": missing}), before(closing), spare)
    steps = (
        (tally.scheduled, N_("%(n)s đã lên lịch")),
        (tally.in_review, N_("%(n)s chờ duyệt")),
    )
    rest = tuple(Words(text, {"n": n}) for n, text in steps if n)
    return Forecast(
        missing,
        uncovered,
        Words(N_("cần thêm %(n)s tin, bài"), {"n": missing}),
        before(closing),
        rest or (Words(N_("chưa có bài nào lên lịch hoặc chờ duyệt")),),
    )


def before(closing: datetime) -> Words:
    """ "trước 17:30 thứ Sáu 27/11/2026 (GMT+7)"; midnight is told as the end of the day before."""
    there = local(closing)
    if (there.hour, there.minute) == (0, 0):
        day = there - timedelta(days=1)
        return Words(_UNTIL_END_OF[day.weekday()], {"date": f"{day:%d/%m/%Y}"})
    values = {"time": f"{there:%H:%M}", "date": f"{there:%d/%m/%Y}", "zone": ZONE_LABEL}
    return Words(_BEFORE[there.weekday()], values)


def members_needed(percent: int, members: int) -> int:
    """How many of ``members`` a target of ``percent`` asks for, rounded up: 80 % of 7 is 6."""
    return -(-percent * members // 100)


def _count(text: str, tally: Totals, target: int | None = None) -> Words:
    return Words(text, {"counted": tally.counted, "target": target})


_UNTIL_END_OF = (
    N_("trước khi hết thứ Hai %(date)s"),
    N_("trước khi hết thứ Ba %(date)s"),
    N_("trước khi hết thứ Tư %(date)s"),
    N_("trước khi hết thứ Năm %(date)s"),
    N_("trước khi hết thứ Sáu %(date)s"),
    N_("trước khi hết thứ Bảy %(date)s"),
    N_("trước khi hết Chủ nhật %(date)s"),
)
_BEFORE = (
    N_("trước %(time)s thứ Hai %(date)s (%(zone)s)"),
    N_("trước %(time)s thứ Ba %(date)s (%(zone)s)"),
    N_("trước %(time)s thứ Tư %(date)s (%(zone)s)"),
    N_("trước %(time)s thứ Năm %(date)s (%(zone)s)"),
    N_("trước %(time)s thứ Sáu %(date)s (%(zone)s)"),
    N_("trước %(time)s thứ Bảy %(date)s (%(zone)s)"),
    N_("trước %(time)s Chủ nhật %(date)s (%(zone)s)"),
)
