"""Sentences of a reading, each with the originals it came from."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from channels.radio_script.reading import Reading, Span
from channels.radio_script.reading.plain import flatten
from channels.radio_script.script import Piece, Sentence
from channels.radio_script.speech.length import sentences, syllables

_ENDS = (".", "!", "?", ":", ";", ",", "…")
HARD_KINDS = frozenset({"document", "phone", "address", "identity", "code", "fraction", "kept", "money"})
"""Kinds of spoken forms that are printed with the original beside them."""


@dataclass(frozen=True, slots=True)
class Said:
    """One block of a text as it is said. ``heads`` tells whether it is a heading of what follows."""

    sentences: tuple[Sentence, ...]
    heads: bool = False


def unread(text: str, *, literal: bool = False) -> tuple[Said, ...]:
    """Another language is shown as it is written; nobody here knows how it is read."""
    plain = flatten(text, literal=literal)
    made = [
        tuple(Sentence(pieces=(Piece(text=s),), syllables=syllables(s)) for s in sentences(line))
        for line in plain.text.split("\n")
    ]
    return _blocks(made, plain.headings, plain.joined)


def paragraphs(reading: Reading) -> tuple[Said, ...]:
    """Return the blocks of a reading, each as its sentences, each sentence with the originals it came from."""
    cutter = _Cutter(reading)
    made: list[tuple[Sentence, ...]] = []
    start = 0
    for block in reading.spoken.split("\n"):
        made.append(tuple(cutter.sentences(start, block)))
        start += len(block) + 1
    return _blocks(made, reading.headings, reading.joined)


def _blocks(
    lines: Sequence[tuple[Sentence, ...]], headings: frozenset[int], joined: frozenset[int]
) -> tuple[Said, ...]:
    """Put the lines of each block together; each is a sentence of its own."""
    made: list[tuple[list[Sentence], bool]] = []
    for number, line in enumerate(lines):
        if line and made and number in joined:
            block = made[-1][0]
            block[-1:] = ended(block[-1:])
            block += line
        elif line:
            made.append((list(line), number in headings))
    return tuple(Said(tuple(block), heads) for block, heads in made)


def ended(said: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """Return sentences of which the last ends with a stop, so that what is said next is not said in one breath."""
    if not said or is_ended(said[-1].text):
        return tuple(said)
    last = said[-1]
    stopped = Sentence(pieces=(*last.pieces, Piece(text=".")), syllables=last.syllables)
    return (*said[:-1], stopped)


def is_ended(text: str) -> bool:
    """Tell whether a text ends with a stop or a pause; quotation marks and brackets after it do not count."""
    return text.rstrip("”»\"')] ")[-1:] in _ENDS


class _Cutter:
    """Cuts a reading into sentences; its spans are in the order of what is said."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.starts = [span.spoken_start for span in reading.spans]
        self.doubted = {(doubt.start, doubt.end) for doubt in reading.doubts}

    def sentences(self, start: int, block: str) -> Iterator[Sentence]:
        """Yield the sentences of one line of what is said, which starts at ``start``."""
        here = 0
        for text in sentences(block):
            here = block.index(text, here)
            pieces = tuple(self._pieces(start + here, start + here + len(text)))
            yield Sentence(pieces=pieces, syllables=syllables(text))
            here += len(text)

    def _pieces(self, start: int, end: int) -> Iterator[Piece]:
        spoken, here = self.reading.spoken, start
        for span in self.reading.spans[bisect_left(self.starts, start) : bisect_left(self.starts, end)]:
            if span.spoken_start < here or span.spoken_end > end or span.spoken_start == span.spoken_end:
                continue
            if span.spoken_start > here:
                yield Piece(text=spoken[here : span.spoken_start])
            doubted, written = (span.start, span.end) in self.doubted, self.reading.written(span)
            hard = doubted or _is_hard(span, written)
            yield Piece(text=self.reading.said(span), written=written, hard=hard, unknown=doubted)
            here = span.spoken_end
        if here < end:
            yield Piece(text=spoken[here:end])


def _is_hard(span: Span, written: str) -> bool:
    return span.kind in HARD_KINDS or (span.kind == "number" and sum(c.isdigit() for c in written) >= 5)
