"""An editor's Markdown as the blocks of a Zalo article: readable plain text, and pictures from the store."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urljoin

from channels.contract import Picture, Piece
from channels.markup import Block, BlockKind, blocks
from channels.zalo_oa.inline import flat, table_lines


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
    parts: list[Part] = []
    foreign: list[str] = []
    source = blocks(piece.body, link=lambda address: urljoin(piece.url, address) if piece.url else None)
    for group in _groups(source):
        if group[0].kind is not BlockKind.PICTURE:
            parts += [TextPart(text) for text in [_text(group, html)] if text]
        elif picture := _named(group[0].url, known):
            parts.append(PicturePart(picture, picture.caption or group[0].text))
        else:
            foreign.append(group[0].url)
    shown = {part.picture.sha256 for part in parts if isinstance(part, PicturePart)}
    rest = [one for one in piece.pictures if one.sha256 not in shown]
    return Body((*parts, *(PicturePart(one, one.caption) for one in rest)), tuple(foreign))


def _named(url: str, known: Sequence[Picture]) -> Picture | None:
    """The stored picture that an address in the text means: the same address, or one that names its hash."""
    return next((one for one in known if one.url == url or one.sha256 in url), None)


def _groups(source: Sequence[Block]) -> Iterator[list[Block]]:
    """Yield blocks that make one part of the article: the items of a list belong together."""
    for kind, group in groupby(source, key=lambda block: block.kind):
        if kind is BlockKind.ITEM:
            yield list(group)
        else:
            yield from ([block] for block in group)


def _text(group: Sequence[Block], html: bool) -> str:
    block = group[0]
    match block.kind:
        case BlockKind.HEADING:
            return f"<p><b>{flat(block.html, html=True)}</b></p>" if html else flat(block.html).upper()
        case BlockKind.ITEM:
            return _wrapped([_bullet(one) + flat(one.html, html=html) for one in group], html)
        case BlockKind.QUOTE:
            return _wrapped([_quoted(flat(block.html, html=html))], html)
        case BlockKind.TABLE:
            return _wrapped(table_lines(block.html, html=html), html)
        case BlockKind.PARAGRAPH:
            return _wrapped([flat(block.html, html=html)], html)
    return ""


def _wrapped(lines: Sequence[str], html: bool) -> str:
    kept = [line for line in lines if line.strip()]
    if not html:
        return "\n".join(kept)
    return f"<p>{'<br>'.join(line.replace(chr(10), '<br>') for line in kept)}</p>" if kept else ""


def _bullet(item: Block) -> str:
    sign = "•" if item.level <= 1 else "–"
    return "   " * (max(item.level, 1) - 1) + (f"{item.number}." if item.number else sign) + " "


def _quoted(text: str) -> str:
    return text if text.startswith(("“", '"', "«")) else f"“{text}”"
