"""The tree as plain text, for whoever searches it, counts it or shows it without form."""

import re
from collections.abc import Iterator, Sequence

from channels.document.model import (
    Block,
    Break,
    Cell,
    Code,
    Heading,
    Inline,
    Link,
    Listing,
    Paragraph,
    Picture,
    Preformatted,
    Quote,
    Span,
    Table,
    Text,
)
from channels.document.reading import read
from media.characters import clean

_SPACES = re.compile("[ \t]+")


def to_text(markdown: str) -> str:
    """Return an editor's text without marks: blocks apart by an empty line, lines, items and rows one a line.

    Pictures are left out; cells have " | " between them; an item has the sign or the number that was typed.
    """
    return clean("\n\n".join(text for block in read(clean(markdown)).blocks if (text := block_text(block))))


def block_text(block: Block) -> str:
    """Return one block as plain lines."""
    match block:
        case Paragraph() | Heading():
            return words(block.inside)
        case Quote():
            return "\n".join(text for inner in block.blocks if (text := block_text(inner)))
        case Listing():
            return "\n".join(_items(block, 0))
        case Table():
            return "\n".join(_row(row) for row in (block.head, *block.rows))
        case Preformatted():
            return "\n".join(line.text for line in block.lines)
        case _:
            return ""


def words(inside: Sequence[Inline]) -> str:
    """Return what inlines say, a line break as a line end, without space around lines."""
    lines = "".join(_raw(inside)).split("\n")
    return "\n".join(_SPACES.sub(" ", line).strip() for line in lines).strip("\n")


def _raw(inside: Sequence[Inline]) -> Iterator[str]:
    for part in inside:
        match part:
            case Text() | Code():
                yield part.text.replace("\n", " ")
            case Break():
                yield "\n"
            case Span() | Link():
                yield from _raw(part.inside)
            case Picture():
                pass


def _items(block: Listing, depth: int) -> Iterator[str]:
    for item in block.items:
        sign = f"{item.number}." if item.number is not None else "-"
        first, *rest = item.blocks or (None,)
        text = block_text(first) if first is not None and not isinstance(first, Listing) else ""
        yield f"{'  ' * depth}{sign} {text}".rstrip()
        for inner in (first, *rest) if isinstance(first, Listing) else rest:
            if isinstance(inner, Listing):
                yield from _items(inner, depth + 1)
            elif more := block_text(inner):
                yield "  " * (depth + 1) + more


def _row(cells: Sequence[Cell]) -> str:
    return " | ".join(words(cell.inside) for cell in cells)
