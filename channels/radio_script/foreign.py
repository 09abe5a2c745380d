"""A script in a language whose reading is not known here: printed as it was written, with the measured length."""

from collections.abc import Mapping
from typing import Any

from channels.radio_script.script import Estimate, LineKind, Script, ScriptLine
from channels.radio_script.speech.length import syllables
from channels.radio_script.speech.sentences import unread


def foreign_script(source: Mapping[str, Any], title: str, text: str, language: str, duration_s: int | None) -> Script:
    """Return the script of a translation. ``source`` is the Vietnamese script's document, which gives the facts.

    ``duration_s`` is measured; None leaves the length open (0).
    """
    original = Script.model_validate(source)
    blocks = unread(text)
    heading = tuple(sentence for block in unread(title, literal=True) for sentence in block.sentences)
    lines = [ScriptLine(kind=LineKind.TITLE, voice=1, sentences=heading)] if heading else []
    lines += [
        ScriptLine(kind=LineKind.SPEECH, voice=1 + number % 2, sentences=block.sentences)
        for number, block in enumerate(blocks, 1)
    ]
    length = float(duration_s or 0)
    return original.model_copy(
        update={
            "title": title,
            "language": language,
            "lines": tuple(lines),
            "doubts": (),
            "long_sentences": (),
            "syllables": syllables(text),
            "estimate": Estimate(seconds=length, low=length, high=length),
            "slot_s": 0,
        }
    )
