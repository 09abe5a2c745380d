"""Links and pictures in brackets: "[words](address)", "[words][label]", "![description](address)"."""

import re

from channels.document import addresses
from channels.document.emphasis import Run, match
from channels.document.limits import Sheet
from channels.document.model import Note, NoteKind, Picture
from channels.document.strip import Strip
from channels.document.tokens import Bracket, Closed, Token

LONGEST = 2_000
"""Characters of an address."""
LONGEST_LABEL = 200
LONGEST_NOTED = 2_400
"""Characters of a link that is told about; notes of brackets inside brackets would add up to a square."""
MOST_INSIDE = 32
"""Brackets inside an address."""
_UNCLOSED = re.compile(r"\(\s{0,4}((?:https?://|www\.)[^\s<>\[\]]{1,2000})", re.IGNORECASE)
_STEP = re.compile(r"[^()\\\n]*")


class Links:
    """The brackets of one block: what is open, and what a closing one makes of it."""

    def __init__(self, sheet: Sheet, strip: Strip, tokens: list[Token], runs: list[Run]) -> None:
        self.sheet, self.strip, self.tokens, self.runs = sheet, strip, tokens, runs
        self.stack: list[Bracket] = []
        self.dead = 0  # brackets of the stack below this can be pictures but no links any more: no link holds a link

    def opened(self, at: int, *, is_picture: bool) -> int:
        """Note an opening bracket; return where to go on."""
        end = at + 1 + is_picture
        bracket = Bracket(at, end, is_picture, len(self.tokens), len(self.runs))
        self.stack.append(bracket)
        self.tokens.append(bracket)
        return end

    def closed(self, at: int) -> int:
        """Make a link or a picture of what ends at the bracket ``at``; return where to go on, ``at`` for a word."""
        if not self.stack:
            return at
        bracket = self.stack.pop()
        dead = len(self.stack) < self.dead and not bracket.is_picture
        self.dead = min(self.dead, len(self.stack))
        if dead:
            return at
        return self._inline(bracket, at) or self._referred(bracket, at) or at

    def _inline(self, bracket: Bracket, at: int) -> int:
        text = self.strip.text
        stop = _address_end(text, at + 2) if text.startswith("(", at + 1) else -1
        if stop < 0:
            self._unclosed(bracket, at)
            return 0
        written = text[at + 2 : stop]
        read = addresses.picture_address if bracket.is_picture else addresses.address
        found = read(written)
        words = self._source(bracket.end, at)
        if found is None:
            if not bracket.is_picture and words.strip():
                told = f"{words} ({written.strip()})" if written.strip() else words
                self._note(NoteKind.BROKEN_LINK, bracket, stop + 1, told)
            return 0
        if not bracket.is_picture and not found.url:
            self._note(NoteKind.BAD_ADDRESS, bracket, stop + 1, words)
        elif not bracket.is_picture and found.completed:
            self._note(NoteKind.NO_SCHEME, bracket, stop + 1, f"[{words}]({found.url})")
        return self._made(bracket, found.url, found.title, at, stop + 1)

    def _unclosed(self, bracket: Bracket, at: int) -> None:
        """Note an address whose bracket is not closed."""
        found = _UNCLOSED.match(self.strip.text, at + 1) if not bracket.is_picture else None
        words = self._source(bracket.end, at) if found else ""
        if found and words.strip():
            self._note(NoteKind.BROKEN_LINK, bracket, found.end(), f"{words} ({found[1]})")

    def _referred(self, bracket: Bracket, at: int) -> int:
        text = self.strip.text
        own = text[bracket.end : at] if at - bracket.end <= LONGEST_LABEL else ""
        stop = text.find("]", at + 2, at + 2 + LONGEST_LABEL) if text.startswith("[", at + 1) else -1
        label = (text[at + 2 : stop] if stop > 0 else "") or own
        found = self.sheet.references.get(addresses.folded(label)) if label else None
        if found is not None:
            return self._made(bracket, *found, at, stop + 1 if stop > 0 else at + 1)
        if own.startswith("^") and len(own) > 1 and not bracket.is_picture:
            self._note(NoteKind.FOOTNOTE, bracket, at + 1, "")
        elif stop > 0 and own.strip() and not bracket.is_picture and "[" not in label and not label.startswith("^"):
            self._note(NoteKind.MISSING_REFERENCE, bracket, stop + 1, own)
        return 0

    def _made(self, bracket: Bracket, url: str, title: str, at: int, end: int) -> int:
        match(self.runs, bracket.runs)
        del self.runs[bracket.runs :]
        if bracket.is_picture:
            alt = self.strip.text[bracket.end : at].replace("\n", " ")
            del self.tokens[bracket.token :]
            place = self.strip.at(bracket.start), self.strip.end(end)
            self.tokens.append(Picture(url, alt, title, *place))
            return end
        bracket.url, bracket.title = url, title
        self.tokens.append(Closed(bracket, end))
        self.dead = len(self.stack)
        return end

    def _source(self, start: int, end: int) -> str:
        return self.sheet.source[self.strip.at(start) : self.strip.end(end)] if end > start else ""

    def _note(self, kind: NoteKind, bracket: Bracket, end: int, value: str) -> None:
        if end - bracket.start > LONGEST_NOTED:
            return
        self.sheet.notes.append(Note(kind, self.strip.at(bracket.start), self.strip.end(end), value))


def _address_end(text: str, start: int) -> int:
    """Return where the bracket stands that closes the address from ``start`` on; -1 if there is none on the line."""
    here, inside = start, 0
    limit = min(len(text), start + LONGEST)
    while here < limit:
        step = _STEP.match(text, here, limit)
        here = step.end() if step else here
        if here >= limit or text[here] == "\n":
            return -1
        if text[here] == "\\":
            here += 2
        elif text[here] == "(":
            inside += 1
            here += 1
            if inside > MOST_INSIDE:
                return -1
        elif inside:
            inside -= 1
            here += 1
        else:
            return here
    return -1
