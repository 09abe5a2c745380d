"""Days and times are read in every way that people here write them, and in no other."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.web.dates import as_typed, read_day, read_moment

SUNDAY, EVENING = date(2026, 11, 22), datetime(2026, 11, 22, 17, 30)


@pytest.mark.parametrize("text", ["22/11/2026", " 22/11/2026 ", "22-11-2026", "22.11.2026", "2026-11-22"])
def test_a_day(text: str) -> None:
    assert read_day(text) == SUNDAY


@pytest.mark.parametrize(
    "text",
    [
        "22/11/2026 17:30", "22/11/2026, 17:30", "17:30 22/11/2026", "17h30 ngày 22/11/2026", "17:30, ngày 22/11/2026",
        "lúc 17 giờ 30 phút 22-11-2026", "2026-11-22T17:30", "2026-11-22T17:30:00", "2026-11-22 17:30",
    ],
)  # fmt: skip
def test_a_moment(text: str) -> None:
    assert read_moment(text) == EVENING


def test_a_full_hour_needs_no_minutes() -> None:
    assert read_moment("22/11/2026 17h") == read_moment("17 giờ 22/11/2026") == datetime(2026, 11, 22, 17)


@pytest.mark.parametrize(
    "text", ["", "mai", "11/22/2026", "31/11/2026", "22/11/26", "22/11-2026", "22/11/20261", "122/11/2026"]
)
def test_what_is_no_day(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_day(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "22/11/2026", "2026-11-22", "17:30", "22/11/2026 25:00", "22/11/2026 17:60", "22/11/2026 5:30 PM",
        "22/11/2026 17:30 23/11/2026", "2026-11-22T17:30Z", "2026-11-22T17:30+07:00", "22/11/2026 1730",
    ],
)  # fmt: skip
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_moment(text)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2199, 12, 31)).map(lambda at: at.replace(second=0, microsecond=0)))
def test_what_is_shown_is_read_again(at: datetime) -> None:
    assert read_moment(as_typed(at.isoformat(), moment=True)) == at
    assert read_day(as_typed(at.date().isoformat())) == at.date()


def test_what_cannot_be_read_stays_as_it_was_entered() -> None:
    assert as_typed("ngày mai") == "ngày mai"
    assert as_typed("22/11/2026", moment=True) == "22/11/2026"
