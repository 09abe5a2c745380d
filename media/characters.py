"""Which characters a text may hold: the one list for all that comes in, and for all that is written out.

Every edge passes what comes in through ``clean``, and whoever writes a document passes what was stored through it
again: it may have been stored before there was an edge. Nothing that a reader would miss is lost: separators become
line ends, misread Windows punctuation becomes what it was, and what is only invisible goes. What an old encoding
needs to be read back (``channels.old_encodings``) stays, even where it is a control.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, Final

UNSTORABLE: Final = "\x00\ud800-\udfff"
"""What no database and no file takes, as a class of a pattern: NUL and halves of a surrogate pair."""

_CONTROLS = "\x01-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"
_ENDS = "\x0b\x0c\x85\u2028\u2029"  # Word writes the first inside a paragraph
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(f"{chr(n | 0xFFFE)}{chr(n | 0xFFFF)}" for n in range(0, 0x110000, 0x10000))
_UNSEEN = (  # Default_Ignorable_Code_Point of Unicode, and the annotation signs
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_OTHER_D = {"\u00d0": "\u0110", "\u00f0": "\u0111", "\u0189": "\u0110", "\u0256": "\u0111"}
"""Ð ð Ɖ ɖ, which old keyboards and fonts write for Đ đ."""
_FONTS = dict(
    zip(
        "\uf0b7\uf0a7\uf0a8\uf0d8\uf0fc\uf076\uf0e0\uf0df\uf0f0\uf0a3\uf0b3",
        "•▪▪➢✓❖→←⇨≤≥",
        strict=True,
    )
)
"""Signs of Word's own fonts (Symbol, Wingdings), at private places of Unicode, and those that everybody has."""
_MEANT = _OTHER_D | _FONTS
WINDOWS = {chr(code): bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0) if code != 0x85}
"""What C1 controls were before Windows-1252 was read as Latin-1; HTML reads its references like this."""

_REST = "\u0080-\u00bf" + "".join(WINDOWS.values()) + "\u2026"
TWICE = f"[\u00c2-\u00cf\u00d1-\u00df][{_REST}]|[\u00e0-\u00ef][{_REST}]{{2}}|[\u00f0-\u00f4][{_REST}]{{3}}"
"""A letter whose UTF-8 was read as Latin-1 or Windows-1252. Without U+00D0: no Cyrillic, but «Số 1/QÐ»."""
_JOINED = "\u0590-\u1cff\u2190-\u2bff\u3000-\ud7ff\ua840-\uabff\U00010a00-\U0001fbff\ufe0e\ufe0f"
"""Scripts and signs between which a joiner or a zero-width space means something: Khmer, Cham, Arabic, emoji."""

_ODD = re.compile(f"[{UNSTORABLE}{_CONTROLS}{_NONCHARACTERS}{_UNSEEN}{_ENDS}\r{''.join(_MEANT)}]")
_PARTS = re.compile(
    f"(?P<twice>{TWICE})"
    "|(?P<kept>\U0001f3f4[\U000e0020-\U000e007f]+"  # flags are written with tags
    f"|(?<=[{_JOINED}])[\u200b-\u200d]+(?=[{_JOINED}])"
    "|(?<=[#*0-9\u00a9\u00ae\u2000-\u33ff\U0001f000-\U0001fbff])[\ufe0e\ufe0f])"
    f"|(?P<end>\r\n?|[{_ENDS}])"
    f"|(?P<odd>[{UNSTORABLE}{_CONTROLS}{_NONCHARACTERS}{_UNSEEN}{''.join(_MEANT)}])"
)
_CONTROL = re.compile(f"[{UNSTORABLE}{_CONTROLS}\x0b\x0c{_NONCHARACTERS}]")
_VIETNAMESE = re.compile("[\u0102\u0103\u01a0\u01a1\u01af\u01b0\u1ea0-\u1ef9]")
_TCVN3 = re.compile(
    "[a-z][\u00a9\u00ac\u00b5\u00b6\u00b8\u00bc-\u00be\u00c6-\u00cf\u00d1-\u00d6\u00d8\u00dc\u00de]|\u00ae[a-z\u00e0-\u00ff]"
)
"""Letters of TCVN3 that stand in no word of another encoding. Its ư is a soft hyphen, its é is Ð."""
_BLANKS = re.compile("[ \t\n]+")
_UNSTORABLE = re.compile(f"[{UNSTORABLE}]")


