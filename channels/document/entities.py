"""HTML's names and numbers for characters, as they stand in pasted text."""

import re
import unicodedata
from html import unescape
from html.entities import html5

ENTITY = re.compile(r"&(?:#[xX][0-9a-fA-F]{1,6}|#[0-9]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});")
_SPACES = frozenset("\t\n\r\x0c")


def decoded(entity: str) -> str | None:
    """Return what ``entity`` ("&ge;", "&#8211;") stands for, None if it is no character that a text may hold."""
    if not entity.startswith("&#") and entity[1:] not in html5:
        return None
    text = unescape(entity)
    if text in _SPACES:
        return " "
    return text if text and all(_fit(char) for char in text) else None


def _fit(char: str) -> bool:
    return unicodedata.category(char) not in {"Cc", "Cs", "Cn", "Co"} and char != "\ufffd"
