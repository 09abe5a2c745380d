"""From claims to the spoken text: joins the pieces so that spaces, commas and capitals come out right."""

import re

from channels.radio_script.reading.model import Doubt, Reading, Span
from channels.radio_script.reading.page import Claim, Page
from channels.radio_script.reading.plain import Plain

_SPACES = re.compile(r"[ \t\r\f\v\u00a0\u2000-\u200b\u202f\u3000]+")
_BEFORE_POINT = re.compile(r" +([,.;:!?])")
_PAUSES = ",;:"
_STOPS = ".!?"


class _Voice:
    """The spoken text as it grows. ``tail`` is the last character that counts."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.length = 0

    @property
    def tail(self) -> str:
        return self.parts[-1][-1] if self.parts else "\n"

    def add(self, piece: str) -> int:
        """Append ``piece`` and return where it starts."""
        if self.tail in " \n":
            piece = piece.lstrip(" ")
        piece = self._point(piece)
        if not piece:
            return self.length
        self.parts.append(piece)
        self.length += len(piece)
        return self.length - len(piece)

    def _point(self, piece: str) -> str:
        """Merge the punctuation that ``piece`` starts with into what is there already: a stop wins over a pause."""
        while piece and piece[0] in _PAUSES + _STOPS:
            self.trim(" ")
            if self.tail == "\n" or self.tail in _STOPS or (self.tail in ";:" and piece[0] in _PAUSES):
                piece = piece[1:].lstrip(" ")
                if not piece or piece[0] not in _PAUSES + _STOPS:
                    return piece if self.tail == "\n" else " " + piece
                continue
            self.trim(",")
            return piece
        if piece.startswith("\n"):
            self.trim(" ")
        return piece

    def trim(self, chars: str) -> None:
        while self.parts and self.parts[-1][-1] in chars:
            last = self.parts[-1]
            kept = last.rstrip(chars)
            self.length -= len(last) - len(kept)
            if kept:
                self.parts[-1] = kept
            else:
                self.parts.pop()

    def part(self, first: str) -> None:
        """Keep what starts with ``first`` apart from a word before it: the "5A" of which both halves are said."""
        if _is_word(first) and _is_word(self.tail):
            self.parts.append(" ")
            self.length += 1

    def starts_sentence(self) -> bool:
        for part in reversed(self.parts):
            core = part.rstrip(" ")
            if core:
                return core[-1] in _STOPS + "\n"
        return True


def _is_word(char: str) -> bool:
    return char.isalnum() or char in ("[", "]")


def compose(page: Page, plain: Plain, original: str) -> Reading:
    """Put the spoken text of ``page`` together; offsets of spans and doubts refer to ``original``."""
    voice = _Voice()
    spans: list[Span] = []
    doubts: list[Doubt] = []
    here = 0
    claimed = False  # whether the last word is one that a rule said
    for claim in sorted(page.claims, key=lambda c: c.start):
        if here < claim.start:
            voice.part(page.text[here] if claimed else "")
            voice.add(_gap(page.text[here : claim.start]))
            claimed = False
        voice.part(claim.say[:1])
        here, claimed = claim.end, claimed or bool(claim.say)
        _say(voice, claim, plain, original, spans, doubts)
    voice.part(page.text[here : here + 1] if claimed else "")
    voice.add(_gap(page.text[here:]))
    voice.trim(" \n,")
    spoken = "".join(voice.parts)
    aligned = spoken.count("\n") == plain.text.count("\n")
    headings, joined = (plain.headings, plain.joined) if aligned else (frozenset(), frozenset())
    learned = dict(page.learned)
    return Reading(original, spoken, _settled(spans, len(spoken)), tuple(doubts), learned, headings, joined)


def _settled(spans: list[Span], limit: int) -> tuple[Span, ...]:
    """Pull spans back that pointed at spaces and commas which later pieces swallowed."""
    settled = []
    for span in reversed(spans):
        end = min(span.spoken_end, limit)
        limit = min(span.spoken_start, end)
        moved = limit != span.spoken_start or end != span.spoken_end
        settled.append(Span(span.start, span.end, limit, end, span.kind) if moved else span)
    return tuple(reversed(settled))


def _gap(text: str) -> str:
    return _BEFORE_POINT.sub(r"\1", _SPACES.sub(" ", text)).replace(" \n", "\n").replace("\n ", "\n")


def _say(voice: _Voice, claim: Claim, plain: Plain, original: str, spans: list[Span], doubts: list[Doubt]) -> None:
    core = claim.say.strip(" ,")
    lead = claim.say[: len(claim.say) - len(claim.say.lstrip(" ,"))] if core else claim.say
    if lead:
        voice.add(", " if "," in lead else " ")
    if core and voice.starts_sentence():
        core = core[0].upper() + core[1:]
    start, end = plain.original_span(claim.start, claim.end)
    at = voice.add(core) if core else voice.length
    if claim.kind:
        spans.append(Span(start, end, at, at + len(core), claim.kind))
    tail = claim.say[len(claim.say.rstrip(" ,")) :] if core else ""
    if tail:
        voice.add(", " if "," in tail else " ")
    if claim.worry:
        worry = claim.worry
        doubts.append(Doubt(worry.certainty, start, end, original[start:end], core, worry.message, worry.remedy))
