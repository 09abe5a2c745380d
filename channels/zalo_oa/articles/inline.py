"""Inlines and tables of a text as Zalo shows them: plain, or with the few tags that HTML mode sends."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import zip_longest

from channels.document import Break, Cell, Code, Inline, Link, Mark, Picture, Span, Table, Text
from media.characters import clean

MARKS = {Mark.STRONG: "strong", Mark.EMPHASIS: "em"}
"""The marks that HTML mode keeps; Zalo publishes no list of tags, and these are what others were seen to send."""

_WORDS = re.compile(r"(\s+)")
_PLAIN = re.compile(r"\W*[^\W\d_]+(?:[-–,/’'][^\W\d_]+)*\W*")
_MIXED = re.compile(r"[a-zà-ỹ][A-ZĐ]|[A-ZĐ]{2}[a-zà-ỹ]")
_SPACES = re.compile("[ \t]+")

LinkMaker = Callable[[str], str | None]
"""Takes an address that starts at the root or is vaguer, gives the absolute one, or None to drop it."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes inlines. ``html`` keeps ``MARKS`` and escapes what was typed."""

    html: bool
    link: LinkMaker

    def flat(self, inside: Sequence[Inline]) -> str:
        """Return what inlines say; a link shows its address after its words, a line break is a line end."""
        lines = clean(self._raw(inside)).split("\n")
        return "\n".join(_SPACES.sub(" ", line).strip() for line in lines).strip()

    def _raw(self, inside: Sequence[Inline]) -> str:
        return "".join(self._part(part) for part in inside)

    def _part(self, part: Inline) -> str:
        match part:
            case Text() | Code():
                text = part.text.replace("\n", " ")
                return escape(text, quote=False) if self.html else text
            case Break():
                return "\n"
            case Span():
                inner = self._raw(part.inside)
                tag = MARKS.get(part.mark, "") if self.html else ""
                return f"<{tag}>{inner}</{tag}>" if tag else inner
            case Link():
                words = self._raw(part.inside)
                return words + _after_link(words, self._address(part.url))
            case Picture():
                return ""

    def _address(self, url: str) -> str:
        whole = (self.link(url) or "") if url and ":" not in url.partition("/")[0] else url
        return escape(whole, quote=False) if self.html else whole

    def table(self, table: Table) -> list[str]:
        """Return a table as lines: with two columns their names and "a: b", with more each cell after its name."""
        head = self._row(table.head)
        rows = [self._row(row) for row in table.rows]
        if len(head) == 2 and all(len(row) == 2 for row in rows) and rows:
            named = " – ".join(name for name in head if name)
            return [f"{named}:"] * bool(named) + ["• " + ": ".join(cell for cell in row if cell) for row in rows]
        return [_record(head, row) for row in rows] or ["• " + " – ".join(cell for cell in head if cell)]

    def _row(self, cells: Sequence[Cell]) -> list[str]:
        return [self.flat(cell.inside).replace("\n", " ") for cell in cells]


def headed(words: str) -> str:
    """Return the words of a heading in capitals, but for what capitals would change: addresses, codes, units."""
    return "".join(word.upper() if _may_rise(word) else word for word in _WORDS.split(words))


def _may_rise(word: str) -> bool:
    alike = len(word.upper()) == len(word) and not _MIXED.search(word)  # no "ß", no "kWh"
    return alike and _PLAIN.fullmatch(word) is not None


def _after_link(words: str, address: str) -> str:
    """The address in brackets, unless the words already are it."""
    bare = address.removeprefix("mailto:").removeprefix("tel:")
    shown = bare.removeprefix("https://").removeprefix("http://").rstrip("/")
    return "" if not shown or shown in words else f" ({bare})"


def _record(head: Sequence[str], row: Sequence[str]) -> str:
    named = [f"{name}: {cell}" if name else cell for name, cell in zip_longest(head, row, fillvalue="") if cell]
    return "• " + " — ".join([*named[:1], "; ".join(named[1:])] if named[1:] else named)
