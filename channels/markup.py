"""Editors' Markdown turned into safe HTML, plain text and blocks, the same way for every channel.

Hostile or careless Markdown never gets past here: only the tags below survive, links lead to http, https, mailto or
tel, and characters that XML forbids are dropped. All text is NFC.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from html import escape
from html.parser import HTMLParser

import nh3
from markdown import Markdown

LinkMaker = Callable[[str], str | None]
"""Takes a relative address as the editor wrote it, gives the absolute one, or None to drop it."""

HEADINGS = ("h2", "h3", "h4", "h5", "h6")
TAGS = frozenset(
    {"p", "br", "hr", "ul", "ol", "li", "blockquote", "strong", "b", "em", "i", "u", "s", "sub", "sup", "code", "pre"}
    | {"a", "img", "figure", "figcaption", "table", "caption", "thead", "tbody", "tr", "th", "td", *HEADINGS}
)
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
}
SCHEMES = frozenset({"http", "https", "mailto", "tel"})
DROPPED_WITH_CONTENT = frozenset({"script", "style", "template", "iframe", "object", "noscript", "svg", "math"})
_DEEPEST = 40
_MOST_LINKS = 1000  # Markdown's link pattern takes quadratic time on brackets that never close
_VOID = frozenset({"br", "hr", "img"})
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_IMG = re.compile(r'<img(?: [a-z]+="[^"]*")*>')
_LIST_START = re.compile(r" {0,3}(?:[-*+]|1\.)\s+\S")
_LIST_LINE = re.compile(r"\s|(?:[-*+]|\d+\.)\s+\S")
_SPACES = re.compile(r"[ \t\r\n\f]+")


class BlockKind(StrEnum):
    """What a block of a text is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    QUOTE = "quote"
    TABLE = "table"
    PICTURE = "picture"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a text, in reading order.

    ``text`` is plain, one line, except that a ``<br>`` is a newline and a table is one line a row with " | " between
    cells. ``html`` is the safe inner HTML (for pictures, tables and rules the whole element). ``level`` is the level
    of a heading (2 to 6) or the depth of a list item (1 is outermost); ``number`` is the number of an item in an
    ordered list, else 0. Of a picture ``text`` is its alternative text and ``url`` its address.
    """

    kind: BlockKind
    text: str
    html: str
    level: int = 0
    number: int = 0
    url: str = ""


def printable(text: str) -> str:
    """Return ``text`` in NFC without the characters that XML forbids: one of them would break a whole feed."""
    return _NOT_XML.sub("", unicodedata.normalize("NFC", text))


def to_html(markdown: str, *, link: LinkMaker | None = None) -> str:
    """Return ``markdown`` as safe HTML. Relative addresses go through ``link``, or are dropped without one."""
    source = printable(markdown)
    raw = re.sub(r"(?i)(</?)h1(?=[\s>])", r"\1h2", _convert(source))
    clean = nh3.clean(
        raw,
        tags=set(TAGS),
        attributes=ATTRIBUTES,
        url_schemes=set(SCHEMES),
        clean_content_tags=set(DROPPED_WITH_CONTENT),
        url_relative=link or "deny",
        link_rel="noopener noreferrer",
    )
    with_pictures = _IMG.sub(lambda img: img[0] if ' src="' in img[0] else "", clean)
    return re.sub(r"<p>\s*</p>\n?", "", with_pictures).strip()


def to_text(markdown: str) -> str:
    """Return ``markdown`` as plain text: blocks apart by a blank line, list items one a line; pictures left out."""
    out = ""
    previous: Block | None = None
    for block in blocks(markdown):
        if block.kind in (BlockKind.PICTURE, BlockKind.RULE) or not block.text:
            continue
        in_list = previous is not None and previous.kind is block.kind is BlockKind.ITEM
        gap = "" if previous is None else "\n" if in_list else "\n\n"
        out += gap + _bullet(block) + block.text
        previous = block
    return out


def blocks(markdown: str, *, link: LinkMaker | None = None) -> tuple[Block, ...]:
    """Return the blocks of ``markdown`` in reading order; addresses as in ``to_html``."""
    return tuple(_blocks(_tree(to_html(markdown, link=link))))


def _bullet(block: Block) -> str:
    if block.kind is not BlockKind.ITEM:
        return ""
    return "  " * (block.level - 1) + (f"{block.number}. " if block.number else "- ")


@lru_cache(maxsize=16)
def _convert(source: str) -> str:
    """Return Markdown's HTML. Indented text is text, not code; two spaces are enough to nest a list item."""
    reader = Markdown(extensions=["tables", "sane_lists"], output_format="html", tab_length=2)
    reader.parser.blockprocessors.deregister("code")
    if source.count("[") > _MOST_LINKS:
        source = source.replace("[", "&#91;")
    try:
        return reader.convert("\n".join(_lists_apart(source.splitlines())))
    except RecursionError:
        return "".join(f"<p>{escape(part)}</p>" for part in re.split(r"\n\s*\n", source))


def _lists_apart(lines: Sequence[str]) -> Iterator[str]:
    """Yield the lines with a blank one before a list that follows a line of text at once, as editors write it."""
    previous = ""
    for line in lines:
        if previous.strip() and _LIST_START.match(line) and not _LIST_LINE.match(previous):
            yield ""
        yield line
        previous = line


@dataclass(slots=True)
class _Node:
    tag: str
    attrs: dict[str, str] = field(default_factory=dict)
    inside: "list[_Node | str]" = field(default_factory=list)


