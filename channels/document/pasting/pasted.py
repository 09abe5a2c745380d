"""HTML that came with pasted text: which of it is elements, and what it is in an editor's own marks.

Its tags are no words and no channel shows them; what they held is told before approval. "x<y và y>z" and
"<Tên cơ quan>" are words.
"""

import re
from dataclasses import dataclass

from channels.document.addresses import address
from channels.document.emphasis import TAGS
from channels.document.entities import unescaped

_ATTRIBUTE = r"\s{1,20}[A-Za-z][-\w:.]{0,60}\s{0,5}=\s{0,5}(?:\"[^\"<>]{0,2000}\"|'[^'<>]{0,2000}'|[^\s\"'<>=]{1,2000})"
_SWITCH = r"\s{1,20}(?:async|defer|disabled|checked|controls|hidden|nowrap|noshade)"
ATTRIBUTES = rf"(?:{_ATTRIBUTE}|{_SWITCH}){{1,40}}\s{{0,20}}/?"
_TAG = re.compile(
    rf"<(/?)((?:(?:o|v|w|m|x|st1):)?[A-Za-z][A-Za-z0-9]{{0,15}})((?:{_ATTRIBUTE}|{_SWITCH}){{0,40}})\s{{0,20}}/?>"
)
_DECLARATION = re.compile(
    r"<!DOCTYPE\b[^<>]{0,300}>|<!\[(?:if\b[^<>\n]{0,100}|endif)\]>|<\?xml\b[^<>]{0,300}>", re.IGNORECASE
)
"""What a whole page or Word has around its words."""
_VALUE = re.compile(r"\b(href|src|alt)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
_KNOWN = frozenset(
    """
        a abbr article aside audio blockquote body button caption center cite code col colgroup dd details
        dfn div dl dt fieldset figcaption figure font footer form frame h1 h2 h3 h4 h5 h6 head header hr
        html iframe img input kbd label legend li link main map mark math meta nav noscript object ol option
        p path picture pre q rp rt ruby samp script section select small source span style sub summary sup
        svg table tbody td template textarea tfoot th thead time title tr track tt ul var video wbr b strong
        i em u ins s del strike br
    """.split()  # noqa: SIM905  # a list of a hundred words, easier to read as words
)
_BARE = frozenset({"br", *TAGS})
"""Elements that a text may use as they are, without attributes."""
_OPENS = {
    "br": "\n",
    "li": "\n- ",
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "\n\n## "),
    "blockquote": "\n\n> ",
}
_CLOSES = dict.fromkeys(("p", "div", "section", "article", "ul", "ol", "table", "figure", "blockquote"), "\n\n") | {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "\n\n"),
    **dict.fromkeys(("tr", "hr", "br"), "\n"),
    **dict.fromkeys(("td", "th"), " "),
}
_UNSEEN = re.compile(r"(?<!\\)<(?:!--|(script|style|template|noscript|iframe|object|svg|math)(?=[\s>]))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Element:
    """One tag, up to ``end``: what it is in an editor's marks, and whether words on its two sides are apart."""

    end: int
    mark: str
    parts: bool


def unseen(source: str) -> list[tuple[int, int, bool]]:
    """Return what no reader sees: comments, and elements such as scripts; offsets, and whether it is a comment."""
    found: list[tuple[int, int, bool]] = []
    endless: set[str] = set()
    here = 0
    while (match := _UNSEEN.search(source, here)) is not None:
        name = (match[1] or "").lower()
        end = -1 if name in endless else _end(source, match.end(), name)
        if end < 0:
            endless.add(name)
            here = match.end()
        else:
            found.append((match.start(), end, not name))
            here = end
    return found


def _end(source: str, start: int, name: str) -> int:
    if not name:
        end = source.find("-->", start)
        return end + 3 if end >= 0 else -1
    closing = re.compile(f"</{name}\\s{{0,20}}>", re.IGNORECASE).search(source, start)
    return closing.end() if closing else -1


def element(text: str, at: int, links: list[str]) -> Element | None:
    """Return the tag that stands at ``at``. ``links`` are the addresses of links that are open, kept up to date."""
    if declared := _DECLARATION.match(text, at):
        return Element(declared.end(), "", parts=False)
    tag = _TAG.match(text, at)
    name = tag[2].lower() if tag else ""
    if tag is None or (name not in _KNOWN and ":" not in name) or _is_word(name, tag[3], closing=bool(tag[1])):
        return None
    mark = _mark(name, tag[3], links, closing=bool(tag[1]))
    return Element(tag.end(), mark, name in _CLOSES or name in _OPENS)


def _is_word(name: str, attributes: str, *, closing: bool) -> bool:
    """Whether a tag is one that a text may use or a word: "<a>" is no link."""
    if name == "br":
        return not attributes and not closing
    return not attributes and (name in _BARE or (name == "a" and not closing))


def _mark(name: str, attributes: str, links: list[str], *, closing: bool) -> str:
    if name == "a":
        return _link(attributes, links, closing=closing)
    if name == "img":
        values = _values(attributes)
        return f"![{values.get('alt', '')}]({values['src']})" if _leads(values.get("src", "")) else ""
    return _CLOSES.get(name, "") if closing else _OPENS.get(name, "")


def _link(attributes: str, links: list[str], *, closing: bool) -> str:
    if closing:
        url = links.pop() if links else ""
        return f"]({url})" if url else ""
    url = _values(attributes).get("href", "")
    links.append(url if _leads(url) else "")
    return "[" if links[-1] else ""


def _leads(url: str) -> bool:
    found = address(url) if url else None
    return bool(found and found.url)


def _values(attributes: str) -> dict[str, str]:
    return {name[1].lower(): unescaped(name[2] or name[3] or name[4] or "") for name in _VALUE.finditer(attributes)}
