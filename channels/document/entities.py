"""HTML's names and numbers for characters, as they stand in pasted text."""

import re
import unicodedata
from html import unescape
from html.entities import html5

from media.characters import clean

_LEGACY = frozenset(name for name in html5 if not name.endswith(";"))
_TYPED = frozenset(
    {"ge", "le", "ne", "ndash", "mdash", "hellip", "lsquo", "rsquo", "sbquo", "ldquo", "rdquo", "bdquo", "bull"}
    | {"rarr", "larr", "euro", "minus", "trade", "ensp", "emsp", "thinsp"}
)
"""Names that need their semicolon and that news is full of."""
_ACCENTS = ("acute", "grave", "circ", "tilde", "uml", "slash", "ring", "cedil", "lig", "nbsp", "quot", "amp")
"""How names end that stand within words; "Q&not" and "AT&lt" are words."""
_UNFINISHED = re.compile(r"&(?:#([xX][0-9a-fA-F]{2,6}|[0-9]{2,7})(?![0-9A-Fa-f;])|([A-Za-z]{2,8})(?![A-Za-z;=]))")
ENTITY = re.compile(r"&(?:#[xX][0-9a-fA-F]{1,6}|#[0-9]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});")
_SPACES = frozenset("\t\n\r\x0c")


def decoded(entity: str) -> str | None:
    """Return what ``entity`` ("&ge;", "&#8211;") stands for, None if it is no character that a text may hold."""
    if not entity.startswith("&#") and entity[1:] not in html5:
        return None
    text = unescape(entity)
    if text in _SPACES:
        return " "
    return (clean(text) or text) if text and all(_fit(char) for char in text) else None


def unescaped(text: str) -> str:
    """Return ``text`` with every whole reference decoded; one of no character is left out."""
    return ENTITY.sub(_meant, text) if "&" in text else text


def _meant(entity: re.Match[str]) -> str:
    text = decoded(entity[0])
    return text if text is not None else "" if entity[0].startswith("&#") else entity[0]


def faulty(text: str, at: int) -> tuple[int, str] | None:
    """Return the end of a reference at ``at`` that stands for nothing as it is written, and what it may have meant.

    That is "&#11;", which no text may hold, and "&nbsp 000", "&#8211 6", which lack their end.
    """
    if (whole := ENTITY.match(text, at)) is not None:
        return (whole.end(), "") if whole[0].startswith("&#") and decoded(whole[0]) is None else None
    found = _UNFINISHED.match(text, at)
    if found is None or (found[2] and not _is_name(found[2], text[at - 1 : at] if at else "")):
        return None
    return found.end(), decoded(f"{found[0]};") or ""


def _is_name(name: str, before: str) -> bool:
    return (name in _LEGACY or name in _TYPED) and (not before.isalpha() or name.endswith(_ACCENTS))


def _fit(char: str) -> bool:
    return unicodedata.category(char) not in {"Cc", "Cs", "Cn", "Co"} and char != "\ufffd"
