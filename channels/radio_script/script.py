"""What a script is made of: values only, plain JSON both ways."""

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

VERSION = 2
"""1: greeting and closing were not told apart from what is read between them."""


class Priority(StrEnum):
    """Class of a message in the source-information system (Thông tư 39/2020/TT-BTTTT)."""

    NORMAL = "thong_thuong"
    HIGH = "uu_tien"
    URGENT = "khan_cap"


class Frozen(BaseModel):
    """A value of the script; plain JSON both ways."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Piece(Frozen):
    """A stretch of a sentence. ``written`` is the original if that was not said as written; ``hard`` prints it."""

    text: str
    written: str = ""
    hard: bool = False
    unknown: bool = False


class Sentence(Frozen):
    """One sentence, by its pieces."""

    pieces: tuple[Piece, ...]
    syllables: int

    @property
    def text(self) -> str:
        """The sentence as it is said."""
        return "".join(piece.text for piece in self.pieces)


class LineKind(StrEnum):
    """What a line is for.

    Printed and not said: a cue (what is heard), the head of an item of a bulletin, a cut (an item called back).
    A greeting and a closing are the station's own; a title introduces an item; a repeat is said slowly.
    """

    CUE = "cue"
    ITEM = "item"
    CUT = "cut"
    GREETING = "greeting"
    TITLE = "title"
    SPEECH = "speech"
    REPEAT = "repeat"
    CLOSING = "closing"


UNSAID = frozenset({LineKind.CUE, LineKind.ITEM, LineKind.CUT})
CONTENT = frozenset({LineKind.TITLE, LineKind.SPEECH, LineKind.REPEAT})
"""What belongs to an item, whoever airs it."""


class ScriptLine(Frozen):
    """A cue or what one presenter says at a stretch. ``at`` and ``seconds`` are seconds from the start, and long.

    ``seconds`` of an item's head is the length of the whole item; ``cue`` is the text of every line that is not said.
    """

    kind: LineKind
    voice: int = 0
    sentences: tuple[Sentence, ...] = ()
    cue: str = ""
    at: float = 0.0
    seconds: float = 0.0

    @property
    def text(self) -> str:
        """What is said, in one paragraph."""
        return " ".join(sentence.text for sentence in self.sentences)


class DoubtNote(Frozen):
    """A doubt of the reading, with its sentences still to be translated."""

    certainty: str
    field: str
    written: str
    said: str
    message: str
    message_values: dict[str, Any]
    remedy: str
    remedy_values: dict[str, Any]


class LongSentence(Frozen):
    """A sentence too long for a breath, and where it might be cut."""

    text: str
    syllables: int
    split: tuple[str, ...]


class Estimate(Frozen):
    """Seconds at the station's own rate, and the range from a fast to a slow reader."""

    seconds: float
    low: float
    high: float


class Script(Frozen):
    """All of a script. ``rate`` is syllables a second, ``syllables`` counts what is said."""

    version: int = VERSION
    programme: str
    station: str
    title: str
    unit: str
    column: str
    byline: str
    priority: Priority
    language: str
    story_id: int
    revision: int
    rate: float
    syllables: int
    estimate: Estimate
    slot_s: int
    lines: tuple[ScriptLine, ...]
    doubts: tuple[DoubtNote, ...]
    long_sentences: tuple[LongSentence, ...]
