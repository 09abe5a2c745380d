"""Paragraphs that a PDF or a mail program broke into lines in the middle of sentences."""

from itertools import pairwise

from channels.contract import Edit
from channels.document.model import Break, Paragraph, Text

_LONG = 45
"""Characters; a line of a poem or an address is shorter."""
_FEWEST = 2


def wrapped(source: str, paragraph: Paragraph) -> list[Edit]:
    """Return the edits that join the lines of ``paragraph`` if most of them go on in the middle of a sentence."""
    inside = paragraph.inside
    edits = []
    line_start = paragraph.start
    for part, after in pairwise(inside):
        if not isinstance(part, Break):
            continue
        typed = source[part.start : part.end].isspace()
        if typed and part.start - line_start >= _LONG and isinstance(after, Text) and after.text[:1].islower():
            edits.append(Edit(part.start, after.start, source[part.start : after.start], " "))
        line_start = part.end
    return edits if len(edits) >= _FEWEST else []
