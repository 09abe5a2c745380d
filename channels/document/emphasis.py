"""Which signs set words apart: the delimiter runs of CommonMark, without those that are signs of their own in news.

A star between two digits is a multiplication, "*101#" a code to dial, "5*" a hotel, "(*)" a footnote: they stay.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from channels.document.model import Mark

LONGEST_RUN = 3
"""More stars or low lines in a row are a line to fill in."""
DIALLED = re.compile(r"\*{1,2}#?\d[\d*]*#")
"""A code to dial: "*101#", "*098*123456#", "**21*0912345678#"."""
LONE_DIGITS = re.compile(r"\*[\d.]{1,20}\*(?!\*)")
TAGS = {
    "b": Mark.STRONG,
    "strong": Mark.STRONG,
    "i": Mark.EMPHASIS,
    "em": Mark.EMPHASIS,
    "u": Mark.UNDERLINE,
    "ins": Mark.UNDERLINE,
    "s": Mark.STRIKE,
    "del": Mark.STRIKE,
    "strike": Mark.STRIKE,
}
"""The only HTML elements, beside ``<br>``, that a text may use; any other is words."""
_OPENING = frozenset("([{«“‘")
_CLOSING = frozenset(")]}»”’.,;:!?…")
_FILLED_IN = frozenset("/|.:-–")
"""What stands between low lines that somebody is to fill in: "__/__/2025", "__:__"."""


@dataclass(slots=True)
class Run:
    """Signs that may open or close, at ``start`` to ``end`` of the strip.

    ``left`` counts those not used yet; a tag counts as one sign.
    ``opens`` and ``closes`` are the marks made of it with how many signs each took, innermost first.
    """

    start: int
    end: int
    sign: str
    left: int
    can_open: bool
    can_close: bool
    size: int = 0
    opens: list[tuple[Mark, int]] = field(default_factory=list)
    closes: list[tuple[Mark, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.size = self.left


def flanks(text: str, start: int, end: int) -> tuple[bool, bool]:
    """Tell whether the signs ``text[start:end]`` may open and may close."""
    before, after = text[start - 1 : start], text[end : end + 1]
    sign, size = text[start], end - start
    if size > LONGEST_RUN or (sign == "~" and size != 2):
        return False, False
    opens, closes = bool(after) and not after.isspace(), bool(before) and not before.isspace()
    if sign == "_":
        opens, closes = opens and after not in _FILLED_IN and after not in _CLOSING, closes and before not in "/|"
    if _is_word(before) and _is_word(after) and (sign == "_" or size == 1 or before.isdigit() or after.isdigit()):
        return False, False
    if size == 1:
        opens, closes = opens and after not in _CLOSING, closes and before not in _OPENING
    if opens and closes:
        opens, closes = _one_way(before, after, opens=opens, closes=closes)
    return opens, closes


def _one_way(before: str, after: str, *, opens: bool, closes: bool) -> tuple[bool, bool]:
    """Between a word and a sign the run belongs to the word: "(**Đậm**)" and "**Đậm**:"."""
    if _is_word(after) and not _is_word(before):
        return opens, closes and before not in _OPENING
    if _is_word(before) and not _is_word(after):
        return opens and after not in _CLOSING, closes
    return opens, closes


def _is_word(char: str) -> bool:
    return char.isalnum()


def match(runs: Sequence[Run], start: int) -> None:
    """Pair the runs from ``start`` on, each closing one with the nearest that it may close; linear in their number."""
    stack: list[Run] = []
    floor: dict[tuple[str, bool, int], int] = {}
    for run in runs[start:]:
        while run.can_close and run.left:
            key = (run.sign, run.can_open, run.size % 3)
            found = _opener(stack, run, floor.get(key, 0))
            if found < 0:
                floor[key] = len(stack)
                break
            del stack[found + 1 :]
            _pair(stack[found], run)
            if not stack[found].left:
                stack.pop()
            _lower(floor, len(stack))
        if run.can_open and run.left:
            stack.append(run)


def _opener(stack: Sequence[Run], closer: Run, floor: int) -> int:
    for index in range(len(stack) - 1, floor - 1, -1):
        opener = stack[index]
        if opener.sign == closer.sign and not _odd(opener, closer):
            return index
    return -1


def _odd(opener: Run, closer: Run) -> bool:
    """CommonMark's rule of three: "a**b*c" does not open and close at once."""
    both = (opener.can_close or closer.can_open) and (opener.size + closer.size) % 3 == 0
    return both and not (opener.size % 3 == 0 and closer.size % 3 == 0)


def _lower(floor: dict[tuple[str, bool, int], int], size: int) -> None:
    for key, value in floor.items():
        if value > size:
            floor[key] = size


def _pair(opener: Run, closer: Run) -> None:
    if opener.sign in TAGS:
        mark, size = TAGS[opener.sign], 1
    elif opener.sign == "~":
        mark, size = Mark.STRIKE, 2
    else:
        size = 2 if opener.left >= 2 and closer.left >= 2 else 1
        mark = Mark.STRONG if size == 2 else Mark.EMPHASIS
    opener.left -= size
    closer.left -= size
    opener.opens.append((mark, size))
    closer.closes.append((mark, size))
