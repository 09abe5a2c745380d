"""Safe HTML of one paragraph or one table as text that reads well where there is no HTML."""

from collections.abc import Callable, Sequence
from html import escape
from html.parser import HTMLParser

KEPT_TAGS = frozenset({"b", "strong", "i", "em", "br"})
"""The tags that HTML mode sends; Zalo publishes no list, and these are what others were seen to send."""

LINE_BREAK = "\v"
"""Stands for ``<br>`` while a text is read: the newlines of HTML are mere spaces."""


def flat(source: str, *, html: bool = False) -> str:
    """Return inline HTML as plain text, or with only ``KEPT_TAGS``; a link shows its address after its words."""
    reader = _Inline(keep=html)
    reader.feed(source)
    reader.close()
    return reader.result()


class _Inline(HTMLParser):
    """Reads safe inline HTML."""

    def __init__(self, *, keep: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.keep = keep
        self.out: list[str] = []
        self.links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.links.append((dict(attrs).get("href") or "", len(self.out)))
        elif tag == "br" and not self.keep:
            self.out.append(LINE_BREAK)
        elif self.keep and tag in KEPT_TAGS:
            self.out.append(f"<{tag}>")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self.links:
            address, start = self.links.pop()
            self.out.append(_after_link("".join(self.out[start:]), address))
        elif self.keep and tag in KEPT_TAGS and tag != "br":
            self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.out.append(escape(data, quote=False) if self.keep else data)

    def result(self) -> str:
        """The text read so far, without loose space around its lines."""
        lines = "".join(self.out).split(LINE_BREAK)
        return "\n".join(" ".join(line.split()) for line in lines).strip()


def _after_link(words: str, address: str) -> str:
    """The address in brackets, unless the words already are it."""
    bare = address.removeprefix("mailto:").removeprefix("tel:")
    shown = bare.removeprefix("https://").removeprefix("http://").rstrip("/")
    return "" if not shown or shown in words else f" ({bare})"


def table_lines(source: str, *, html: bool = False) -> list[str]:
    """Return a table as one line a row: with two columns "a: b", with more each cell after its column's name."""
    reader = _Table()
    reader.feed(source)
    reader.close()
    rows = [[flat(cell, html=html) for cell in row] for row in reader.rows]
    if not reader.has_head or len(rows) < 2:
        return ["• " + " – ".join(cell for cell in row if cell) for row in rows]
    head, *data = rows
    line = _pair if len(head) == 2 else _record(head)
    return [line(row) for row in data]


def _pair(row: Sequence[str]) -> str:
    return "• " + ": ".join(row)


def _record(head: Sequence[str]) -> Callable[[Sequence[str]], str]:
    def line(row: Sequence[str]) -> str:
        named = [f"{name}: {cell}" if name else cell for name, cell in zip(head[1:], row[1:], strict=False) if cell]
        return "• " + row[0] + (" — " + "; ".join(named) if named else "")

    return line


class _Table(HTMLParser):
    """Reads the rows of a safe table, each cell as its inner HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.rows: list[list[str]] = []
        self.has_head = False
        self.in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"} and self.rows:
            self.in_cell = True
            self.rows[-1].append("")
            self.has_head |= tag == "th" and len(self.rows) == 1
        elif self.in_cell:
            self.rows[-1][-1] += self.get_starttag_text() or ""

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self.in_cell = False
        elif self.in_cell:
            self.rows[-1][-1] += f"</{tag}>"

    def handle_data(self, data: str) -> None:
        if self.in_cell:
            self.rows[-1][-1] += data

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")
