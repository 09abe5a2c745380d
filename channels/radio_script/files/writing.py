"""Writing a script: cues, two voices in turn, what is said twice, and the time of each line."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from channels.radio_script.bulletins.draft import Draft, Frame, Text, estimate, long_sentences
from channels.radio_script.reading import read_aloud
from channels.radio_script.script import LineKind, Piece, Script, Sentence
from channels.radio_script.speech.length import syllables
from channels.radio_script.speech.sentences import Said, ended

BREAK_S = 2.0
"""Seconds of silence when one item gives way to the next."""
TURN = 40
"""Syllables after which the other voice takes over at the next paragraph; a turn may be half as long again."""
MOST_REPEATS = 3


@dataclass(frozen=True, slots=True)
class WrittenItem:
    """One item of a script: what is said in order, and numbers to repeat (label, number as written)."""

    title: str
    texts: tuple[Text, ...]
    repeats: tuple[tuple[str, str], ...] = ()


def compose_script(items: Sequence[WrittenItem], frame: Frame, facts: Mapping[str, Any], slot_s: int = 0) -> Script:
    """Put a script together from ``items``. ``facts`` are the fields of ``Script`` that only label it.

    Deterministic: equal arguments give an equal script.
    """
    draft = Draft(frame)
    draft.cue(frame.labels.get("tune", "NHẠC HIỆU"), frame.tune_s)
    draft.say(told(draft, frame.greeting), LineKind.GREETING, voice=1)
    for number, item in enumerate(items):
        if number:
            draft.cue(frame.labels.get("jingle", "NHẠC CẮT"), frame.jingle_s)
            draft.at += BREAK_S
        _item(draft, item)
    _repeats(draft, items)
    draft.say(told(draft, frame.closing), LineKind.CLOSING, voice=2)
    draft.cue(frame.labels.get("tune", "NHẠC HIỆU"), frame.tune_s)
    return finished(draft, facts, slot_s)


def finished(draft: Draft, facts: Mapping[str, Any], slot_s: int) -> Script:
    """Return the draft as a script. ``facts`` are the fields of ``Script`` that only label it."""
    return Script(
        **facts,
        programme=draft.frame.programme,
        station=draft.frame.station,
        rate=draft.frame.rate,
        syllables=draft.total.syllables,
        estimate=estimate(draft),
        slot_s=slot_s,
        lines=tuple(draft.lines),
        doubts=tuple(draft.doubts),
        long_sentences=tuple(long_sentences(draft.lines)),
    )


def told(draft: Draft, text: str, name: str = "") -> list[Sentence]:
    """Read a text that one voice says at a stretch. ``name`` is the field of the piece, empty for the station's own."""
    return [sentence for block in draft.read(Text(name, text)) for sentence in block.sentences]


def _item(draft: Draft, item: WrittenItem) -> None:
    if draft.frame.read_title:
        draft.say(told(draft, item.title, "title"), LineKind.TITLE)
    for turn in _turns(block for text in item.texts for block in draft.read(text)):
        draft.say(turn)


def _turns(blocks: Iterable[Said]) -> Iterator[list[Sentence]]:
    """Join short blocks, such as the items of a list, so that the voices do not change at every line.

    A heading starts a turn of its own and stays with what it heads; every block ends with a stop.
    """
    turn: list[Sentence] = []
    heading = False
    for block in blocks:
        if turn and ((block.heads and not heading) or (not heading and _full(turn, block.sentences))):
            yield turn
            turn = []
        turn += ended(block.sentences)
        heading = block.heads and len(turn) == len(block.sentences)
    if turn:
        yield turn


def _full(turn: Sequence[Sentence], block: Sequence[Sentence]) -> bool:
    """Tell whether the other voice should read ``block``."""
    so_far, more = (sum(sentence.syllables for sentence in part) for part in (turn, block))
    return so_far >= TURN or so_far + more > 1.5 * TURN


def _repeats(draft: Draft, items: Iterable[WrittenItem]) -> None:
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
