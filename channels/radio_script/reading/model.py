"""What reading aloud returns: the spoken text, where each spoken form came from, and what a person has to decide."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from channels.words import Words


class Certainty(StrEnum):
    """``UNKNOWN`` was kept and marked "[…?]" in the spoken text; ``CHECK`` has a likely reading to be confirmed."""

    UNKNOWN = "unknown"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something an editor has to decide before the script is approved.

    ``start`` and ``end`` are offsets in the original text, ``written`` what stands there, ``said`` what the spoken
    text has for it now, ``message`` says what is unclear and ``remedy`` what to do.
    """

    certainty: Certainty
    start: int
    end: int
    written: str
    said: str
    message: Words
    remedy: Words


@dataclass(frozen=True, slots=True)
class Span:
    """A spoken form and the place it came from: offsets are half-open, in characters of the NFC text."""

    start: int
    end: int
    spoken_start: int
    spoken_end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A text made speakable. ``original`` is the NFC text that offsets refer to; blocks of ``spoken`` are lines.

    ``learned`` are the abbreviations that the text itself introduced, for what is read after it; ``headings`` are the
    lines of ``spoken`` that head what follows them, ``joined`` those of the same block as the line before.
    """

    original: str
    spoken: str
    spans: tuple[Span, ...]
    doubts: tuple[Doubt, ...]
    learned: Mapping[str, str] = field(default_factory=dict, hash=False)
    headings: frozenset[int] = frozenset()
    joined: frozenset[int] = frozenset()

    def written(self, span: Span) -> str:
        """Return the original text of ``span``."""
        return self.original[span.start : span.end]

    def said(self, span: Span) -> str:
        """Return the spoken text of ``span``."""
        return self.spoken[span.spoken_start : span.spoken_end]
