"""From Markdown to plain blocks, one a line, remembering where every character came from."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

_INLINE = re.compile(
    r"(?P<drop>[\ufeff\u00ad\u200b-\u200f\u2060\ufe0f]+|<!--.*?-->|!\[[^\]\n]*\]\([^)\n]*\)|\[\^[^\]\n]+\]:?)"
    r"|\[(?P<link>[^\]\[\n]+)\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+\"[^\"\n]*\")?\)"
    r"|<(?P<auto>(?:https?://|mailto:)[^>\s]+|[^\s<>@]+@[^\s<>@]+)>"
    r"|(?P<keep>https?://[^\s*<>]+|\*\d+(?:\*\d+)*\#|\*(?=\s?\d)(?<=\d\*)|\*(?=\s\d)(?<=\d\s\*))"
    r"|(?P<tag></?[A-Za-z][^<>\n]*>)"
    r"|\\(?P<escaped>[\\`*_{}\[\]()#+.!|~>-])"
    r"|(?P<mark>\*+|~~|`+|(?<!\w)_{1,3}(?=\w)|(?<=[\w.,:;!?)”])_{1,3}(?!\w)|_{3,})"
    r"|&(?P<entity>nbsp|amp|lt|gt|quot);",
    re.DOTALL,
)
_SPECIAL = re.compile(r"[<!\[\\*~`_&\ufeff\u00ad\u200b-\u200f\u2060\ufe0f]")
_ENTITIES = {"nbsp": " ", "amp": "&", "lt": "<", "gt": ">", "quot": '"'}
_RULER = re.compile(r"\s*(?:[-*_=]\s*){3,}$|\s*(?:```|~~~).*$|\s*\|?(?:\s*:?-{2,}:?\s*\|)+(?:\s*:?-{2,}:?\s*)?$")
_HEADING = re.compile(r"\s*#{1,6}\s+")
_QUOTE = re.compile(r"\s*>(?:>|\s)*(?<=[> ])(?!\d)\s?")
_BULLET = re.compile(r"\s*(?:[-–—•*+●▪■◦·✓✔➢►]\s+)+(?:\[[ xX]\]\s+)?")
_NUMBERED = re.compile(r"\s*(?:\(?\d{1,2}[.)]|\(?[a-zđ]\)|[IVX]+\.)\s")
_SIGNATURE = re.compile(r"(?:\*\*)?Nơi nhận(?:\*\*)?\s*:?\s*(?:\*\*)?\s*$", re.IGNORECASE)


@dataclass(slots=True)
class Plain:
    """A plain text whose every stretch knows its place in the original."""

    text: str = ""
    dropped: tuple[int, int] | None = None
    """The recipients and signatures left out, as offsets in the original."""
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

    def add(self, text: str, start: int, end: int) -> None:
        if text:
            self.parts.append(text)
            self.starts.append(self.length)
            self.origins.append((start, end))
            self.length += len(text)


def flatten(text: str) -> Plain:
    """Drop Markdown and HTML marks, bullets and rulers; put every block on a line of its own."""
    out = _Builder()
    body_end = _signature(text)
    loose = True  # the next line starts a block
    for start, end in _lines(text, body_end):
        content, opens, closes = _block(text, start, end)
        if content is None:
            loose = True
            continue
        if out.length:
            out.add("\n" if loose or opens else " ", start, start)
        _inline(text, content, end, out)
        loose = closes or text[start:end].endswith(("  ", "\\"))
    plain = Plain("".join(out.parts), None, out.starts, out.origins)
    if body_end < len(text):
        plain.dropped = (body_end, len(text))
    return plain


def _signature(text: str) -> int:
    """Return where the block of recipients and signatures starts; the length of ``text`` if there is none."""
    if "\n" not in text or "ơi nhận" not in text:
        return len(text)
    for start, end in _lines(text, len(text)):
        if _SIGNATURE.match(text, start, end):
            return start
    return len(text)


def _lines(text: str, stop: int) -> Iterator[tuple[int, int]]:
    start = 0
    while start < stop:
        end = text.find("\n", start, stop)
        end = stop if end < 0 else end
        yield start, end
        start = end + 1


def _block(text: str, start: int, end: int) -> tuple[int | None, bool, bool]:
    """Return where the words of a line start (None if it has none), and whether it opens or closes a block."""
    while end > start and text[end - 1] in " \t\r":
        end -= 1
    if start == end or _RULER.match(text, start, end):
        return None, True, True
    quote = _QUOTE.match(text, start, end)
    start = quote.end() if quote else start
    heading = _HEADING.match(text, start, end)
    if heading:
        return heading.end(), True, True
    bullet = _BULLET.match(text, start, end)
    if bullet and bullet.end() < end:
        return bullet.end(), True, False
    row = text.startswith("|", start)
    opens = row or _NUMBERED.match(text, start, end) is not None
    while start < end and text[start] in " \t|":
        start += 1
    return (start if start < end else None), opens, row


def _inline(text: str, start: int, end: int, out: _Builder) -> None:
    while end > start and text[end - 1] in " \t\r\\|":
        end -= 1
    if not _SPECIAL.search(text, start, end):
        out.add(text[start:end], start, end)
        return
    for match in _INLINE.finditer(text, start, end):
        out.add(text[start : match.start()], start, match.start())
        start = match.end()
        kind = match.lastgroup
        if kind == "link":
            _inline(text, *match.span("link"), out)
        elif kind in ("auto", "keep", "escaped"):
            out.add(match[kind], *match.span(kind))
        elif kind == "entity":
            out.add(_ENTITIES[match["entity"]], *match.span())
    out.add(text[start:end], start, end)
