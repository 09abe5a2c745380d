"""A bulletin: frozen scripts one after the other, in one station's frame, read by two presenters in turn."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from channels.radio_script.bulletins.draft import Draft, Frame
from channels.radio_script.files.writing import BREAK_S, finished, told
from channels.radio_script.script import CONTENT, LineKind, Priority, Script, ScriptLine, Sentence
from channels.radio_script.speech.length import SLOW, measure
from channels.radio_script.speech.sentences import ended
from media.underlock import slow

HEADLINES = "Sau đây là những nội dung chính."
TOLERANCE, MOST_OFF_S = 0.03, 30
"""A programme may miss its slot by 3 %, at most 30 s (Thông tư 09/2020/TT-BTTTT)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An item of a bulletin. Of one that was called back only the title is left, so that nobody can read it."""

    script: Script
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Sums:
    """A bulletin against its slot, in seconds. ``off`` is what is over (positive) or missing (negative)."""

    seconds: float
    slot_s: int

    @property
    def off(self) -> float:
        """Seconds over the slot; below 0 that much is free."""
        return self.seconds - self.slot_s

    @property
    def fits(self) -> bool:
        """Whether a station would accept this length."""
        return abs(self.off) <= min(self.slot_s * TOLERANCE, MOST_OFF_S)


@slow
def compose_bulletin(
    entries: Sequence[Entry], frame: Frame, facts: Mapping[str, Any], slot_s: int, *, headlines: bool = True
) -> Script:
    """Put a bulletin together. ``facts`` are the fields of ``Script`` that only label it.

    The words of each item are those of its frozen script; voices and times are the bulletin's own. Deterministic.
    """
    draft = Draft(frame)
    spoken = [entry.script for entry in entries if not entry.withdrawn]
    draft.cue("NHẠC HIỆU", frame.tune_s)
    draft.say(told(draft, frame.greeting), LineKind.GREETING, voice=1)
    if headlines and len(spoken) > 1:
        draft.say([*told(draft, HEADLINES), *_titles(spoken)], LineKind.GREETING)
    number = 0
    for entry in entries:
        if entry.withdrawn:
            draft.mark(LineKind.CUT, entry.script.title)
            continue
        number += 1
        _item(draft, number, entry.script)
    draft.say(told(draft, frame.closing), LineKind.CLOSING, voice=2)
    draft.cue("NHẠC HIỆU", frame.tune_s)
    return finished(draft, {**facts, "priority": _highest(spoken)}, slot_s)


def item_seconds(script: Script, rate: float) -> float:
    """Return how long an item takes within a bulletin at ``rate`` syllables a second, without the break before it."""
    return sum(_line_seconds(line, rate) for line in content(script))


def frame_seconds(frame: Frame) -> float:
    """Return how long the station's own words and tunes take around the items, without headlines and breaks."""
    draft = Draft(frame)
    spoken = [measure(" ".join(s.text for s in told(draft, text))) for text in (frame.greeting, frame.closing)]
    return 2 * frame.tune_s + sum(length.seconds(frame.rate) for length in spoken)


def break_seconds(frame: Frame) -> float:
    """Return what stands between two items: the jingle and a breath."""
    return frame.jingle_s + BREAK_S


def content(script: Script) -> tuple[ScriptLine, ...]:
    """Return the lines of a script that are the item's own, whoever airs it.

    Scripts of version 1 did not mark the greeting: it is what is said before the title.
    """
    lines = [line for line in script.lines if line.kind in CONTENT]
    titles = [number for number, line in enumerate(lines) if line.kind is LineKind.TITLE]
    return tuple(lines[titles[0] :] if script.version == 1 and titles else lines)


def offsets(script: Script) -> list[tuple[float, float]]:
    """Return start and length of each item of a composed bulletin, in seconds from the start."""
    return [(line.at, line.seconds) for line in script.lines if line.kind is LineKind.ITEM]


def _item(draft: Draft, number: int, script: Script) -> None:
    if number > 1:
        draft.cue("NHẠC CẮT", draft.frame.jingle_s)
        draft.at += BREAK_S
    draft.mark(LineKind.ITEM, f"TIN {number}: {script.title}", item_seconds(script, draft.frame.rate))
    for line in content(script):
        draft.say(line.sentences, line.kind)
    draft.doubts += script.doubts


def _line_seconds(line: ScriptLine, rate: float) -> float:
    length = measure("\n".join(sentence.text for sentence in line.sentences))
    return length.seconds(min(rate, SLOW) if line.kind is LineKind.REPEAT else rate)


def _titles(scripts: Sequence[Script]) -> Iterator[Sentence]:
    for script in scripts:
        for line in content(script):
            if line.kind is LineKind.TITLE:
                yield from ended(line.sentences)


def _highest(scripts: Sequence[Script]) -> Priority:
    order = (Priority.NORMAL, Priority.HIGH, Priority.URGENT)
    return max((script.priority for script in scripts), key=order.index, default=Priority.NORMAL)
