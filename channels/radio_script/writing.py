"""Writing a script: cues, two voices in turn, what is said twice, and the time of each line."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from channels.radio_script.length import BREATH, FAST, SLOW, Length, measure, sentences, suggest_split, syllables
from channels.radio_script.length import DEFAULT as DEFAULT_RATE
from channels.radio_script.reading import NORTH, Dialect, Lexicon, Reading, Span, read_aloud
from channels.radio_script.reading.plain import flatten
from channels.radio_script.script import DoubtNote, Estimate, Line, LineKind, LongSentence, Piece, Script, Sentence

BREAK_S = 2.0
"""Seconds of silence when one item gives way to the next."""
TURN = 40
"""Syllables after which the other voice takes over at the next paragraph; a turn may be half as long again."""
MOST_REPEATS = 3
HARD_KINDS = frozenset({"document", "phone", "address", "identity", "code", "fraction", "kept", "money"})
"""Kinds of spoken forms that are printed with the original beside them."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text of an item: which ``field`` of the piece it is and what it says."""

    field: str
    markdown: str


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a script: what is said in order, and numbers to repeat (label, number as written)."""

    title: str
    texts: tuple[Text, ...]
    repeats: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """What a station puts around the items, and how it reads."""

    programme: str
    station: str
    greeting: str
    closing: str
    tune_s: float = 10
    jingle_s: float = 3
    rate: float = DEFAULT_RATE
    dialect: Dialect = NORTH
    vietnamese: bool = True
    read_title: bool = True
    repeat_phones: bool = True
    lexicon: Lexicon | None = None
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Draft:
    """A script in the making."""

    frame: Frame
    lines: list[Line] = field(default_factory=list)
    doubts: list[DoubtNote] = field(default_factory=list)
    phones: list[tuple[str, str]] = field(default_factory=list)
    learned: dict[str, str] = field(default_factory=dict)
    at: float = 0.0
    total: Length = field(default_factory=Length)
    voice: int = 0

    def cue(self, text: str, seconds: float) -> None:
        self.lines.append(Line(kind=LineKind.CUE, cue=text, at=round(self.at, 1), seconds=seconds))
        self.at += seconds

    def say(self, said: Sequence[Sentence], kind: LineKind = LineKind.SPEECH, voice: int = 0) -> None:
        if not said:
            return
        self.voice = voice or 3 - (self.voice or 2)
        length = measure("\n".join(sentence.text for sentence in said))
        seconds = length.seconds(self.frame.rate if kind is not LineKind.REPEAT else min(self.frame.rate, SLOW))
        line = Line(kind=kind, voice=self.voice, sentences=tuple(said), at=round(self.at, 1), seconds=round(seconds, 1))
        self.lines.append(line)
        self.at += seconds
        self.total += length

    def read(self, text: Text) -> tuple[tuple[Sentence, ...], ...]:
        """Read a text and return its paragraphs; doubts and phone numbers are noted on the way."""
        if not self.frame.vietnamese:
            return _unread(text.markdown)
        reading = read_aloud(text.markdown, self.frame.lexicon, self.frame.dialect, self.learned)
        self.learned = dict(reading.learned)
        self.doubts += _notes(reading, text.field)
        self.phones += [(reading.written(s), reading.said(s)) for s in reading.spans if _is_phone(reading, s)]
        return paragraphs(reading)


def compose_script(items: Sequence[Item], frame: Frame, facts: Mapping[str, Any], slot_s: int = 0) -> Script:
    """Put a script together from ``items``. ``facts`` are the fields of ``Script`` that only label it.

    Deterministic: equal arguments give an equal script.
    """
    draft = _Draft(frame)
    draft.cue(frame.labels.get("tune", "NHẠC HIỆU"), frame.tune_s)
    _speak(draft, "", frame.greeting, voice=1)
    for number, item in enumerate(items):
        if number:
            draft.cue(frame.labels.get("jingle", "NHẠC CẮT"), frame.jingle_s)
            draft.at += BREAK_S
        _item(draft, item)
    _repeats(draft, items)
    _speak(draft, "", frame.closing, voice=2)
    draft.cue(frame.labels.get("tune", "NHẠC HIỆU"), frame.tune_s)
    return Script(
        **facts,
        programme=frame.programme,
        station=frame.station,
        rate=frame.rate,
        syllables=draft.total.syllables,
        estimate=_estimate(draft),
        slot_s=slot_s,
        lines=tuple(draft.lines),
        doubts=tuple(draft.doubts),
        long_sentences=tuple(_long(draft.lines)),
    )


def _speak(draft: _Draft, name: str, text: str, voice: int) -> None:
    said = [sentence for paragraph in draft.read(Text(name, text)) for sentence in paragraph]
    draft.say(said, voice=voice)


def _item(draft: _Draft, item: Item) -> None:
    if draft.frame.read_title:
        title = [sentence for paragraph in draft.read(Text("title", item.title)) for sentence in paragraph]
        draft.say(title, LineKind.TITLE)
    for turn in _turns(paragraph for text in item.texts for paragraph in draft.read(text)):
        draft.say(turn)


def _turns(paragraphs_: Iterable[Sequence[Sentence]]) -> Iterator[list[Sentence]]:
    """Join short paragraphs, such as the items of a list, so that the voices do not change at every line.

    A heading, which has no full stop, starts a turn of its own and stays with what it heads.
    """
    turn: list[Sentence] = []
    for paragraph in paragraphs_:
        heads = paragraph[-1].text[-1:] not in ".!?:;,"
        if turn and (heads or _full(turn, paragraph)):
            yield turn
            turn = []
        turn += paragraph
    if turn:
        yield turn


def _full(turn: Sequence[Sentence], paragraph: Sequence[Sentence]) -> bool:
    """Tell whether the other voice should read ``paragraph``; never right after a heading."""
    if len(turn) == 1 and turn[0].text[-1:] not in ".!?:;,":
        return False
    so_far, more = (sum(sentence.syllables for sentence in part) for part in (turn, paragraph))
    return so_far >= TURN or so_far + more > 1.5 * TURN


def _repeats(draft: _Draft, items: Iterable[Item]) -> None:
    """Say the phone numbers again, twice each and slowly, so that listeners can write them down."""
    if not draft.frame.repeat_phones or not draft.frame.vietnamese:
        return
    wanted = [(label, number) for item in items for label, number in item.repeats]
    found = [("số điện thoại", written) for written, _ in draft.phones]
    seen: dict[str, str] = {}
    for label, number in (*wanted, *found):
        seen.setdefault("".join(c for c in number if c.isdigit()), f"{label}\n{number}")
    for entry in list(seen.values())[:MOST_REPEATS]:
        label, _, number = entry.partition("\n")
        draft.say(_twice(label, number, draft.frame), LineKind.REPEAT)


def _twice(label: str, number: str, frame: Frame) -> tuple[Sentence, ...]:
    said = read_aloud(f"gọi {number}", frame.lexicon, frame.dialect).spoken.removeprefix("gọi ")
    piece = Piece(text=said, written=number, hard=True)
    spoken = (
        (Piece(text=f"Xin nhắc lại {read_aloud(label, frame.lexicon, frame.dialect).spoken}: "), piece),
        (Piece(text="Một lần nữa: "), piece),
    )
    sentences_ = ((*pieces, Piece(text=".")) for pieces in spoken)
    return tuple(Sentence(pieces=p, syllables=syllables("".join(x.text for x in p))) for p in sentences_)


def _is_phone(reading: Reading, span: Span) -> bool:
    return span.kind == "phone" and sum(c.isdigit() for c in reading.written(span)) >= 7


def _estimate(draft: _Draft) -> Estimate:
    """The range keeps the station's own habit: slow and fast are as far from it as from the default rate."""
    rate, speaking = draft.frame.rate, draft.total.seconds(draft.frame.rate)
    low = draft.total.seconds(rate * FAST / DEFAULT_RATE)
    high = draft.total.seconds(rate * SLOW / DEFAULT_RATE)
    return Estimate(
        seconds=round(draft.at, 1),
        low=round(draft.at + low - speaking, 1),
        high=round(draft.at + high - speaking, 1),
    )


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


def _long(lines: Iterable[Line]) -> Iterator[LongSentence]:
    for line in lines:
        for sentence in line.sentences:
            if sentence.syllables > BREATH:
                split = suggest_split(sentence.text)
                yield LongSentence(text=sentence.text, syllables=sentence.syllables, split=split)


def _unread(text: str) -> tuple[tuple[Sentence, ...], ...]:
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
