"""Weekly slots in the newsroom's time, as cases and as rules."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.localtime import ZONE, spoken
from scheduler.decisions.slots import free_slots, next_free_slot

MONDAY_8 = datetime(2025, 3, 10, 1, 0, tzinfo=UTC)
"""08:00 on a Monday in Viet Nam."""

MORNING_AND_EVENING = [
    {"weekday": 1, "time": "07:30"},
    {"weekday": 1, "time": "17:30"},
    {"weekday": 4, "time": "07:30"},
]


def local(day: int, hour: int, minute: int) -> datetime:
    return datetime(2025, 3, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("taken", "slot"),
    [
        ([], local(10, 17, 30)),
        ([local(10, 17, 30)], local(13, 7, 30)),
        ([local(10, 17, 30), local(13, 7, 30)], local(17, 7, 30)),
        ([local(10, 17, 31)], local(10, 17, 30)),
    ],
)
def test_the_next_free_slot(taken: list[datetime], slot: datetime) -> None:
    assert next_free_slot(MORNING_AND_EVENING, taken, MONDAY_8) == slot


def test_a_slot_that_is_now_has_passed() -> None:
    at_the_slot = local(10, 17, 30).astimezone(UTC)
    assert next_free_slot(MORNING_AND_EVENING, [], at_the_slot) == local(13, 7, 30)


def test_a_late_evening_in_utc_is_already_the_next_day_here() -> None:
    sunday_evening_utc = datetime(2025, 3, 9, 23, 0, tzinfo=UTC)
    assert next_free_slot(MORNING_AND_EVENING, [], sunday_evening_utc) == local(10, 7, 30)


def test_without_slots_there_is_none() -> None:
    assert next_free_slot([], [], MONDAY_8) is None
    assert free_slots([], [], MONDAY_8, MONDAY_8 + timedelta(weeks=1)) == []


def test_free_slots_until_an_end_and_including_it() -> None:
    found = free_slots(MORNING_AND_EVENING, [local(13, 7, 30)], MONDAY_8, local(17, 7, 30))
    assert found == [local(10, 17, 30), local(17, 7, 30)]


def test_times_are_spoken_with_their_zone() -> None:
    assert spoken(local(22, 17, 30)) == "17:30 ngày 22/03/2025 (GMT+7)"


SLOTS = st.lists(
    st.fixed_dictionaries({"weekday": st.integers(1, 7), "time": st.times().map(lambda t: f"{t:%H:%M}")}),
    min_size=1,
    max_size=8,
)
NOWS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


@given(SLOTS, NOWS, st.data())
def test_a_free_slot_is_ahead_is_a_slot_and_is_not_taken(
    slots: list[dict[str, object]], now: datetime, data: st.DataObject
) -> None:
    ahead = free_slots(slots, [], now, now + timedelta(weeks=3))
    taken = data.draw(st.sets(st.sampled_from(ahead))) if ahead else set()
    found = next_free_slot(slots, taken, now)
    assert found is not None
    assert found > now
    assert found not in taken
    assert found.utcoffset() == timedelta(0)
    here = found.astimezone(ZONE)
    assert {"weekday": here.isoweekday(), "time": f"{here:%H:%M}"} in slots
    assert all(slot in taken for slot in ahead if slot < found), "no earlier slot is free"


@given(SLOTS, NOWS)
def test_every_week_has_as_many_slots_as_the_channel(slots: list[dict[str, object]], now: datetime) -> None:
    different = {(slot["weekday"], slot["time"]) for slot in slots}
    week = free_slots(slots, [], now, now + timedelta(weeks=1))
    assert len(week) == len(different)
    assert week == sorted(set(week))
