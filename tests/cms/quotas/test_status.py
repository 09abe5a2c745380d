"""Met, on track, at risk, missed: decided from counts and the clock alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.localtime import from_local
from channels.words import Words
from cms.core.periods import parse
from cms.quotas.counting.status import Status, Totals, before, due_by, forecast, judge, members_needed

WEEK = parse("2026-W48")
"""Monday 23 to Sunday 29 November 2026."""
EARLY = from_local(datetime(2026, 11, 22, 12, 0))
MONDAY = from_local(datetime(2026, 11, 23, 8, 0))
THURSDAY = from_local(datetime(2026, 11, 26, 12, 0))
SUNDAY = from_local(datetime(2026, 11, 29, 20, 0))
AFTER = WEEK.end
FRIDAY = from_local(datetime(2026, 11, 27, 17, 30))


CASES: list[tuple[int | None, Totals, datetime, datetime | None, Status, str]] = [
    # target, tally, now, deadline, status, why
    (None, Totals(), MONDAY, None, Status.NO_NUMBER, "Thường xuyên, không ấn định số lượng; đã có 0."),
    (None, Totals(3), AFTER, None, Status.NO_NUMBER, "Thường xuyên, không ấn định số lượng; đã có 3."),
    (2, Totals(2), MONDAY, None, Status.MET, "Đã đạt 2/2."),
    (2, Totals(3), AFTER, None, Status.MET, "Đã đạt 3/2."),
    (2, Totals(2), EARLY, None, Status.MET, "Đã đạt 2/2."),
    (1, Totals(), EARLY, None, Status.UPCOMING, "Chưa đến kỳ; cần 1."),
    (1, Totals(0, 1), EARLY, None, Status.UPCOMING, "Chưa đến kỳ; cần 1."),
    (2, Totals(1, 1), SUNDAY, None, Status.ON_TRACK, "Số đã đăng và đã lên lịch đủ 2."),
    (2, Totals(0, 2), MONDAY, None, Status.ON_TRACK, "Số đã đăng và đã lên lịch đủ 2."),
    (1, Totals(), MONDAY, None, Status.ON_TRACK, "Kịp tiến độ: đã có 0/1, còn thời gian."),
    (2, Totals(1), THURSDAY, None, Status.ON_TRACK, "Kịp tiến độ: đã có 1/2, còn thời gian."),
    (
        1,
        Totals(0, 0, 1),
        SUNDAY,
        None,
        Status.AT_RISK,
        "Chỉ đủ 1 nếu các bài đang chờ duyệt kịp được duyệt và lên lịch.",
    ),
    (
        2,
        Totals(0, 1, 1),
        SUNDAY,
        None,
        Status.AT_RISK,
        "Chỉ đủ 2 nếu các bài đang chờ duyệt kịp được duyệt và lên lịch.",
    ),
    (1, Totals(), THURSDAY, None, Status.AT_RISK, "Chậm tiến độ: mới có 0/1, chưa đủ bài đã lên lịch hoặc chờ duyệt."),
    (
        3,
        Totals(1, 0, 1),
        SUNDAY,
        None,
        Status.AT_RISK,
        "Chậm tiến độ: mới có 1/3, chưa đủ bài đã lên lịch hoặc chờ duyệt.",
    ),
    (1, Totals(), AFTER, None, Status.MISSED, "Hết hạn, mới có 0/1."),
    (2, Totals(1, 5, 5), AFTER, None, Status.MISSED, "Hết hạn, mới có 1/2."),
    (1, Totals(), FRIDAY, FRIDAY, Status.MISSED, "Hết hạn, mới có 0/1."),
    (1, Totals(1), SUNDAY, FRIDAY, Status.MET, "Đã đạt 1/1."),
    (1, Totals(), AFTER, AFTER + timedelta(days=2), Status.AT_RISK, "Chậm tiến độ"),
]


@pytest.mark.parametrize(("target", "tally", "now", "deadline", "status", "why"), CASES)
def test_how_a_quota_stands(
    target: int | None, tally: Totals, now: datetime, deadline: datetime | None, status: Status, why: str
) -> None:
    verdict = judge(target, tally, WEEK, now, deadline=deadline)
    assert verdict.status is status
    assert str(verdict.why).startswith(why)


def test_a_unit_that_is_not_in_force_owes_nothing_and_one_that_is_excused_says_why() -> None:
    gone = judge(1, Totals(5), WEEK, MONDAY, applicable=False, exempt="lũ lụt")
    assert gone.status is Status.NOT_APPLICABLE
    excused = judge(1, Totals(), WEEK, AFTER, exempt="lũ lụt")
    assert (excused.status, str(excused.why)) == (Status.EXEMPT, "Được miễn trong kỳ này: lũ lụt.")


@pytest.mark.parametrize(
    ("target", "tally", "deadline", "sentence"),
    [
        (
            3,
            Totals(1, 1, 1),
            FRIDAY,
            "cần thêm 2 tin, bài trước 17:30 thứ Sáu 27/11/2026 (GMT+7); 1 đã lên lịch, 1 chờ duyệt",
        ),
        (2, Totals(0, 1), None, "cần thêm 2 tin, bài trước khi hết Chủ nhật 29/11/2026; 1 đã lên lịch"),
        (1, Totals(0, 1), None, "chờ 1 tin, bài đã lên lịch trước khi hết Chủ nhật 29/11/2026"),
        (
            2,
            Totals(1, 3, 1),
            None,
            "chờ 1 tin, bài đã lên lịch trước khi hết Chủ nhật 29/11/2026; đã lên lịch thêm 2",
        ),
        (1, Totals(0, 0, 2), None, "cần thêm 1 tin, bài trước khi hết Chủ nhật 29/11/2026; 2 chờ duyệt"),
        (
            1,
            Totals(),
            None,
            "cần thêm 1 tin, bài trước khi hết Chủ nhật 29/11/2026; chưa có bài nào lên lịch hoặc chờ duyệt",
        ),
    ],
)
def test_the_forecast_says_how_many_by_when_and_what_is_under_way(
    target: int, tally: Totals, deadline: datetime | None, sentence: str
) -> None:
    ahead = judge(target, tally, WEEK, SUNDAY if deadline is None else MONDAY, deadline=deadline).forecast
    assert ahead is not None
    assert ahead.sentence() == sentence


def test_a_forecast_is_put_into_the_readers_language_part_by_part() -> None:
    said: list[Words] = []

    def say(words: Words) -> str:
        said.append(words)
        return "x"

    assert forecast(3, Totals(1, 1, 1), FRIDAY).sentence(say) == "x x; x, x"
    assert [type(value) for words in said for value in words.values.values()] == [int, str, str, str, int, int]


@pytest.mark.parametrize("status", [Status.MET, Status.MISSED])
def test_what_is_over_has_no_forecast(status: Status) -> None:
    verdict = judge(1, Totals(1 if status is Status.MET else 0), WEEK, AFTER)
    assert (verdict.status, verdict.forecast) == (status, None)


@pytest.mark.parametrize(
    ("instant", "words"),
    [
        (from_local(datetime(2026, 11, 23, 0, 0)), "trước khi hết Chủ nhật 22/11/2026"),
        (from_local(datetime(2026, 11, 24, 0, 0)), "trước khi hết thứ Hai 23/11/2026"),
        (datetime(2026, 11, 23, 2, 5, tzinfo=UTC), "trước 09:05 thứ Hai 23/11/2026 (GMT+7)"),
        (datetime(2026, 11, 22, 17, 1, tzinfo=UTC), "trước 00:01 thứ Hai 23/11/2026 (GMT+7)"),
    ],
)
def test_a_closing_time_is_told_as_people_say_it(instant: datetime, words: str) -> None:
    assert str(before(instant)) == words


@pytest.mark.parametrize(
    ("target", "days", "due"),
    [(1, 0, 0), (1, 3.4, 0), (1, 3.5, 1), (1, 7, 1), (2, 1.7, 0), (2, 1.75, 1), (2, 5.25, 2), (7, 3.5, 4), (1, 99, 1)],
)
def test_an_even_pace_rounds_half_up(target: int, days: float, due: int) -> None:
    assert due_by(target, WEEK.start, WEEK.end, WEEK.start + timedelta(days=days)) == due


def test_a_period_that_closes_as_it_starts_is_due_at_once() -> None:
    assert due_by(3, WEEK.start, WEEK.start, WEEK.start) == 3


@pytest.mark.parametrize(
    ("percent", "members", "needed"), [(100, 15, 15), (80, 7, 6), (80, 5, 4), (1, 1, 1), (50, 0, 0)]
)
def test_a_share_is_rounded_up(percent: int, members: int, needed: int) -> None:
    assert members_needed(percent, members) == needed


RANK = {Status.MISSED: 0, Status.AT_RISK: 1, Status.UPCOMING: 2, Status.ON_TRACK: 2, Status.MET: 3}
TALLIES = st.builds(Totals, st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
TARGETS = st.integers(1, 9)
NOWS = st.integers(-3 * 24 * 60, 10 * 24 * 60).map(lambda minutes: WEEK.start + timedelta(minutes=minutes))
DEADLINES = st.none() | st.integers(0, 9 * 24).map(lambda hours: WEEK.start + timedelta(hours=hours))


@given(TARGETS, TALLIES, NOWS, DEADLINES)
@settings(deadline=None)
def test_met_means_that_the_target_is_counted_and_nothing_else(
    target: int, tally: Totals, now: datetime, deadline: datetime | None
) -> None:
    verdict = judge(target, tally, WEEK, now, deadline=deadline)
    assert (verdict.status is Status.MET) == (tally.counted >= target)


@given(TARGETS, TALLIES, NOWS, DEADLINES, st.sampled_from(["counted", "scheduled", "in_review"]))
@settings(deadline=None)
def test_one_more_item_never_makes_it_worse(
    target: int, tally: Totals, now: datetime, deadline: datetime | None, step: str
) -> None:
    more = replace(tally, **{step: getattr(tally, step) + 1})
    ranks = [RANK[judge(target, each, WEEK, now, deadline=deadline).status] for each in (tally, more)]
    assert ranks[0] <= ranks[1]


@given(TARGETS, TALLIES, NOWS, DEADLINES, st.integers(0, 5000))
@settings(deadline=None)
def test_waiting_never_makes_it_better(
    target: int, tally: Totals, now: datetime, deadline: datetime | None, minutes: int
) -> None:
    later = now + timedelta(minutes=minutes)
    ranks = [RANK[judge(target, tally, WEEK, when, deadline=deadline).status] for when in (now, later)]
    assert ranks[0] >= ranks[1]


@given(TARGETS, TALLIES, NOWS, DEADLINES)
@settings(deadline=None)
def test_delivering_what_was_scheduled_never_makes_it_worse(
    target: int, tally: Totals, now: datetime, deadline: datetime | None
) -> None:
    delivered = Totals(tally.counted + tally.scheduled, 0, tally.in_review)
    ranks = [RANK[judge(target, each, WEEK, now, deadline=deadline).status] for each in (tally, delivered)]
    assert ranks[0] <= ranks[1]


@given(TALLIES, NOWS, DEADLINES)
@settings(deadline=None)
def test_a_duty_without_a_number_is_never_missed(tally: Totals, now: datetime, deadline: datetime | None) -> None:
    assert judge(None, tally, WEEK, now, deadline=deadline).status is Status.NO_NUMBER


@given(TARGETS, TALLIES, NOWS, DEADLINES)
@settings(deadline=None)
def test_missed_is_said_only_after_the_close_and_always_then(
    target: int, tally: Totals, now: datetime, deadline: datetime | None
) -> None:
    verdict = judge(target, tally, WEEK, now, deadline=deadline)
    over = now >= (deadline or WEEK.end)
    assert (verdict.status is Status.MISSED) == (over and tally.counted < target)


@given(TARGETS, TALLIES)
@settings(deadline=None)
def test_a_forecast_adds_up(target: int, tally: Totals) -> None:
    ahead = forecast(target, tally, FRIDAY)
    assert ahead.missing == max(target - tally.counted, 0)
    assert 0 <= ahead.uncovered <= ahead.missing


@given(TARGETS, TALLIES, NOWS, DEADLINES)
@settings(deadline=None)
def test_the_sentence_and_the_number_never_disagree(
    target: int, tally: Totals, now: datetime, deadline: datetime | None
) -> None:
    verdict = judge(target, tally, WEEK, now, deadline=deadline)
    why, todo = str(verdict.why), verdict.forecast.sentence() if verdict.forecast else ""
    missing, covered = max(target - tally.counted, 0), tally.counted + tally.scheduled >= target
    assert ("cần thêm" in todo) == (bool(verdict.forecast) and not covered)
    assert f"cần thêm {missing} " in f"{todo} " or "cần thêm" not in todo
    if "đủ" in why and "chưa đủ" not in why and "Chỉ đủ" not in why:
        assert covered
        assert "cần thêm" not in todo
    assert (verdict.status is Status.MET) == (tally.counted >= target)
    assert not (verdict.status is Status.MET and todo)
