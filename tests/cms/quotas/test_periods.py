"""Periods are Vietnamese calendar days; weeks are ISO weeks that belong where their Thursday lies."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cms.core.periods import Per, Period, PeriodError, at, containing, holder, parse, parts, span

DAYS = st.dates(date(2000, 1, 10), date(2199, 12, 20))
PERS = st.sampled_from(list(Per))
ORDER = list(Per)


@pytest.mark.parametrize(
    ("text", "first", "last", "label"),
    [
        ("2025-W10", date(2025, 3, 3), date(2025, 3, 9), "Tuần 10, 3–9/3/2025"),
        ("2025-W18", date(2025, 4, 28), date(2025, 5, 4), "Tuần 18, 28/4–4/5/2025"),
        ("2025-W01", date(2024, 12, 30), date(2025, 1, 5), "Tuần 1, 30/12/2024–5/1/2025"),
        ("2026-W53", date(2026, 12, 28), date(2027, 1, 3), "Tuần 53, 28/12/2026–3/1/2027"),
        ("2025-03", date(2025, 3, 1), date(2025, 3, 31), "Tháng 3/2025"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "Tháng 2/2024"),
        ("2025-12", date(2025, 12, 1), date(2025, 12, 31), "Tháng 12/2025"),
        ("2025-Q1", date(2025, 1, 1), date(2025, 3, 31), "Quý I/2025"),
        ("2025-Q4", date(2025, 10, 1), date(2025, 12, 31), "Quý IV/2025"),
        ("2025", date(2025, 1, 1), date(2025, 12, 31), "Năm 2025"),
        ("2025-03-10", date(2025, 3, 10), date(2025, 3, 10), "Thứ Hai 10/03/2025"),
        ("2026-11-22", date(2026, 11, 22), date(2026, 11, 22), "Chủ nhật 22/11/2026"),
    ],
)
def test_a_period_is_read_named_and_written_back(text: str, first: date, last: date, label: str) -> None:
    period = parse(text)
    assert (period.first, period.last) == (first, last)
    assert str(period.label()) == label
    assert period.code == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "tuần này", "2025-W00", "2025-W53", "2025-W1", "2025-13", "2025-00", "2025-Q5", "2025-Q0", "2025-02-29"),
        *("25", "0000", "1999", "2200", "9999-12-31", "2025-W10 ", "2025-3", "２０２５", "-2025", "2025-W10\n"),
    ],
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(PeriodError, match="2025-W10"):
        parse(text)


def test_a_period_runs_from_midnight_to_midnight_in_viet_nam() -> None:
    week = parse("2025-W10")
    assert week.start == datetime(2025, 3, 2, 17, tzinfo=UTC)
    assert week.end == datetime(2025, 3, 9, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "inside"),
    [
        (datetime(2025, 3, 2, 16, 59, 59, tzinfo=UTC), False),
        (datetime(2025, 3, 2, 17, tzinfo=UTC), True),
        (datetime(2025, 3, 9, 16, 59, 59, tzinfo=UTC), True),
        (datetime(2025, 3, 9, 17, tzinfo=UTC), False),
    ],
)
def test_sunday_evening_is_the_weeks_and_monday_morning_the_next_ones(instant: datetime, inside: bool) -> None:
    assert (instant in parse("2025-W10")) is inside


@given(DAYS, PERS)
@settings(deadline=None)
def test_a_period_contains_the_day_it_was_asked_for_and_reads_back(day: date, per: Per) -> None:
    period = containing(per, day)
    assert period.first <= day <= period.last
    assert parse(period.code) == period
    assert period.start < period.end


@given(DAYS, PERS)
@settings(deadline=None)
def test_neighbours_touch_without_gap_or_overlap(day: date, per: Per) -> None:
    period = containing(per, day)
    assert period.next().start == period.end
    assert period.previous().end == period.start
    assert period.next().previous() == period


@given(DAYS, st.sampled_from([(a, b) for i, a in enumerate(ORDER) for b in ORDER[i:]]))
@settings(deadline=None)
def test_every_narrow_period_belongs_to_exactly_one_wide_one(day: date, pers: tuple[Per, Per]) -> None:
    narrow, wide = pers
    part = containing(narrow, day)
    whole = holder(part, wide)
    assert part in parts(whole, narrow)
    assert part not in parts(whole.previous(), narrow)
    assert part not in parts(whole.next(), narrow)


@given(DAYS)
@settings(deadline=None)
def test_the_days_of_a_period_are_all_its_days(day: date) -> None:
    month = containing(Per.MONTH, day)
    assert [part.first for part in parts(month, Per.DAY)] == [
        month.first + timedelta(days=n) for n in range((month.last - month.first).days + 1)
    ]


def test_a_week_belongs_to_the_month_of_its_thursday() -> None:
    assert holder(parse("2025-W18"), Per.MONTH) == parse("2025-05")
    assert holder(parse("2025-W01"), Per.YEAR) == parse("2025")
    assert holder(parse("2026-W53"), Per.QUARTER) == parse("2026-Q4")
    assert [w.code for w in parts(parse("2025-05"), Per.WEEK)] == [f"2025-W{n}" for n in range(18, 23)]


def test_a_wider_period_has_no_holder_in_a_narrower_kind_and_is_no_part_of_it() -> None:
    with pytest.raises(ValueError, match="narrower"):
        holder(parse("2025-03"), Per.WEEK)
    assert parts(parse("2025-W10"), Per.MONTH) == ()


def test_the_running_period_is_told_by_the_clocks_of_viet_nam() -> None:
    assert at(Per.DAY, datetime(2026, 11, 22, 17, tzinfo=UTC)) == parse("2026-11-23")
    assert at(Per.WEEK, datetime(2026, 11, 22, 16, 59, tzinfo=UTC)) == parse("2026-W47")


def test_a_span_of_days_says_no_more_than_is_clear() -> None:
    assert span(date(2025, 3, 3), date(2025, 3, 9)) == "3–9/3/2025"
    assert span(date(2025, 3, 3), date(2026, 3, 3)) == "3/3/2025–3/3/2026"


def test_periods_are_plain_values() -> None:
    assert parse("2025-03") == Period(Per.MONTH, date(2025, 3, 1), date(2025, 3, 31))
    assert len({parse("2025-03"), containing(Per.MONTH, date(2025, 3, 20))}) == 1
