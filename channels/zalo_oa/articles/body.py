"""An editor's Markdown as the blocks of a Zalo article: readable plain text, and pictures from the store."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import urljoin

from channels.contract import Picture, Piece
from channels.document import (
    Block,
    Heading,
    Inline,
    Link,
    Listing,
    ListItem,
    Paragraph,
    Preformatted,
    Quote,
    Rule,
    Span,
    Table,
    read,
)
from channels.document import Picture as Image
from channels.zalo_oa.articles.inline import Writer, headed
from media.characters import clean


@dataclass(frozen=True, slots=True)
class TextPart:
    """One text block of the article; in HTML mode it holds tags."""

    text: str


@dataclass(frozen=True, slots=True)
class PicturePart:
    """One picture of the article with its caption."""

    picture: Picture
    caption: str


Part = TextPart | PicturePart


@dataclass(frozen=True, slots=True)
class Body:
    """The parts of an article in reading order; ``foreign`` are addresses of pictures that are not in the store."""

    parts: tuple[Part, ...]
    foreign: tuple[str, ...] = ()

    @property
    def length(self) -> int:
        """Characters of text, tags included."""
        return sum(len(part.text) for part in self.parts if isinstance(part, TextPart))


def body_of(piece: Piece, *, html: bool) -> Body:
    """Return what ``piece.body`` becomes: each paragraph a text block, a list or a table one block, pictures in place.

    Pictures of the piece that the text does not show follow it. A picture from elsewhere is left out: nobody knows
    whether Zalo could fetch it, and one that it cannot fetch makes the whole article fail.
    """
    known = [one for one in (piece.cover, *piece.pictures) if one]
    write = Writer(html, lambda address: urljoin(piece.url, address) if piece.url else None)
    parts: list[Part] = []
    foreign: list[str] = []
    for made in _flow(read(clean(piece.body)).blocks, write):
        if isinstance(made, str):
            parts += [TextPart(made)] if made else []
        elif picture := _named(urljoin(piece.url, made.url), known):
            parts.append(PicturePart(picture, picture.caption or made.alt))
        elif made.url:
            foreign.append(made.url)
    shown = {part.picture.sha256 for part in parts if isinstance(part, PicturePart)}
    rest = [one for one in piece.pictures if one.sha256 not in shown]
    return Body((*parts, *(PicturePart(one, one.caption) for one in rest)), tuple(foreign))


def _named(url: str, known: Sequence[Picture]) -> Picture | None:
    """The stored picture that an address in the text means: the same address, or one that names its hash."""
    return next((one for one in known if one.url == url or one.sha256 in url), None)


def _flow(blocks: Sequence[Block], write: Writer) -> Iterator[str | Image]:
    """Yield the text of each block, and after it the pictures that stood in it."""
    for block in blocks:
        yield _text(block, write)
        yield from _pictures(block)


def _text(block: Block, write: Writer) -> str:
    match block:
        case Heading():
            words = write.flat(block.inside)
            return f"<p><b>{words}</b></p>" if write.html and words else headed(words)
        case Quote():
            return _wrapped(_quoted(_lines(block.blocks, write)), write)
        case _:
            return _wrapped(_lines([block], write), write)


def _lines(blocks: Sequence[Block], write: Writer) -> list[str]:
    """Return blocks that make one text, line by line."""
    return [line for block in blocks for line in _block_lines(block, write)]


def _block_lines(block: Block, write: Writer) -> list[str]:
    match block:
        case Paragraph() | Heading():
            return write.flat(block.inside).split("\n")
        case Quote():
            return _quoted(_lines(block.blocks, write))
        case Listing():
            return _items(block, write, depth=1)
        case Table():
            return write.table(block)
        case Preformatted():
            return [escape(line.text, quote=False) if write.html else line.text for line in block.lines]
        case Rule():
            return []


def _items(listing: Listing, write: Writer, depth: int) -> list[str]:
    lines: list[str] = []
    for item in listing.items:
        sign = f"{item.number}." if item.number is not None else "•" if depth == 1 else "–"
        lead = "   " * (depth - 1) + sign + " "
        for number, inner in enumerate(item.blocks):
            own = [] if isinstance(inner, Listing) else [one for one in _block_lines(inner, write) if one.strip()]
            if number == 0:
                lines.append(lead + own[0] if own else lead.rstrip())
            lines += own[number == 0 :]
            if isinstance(inner, Listing):
                lines += _items(inner, write, depth + 1)
    return lines


def _wrapped(lines: Sequence[str], write: Writer) -> str:
    kept = [line for line in lines if line.strip()]
    if not write.html:
        return "\n".join(kept)
    return f"<p>{'<br>'.join(kept)}</p>" if kept else ""


def _quoted(lines: Sequence[str]) -> list[str]:
    text = "\n".join(lines)
    return list(lines) if not text.strip() or text.startswith(("“", '"', "«")) else f"“{text}”".split("\n")


def _pictures(block: Block | ListItem) -> Iterator[Image]:
    match block:
        case Paragraph() | Heading():
            yield from _inline_pictures(block.inside)
        case Quote() | ListItem():
            for inner in block.blocks:
                yield from _pictures(inner)
        case Listing():
            for item in block.items:
                yield from _pictures(item)
        case Table():
            for row in (block.head, *block.rows):
                for cell in row:
                    yield from _inline_pictures(cell.inside)
        case _:
            return


def _inline_pictures(inside: Sequence[Inline]) -> Iterator[Image]:
    for part in inside:
        if isinstance(part, Image):
            yield part
        elif isinstance(part, Span | Link):
            yield from _inline_pictures(part.inside)
