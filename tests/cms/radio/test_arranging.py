"""The order of a bulletin: pure decisions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.radio.bulletins.arranging import Arrangement, arranged, filled, moved


@pytest.mark.parametrize(
    ("item", "by", "order"),
    [
        (1, 1, [2, 1, 3]), (1, -1, [1, 2, 3]), (3, -1, [1, 3, 2]), (3, 1, [1, 2, 3]), (2, -5, [2, 1, 3]),
        (1, 9, [2, 3, 1]),
    ],
)  # fmt: skip
def test_an_item_moves_by_places_and_stops_at_the_ends(item: int, by: int, order: list[int]) -> None:
    assert moved([1, 2, 3], item, by) == order


@given(st.permutations(list(range(6))), st.integers(0, 5), st.integers(-8, 8))
def test_moving_loses_nothing_and_keeps_the_others_in_order(order: list[int], item: int, by: int) -> None:
    after = moved(order, item, by)
    assert [one for one in after if one != item] == [one for one in order if one != item]
    assert sorted(after) == sorted(order)


def test_an_order_is_taken_only_if_it_is_of_the_same_items() -> None:
    assert arranged([1, 2, 3], [3, 1, 2]) == [3, 1, 2]
    assert arranged([1, 2, 3], [3, 1]) is None
    assert arranged([1, 2, 3], [3, 1, 4]) is None
    assert arranged([1, 2], [1, 1]) is None


def choice(number: int, seconds: float = 60, urgency: int = 0, *, aired: bool = False) -> Arrangement:
    return Arrangement(number, seconds, urgency, aired)


@pytest.mark.parametrize(
    ("room", "choices", "taken"),
    [
        (200, [choice(1), choice(2), choice(3)], [1, 2, 3]),
        (130, [choice(1), choice(2), choice(3)], [1, 2]),
        (124, [choice(1), choice(2)], [1]),
        (130, [choice(1, 100), choice(2, 60), choice(3, 20)], [1, 3]),
        (130, [choice(1, aired=True), choice(2)], [2]),
        (130, [choice(1), choice(2, urgency=1)], [2, 1]),
        (30, [choice(1), choice(2, urgency=2)], [2]),
        (30, [choice(1, urgency=2, aired=True)], []),
        (0, [], []),
    ],
)  # fmt: skip
def test_a_slot_is_filled_with_what_fits_and_urgent_ones_in_any_case(
    room: float, choices: list[Arrangement], taken: list[int]
) -> None:
    assert filled(room, choices, 5, first=True) == taken


@given(st.lists(st.floats(5, 200), max_size=8), st.floats(0, 900))
def test_what_is_filled_in_never_passes_the_slot(lengths: list[float], room: float) -> None:
    choices = [choice(number, seconds) for number, seconds in enumerate(lengths)]
    taken = filled(room, choices, 5, first=False)
    assert sum(lengths[number] + 5 for number in taken) <= room
    assert len(set(taken)) == len(taken)
