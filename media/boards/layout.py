"""How texts are spread over the pages of a board: as large as they can be, cut only between sentences or words."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Protocol

from media.boards.board import LETTERS, Board, Role
from media.drawing.fonts import font
from media.drawing.text import Style, atoms, balanced, clean, wrap
from media.errors import DoesNotFit

MOST_LETTERS = 200
"""Characters on a page: at 10 a second, the longest page is read in 20 seconds (see ``dwell_ms``)."""

_SENTENCE = re.compile(r"[.!?…][”\")]?$")
_CLAUSE = re.compile(r"[,;:–-][”\")]?$")


@dataclass(frozen=True, slots=True)
class Part:
    """A text with its role; ``field`` names where it came from, for the error when it does not fit."""

    role: Role
    text: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class TextRow:
    """One line of letters. ``opens`` marks the first line of a part, ``glued`` the rest of a broken address."""

    text: str
    style: Style
    role: Role
    opens: bool
    glued: bool = False


@dataclass(frozen=True, slots=True)
class Space:
    """The lamps that text may use, in pixels."""

    x: int
    y: int
    width: int
    height: int


FramePage = tuple[TextRow, ...]


class LineBreaker(Protocol):
    """``wrap`` or ``balanced``: as many lines either way, but the latter takes longer to choose them."""

    def __call__(self, text: str, width: int, style: Style, *, where: str) -> tuple[str, ...]:
        """Return ``text`` in lines."""
        ...


@lru_cache(maxsize=20_000)
def ink(text: str, style: Style) -> tuple[int, int]:
    """Return how many rows of lamps ``text`` needs above and below its baseline."""
    _, top, _, bottom = font(style.weight, style.size).getbbox(text, mode="1" if style.crisp else "L", anchor="ls")
    return -int(top), int(bottom)


def baselines(rows: Sequence[TextRow]) -> list[int]:
    """Return the baseline of each row in pixels below the top of the first; no letter touches the row above it."""
    found: list[int] = []
    for number, row in enumerate(rows):
        above, _ = ink(row.text, row.style)
        if not number:
            found.append(above)
            continue
        before = rows[number - 1]
        apart = max(1, row.style.size // 12) + (max(1, row.style.size // 4) if row.opens else 0)
        clear = ink(before.text, before.style)[1] + above + apart
        found.append(found[-1] + max(round(row.style.size * 1.18), clear))
    return found


def height(rows: Sequence[TextRow]) -> int:
    """Return the rows of lamps from the top of the first line to the bottom of the last."""
    return baselines(rows)[-1] + ink(rows[-1].text, rows[-1].style)[1] if rows else 0


def pages(parts: Sequence[Part], board: Board, room: Space, *, most: int) -> tuple[FramePage, ...]:
    """Return ``parts`` on at most ``most`` pages: few pages, addresses unbroken, and then letters as large as can be.

    Letters below the preferred size are taken only if nothing else fits. Raises ``DoesNotFit`` naming the text and
    how many characters are too many at the smallest size.
    """
    sizes = _sizes(board)
    comfortable = [em for em in sizes if em >= board.preferred]
    try:
        target = _flow(parts, board, room, comfortable[0])
    except DoesNotFit:
        target = None
    if target is None or len(target) > most:
        comfortable, target = [em for em in sizes if em <= board.preferred], _flow(parts, board, room, sizes[0])
        if len(target) > most:
            raise _too_many(parts, target, most)
    return _largest(parts, board, room, comfortable, target)


def _largest(
    parts: Sequence[Part], board: Board, room: Space, sizes: Sequence[int], target: tuple[FramePage, ...]
) -> tuple[FramePage, ...]:
    """Return the pages at the largest of ``sizes`` (rising) that needs no more pages and breaks no more addresses than
    ``target``, the pages at the first; found by halving.
    """
    low, high, best = 0, len(sizes), target
    while high - low > 1:
        middle = (low + high) // 2
        try:
            tried = _flow(parts, board, room, sizes[middle])
        except DoesNotFit:
            tried = ()
        if tried and len(tried) <= len(target) and _broken(tried) <= _broken(target):
            low, best = middle, tried
        else:
            high = middle
    return best


def _broken(found: Sequence[FramePage]) -> int:
    """Return how many web addresses had to be broken over lines: readers type a whole one more easily."""
    return sum(row.glued for page in found for row in page)


def _sizes(board: Board) -> list[int]:
    """Return the ems to try, rising: from the smallest to half the board's height, each about a tenth above the last,
    the preferred one among them.
    """
    sizes, em = {board.floor, board.preferred}, board.floor
    while em <= board.height // 2:
        sizes.add(em)
        em = max(em + 1, round(em * 1.08))
    return sorted(sizes)


def _flow(parts: Sequence[Part], board: Board, room: Space, em: int) -> tuple[FramePage, ...]:
    """Return ``parts`` on as many pages as they need at ``em``; a part is divided only if no page can hold it."""
    found: list[FramePage] = []
    for part in parts:
        for text in divided(part.text, partial(_holds, part, board, room, em)):
            rows = _rows(part, text, board, room, em, balanced)
            if not _fits(rows, room):
                rows = _rows(part, text, board, room, em, wrap)
            if not _fits(rows, room):
                raise DoesNotFit(text=text, excess=max(1, len(text) - MOST_LETTERS, len(text) // 2), where=part.field)
            if found and text == clean(part.text) and _fits(found[-1] + rows, room):
                found[-1] += rows
            else:
                found.append(rows)
    return tuple(found)


def _holds(part: Part, board: Board, room: Space, em: int, text: str) -> bool:
    """Tell whether one page holds ``text`` in the letters of ``part``."""
    return len(text) < MOST_LETTERS and _fits(_rows(part, text, board, room, em, wrap), room)


def _rows(part: Part, text: str, board: Board, room: Space, em: int, broken: LineBreaker) -> FramePage:
    weight, share = LETTERS[part.role]
    size = max(board.floor, round(em * share))
    style = Style(weight, size, board.crisp(size))
    lines, whole = broken(text, room.width, style, where=part.field), clean(text)
    return tuple(
        TextRow(
            line, style, part.role, opens=number == 0, glued=number > 0 and f"{lines[number - 1]} {line}" not in whole
        )
        for number, line in enumerate(lines)
    )


def _fits(rows: Sequence[TextRow], room: Space) -> bool:
    return height(rows) <= room.height and sum(len(row.text) + 1 for row in rows) <= MOST_LETTERS


def _too_many(parts: Sequence[Part], found: Sequence[FramePage], most: int) -> DoesNotFit:
    """Name the longest text; by so much does the whole exceed the pages allowed."""
    longest = max(parts, key=lambda part: len(part.text))
    over = sum(len(row.text) + 1 for page in found[most:] for row in page)
    return DoesNotFit(text=clean(longest.text), excess=over, where=longest.field)


def divided(text: str, fits: Callable[[str], bool]) -> list[str]:
    """Return ``text`` in pieces that each fit, cut at the end of a sentence, else of a clause, else of a word."""
    rest, found = [atom.text for atom in atoms(text)], []
    while rest:
        count = _longest(rest, fits)
        cut = count if count == len(rest) else _good_cut(rest, count)
        found.append(" ".join(rest[:cut]))
        rest = rest[cut:]
    return found


def _longest(words: Sequence[str], fits: Callable[[str], bool]) -> int:
    """Return how many of the first words fit, by halving; a single word that does not is left to the next page."""
    if fits(" ".join(words)):
        return len(words)
    low, high = 1, len(words)
    while high - low > 1:
        middle = (low + high) // 2
        if fits(" ".join(words[:middle])):
            low = middle
        else:
            high = middle
    return low


def _good_cut(words: Sequence[str], count: int) -> int:
    """Return after how many of the first ``count`` words to cut: at a pause, and so that the pieces are alike."""
    total, most = len(" ".join(words)), len(" ".join(words[:count]))
    target = total / -(-total // most)

    def cost(cut: int) -> float:
        word = words[cut - 1]
        pause = 0.6 if _SENTENCE.search(word) else 0.35 if _CLAUSE.search(word) else 0.0
        return abs(len(" ".join(words[:cut])) / target - 1) - pause

    return min(range(1, count + 1), key=cost)
