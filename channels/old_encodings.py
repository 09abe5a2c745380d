"""Text that comes from an old encoding: TCVN3 (.VnTime), VNI, Windows-1258, VIQR, UTF-8 read twice; and lost letters.

Each encoding writes Vietnamese with letters and signs that stand in no Vietnamese word. A line is recognised only where
its words become Vietnamese syllables by being converted and were none before, so French or code is never touched.
Tables: TCVN 5712:1993 (VN3), VNI Windows, code page 1258, RFC 1456.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from channels import viqr
from channels.radio_script.reading.syllables import LETTER, is_syllable
from media.characters import TWICE, WINDOWS


class Encoding(StrEnum):
    """What a text was written in; the value is the name that people know it by."""

    TCVN3 = "TCVN3 (.VnTime)"
    VNI = "VNI"
    CP1258 = "Windows-1258"
    VIQR = "VIQR"
    TWICE = "UTF-8"


@dataclass(frozen=True, slots=True)
class Recovered:
    """A text as it was meant, and the encoding that it came from."""

    text: str
    encoding: Encoding


_TCVN3 = dict(
    zip(
        "¡¢£¤¥¦§¨©ª«¬\u00ad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ",
        "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
        strict=True,
    )
)
_E_ACUTE = re.compile("(?<=[a-z])\u0110")
"""D0 is é, and Ð is Đ by the time it is read; in "QĐ" it is what it looks like."""

_CIRCUMFLEX, _BREVE, _ACUTE, _GRAVE, _HOOK, _TILDE, _DOT = "\u0302\u0306\u0301\u0300\u0309\u0303\u0323"
_VNI_MARKS = {
    "ù": _ACUTE, "ø": _GRAVE, "û": _HOOK, "õ": _TILDE, "ï": _DOT, "â": _CIRCUMFLEX, "á": _CIRCUMFLEX + _ACUTE,
    "à": _CIRCUMFLEX + _GRAVE, "å": _CIRCUMFLEX + _HOOK, "ã": _CIRCUMFLEX + _TILDE, "ä": _CIRCUMFLEX + _DOT,
    "ê": _BREVE, "é": _BREVE + _ACUTE, "è": _BREVE + _GRAVE, "ú": _BREVE + _HOOK, "ü": _BREVE + _TILDE,
    "ë": _BREVE + _DOT,
}  # fmt: skip
_VNI_ALONE = {"æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ", "ô": "ơ", "ö": "ư", "ñ": "đ"}
_VNI = re.compile("([aeouyôö])([ùøûõïâáàåãäêéèúüë])|[æóòîôöñ]", re.IGNORECASE)
_CP1258_LETTERS = str.maketrans("ÃãÕõÝý", "ĂăƠơƯư")
_CP1258_TONES = str.maketrans("ÌÒÞìò", "\u0300\u0309\u0303\u0301\u0323")
_CP1258 = re.compile("(?<=[aeiouyâêôăơưAEIOUYÂÊÔĂƠƯ])[ÌÒÞìò]")
_TWICE = re.compile(f"(?:{TWICE})+")
_SPACED_A = re.compile("(?<=[a-zđ])Ã[ \u00a0]")
"""à of a text that was read twice, where somebody took its no-break space for a space."""
_OURS = re.compile("[\u0102\u0103\u01a0\u01a1\u01af\u01b0\u1ea0-\u1ef9]")
"""Letters that only a text in Unicode has; Đ is not among them, because Ð has become it."""
_WORD = re.compile(r"[^\s!-/:-@\[-`{-~“”–—…]+")
_READABLE = re.compile(f"[{LETTER}]+")
_LOST = re.compile(r"(?<![\w/=&?.\-])(?:[^\W\d_]*\?+[a-zà-ỹ]+(?:\?*[a-zà-ỹ]+)*(?![\w=])|[^\W\d_]+\?(?=\s+[a-zà-ỹ?]))")
_INSIDE = re.compile(r"\?[a-zà-ỹ]")
_LEAST = 2
"""Words that must have become Vietnamese before a line is believed to be in an old encoding."""
_BACK = {letter: code for code, letter in WINDOWS.items() if letter} | {"\u2026": "\x85"}


def recover(text: str) -> Recovered | None:
    """Return ``text`` as it was meant if it surely comes from an old encoding, wholly or in some of its lines."""
    if text.isascii():
        return _from_viqr(text)
    again = _read_once(text)
    if again != text:
        return Recovered(again, Encoding.TWICE)
    lines = text.split("\n")
    found = max(_DECODERS, key=lambda encoding: _evidence(lines, encoding))
    if not _evidence(lines, found):
        return _from_viqr(text)
    decode = _DECODERS[found]
    return Recovered("\n".join(decode(line) if _may_be(line, decode) else line for line in lines), found)


def _from_viqr(text: str) -> Recovered | None:
    meant = viqr.decode(text, _is_vietnamese)
    return Recovered(meant, Encoding.VIQR) if meant != text else None


def lost(text: str) -> list[str]:
    """Return the words whose letters an encoding has destroyed: "Chuy?n ??i s?", or a sign stands for each."""
    found = [word for word in text.split() if "\ufffd" in word]
    for line in text.split("\n"):
        words = [match[0] for match in _LOST.finditer(line)]
        if sum(bool(_INSIDE.search(word)) for word in words) >= _LEAST:
            found += words
    return found


def _read_once(text: str) -> str:
    """Undo the reading of UTF-8 as Latin-1 or Windows-1252, also when it was done twice."""
    for _ in range(3):
        once = _TWICE.sub(_as_utf8, text)
        if once == text or not _is_twice(text, once):
            break
        text = _SPACED_A.sub("à", once)
    return unicodedata.normalize("NFC", text)


def _as_utf8(match: re.Match[str]) -> str:
    try:
        return b"".join(_BACK.get(letter, letter).encode("latin-1") for letter in match[0]).decode()
    except UnicodeDecodeError:
        return match[0]


def _is_twice(text: str, once: str) -> bool:
    """Whether what came of it is Vietnamese or punctuation: one letter of three bytes, or two of two bytes."""
    made = [_as_utf8(match) for match in _TWICE.finditer(text)]
    letters = "".join(made)
    long = re.search("[\u1ea0-\u1ef9\u2013-\u2026]|[\u00c0-\u00ff][\u0080-\u00bf\u2013-\u203a]", letters)
    short = [letter for letter in letters if letter in LETTER and letter.isalpha() and not letter.isascii()]
    return once != text and bool(long or len(short) >= _LEAST)


def _tcvn3(text: str) -> str:
    return "é".join("".join(_TCVN3.get(letter, letter) for letter in part) for part in _E_ACUTE.split(text))


def _vni(text: str) -> str:
    return unicodedata.normalize("NFC", _VNI.sub(_vni_letter, text))


def _vni_letter(match: re.Match[str]) -> str:
    base, mark = (match[1], match[2]) if match[1] else (match[0], "")
    plain = _VNI_ALONE.get(base.lower(), base.lower()) if base.lower() in _VNI_ALONE else base
    letter = plain.upper() if base.isupper() else plain
    return letter + _VNI_MARKS.get(mark.lower(), "")


def _cp1258(text: str) -> str:
    spelt = text.translate(_CP1258_LETTERS)
    return unicodedata.normalize("NFC", _CP1258.sub(lambda mark: mark[0].translate(_CP1258_TONES), spelt))


_DECODERS: dict[Encoding, Callable[[str], str]] = {
    Encoding.TCVN3: _tcvn3,
    Encoding.VNI: _vni,
    Encoding.CP1258: _cp1258,
}


def _evidence(lines: list[str], encoding: Encoding) -> int:
    """Words of lines that are surely in this encoding."""
    return sum(_became(line, _DECODERS[encoding]) for line in lines)


def _became(line: str, decode: Callable[[str], str]) -> int:
    """How many words of a line become Vietnamese; 0 unless enough do and hardly any becomes nonsense."""
    if line.isascii() or _OURS.search(line):
        return 0
    good = bad = 0
    for word in _WORD.findall(line):
        if not word.isascii() and len(word) > 1 and any(map(str.isalpha, word)) and not _is_vietnamese(word):
            good, bad = (good + 1, bad) if _is_vietnamese(decode(word)) else (good, bad + 1)
    return good if good >= _LEAST and good >= 4 * bad else 0


def _may_be(line: str, decode: Callable[[str], str]) -> bool:
    """Whether a line of a text in an old encoding is in it too."""
    words = [word for word in _WORD.findall(line) if not word.isascii()]
    readable = sum(_is_vietnamese(decode(word)) for word in words)
    right = all(_is_vietnamese(word) for word in words)
    return not right and not _OURS.search(line) and readable * 2 > len(words)


def _is_vietnamese(word: str) -> bool:
    """Whether a word has letters of Vietnamese only and reads as one syllable with at most one tone."""
    tones = sum(mark in "\u0300\u0301\u0303\u0309\u0323" for mark in unicodedata.normalize("NFD", word))
    return tones <= 1 and _READABLE.fullmatch(word) is not None and is_syllable(word)
