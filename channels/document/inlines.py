"""From the words of a block to its inlines."""

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field

from channels.document import addresses
from channels.document.emphasis import DIALLED, LONE_DIGITS, TAGS, Run, flanks, match
from channels.document.entities import ENTITY, decoded, faulty, unescaped
from channels.document.limits import Sheet
from channels.document.links import Links
from channels.document.model import Break, Code, Inline, Link, Note, NoteKind, Text
from channels.document.pasting import pasted
from channels.document.strip import Strip
from channels.document.tokens import Placed, Token, tree

_SPECIAL = re.compile(r"[\\`*_~\[\]!<&\n]|https?://", re.IGNORECASE)
_BR = re.compile(r"<br[ \t]*/?>[ \t]*\n?", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([A-Za-z]{1,6})>")
_AUTO = re.compile(r"<((?:https?://|mailto:|tel:)[^\s<>]{1,2000}|[^\s<>@]{1,80}@[^\s<>@]{1,200})>", re.IGNORECASE)
_RAISED = re.compile(r"<(su[bp])>([0-9+-]{1,6})</\1>", re.IGNORECASE)
_STYLED = re.compile(rf"<({'|'.join(sorted(TAGS))}){pasted.ATTRIBUTES}>", re.IGNORECASE)
_PATH = re.compile(r"(?:(?<![^\s(“\"'])[A-Za-z]:|(?<![^\s(“\"'])\\)\\(?=[\w*.])\S{0,400}")
"""A place on a computer, "C:\\Users\\An" or "\\\\may\\chung": its strokes are its own."""
_TICKS = re.compile("`+")
_SHIFTED = {
    "sup": str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"),
    "sub": str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋"),
}
_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")


def inlines(sheet: Sheet, strip: Strip) -> tuple[Inline, ...]:
    """Return the inlines of one block, without line breaks at its ends."""
    return _Scanner(sheet, strip).read()


@dataclass(slots=True)
class _Scanner:
    """Reads from left to right; every reader of a sign returns where to go on, or where it began if it is a word."""

    sheet: Sheet
    strip: Strip
    tokens: list[Token] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    links: Links = field(init=False)
    ticks: dict[int, list[int]] | None = None
    pasted: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.links = Links(self.sheet, self.strip, self.tokens, self.runs)

    def read(self) -> tuple[Inline, ...]:
        text, here = self.strip.text, 0
        while (special := _SPECIAL.search(text, here)) is not None:
            self._words(here, special.start())
            self.sheet.count("marks")
            here = _READERS[special[0][0].lower()](self, special.start())
            if here == special.start():
                here = special.start() + 1
                self._words(special.start(), here)
        self._words(here, len(text))
        match(self.runs, 0)
        return tree(self.sheet, self.strip, self.tokens)

    def _words(self, start: int, end: int) -> None:
        if start < end:
            self.tokens.append(Placed(start, end))

    def _leaf(self, leaf: Inline, end: int) -> int:
        self.tokens.append(leaf)
        return end

    def _at(self, start: int, end: int) -> tuple[int, int]:
        return self.strip.at(start), self.strip.end(end)

    def _escape(self, at: int) -> int:
        after = self.strip.text[at + 1 : at + 2]
        if path := _PATH.match(self.strip.text, at if after == "\\" else max(0, at - 2)):
            end = at + len(path[0][at - path.start() :].rstrip('*_`)”".,;:'))
            self._words(at, end)
            return end
        if after == "\n":
            return self._leaf(Break(*self._at(at, at + 2)), at + 2)
        if after not in _PUNCTUATION or not after:
            return at
        return self._leaf(Text(after, *self._at(at, at + 2)), at + 2)

    def _line_end(self, at: int) -> int:
        return self._leaf(Break(*self._at(at, at + 1)), at + 1)

    def _code(self, at: int) -> int:
        text = self.strip.text
        if self.ticks is None:
            self.ticks = {}
            for run in _TICKS.finditer(text):
                self.ticks.setdefault(len(run[0]), []).append(run.start())
        size = _run_end(text, at) - at
        if size == 1 and at and text[at - 1].isdigit():
            return at
        same = self.ticks.get(size, [])
        following = bisect_right(same, at)
        if following == len(same):
            self._words(at, at + size)
            return at + size
        end = same[following]
        inner = text[at + size : end].replace("\n", " ")
        if inner.strip() and inner[0] == inner[-1] == " ":
            inner = inner[1:-1]
        return self._leaf(Code(inner, *self._at(at, end + size)), end + size)

    def _run(self, at: int) -> int:
        text = self.strip.text
        sign, end = text[at], _run_end(text, at)
        if sign == "*":
            if stays := _kept_stars(text, at, end):
                self._words(at, stays)
                return stays
            if end - at == LONGEST_BEFORE_DIAL and DIALLED.match(text, at + 2):
                end = at + 2
        opens, closes = flanks(text, at, end)
        if not (opens or closes):
            self._words(at, end)
            return end
        run = Run(at, end, sign, end - at, opens, closes)
        self.runs.append(run)
        self.tokens.append(run)
        return end

    def _angle(self, at: int) -> int:
        text = self.strip.text
        if br := _BR.match(text, at):
            return self._leaf(Break(*self._at(at, br.end())), br.end())
        if (tag := _TAG.match(text, at)) and tag[2].lower() in TAGS:
            run = Run(at, tag.end(), tag[2].lower(), 1, not tag[1], bool(tag[1]))
            self.runs.append(run)
            self.tokens.append(run)
            return tag.end()
        if styled := _STYLED.match(text, at):
            run = Run(at, styled.end(), styled[1].lower(), 1, True, False)
            self.sheet.notes.append(Note(NoteKind.ELEMENT, *self._at(at, styled.end()), f"<{run.sign}>"))
            self.runs.append(run)
            self.tokens.append(run)
            return styled.end()
        if raised := _RAISED.match(text, at):
            shifted = raised[2].translate(_SHIFTED[raised[1].lower()])
            return self._leaf(Text(shifted, *self._at(at, raised.end())), raised.end())
        if (auto := _AUTO.match(text, at)) and (":" in auto[1] or addresses.mail(auto[1])):
            url = auto[1] if ":" in auto[1] else f"mailto:{auto[1]}"
            inside = (Text(auto[1], *self._at(at + 1, auto.end() - 1)),)
            return self._leaf(Link(url, "", inside, *self._at(at, auto.end())), auto.end())
        return self._pasted(at)

    def _pasted(self, at: int) -> int:
        found = pasted.element(self.strip.text, at, self.pasted)
        if found is None:
            return at
        place = self._at(at, found.end)
        self.sheet.notes.append(Note(NoteKind.ELEMENT, *place, found.mark))
        return self._leaf(Break(*place) if found.parts else Text("", *place), found.end)

    def _entity(self, at: int) -> int:
        entity = ENTITY.match(self.strip.text, at)
        text = decoded(entity[0]) if entity else None
        if entity is None or text is None:
            if wrong := faulty(self.strip.text, at):
                end, meant = wrong
                self.sheet.notes.append(Note(NoteKind.REFERENCE, *self._at(at, end), meant))
            return at
        return self._leaf(Text(text, *self._at(at, entity.end())), entity.end())

    def _bare(self, at: int) -> int:
        before = self.strip.text[at - 1 : at]
        end = addresses.bare(self.strip.text, at)
        if end == at or (before.isalnum() and at > 0):
            return at
        place = self._at(at, end)
        text = unescaped(self.strip.text[at:end])
        if not addresses.possible(text):
            return at
        return self._leaf(Link(text, "", (Text(text, *place),), *place), end)

    def _open(self, at: int) -> int:
        return self.links.opened(at, is_picture=False)

    def _bang(self, at: int) -> int:
        return self.links.opened(at, is_picture=True) if self.strip.text.startswith("![", at) else at

    def _close(self, at: int) -> int:
        return self.links.closed(at)


LONGEST_BEFORE_DIAL = 3
"""Stars before a code to dial that is set in bold: "***101#**"."""


def _run_end(text: str, at: int) -> int:
    """Return where the signs end that are the same as the one at ``at``."""
    end = at + 1
    while text[end : end + 1] == text[at]:
        end += 1
    return end


def _kept_stars(text: str, at: int, end: int) -> int:
    """Return where a stretch ends whose stars are signs of their own; 0 if there is none."""
    if text[at - 1 : at].isalnum() and at:
        return 0
    dialled = DIALLED.match(text, at)
    if dialled and not (end - at > 1 and text.startswith("*" * (end - at), dialled.end())):
        return dialled.end()
    lone = LONE_DIGITS.match(text, at) if end - at == 1 else None
    return lone.end() if lone else 0


_READERS: dict[str, Callable[[_Scanner, int], int]] = {
    "\\": _Scanner._escape,
    "`": _Scanner._code,
    "*": _Scanner._run,
    "_": _Scanner._run,
    "~": _Scanner._run,
    "[": _Scanner._open,
    "]": _Scanner._close,
    "!": _Scanner._bang,
    "<": _Scanner._angle,
    "&": _Scanner._entity,
    "\n": _Scanner._line_end,
    "h": _Scanner._bare,
}
