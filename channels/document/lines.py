"""What a line can begin: the marks of blocks, without what looks like one and is news.

"22. 11", "2024. Năm", "+84 272", "- 5 độ", "> 5 triệu", "#chuyendoiso", "# để kết thúc" are words. So are
"01. ", whose zero would be lost, and a star that no other follows.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

_BULLET = re.compile(r"([-*+])[ \t]+(?=\S)")
_NUMBER = re.compile(r"(0|[1-9][0-9]{0,2})\.[ \t]+(?=\S)")
_HEADING = re.compile(r"(?!#[ \t]+(?:để[ \t]|[\d*]{1,20}[ \t]*#$))(#{1,6})[ \t]+(?=\S)")
_CLOSING_HASHES = re.compile(r"(?:^|[ \t])#+$")
_QUOTE = re.compile(r">(?![ \t]?(?:\d(?!\d{0,2}\.[ \t])|[=<]))[ \t]?")
_FENCE = re.compile(r"(`{3,})[^`]*")
_DELIMITER = re.compile(r":?-+:?")
_PIPE = re.compile(r"(?<!\\)\|")
_DEGREE = re.compile(r"\d{1,3}(?:[.,]\d{1,3})?\s?(?:°|º|độ\b)")
_RULES = frozenset("-*_=")
_FENCES = 20
_AHEAD = 30
"""Lines in which the second item of a list is looked for."""


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One line without the space around it. ``indent`` counts columns, a tab four; ``start`` is an offset."""

    text: str
    indent: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Marker:
    """The sign of a list item: ``number`` None for a bullet, ``width`` of sign and space in characters."""

    sign: str
    number: int | None
    width: int


class Lines:
    """Lines of one text or of one block, by where they start and end in ``source``; each is looked at once."""

    def __init__(self, source: str, places: Sequence[tuple[int, int]]) -> None:
        self.source, self.places = source, places
        self.each = [_line(source, start, end) for start, end in places]
        self._closing: list[int] | None = None

    def __len__(self) -> int:
        return len(self.each)

    def __getitem__(self, at: int) -> SourceLine:
        return self.each[at]

    def closing_fence(self, at: int, size: int) -> int:
        """Return the first line after ``at`` of ``size`` backticks or more and nothing else; 0 if there is none."""
        if self._closing is None:
            self._closing = [n for n, one in enumerate(self.each) if set(one.text) == {"`"} and len(one.text) >= 3]
        later = self._closing[bisect_right(self._closing, at) :][:_FENCES]
        return next((n for n in later if len(self.each[n].text) >= size), 0)


def _line(source: str, start: int, end: int) -> SourceLine:
    raw = source[start:end]
    text = raw.lstrip()
    space = raw[: len(raw) - len(text)]
    return SourceLine(text.rstrip(), len(space) + 3 * space.count("\t"), end - len(text), end)


def is_rule(text: str) -> bool:
    """Tell whether a line is nothing but three or more of one sign."""
    return text[:1] in _RULES and len(text) >= 3 and set(text) <= {text[0], " ", "\t"} and text.count(text[0]) >= 3


def heading(text: str) -> tuple[int, int, int] | None:
    """Return the level of a heading and where its words start and end in ``text``."""
    match = _HEADING.match(text)
    if match is None:
        return None
    words = text[match.end() :]
    closing = _CLOSING_HASHES.search(words) if words.endswith("#") else None
    kept = words[: closing.start()].rstrip() if closing else words
    return (len(match[1]), match.end(), match.end() + len(kept)) if kept else None


def quote(text: str) -> int:
    """Return how many characters of ``text`` are the sign of a quotation, 0 if it is none."""
    match = _QUOTE.match(text)
    return match.end() if match and len(text) > match.end() else 0


def fence(text: str) -> int:
    """Return how many backticks open a block of lines as typed, 0 if none does."""
    match = _FENCE.fullmatch(text)
    return len(match[1]) if match else 0


def marker(text: str) -> Marker | None:
    """Return the sign of a list item that ``text`` begins with."""
    if bullet := _BULLET.match(text):
        return Marker(bullet[1], None, bullet.end())
    if number := _NUMBER.match(text):
        return Marker(".", int(number[1]), number.end())
    return None


def begins_list(lines: Lines, at: int) -> Marker | None:
    """Return the sign of the list that begins with line ``at``, None if its sign is a word.

    A number other than 1 needs the next one on a line below; a bullet before a digit, and a star, need another bullet.
    """
    first = lines[at]
    found = marker(first.text)
    if found is None or found.number in (0, 1):
        return found
    if found.number is None and found.sign != "*" and not first.text[found.width].isdigit():
        return found
    following = _following(lines, at, first.indent)
    if following is None or following.sign != found.sign:
        return None
    if found.number is None:
        return found if found.sign != "+" else None
    return found if following.number == found.number + 1 else None


def _following(lines: Lines, at: int, indent: int) -> Marker | None:
    for later in lines.each[at + 1 : at + 1 + _AHEAD]:
        if later.indent < indent + 2 and (found := marker(later.text)):
            return found
    return None


def begins_table(lines: Lines, at: int) -> bool:
    """Tell whether line ``at`` names the columns of a table: the line below it parts the head from the rows."""
    if at + 1 >= len(lines):
        return False
    head, below = lines[at].text, lines[at + 1].text
    if "|" not in head or "|" not in below or not set(below) <= set("|-: \t"):
        return False
    parts = cells(below)
    return all(_DELIMITER.fullmatch(below[start:end].strip()) for start, end in parts) and len(parts) == len(
        cells(head)
    )


def cells(text: str) -> list[tuple[int, int]]:
    """Return where the cells of a row start and end in ``text``; pipes at its ends are its frame."""
    start = 1 if text.startswith("|") else 0
    end = len(text)
    if end > start and text.endswith("|") and not text.endswith("\\|"):
        end -= 1
    found = []
    for pipe in _PIPE.finditer(text, start, end):
        found.append((start, pipe.start()))
        start = pipe.end()
    return [*found, (start, end)]


def is_degree(words: str) -> bool:
    """Tell whether words begin with a temperature, before which a "-" may be a minus."""
    return _DEGREE.match(words) is not None
