"""A script in the making: one line after the other, with the voices in turn and the time of each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from channels.radio_script.reading import NORTH, Dialect, Lexicon, Reading, Span, read_aloud
from channels.radio_script.script import DoubtNote, Estimate, LineKind, LongSentence, ScriptLine, Sentence
from channels.radio_script.speech.length import BREATH, FAST, SLOW, Length, measure, suggest_split
from channels.radio_script.speech.length import DEFAULT as DEFAULT_RATE
from channels.radio_script.speech.sentences import Said, paragraphs, unread


@dataclass(frozen=True, slots=True)
class Text:
    """One text of an item: which ``field`` of the piece it is and what it says."""

    field: str
    written: str


@dataclass(frozen=True, slots=True)
class Frame:
    """What a station puts around the items, and how it reads.

    ``measured`` are the rates of its slowest and its fastest presenter, if they were timed.
    """

    programme: str
    station: str
    greeting: str
    closing: str
    tune_s: float = 10
    jingle_s: float = 3
    rate: float = DEFAULT_RATE
    measured: tuple[float, float] | None = None
    dialect: Dialect = NORTH
    vietnamese: bool = True
    read_title: bool = True
    repeat_phones: bool = True
    lexicon: Lexicon | None = None
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Draft:
    """A script in the making."""

    frame: Frame
    lines: list[ScriptLine] = field(default_factory=list)
    doubts: list[DoubtNote] = field(default_factory=list)
    phones: list[tuple[str, str]] = field(default_factory=list)
    learned: dict[str, str] = field(default_factory=dict)
    at: float = 0.0
    total: Length = field(default_factory=Length)
    voice: int = 0

    def cue(self, text: str, seconds: float) -> None:
        """Put in what is heard and not said, for ``seconds``."""
        self.lines.append(ScriptLine(kind=LineKind.CUE, cue=text, at=round(self.at, 1), seconds=seconds))
        self.at += seconds

    def say(self, said: Sequence[Sentence], kind: LineKind = LineKind.SPEECH, voice: int = 0) -> None:
        """Let ``voice``, or whoever did not speak last, say this."""
        if not said:
            return
        self.voice = voice or 3 - (self.voice or 2)
        length = measure("\n".join(sentence.text for sentence in said))
        seconds = length.seconds(self.frame.rate if kind is not LineKind.REPEAT else min(self.frame.rate, SLOW))
        line = ScriptLine(
            kind=kind, voice=self.voice, sentences=tuple(said), at=round(self.at, 1), seconds=round(seconds, 1)
        )
        self.lines.append(line)
        self.at += seconds
        self.total += length

    def mark(self, kind: LineKind, text: str, seconds: float = 0) -> None:
        """Put in a line that nobody says and that takes no time; ``seconds`` is the length of what it heads."""
        self.lines.append(ScriptLine(kind=kind, cue=text, at=round(self.at, 1), seconds=round(seconds, 1)))

    def read(self, text: Text) -> tuple[Said, ...]:
        """Read a text and return its blocks; doubts and phone numbers are noted on the way.

        Only the body has marks; every other field says what it says.
        """
        literal = text.field != "body"
        if not self.frame.vietnamese:
            return unread(text.written, literal=literal)
        frame = self.frame
        reading = read_aloud(text.written, frame.lexicon, frame.dialect, self.learned, literal=literal)
        self.learned = dict(reading.learned)
        self.doubts += _notes(reading, text.field)
        self.phones += [(reading.written(s), reading.said(s)) for s in reading.spans if _is_phone(reading, s)]
        return paragraphs(reading)


def estimate(draft: Draft) -> Estimate:
    """Return the length of all that is in the draft.

    The range is that of the station's timed presenters. If they were not timed, it keeps the station's own habit: slow
    and fast are as far from it as from the default rate.
    """
    rate, speaking = draft.frame.rate, draft.total.seconds(draft.frame.rate)
    slow, fast = draft.frame.measured or (rate * SLOW / DEFAULT_RATE, rate * FAST / DEFAULT_RATE)
    low, high = draft.total.seconds(max(fast, rate)), draft.total.seconds(min(slow, rate))
    return Estimate(
        seconds=round(draft.at, 1),
        low=round(draft.at + low - speaking, 1),
        high=round(draft.at + high - speaking, 1),
    )


def long_sentences(lines: Iterable[ScriptLine]) -> Iterator[LongSentence]:
    """Yield what is too long for one breath, with a way to cut it."""
    for line in lines:
        for sentence in line.sentences:
            if sentence.syllables > BREATH:
                split = suggest_split(sentence.text)
                yield LongSentence(text=sentence.text, syllables=sentence.syllables, split=split)


def _is_phone(reading: Reading, span: Span) -> bool:
    return span.kind == "phone" and sum(c.isdigit() for c in reading.written(span)) >= 7


def _notes(reading: Reading, name: str) -> list[DoubtNote]:
    return [
        DoubtNote(
            certainty=doubt.certainty,
            field=name,
            written=doubt.written,
            said=doubt.said,
            message=doubt.message.text,
            message_values=dict(doubt.message.values),
            remedy=doubt.remedy.text,
            remedy_values=dict(doubt.remedy.values),
        )
        for doubt in reading.doubts
    ]
