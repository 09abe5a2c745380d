"""Text in lines: measured as it will be drawn, and never broken inside a syllable, a number or a hotline."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import ceil

from media import characters
from media.drawing.fonts import Weight, font
from media.errors import DoesNotFit

_NUMBER = re.compile(r"[+(]*\d[\d.,:/()+-]*")
_MARK = re.compile(r"[^\w\s]{1,2}")
_PAUSE = re.compile(r"[,;:.!?…–-]$")
_GOOD_BREAK = 0.35  # worth a first line two fifths shorter than the second
_MOST_BALANCED = 5
_NEVER_DRAWN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_ADDRESS = re.compile(r"[^\W\d_][./@][^\W\d_]")
_IN_ADDRESS = re.compile(r"(?<=/)(?!/)|(?<=@)|(?=(?<![./])\.\w)")


@dataclass(frozen=True, slots=True)
class Style:
    """How letters look: weight, ``size`` in pixels an em, hard edges (``crisp``), line height in ems (``spacing``)."""

    weight: Weight
    size: int
    crisp: bool = False
    spacing: float = 1.32

    @property
    def leading(self) -> int:
        """Pixels from one baseline to the next."""
        return round(self.size * self.spacing)


@dataclass(frozen=True, slots=True)
class Atom:
    """A piece of text that stays on one line; ``space`` tells whether a space stands before it."""

    text: str
    space: bool


def clean(text: str) -> str:
    """Return ``text`` in NFC on one line, its spaces single, without characters that are never drawn."""
    spaced = re.sub(r"[^\S\u00a0]+", " ", characters.clean(text))
    return "".join(letter for letter in spaced if unicodedata.category(letter) not in _NEVER_DRAWN).strip()


def atoms(text: str) -> tuple[Atom, ...]:
    """Return the pieces of ``text`` that no line break may cut.

    Groups of digits side by side are one number ("0272 382 1022"); a dash or bar stays with the word before it.
    """
    found: list[Atom] = []
    for word in clean(text).split(" "):
        before = found[-1].text.rsplit(" ", 1)[-1] if found else ""
        if before and (_MARK.fullmatch(word) or (_NUMBER.fullmatch(word) and _NUMBER.fullmatch(before))):
            found[-1] = Atom(f"{found[-1].text} {word}", found[-1].space)
        elif word:
            found.append(Atom(word, bool(found)))
    return tuple(found)


@lru_cache(maxsize=50_000)
def measure(text: str, style: Style) -> int:
    """Return the width of ``text`` in whole pixels."""
    return ceil(font(style.weight, style.size).getlength(text, mode="1" if style.crisp else "L"))


def wrap(text: str, width: int, style: Style, *, where: str = "") -> tuple[str, ...]:
    """Return ``text`` in lines at most ``width`` pixels wide, as full as they can be.

    Only a web address that is wider than a line is broken, before a dot or after a slash. Raises ``DoesNotFit``
    (with ``where``) if one piece is wider than a line.
    """
    lines: list[str] = []
    for atom in atoms(text):
        for piece in _narrow(atom, width, style, where):
            joined = f"{lines[-1]}{' ' * piece.space}{piece.text}" if lines else piece.text
            if lines and measure(joined, style) <= width:
                lines[-1] = joined
            else:
                lines.append(piece.text)
    return tuple(lines)


def _narrow(atom: Atom, width: int, style: Style, where: str) -> tuple[Atom, ...]:
    """Return the atom whole if a line can hold it, else the pieces of an address."""
    if measure(atom.text, style) <= width:
        return (atom,)
    parts = [part for part in _IN_ADDRESS.split(atom.text) if part] if _ADDRESS.search(atom.text) else [atom.text]
    for part in parts:
        if measure(part, style) > width:
            raise DoesNotFit(text=atom.text, excess=len(part) - _fitting(part, width, style), where=where)
    return (Atom(parts[0], atom.space), *(Atom(part, False) for part in parts[1:]))


def _fitting(text: str, width: int, style: Style) -> int:
    """Return how many of the first letters fit in ``width``."""
    return next((n for n in range(len(text), 0, -1) if measure(text[:n], style) <= width), 0)


def balanced(text: str, width: int, style: Style, *, where: str = "") -> tuple[str, ...]:
    """Return ``text`` in as few lines as ``wrap`` needs, broken where a headline is: after a comma or a colon if it
    can be, else into lines of about equal length, so that no last line is a single syllable.
    """
    full = wrap(text, width, style, where=where)
    pieces = [piece for atom in atoms(text) for piece in _narrow(atom, width, style, where)]
    if not 1 < len(full) <= _MOST_BALANCED:
        return full
    chosen = _best_breaks(pieces, len(full), width, style)
    lines = tuple(_joined(pieces[start:end]) for start, end in pairwise(chosen))
    return lines if lines and all(measure(line, style) <= width for line in lines) else full


def _joined(pieces: Sequence[Atom]) -> str:
    return "".join(f"{' ' * (piece.space and index > 0)}{piece.text}" for index, piece in enumerate(pieces))


def _best_breaks(pieces: Sequence[Atom], count: int, width: int, style: Style) -> tuple[int, ...]:
    """Return the indexes at which ``count`` lines start, and the end, with the least total cost; () if none fits."""
    space, widths = measure(" ", style), [measure(piece.text, style) for piece in pieces]
    even = (sum(widths) + space * len(pieces)) / count
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, (0,))}
    for _ in range(count):
        following: dict[int, tuple[float, tuple[int, ...]]] = {}
        for start, (spent, path) in best.items():
            used = 0
            for end in range(start + 1, len(pieces) + 1):
                used += widths[end - 1] + (space if pieces[end - 1].space and end - 1 > start else 0)
                if used > width:
                    break
                rest = end < len(pieces)
                cost = (
                    spent
                    + (used / even - 1) ** 2
                    - (_GOOD_BREAK if rest and _PAUSE.search(pieces[end - 1].text) else 0)
                )
                if end not in following or cost < following[end][0]:
                    following[end] = (cost, (*path, end))
        best = following
    return best.get(len(pieces), (0.0, ()))[1]


def excess(lines: Sequence[str], room: int) -> int:
    """Return about how many characters are too many when only ``room`` of the ``lines`` can be shown."""
    return sum(len(line) + 1 for line in lines[max(room, 0) :])
