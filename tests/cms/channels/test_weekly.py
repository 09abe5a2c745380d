"""Weekly times as people write them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.core.refusal import Invalid
from cms.web.input.weekly_times import read, write
from scheduler.decisions.slots import next_free_slot
from tests.conftest import SUNDAY


@pytest.mark.parametrize(
    ("written", "times"),
    [
        ("", []),
        ("07:30", ["07:30"]),
        ("7:30, 17:30", ["07:30", "17:30"]),
        ("17h30 7h", ["07:00", "17:30"]),
        ("7.30;7:30", ["07:30"]),
        ("00:00 23:59", ["00:00", "23:59"]),
        ("7", ["07:00"]),
        ("19H", ["19:00"]),
    ],
)
def test_readings(written: str, times: list[str]) -> None:
    assert read({3: written}) == [{"weekday": 3, "time": time} for time in times]


@pytest.mark.parametrize("written", ["24:00", "07:60", "sáng", "-1", "7:3", "07:30:00", "１２:00"])
def test_what_is_no_time_is_named_at_its_day(written: str) -> None:
    with pytest.raises(Invalid, match="không phải giờ trong ngày") as refused:
        read({1: "07:30", 5: written})
    assert refused.value.field == "slot-5"


def test_a_day_has_a_limit() -> None:
    with pytest.raises(Invalid, match="tối đa 48"):
        read({1: " ".join(f"{minute // 60}:{minute % 60:02}" for minute in range(49))})


TIMES = st.times().map(lambda time: f"{time:%H:%M}")
SLOTS = st.lists(
    st.fixed_dictionaries({"weekday": st.integers(1, 7), "time": TIMES}),
    max_size=20,
    unique_by=lambda slot: (slot["weekday"], slot["time"]),
)


@given(SLOTS)
def test_what_is_written_is_read_back_and_the_scheduler_understands_it(slots: list[dict[str, Any]]) -> None:
    again = read(write(slots))
    assert again == sorted(slots, key=lambda slot: (slot["weekday"], slot["time"]))
    assert (next_free_slot(again, set(), SUNDAY) is None) == (not slots)
