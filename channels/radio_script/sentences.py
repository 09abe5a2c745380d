"""Sentences of a reading, each with the originals it came from."""

from collections.abc import Iterator

from channels.radio_script.length import sentences, syllables
from channels.radio_script.reading import Reading, Span
from channels.radio_script.reading.plain import flatten
from channels.radio_script.script import Piece, Sentence

HARD_KINDS = frozenset({"document", "phone", "address", "identity", "code", "fraction", "kept", "money"})
"""Kinds of spoken forms that are printed with the original beside them."""


def unread(text: str) -> tuple[tuple[Sentence, ...], ...]:
    """Another language is shown as it is written; nobody here knows how it is read."""
    made = (
        tuple(Sentence(pieces=(Piece(text=s),), syllables=syllables(s)) for s in sentences(block))
        for block in flatten(text).text.split("\n")
    )
    return tuple(paragraph for paragraph in made if paragraph)


def paragraphs(reading: Reading) -> tuple[tuple[Sentence, ...], ...]:
    """Return the paragraphs of a reading, each as its sentences, each sentence with the originals it came from."""
    made: list[tuple[Sentence, ...]] = []
    start = 0
    for block in reading.spoken.split("\n"):
        made.append(tuple(_sentences(reading, start, block)))
        start += len(block) + 1
    return tuple(paragraph for paragraph in made if paragraph)


def _sentences(reading: Reading, start: int, block: str) -> Iterator[Sentence]:
    here = 0
    for text in sentences(block):
        here = block.index(text, here)
        pieces = tuple(_pieces(reading, start + here, start + here + len(text)))
        yield Sentence(pieces=pieces, syllables=syllables(text))
        here += len(text)


def _pieces(reading: Reading, start: int, end: int) -> Iterator[Piece]:
    marked = {(d.start, d.end) for d in reading.doubts}
    here = start
    for span in reading.spans:
        if span.spoken_start < here or span.spoken_end > end or span.spoken_start == span.spoken_end:
            continue
        if span.spoken_start > here:
            yield Piece(text=reading.spoken[here : span.spoken_start])
        doubted = (span.start, span.end) in marked
        written = reading.written(span)
        yield Piece(text=reading.said(span), written=written, hard=doubted or _is_hard(span, written), unknown=doubted)
        here = span.spoken_end
    if here < end:
        yield Piece(text=reading.spoken[here:end])


def _is_hard(span: Span, written: str) -> bool:
    return span.kind in HARD_KINDS or (span.kind == "number" and sum(c.isdigit() for c in written) >= 5)
