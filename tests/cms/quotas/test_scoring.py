"""How a unit stands with a quota, and how the days of a week or the weeks of a month make a whole."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.contract import Evidence
from cms.core.periods import Per, parse
from cms.quotas.counting.scoring import Score, Scorer
from cms.quotas.counting.status import Status, Totals
from cms.quotas.counting.tallies import QuotaRule, Tally, stretch
from tests.cms.quotas.province import at

DAILY = QuotaRule(
    id=1, target=1, per=Per.DAY, media=frozenset({"led_board"}), proof=Evidence.PLAY, first=date(2026, 1, 1),
    last=date(2026, 12, 31),
)  # fmt: skip
WEEK, MONTH = parse("2026-W47"), parse("2026-11")
THURSDAY = at("2026-11-19", "10:00")
LATER = at("2026-12-24")
UNIT = 7


def score(days: str, duty: QuotaRule = DAILY, shown: str = "2026-W47", now: datetime = THURSDAY) -> Score:
    """Score parts written as a text: x counted, s scheduled, r in review, g called back, anything else nothing."""
    lists = {letter: [[number] if letter == one else [] for one in "xsrg"] for number, letter in enumerate("xsrg")}
    piles = {(UNIT, part): Tally(*lists[letter]) for part, letter in enumerate(days) if letter in lists}
    period = parse(shown)
    return Scorer(duty, stretch(duty, period), period, now).score(piles, UNIT)


CASES = [
    ("xxxx", THURSDAY, Status.ON_TRACK, 4, "Đã đạt 4/7 kỳ, các kỳ khác chưa tới."),
    ("xxx", THURSDAY, Status.ON_TRACK, 3, "Thứ Năm 19/11/2026: Kịp tiến độ: đã có 0/1, còn thời gian."),
    ("xxx", at("2026-11-19", "15:00"), Status.AT_RISK, 3, "Thứ Năm 19/11/2026: Chậm tiến độ"),
    ("xxxs", at("2026-11-19", "15:00"), Status.ON_TRACK, 3, "Thứ Năm 19/11/2026: Số đã đăng và đã lên lịch đủ 1."),
    ("xx.x", THURSDAY, Status.MISSED, 3, "Thứ Tư 18/11/2026: Hết hạn, mới có 0/1."),
    ("xxxxxxx", LATER, Status.MET, 7, "Đạt cả 7 kỳ."),
    ("xxxxxx.", LATER, Status.MISSED, 6, "Chủ nhật 22/11/2026: Hết hạn, mới có 0/1."),
    ("", at("2026-11-10"), Status.UPCOMING, 0, "Thứ Hai 16/11/2026: Chưa đến kỳ; cần 1."),
]


@pytest.mark.parametrize(("days", "now", "status", "met", "why"), CASES)
def test_a_week_is_as_good_as_its_worst_day(days: str, now: datetime, status: Status, met: int, why: str) -> None:
    found = score(days, now=now)
    assert (found.verdict.status, found.met, found.of) == (status, met, 7)
    assert str(found.verdict.why).startswith(why)


def test_a_whole_tells_its_sums_and_when_the_decisive_part_closes() -> None:
    found = score("x.sg")
    assert found.tally == Totals(1, 1, 0)
    assert (found.retracted, found.target) == (1, 7)
    assert found.closes == at("2026-11-18", "00:00")


def test_days_before_the_plan_began_are_not_asked_for() -> None:
    found = score("..xxxxx", replace(DAILY, first=date(2026, 11, 18)), now=LATER)
    assert (found.verdict.status, found.met, found.of, found.target) == (Status.MET, 5, 5, 5)


def test_a_week_outside_of_the_plan_does_not_apply() -> None:
    found = score("", replace(DAILY, last=date(2026, 11, 15)))
    assert found.verdict.status is Status.NOT_APPLICABLE


def test_a_quota_by_the_month_is_judged_over_its_month_in_any_week() -> None:
    found = score("x", replace(DAILY, per=Per.MONTH, target=2))
    assert (found.period, found.of, found.tally.counted) == (MONTH, 1, 1)
    assert found.verdict.status is Status.ON_TRACK


def test_regular_work_is_never_missed() -> None:
    found = score("", replace(DAILY, target=None, per=Per.MONTH), now=LATER)
    assert found.verdict.status is Status.NO_NUMBER
    assert found.period == WEEK


def test_a_share_of_members_that_nobody_counted_has_no_verdict() -> None:
    schools = replace(DAILY, per=Per.YEAR, share=(100, "trường học"))
    found = score("x", schools, now=LATER)
    assert found.verdict.status is Status.NO_NUMBER
    assert str(found.verdict.why) == (
        "Đã ghi nhận 1. Kế hoạch đòi 100% trường học; hệ thống không có tổng số nên không tự kết luận."
    )


def test_parts_can_be_looked_at_one_by_one() -> None:
    scorer = Scorer(DAILY, stretch(DAILY, WEEK), WEEK, THURSDAY)
    parts = scorer.by_part({(UNIT, 0): Tally([1], [], [], [])}, UNIT)
    assert [part.verdict.status for part in parts][:3] == [Status.MET, Status.MISSED, Status.MISSED]
    assert [part.period.first for part in parts] == [WEEK.first + timedelta(days=n) for n in range(7)]


@given(st.text("x.srg", max_size=7), st.integers(0, 9 * 24))
def test_a_whole_is_met_exactly_when_every_part_is(days: str, hours: int) -> None:
    found = score(days, now=WEEK.start + timedelta(hours=hours))
    assert (found.verdict.status is Status.MET) == (found.met == found.of)
    assert found.met == days.count("x")


@given(st.text("x.srg", min_size=7, max_size=7), st.integers(0, 6), st.integers(0, 9 * 24))
def test_delivering_on_one_more_day_never_makes_a_week_worse(days: str, day: int, hours: int) -> None:
    now = WEEK.start + timedelta(hours=hours)
    order = [Status.MISSED, Status.AT_RISK, Status.UPCOMING, Status.ON_TRACK, Status.MET]
    better = days[:day] + "x" + days[day + 1 :]
    before, after = (order.index(score(text, now=now).verdict.status) for text in (days, better))
    assert after >= before
