"""From a text to its tree. Pure, and linear in the length of the text up to the bounds of ``limits``."""

import re
from functools import lru_cache

from channels.document.addresses import Reference, folded, reference
from channels.document.blocks import blocks
from channels.document.limits import CHARACTERS, Sheet, TooMuchError
from channels.document.lines import Lines
from channels.document.model import Document, Excess, Note, NoteKind, Paragraph, Text
from channels.document.pasting.pasted import unseen
from media.underlock import slow

_LABEL = re.compile(r"\[([^\[\]\n]{1,200})\]")


@lru_cache(maxsize=32)
@slow
def read(source: str) -> Document:
    """Return the tree of ``source``; offsets count its characters. Never fails: see ``Document.excess``."""
    if len(source) > CHARACTERS:
        return _unread(source, Excess("characters", CHARACTERS))
    seen, notes = _seen(source)
    sheet = Sheet(seen, notes=notes)
    try:
        places = _lines(seen)
        defined = _definitions(seen, places)
        sheet.references = {one.label: (one.url, one.title) for one in defined.values()}
        made = blocks(sheet, Lines(seen, [place for place in places if place[0] not in defined]))
        return Document(source, made, tuple(sorted(sheet.notes, key=lambda note: note.start)))
    except TooMuchError as error:
        return _unread(source, error.excess)


def _seen(source: str) -> tuple[str, list[Note]]:
    """Return the text with spaces for what no reader sees, so that offsets stay, and a note of each such place."""
    parts: list[str] = []
    notes: list[Note] = []
    here = 0
    for start, end, is_comment in unseen(source):
        parts += (source[here:start], " " * (end - start))
        notes.append(Note(NoteKind.COMMENT if is_comment else NoteKind.UNSEEN, start, end))
        here = end
    return "".join((*parts, source[here:])), notes


def _unread(source: str, excess: Excess) -> Document:
    return Document(source, (Paragraph((Text(source, 0, len(source)),), 0, len(source)),), (), excess)


def _lines(source: str) -> list[tuple[int, int]]:
    lines = []
    start = 0
    for line in source.split("\n"):
        lines.append((start, start + len(line)))
        start += len(line) + 1
    return lines


def _definitions(source: str, lines: list[tuple[int, int]]) -> dict[int, Reference]:
    """Return the lines that define an address which the text uses, by where they start; others are words like any."""
    if "]:" not in source:
        return {}
    found = {start: one for start, end in lines if (one := reference(source[start:end]))}
    used: dict[str, int] = {}
    for match in _LABEL.finditer(source):
        label = folded(match[1])
        used[label] = used.get(label, 0) + 1
    for one in found.values():
        used[one.label] -= 1
    first: dict[str, int] = {}
    for start, one in found.items():
        first.setdefault(one.label, start)
    return {start: one for start, one in found.items() if used[one.label] > 0 and first[one.label] == start}
