"""Signs in an endless row, which are no word in any language: kept from the rules, whose time would grow squared."""

import re

from channels.radio_script.reading.model import Certainty
from channels.radio_script.reading.page import WRITE_OUT, Page, Worry, marked
from channels.words import N_, Words

LONGEST = 400
"""Characters without a space; the longest addresses of web pages that people print are shorter."""
SHOWN = 40
_ROW = re.compile(rf"\S{{{LONGEST + 1},}}")
_MASK = "\ue000"


def masked(text: str) -> str:
    """Return ``text`` with a sign that no rule knows for each character of such a row."""
    return _ROW.sub(lambda row: _MASK * len(row[0]), text)


def claim(page: Page, text: str) -> None:
    """Take the rows of ``text`` before any rule does; what they are is left to the editor."""
    for row in _ROW.finditer(text):
        message = Words(
            N_("Có %(length)s ký tự liền nhau không có dấu cách nên không đọc được."), {"length": len(row[0])}
        )
        worry = Worry(Certainty.UNKNOWN, message, WRITE_OUT)
        page.claim(row.start(), row.end(), marked(f"{row[0][:SHOWN]}…"), "unknown", worry)