def clean(text: str) -> str:
    """Return ``text`` in NFC with ``\\n`` as its only line end and without what some part cannot carry or show.

    That is: NUL and other controls except tab, halves of surrogate pairs, noncharacters, and signs that are not seen
    (soft hyphen, zero-width and bidirectional signs, fillers) where they mean nothing. Ð and Ɖ become Đ, and
    signs of Word's own fonts those that everybody has. Cleaning
    what is clean changes nothing.
    """
    if _ODD.search(text):
        text = _PARTS.sub(_Cleaner(text).part, text)
    return unicodedata.normalize("NFC", text)


def clean_line(text: str) -> str:
    """Return ``text`` clean and on one line; no-break spaces stay."""
    return _BLANKS.sub(" ", clean(text)).strip(" ")


def is_clean(text: str) -> bool:
    """Tell whether ``clean`` would change nothing but NFC: whether a name or an address may be looked up at all."""
    return not _ODD.search(text)


def control_at(text: str) -> int | None:
    """Return where ``text`` has its first control or noncharacter, for files in which one is a mistake."""
    found = _CONTROL.search(text)
    return found.start() if found else None


def storable(text: str) -> str:
    """Return ``text`` without NUL and half surrogates and otherwise as it is, even if it is not clean."""
    return _UNSTORABLE.sub("", text)


def clean_values(value: Any, by: Callable[[str], str] = clean) -> Any:
    """Return plain data (as JSON has it) with every text in it clean, names too; ``by`` is another way to clean."""
    if isinstance(value, str):
        return by(value)
    if not value:
        return value
    if isinstance(value, Mapping):
        return {clean_values(name, by): clean_values(one, by) for name, one in value.items()}
    return [clean_values(one, by) for one in value] if isinstance(value, list | tuple) else value


class _Cleaner:
    """What is decided once for a text, or once for each of its lines, however many signs ask for it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tcvn3 = "\u00ad" in text and _TCVN3.search(text) is not None
        self._end = -1
        self._vietnamese = False

    def part(self, match: re.Match[str]) -> str:
        """Return what stands for a part of the text; the parts are asked for in their order."""
        found = match[0]
        match match.lastgroup:
            case "twice":
                return self._misread(match)
            case "kept":
                return found
            case "end":
                return "\n"
            case _ if found == "\u00ad" and self._tcvn3 and not self._in_vietnamese(match):
                return found
        return _MEANT.get(found) or WINDOWS.get(found, "")

    def _misread(self, match: re.Match[str]) -> str:
        """Keep every byte of a letter that was read twice, so that it can be put right."""
        found = match[0]
        if found == "\u00c3\u00ad" and self._in_vietnamese(match):
            return "\u00c3"  # a word in capitals with a soft hyphen, in a line that was read right
        return "".join(WINDOWS.get(letter) or ("\u2026" if letter == "\x85" else letter) for letter in found)

    def _in_vietnamese(self, match: re.Match[str]) -> bool:
        """Whether the line of a part has letters that only Vietnamese in Unicode has."""
        if match.start() > self._end:
            start, end = self._text.rfind("\n", 0, match.start()) + 1, self._text.find("\n", match.end())
            self._end = end if end >= 0 else len(self._text)
            self._vietnamese = _VIETNAMESE.search(self._text, start, self._end) is not None
        return self._vietnamese
