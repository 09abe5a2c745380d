"""Trying a reading out: what would be said of a text, what is unclear, how long it takes and where breath runs out."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from channels.radio_script.reading import DIALECTS, Doubt, LayerData, layered, read_aloud
from channels.radio_script.script import Sentence
from channels.radio_script.speech.length import BREATH, DEFAULT, measure, suggest_split
from channels.radio_script.speech.sentences import paragraphs
from cms.lexicon.stations import Stations
from cms.models.people import Unit

LONGEST = 4000
"""Characters that are tried at once."""


@dataclass(frozen=True, slots=True)
class LongSentence:
    """A sentence too long for one breath, and the parts it might be cut into."""

    text: str
    syllables: int
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """A text as it would be said. ``seconds`` is at the default rate."""

    spoken: str
    paragraphs: Sequence[Sequence[Sentence]]
    doubts: Sequence[Doubt]
    syllables: int
    seconds: float
    long_sentences: Sequence[LongSentence]


def tried(
    session: Session, text: str, unit: Unit | None, dialect: str = "north", draft: LayerData | None = None
) -> Tried:
    """Read ``text`` as ``unit`` does, with ``draft`` (an entry not kept yet) on top."""
    lexicon = Stations(session).lexicon(unit.path if unit else "")
    if draft is not None:
        lexicon = layered(lexicon, [draft])
    reading = read_aloud(text[:LONGEST], lexicon, DIALECTS.get(dialect, DIALECTS["north"]))
    said = [block.sentences for block in paragraphs(reading)]
    length = measure(reading.spoken)
    long_ones = (sentence for paragraph in said for sentence in paragraph if sentence.syllables > BREATH)
    return Tried(
        spoken=reading.spoken,
        paragraphs=said,
        doubts=reading.doubts,
        syllables=length.syllables,
        seconds=length.seconds(DEFAULT),
        long_sentences=[LongSentence(one.text, one.syllables, suggest_split(one.text)) for one in long_ones],
    )
