"""The plans' own language: every line of the excerpts leaves nothing that a presenter would stumble over."""

import re
from pathlib import Path

import pytest

from channels.radio_script.reading import read_aloud

LINES = [line for line in (Path(__file__).parent / "plans.txt").read_text("utf-8").splitlines() if line.strip()]
MARKED = re.compile(r"\[[^\[\]]*\?\]")
ABBREVIATION = re.compile(r"[A-ZĐƯ]{2,}|(?<!\w)[A-ZĐ]\.[A-ZĐ]")
SYMBOL = re.compile(r"[/&%@*_#<>|+=→“”\"()…]")


@pytest.mark.parametrize("line", LINES)
def test_no_digit_no_bare_abbreviation_no_symbol_is_left_and_spoken_lines_are_stable(line: str) -> None:
    spoken = read_aloud(line).spoken
    assert not re.search(r"\d", spoken)
    bare = MARKED.sub("", spoken)
    assert not ABBREVIATION.search(bare)
    assert not SYMBOL.search(bare)
    assert read_aloud(spoken).spoken == spoken


def test_the_marks_in_the_spoken_text_are_the_doubts() -> None:
    for line in LINES:
        reading = read_aloud(line)
        assert len(MARKED.findall(reading.spoken)) == sum(d.certainty == "unknown" for d in reading.doubts)
