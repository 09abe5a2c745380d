"""From a text to plain lines, one a block, remembering where every character came from."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from channels.document import (
    Block,
    Break,
    Code,
    Heading,
    Inline,
    Link,
    Listing,
    ListItem,
    Paragraph,
    Picture,
    Preformatted,
    Quote,
    Span,
    Table,
    Text,
    read,
)

_SILENT = re.compile("[\ufeff\u00ad\u200b-\u200f\u2060\ufe0f]+|_{3,}")
_BULLET = re.compile(r"(?:[–—•●▪■◦·✓✔➢►]\s+|[-+]\s+(?!\d)|\*\s+(?!\d|để\s))+(?=\S)|\[[ xX]\]\s+|\|\s*")
"""Signs at the start of a line that nobody says: bullets that are no Markdown, a box to tick, the frame of a row."""
_FRAME = re.compile(r"[\s|]+$")
_ENDS = ".!?:;,…"
_SIGNATURE = re.compile(r"(?:\*\*)?Nơi nhận(?:\*\*)?\s*:?\s*(?:\*\*)?\s*$", re.IGNORECASE)


@dataclass(slots=True)
class Plain:
    """A plain text whose every stretch knows its place in the original."""

    text: str = ""
    dropped: tuple[int, int] | None = None
    """The recipients and signatures left out, as offsets in the original."""
    headings: frozenset[int] = frozenset()
    """Which lines head what follows them."""
    joined: frozenset[int] = frozenset()
    """Which lines belong to the same block as the line before."""
    _starts: list[int] = field(default_factory=list)
    _origins: list[tuple[int, int]] = field(default_factory=list)

    def original(self, offset: int) -> int:
        """Return where the character at ``offset`` came from."""
        index = bisect_right(self._starts, offset) - 1
        if index < 0:
            return 0
        start, end = self._origins[index]
        return min(start + offset - self._starts[index], max(start, end - 1))

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the original stretch of ``text[start:end]``; an empty one stays empty."""
        first = self.original(start)
        return (first, self.original(end - 1) + 1) if end > start else (first, first)


class _Builder:
    def __init__(self) -> None:
        self.parts: list[str] = []
        self.length = 0
        self.starts: list[int] = []
        self.origins: list[tuple[int, int]] = []
        self.headings: set[int] = set()
        self.joined: set[int] = set()
        self.line = 0

    def add(self, text: str, start: int, end: int) -> None:
        if text:
            self.parts.append(text)
            self.starts.append(self.length)
            self.origins.append((start, end))
            self.length += len(text)

    def last(self) -> str:
        """Return the last character."""
        return self.parts[-1][-1] if self.parts else ""

    def words(self, text: str, start: int, end: int) -> None:
        """Add what was typed at ``start`` to ``end``, without what has no sound."""
        exact = len(text) == end - start
        here = 0
        for silent in _SILENT.finditer(text):
            self._piece(text, here, silent.start(), start, end, exact=exact)
            here = silent.end()
        self._piece(text, here, len(text), start, end, exact=exact)

    def _piece(self, text: str, first: int, last: int, start: int, end: int, *, exact: bool) -> None:
        place = (start + first, start + last) if exact else (start, end)
        self.add(text[first:last], *place)

    def new_line(self, at: int, *, heading: bool = False) -> None:
        """Begin a line; the first one is there already."""
        if self.length and self.last() != "\n":
            self.add("\n", at, at)
            self.line += 1
        if heading:
            self.headings.add(self.line)


def flatten(text: str, *, literal: bool = False) -> Plain:
    """Put every block of ``text`` on a line of its own, without marks. A ``literal`` text has no marks."""
    out = _Builder()
    body_end = len(text) if literal else _signature(text)
    if literal:
        _lines(text, out)
    else:
        _blocks(read(text[:body_end]).blocks, out)
    plain = Plain("".join(out.parts), None, frozenset(out.headings), frozenset(out.joined), out.starts, out.origins)
    if body_end < len(text):
        plain.dropped = (body_end, len(text))
    return plain


