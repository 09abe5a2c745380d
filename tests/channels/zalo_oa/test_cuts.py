"""Titles and descriptions cut to what Zalo takes."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.zalo_oa.articles.cuts import DESCRIPTION_LIMIT, TITLE_LIMIT, cut, length

SENTENCE = "Người dân nộp hồ sơ trực tuyến tại nhà và nhận kết quả qua bưu điện mà không phải đi lại nhiều lần "


def titled(count: int) -> str:
    """A title of exactly ``count`` characters that ends in a word."""
    return (SENTENCE * 4)[: count - 1].rstrip().ljust(count, "a")


@pytest.mark.parametrize("count", [1, 139, 140])
def test_a_text_that_fits_is_left_alone(count: int) -> None:
    title = titled(count)
    assert (cut(title, TITLE_LIMIT).text, cut(title, TITLE_LIMIT).was_cut) == (title, False)


@pytest.mark.parametrize("count", [141, 149, 150, 151])
def test_a_longer_one_ends_at_a_word_with_an_ellipsis(count: int) -> None:
    made = cut(titled(count), TITLE_LIMIT)
    assert made.was_cut
    assert made.length == count
    assert len(made.text) <= TITLE_LIMIT
    assert made.text.endswith("…")
    assert titled(count).startswith(made.text[:-1] + " ")


@pytest.mark.parametrize(
    ("text", "limit", "wanted"),
    [
        ("một hai ba bốn", 11, "một hai ba…"),
        ("một hai ba bốn", 10, "một hai…"),
        ("một, hai", 6, "một…"),
        ("  một \n hai ", 20, "một hai"),
        ("khôngcókhoảngtrắngnào", 6, "không…"),
        ("ab👨‍👩‍👧cd", 5, "ab…"),
        ("👍👍👍", 4, "👍…"),
        ("x👍🏽y", 4, "x…"),
        ("", 5, ""),
    ],
)
def test_cuts(text: str, limit: int, wanted: str) -> None:
    assert cut(text, limit).text == wanted


def test_decomposed_vietnamese_is_composed_before_it_is_measured() -> None:
    title = unicodedata.normalize("NFD", titled(140))
    assert len(title) > 150
    assert cut(title, TITLE_LIMIT) == cut(titled(140), TITLE_LIMIT)


def test_an_emoji_counts_two() -> None:
    assert cut("👍" * 70, TITLE_LIMIT).was_cut is False
    assert cut("👍" * 71, TITLE_LIMIT).was_cut is True


@given(st.text(max_size=700))
def test_whatever_comes_in_what_goes_out_is_short_composed_and_whole(text: str) -> None:
    made = cut(text, DESCRIPTION_LIMIT).text
    assert length(made) <= DESCRIPTION_LIMIT
    assert made == unicodedata.normalize("NFC", made)
    assert cut(made, DESCRIPTION_LIMIT).text == made
