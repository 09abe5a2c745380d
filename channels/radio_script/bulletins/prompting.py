"""A script for the prompter: every sentence with the seconds in which it is said."""

from collections.abc import Iterator
from dataclasses import dataclass

from channels.radio_script.script import UNSAID, LineKind, Piece, Script, ScriptLine
from channels.radio_script.speech.length import measure


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of the prompter. ``at`` is when it begins and ``seconds`` how long it takes, 0 for a heading.

    ``voice`` 0 is nobody's; ``starts`` tells that another voice or another kind begins here.
    """

    kind: LineKind
    voice: int
    at: float
    seconds: float
    starts: bool
    pieces: tuple[Piece, ...]


def blocks(script: Script) -> Iterator[Block]:
    """Yield the stretches of a script in their order; their times cover the whole of it but for the breaks."""
    for line in script.lines:
        if line.kind in UNSAID:
            seconds = line.seconds if line.kind is LineKind.CUE else 0.0
            yield Block(line.kind, 0, line.at, seconds, True, (Piece(text=line.cue),))
        else:
            yield from _said(line)


def syllables_a_minute(script: Script) -> int:
    """Return the overall pace at which the script is read, pauses and all, without tunes."""
    said = sum(line.seconds for line in script.lines if line.kind not in UNSAID)
    return round(script.syllables / said * 60) if said else 0


def _said(line: ScriptLine) -> Iterator[Block]:
    """Share the line's seconds out among its sentences by what each takes."""
    weights = [measure(sentence.text).seconds() for sentence in line.sentences]
    at, stretch = line.at, line.seconds / (sum(weights) or 1)
    for number, (sentence, weight) in enumerate(zip(line.sentences, weights, strict=True)):
        seconds = weight * stretch
        yield Block(line.kind, line.voice, round(at, 2), round(seconds, 2), number == 0, sentence.pieces)
        at += seconds
