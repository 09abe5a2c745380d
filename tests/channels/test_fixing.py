"""The edits that a finding offers: made as they were meant, or not at all."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.contract import Edit
from channels.fixing import apply, whole


def test_all_edits_count_in_the_text_as_it_was() -> None:
    edits = (Edit(8, 15, "&#8211;", "–"), Edit(1, 7, "&nbsp;", " "))
    assert apply("5&nbsp;0&#8211;6", edits) == "5 0–6"


@pytest.mark.parametrize(
    "edits", [(Edit(0, 1, "b", ""),), (Edit(0, 2, "ab", ""), Edit(1, 3, "bc", "")), (Edit(2, 9, "c", ""),)]
)
def test_an_edit_of_another_text_is_not_made(edits: tuple[Edit, ...]) -> None:
    with pytest.raises(ValueError, match="not what it was"):
        apply("abc", edits)


@settings(max_examples=100)
@given(st.text("aă🙂\n", max_size=12), st.text("aă🙂\n", max_size=12))
def test_the_edit_of_a_whole_text_makes_it(old: str, new: str) -> None:
    assert apply(old, whole(old, new)) == new