class _Builder(HTMLParser):
    """Reads sanitised, and therefore well-formed, HTML into nodes; what is nested too deep joins its parent."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.stack = [_Node("body")]
        self.skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID and len(self.stack) > _DEEPEST:
            self.skipped += 1
            return
        node = _Node(tag, {name: value or "" for name, value in attrs})
        self.stack[-1].inside.append(node)
        if tag not in _VOID:
            self.stack.append(node)

    def handle_endtag(self, tag: str) -> None:
        if self.skipped:
            self.skipped -= 1
        elif tag not in _VOID and len(self.stack) > 1:
            self.stack.pop()

    def handle_data(self, data: str) -> None:
        self.stack[-1].inside.append(data)


def _tree(html: str) -> _Node:
    builder = _Builder()
    builder.feed(html)
    builder.close()
    return builder.stack[0]


def _blocks(node: _Node) -> Iterator[Block]:
    """Yield the blocks inside ``node``; text and inline elements side by side make one paragraph."""
    run = _Node("p")
    for child in node.inside:
        if isinstance(child, str) or child.tag not in _READERS:
            run.inside.append(child)
            continue
        yield from _flow(run, BlockKind.PARAGRAPH)
        run = _Node("p")
        yield from _READERS[child.tag](child)
    yield from _flow(run, BlockKind.PARAGRAPH)


def _flow(node: _Node, kind: BlockKind, level: int = 0, number: int = 0) -> Iterator[Block]:
    """Yield the text of ``node`` as one block, and its pictures after it."""
    pictures = list(_find(node, "img"))
    text = _text(node)
    if text:
        yield Block(kind, text, _inner(node, without="img").strip(), level, number)
    for picture in pictures:
        alt, url = picture.attrs.get("alt", ""), picture.attrs.get("src", "")
        yield Block(BlockKind.PICTURE, alt, _outer(picture), url=url)


def _paragraph(node: _Node) -> Iterator[Block]:
    yield from _flow(node, BlockKind.PARAGRAPH)


def _heading(node: _Node) -> Iterator[Block]:
    yield from _flow(node, BlockKind.HEADING, level=int(node.tag[1]))


def _quote(node: _Node) -> Iterator[Block]:
    for block in _blocks(node):
        kind = BlockKind.QUOTE if block.kind is BlockKind.PARAGRAPH else block.kind
        yield Block(kind, block.text, block.html, block.level, block.number, block.url)


def _list(node: _Node, depth: int = 1) -> Iterator[Block]:
    start = node.attrs.get("start", "")
    number = int(start) if re.fullmatch("[0-9]{1,6}", start) else 1
    for item in (child for child in node.inside if isinstance(child, _Node)):
        nested = [child for child in item.inside if isinstance(child, _Node) and child.tag in ("ul", "ol")]
        own = _Node("li", inside=[child for child in item.inside if child not in nested])
        yield from _flow(_unwrapped(own), BlockKind.ITEM, depth, number if node.tag == "ol" else 0)
        for inner in nested:
            yield from _list(inner, depth + 1)
        number += 1


def _unwrapped(item: _Node) -> _Node:
    """Return a list item with its paragraphs opened, a line break between two of them."""
    inside: list[_Node | str] = []
    for child in item.inside:
        if isinstance(child, _Node) and child.tag == "p":
            inside += [_Node("br")] if _text(_Node("li", inside=inside)) else []
            inside += child.inside
        else:
            inside.append(child)
    return _Node("li", inside=inside)


def _table(node: _Node) -> Iterator[Block]:
    rows = [" | ".join(_text(cell) for cell in row.inside if isinstance(cell, _Node)) for row in _find(node, "tr")]
    yield Block(BlockKind.TABLE, "\n".join(rows), _outer(node))


def _rule(node: _Node) -> Iterator[Block]:
    yield Block(BlockKind.RULE, "", _outer(node))


_READERS: dict[str, Callable[[_Node], Iterator[Block]]] = {
    **dict.fromkeys(HEADINGS, _heading),
    "p": _paragraph,
    "pre": _paragraph,
    "figure": _paragraph,
    "blockquote": _quote,
    "ul": _list,
    "ol": _list,
    "table": _table,
    "hr": _rule,
}


def _find(node: _Node, tag: str) -> Iterator[_Node]:
    for child in node.inside:
        if isinstance(child, _Node):
            if child.tag == tag:
                yield child
            yield from _find(child, tag)


def _text(node: _Node) -> str:
    lines = _SPACES.sub(" ", _raw_text(node)).split("\v")
    return "\n".join(line.strip() for line in lines).strip("\n ")


def _raw_text(node: _Node) -> str:
    """Return the text of ``node`` with a vertical tab for each line break."""
    if node.tag == "br":
        return "\v"
    return "".join(child if isinstance(child, str) else _raw_text(child) for child in node.inside)


def _inner(node: _Node, without: str = "") -> str:
    return "".join(
        escape(child, quote=False) if isinstance(child, str) else _outer(child, without) for child in node.inside
    )


def _outer(node: _Node, without: str = "") -> str:
    if node.tag == without:
        return ""
    attrs = "".join(f' {name}="{escape(value)}"' for name, value in node.attrs.items())
    return f"<{node.tag}{attrs}>" + ("" if node.tag in _VOID else f"{_inner(node, without)}</{node.tag}>")
