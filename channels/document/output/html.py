"""The tree as HTML that is safe anywhere: these elements and attributes only, everything typed escaped."""

from collections.abc import Callable, Iterator, Sequence
from html import escape

from channels.document.model import (
    Block,
    Break,
    Cell,
    Code,
    Heading,
    Inline,
    Link,
    Listing,
    ListItem,
    Mark,
    Paragraph,
    Picture,
    Preformatted,
    Quote,
    Rule,
    Span,
    Table,
    Text,
)
from channels.document.reading import read
from media.characters import clean

LinkMaker = Callable[[str], str | None]
"""Takes an address that starts at the root or is vaguer, gives the absolute one, or None to drop it."""

MARKS = {Mark.STRONG: "strong", Mark.EMPHASIS: "em", Mark.STRIKE: "s", Mark.UNDERLINE: "u"}
TAGS = frozenset(
    {"p", "br", "hr", "ul", "ol", "li", "blockquote", "code", "pre", "a", "img", *MARKS.values()}
    | {"table", "thead", "tbody", "tr", "th", "td", "h2", "h3", "h4", "h5", "h6"}
)
ATTRIBUTES = {"a": {"href", "title", "rel"}, "img": {"src", "alt", "title"}, "ol": {"start"}, "li": {"value"}}
_ABSOLUTE = ("http:", "https:", "mailto:", "tel:")


def to_html(markdown: str, *, link: LinkMaker | None = None) -> str:
    """Return an editor's text as safe HTML. Relative addresses go through ``link``, or are dropped without one."""
    return clean(_Writer(link or (lambda _: None)).blocks(read(clean(markdown)).blocks))


class _Writer:
    def __init__(self, link: LinkMaker) -> None:
        self.link = link

    def blocks(self, blocks: Sequence[Block]) -> str:
        return "\n".join(html for block in blocks if (html := self.block(block)))

    def block(self, block: Block) -> str:
        match block:
            case Paragraph():
                return _within("p", self.inline(block.inside))
            case Heading():
                return _within(f"h{max(block.level, 2)}", self.inline(block.inside))
            case Quote():
                return _within("blockquote", self.blocks(block.blocks), "\n")
            case Listing():
                return self.listing(block)
            case Table():
                return self.table(block)
            case Preformatted():
                return f"<pre><code>{_text(chr(10).join(line.text for line in block.lines))}</code></pre>"
            case Rule():
                return "<hr>"

    def listing(self, block: Listing) -> str:
        first = block.items[0].number
        start = f' start="{first}"' if first not in (None, 1) else ""
        items = "\n".join(self.items(block.items))
        tag = "ol" if block.ordered else "ul"
        return f"<{tag}{start}>\n{items}\n</{tag}>"

    def items(self, items: Sequence[ListItem]) -> Iterator[str]:
        """Yield items; one whose number does not follow the one before says so."""
        expected = items[0].number
        for item in items:
            value = f' value="{item.number}"' if item.number != expected else ""
            yield f"<li{value}>{self.item(item.blocks)}</li>"
            expected = None if item.number is None else item.number + 1

    def item(self, blocks: Sequence[Block]) -> str:
        paragraphs = sum(isinstance(block, Paragraph) for block in blocks)
        if paragraphs == 1 and isinstance(blocks[0], Paragraph):
            rest = self.blocks(blocks[1:])
            return self.inline(blocks[0].inside) + (f"\n{rest}\n" if rest else "")
        return self.blocks(blocks)

    def table(self, block: Table) -> str:
        head = self.row(block.head, "th")
        rows = "\n".join(self.row(row, "td") for row in block.rows)
        body = f"\n<tbody>\n{rows}\n</tbody>" if rows else ""
        return f"<table>\n<thead>\n{head}\n</thead>{body}\n</table>"

    def row(self, cells: Sequence[Cell], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{self.inline(cell.inside)}</{tag}>" for cell in cells) + "</tr>"

    def inline(self, inside: Sequence[Inline]) -> str:
        return "".join(self.part(part) for part in inside)

    def part(self, part: Inline) -> str:
        match part:
            case Text():
                return _text(part.text)
            case Code():
                return f"<code>{_text(part.text)}</code>"
            case Break():
                return "<br>\n"
            case Span():
                return _within(MARKS[part.mark], self.inline(part.inside))
            case Link():
                return self.linked(part)
            case Picture():
                return self.picture(part)

    def linked(self, part: Link) -> str:
        words, url = self.inline(part.inside), self.address(part.url)
        if not url:
            return words
        return f'<a href="{_quoted(url)}"{_title(part.title)} rel="noopener noreferrer">{words}</a>'

    def picture(self, part: Picture) -> str:
        url = self.address(part.url)
        return f'<img src="{_quoted(url)}" alt="{_quoted(part.alt)}"{_title(part.title)}>' if url else ""

    def address(self, url: str) -> str:
        if not url or url.lower().startswith(_ABSOLUTE):
            return url
        return self.link(url) or ""


def _within(tag: str, inner: str, gap: str = "") -> str:
    return f"<{tag}>{gap}{inner}{gap}</{tag}>" if inner.strip() else ""


def _text(text: str) -> str:
    return escape(text, quote=False)


def _quoted(value: str) -> str:
    return escape(value)


def _title(title: str) -> str:
    return f' title="{_quoted(title)}"' if title else ""