def _signature(text: str) -> int:
    """Return where the block of recipients and signatures starts; the length of ``text`` if there is none."""
    if "\n" not in text or "ơi nhận" not in text:
        return len(text)
    start = 0
    for line in text.split("\n"):
        if _SIGNATURE.match(line):
            return start
        start += len(line) + 1
    return len(text)


def _lines(text: str, out: _Builder) -> None:
    start = 0
    for line in text.split("\n"):
        if words := line.strip():
            at = start + len(line) - len(line.lstrip())
            out.new_line(at)
            out.words(words, at, at + len(words))
        start += len(line) + 1


def _block(block: Block, out: _Builder) -> None:
    match block:
        case Heading():
            out.new_line(block.start, heading=True)
            _inlines(block.inside, out)
        case Paragraph():
            _paragraph(block, out)
        case Quote():
            _blocks(block.blocks, out)
        case Listing():
            for item in block.items:
                _item(item, out)
        case Table():
            _table(block, out)
        case Preformatted():
            _typed(block, out)


def _blocks(blocks: Sequence[Block], out: _Builder) -> None:
    for block in blocks:
        _block(block, out)


def _typed(block: Preformatted, out: _Builder) -> None:
    for line in block.lines:
        out.new_line(line.start)
        out.words(line.text, line.start, line.end)


def _table(block: Table, out: _Builder) -> None:
    for row in (block.head, *block.rows):
        out.new_line(row[0].start)
        for number, cell in enumerate(row):
            if number:
                out.add(" | ", cell.start, cell.start)
            _inlines(cell.inside, out)


def _paragraph(block: Paragraph, out: _Builder) -> None:
    """One without a break or a stop heads what follows, as a line in bold does."""
    is_line = not any(isinstance(part, Break) for part in block.inside)
    before = out.length
    out.new_line(block.start)
    _inlines(block.inside, out)
    said = out.last()
    if is_line and out.length > before and said and said not in _ENDS:
        out.headings.add(out.line)


def _item(item: ListItem, out: _Builder) -> None:
    first, *rest = item.blocks or (None,)
    out.new_line(item.start)
    if item.number is not None:
        sign = f"{item.number}."
        out.add(sign, item.start, item.start + len(sign))
        out.add(" ", item.start + len(sign), item.start + len(sign) + 1)
    if isinstance(first, Paragraph):
        _inlines(first.inside, out)
    elif first is not None:
        _block(first, out)
    _blocks(rest, out)


def _inlines(inside: Sequence[Inline], out: _Builder) -> None:
    """Add what inlines say; a line goes on in the next one only within a sentence."""
    parts = list(_flat(inside))
    fresh = True
    for number, part in enumerate(parts):
        if isinstance(part, Break):
            following = next((later.text for later in parts[number + 1 :] if not isinstance(later, Break)), "")
            if _goes_on(part, following):
                out.add(" ", part.start, part.end)
            elif following:
                out.new_line(part.start)
                out.joined.add(out.line)
                fresh = True
            continue
        fresh = _words(part, out, fresh=fresh, last=number + 1 == len(parts) or isinstance(parts[number + 1], Break))


def _goes_on(part: Break, following: str) -> bool:
    return part.end - part.start == 1 and following[:1].islower()


def _words(part: Text | Code, out: _Builder, *, fresh: bool, last: bool) -> bool:
    """Add one stretch of words; return whether nothing of its line has been said yet."""
    text, start = part.text, part.start
    if fresh and len(text) == part.end - part.start:
        text = text.lstrip()
        if bullet := _BULLET.match(text):
            text = text[bullet.end() :]
        start = part.end - len(text)
    end = part.end
    if last and len(text) == end - start and (frame := _FRAME.search(text)):
        text = text[: frame.start()]
        end = start + len(text)
    out.words(text, start, end)
    return fresh and not text


def _flat(inside: Sequence[Inline]) -> Sequence[Text | Code | Break]:
    found: list[Text | Code | Break] = []
    for part in inside:
        match part:
            case Span() | Link():
                found += _flat(part.inside)
            case Picture():
                pass
            case _:
                found.append(part)
    return found
