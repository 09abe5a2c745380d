"""What is left: brackets, quotes, dots, dashes, ampersands and marks that nobody says."""

import re
import unicodedata
from collections.abc import Callable

from channels.radio_script.reading.model import Certainty
from channels.radio_script.reading.page import WRITE_OUT, Page, Worry
from channels.words import N_, Words

_KEPT = re.compile(r"\[[^\[\]\n]*\?\]")
_END = re.compile(r"(?<!\.)\.\s?/\s?\.(?!\.)")
_MARKS = re.compile(r"[…]+|\.\.+[.…]*|[-–—−]+|[^\w\s,;:!?.\-–—−]|_")
_PRESSED = re.compile(r"(?:bấm|nhấn|ấn|phím|dấu)(?: phím| dấu| vào)? ?[\"“(]?$")
_WHAT_FOR = re.compile(r"[\"”)]? để ")
_NOTE = re.compile(r"(?<![^\W_])[A-Z]$")
_QUOTES = "“”„‟\"«»‹›'‘’"
_KEYCAP = "\u20e3"
_ANGLES = "«»‹›"
_PARTS_OF_LETTERS = frozenset({"Mn", "Mc", "Me", "Co"})
_PAUSES = "→⇒➔➜|•●▪◦·✓➢"


def endings(page: Page) -> None:
    """Claim the "./." that ends an administrative text, before its slash is taken for one between words."""
    if "/" not in page.text:
        return
    for match in _END.finditer(page.text):
        page.claim(*match.span(), ". ", "mark")


def kept(page: Page) -> None:
    """Claim what is marked already, so that spoken text is read as it is."""
    if "?]" not in page.text:
        return
    for match in _KEPT.finditer(page.text):
        message = Words(N_("Chưa rõ cách đọc %(written)s."), {"written": match[0]})
        page.claim(*match.span(), match[0], "kept", Worry(Certainty.UNKNOWN, message, WRITE_OUT))


def symbols(page: Page) -> None:
    """Claim every mark that is not ordinary punctuation."""
    for match in _MARKS.finditer(page.text):
        if page.free(*match.span()):
            _HANDLERS.get(match[0][0], _drop)(page, match)


def _drop(page: Page, match: re.Match[str]) -> None:
    """Say nothing for a sign; one inside a word or a code, or a part of a foreign letter, nobody can say."""
    if _in_code(page, match) or unicodedata.category(match[0][0]) in _PARTS_OF_LETTERS:
        _lost(page, match)
    else:
        page.claim(*match.span(), "", "mark")


def _in_word(page: Page, match: re.Match[str]) -> bool:
    return page.text[match.start() - 1 : match.start()].isalpha() and page.text[match.end() : match.end() + 1].isalpha()


def _in_code(page: Page, match: re.Match[str]) -> bool:
    """Tell whether a sign has a letter or a digit on both sides: "Ab*12_cd"; not what stands for more than itself."""
    return page.text[match.start() - 1 : match.start()].isalnum() and page.text[match.end() : match.end() + 1].isalnum()


def _key(page: Page, match: re.Match[str]) -> None:
    """Say the name of a telephone's key: "bấm phím #", "* để nghe lại"; and the "#" of "C#"."""
    start, end = match.span()
    pressed = _PRESSED.search(page.before(start, 24)) or _WHAT_FOR.match(page.after(end, 8))
    note = match[0] == "#" and page.text[start - 1 : start].isupper() and not page.text[max(0, start - 2)].isalpha()
    if (start and (note or pressed)) or (not start and pressed):
        page.claim(start, end, f" {'thăng' if match[0] == '#' else 'sao'} ", "mark")
    else:
        _drop(page, match)


def _silent(page: Page, match: re.Match[str]) -> None:
    page.claim(*match.span(), "", "mark")


def _pause(page: Page, match: re.Match[str]) -> None:
    page.claim(*match.span(), ", ", "mark")


def _bracket(page: Page, match: re.Match[str]) -> None:
    page.claim(*match.span(), ", ", "bracket")


def _quote(page: Page, match: re.Match[str]) -> None:
    inner = _in_word(page, match)
    if inner and match[0] in _ANGLES:
        _lost(page, match)
    elif not (inner and match[0] in "'’"):
        page.claim(*match.span(), "", "mark")


def _and(page: Page, match: re.Match[str]) -> None:
    page.claim(*match.span(), " và ", "mark")


def _sum(page: Page, match: re.Match[str]) -> None:
    """Read a free sign between two words: "5K + vắc xin", "A = B"; one at the head of a line is a bullet."""
    inside = page.before(match.start(), 3).endswith(" ") and page.after(match.end(), 3).startswith(" ")
    words = page.before(match.start(), 8).strip() and page.after(match.end(), 8).strip()
    page.claim(*match.span(), f" {_SUMS[match[0]]} " if inside and words else "", "mark")


_SUMS = {"+": "cộng", "=": "bằng", "≠": "khác", "×": "nhân", "÷": "chia"}


def _number_sign(page: Page, match: re.Match[str]) -> None:
    page.claim(*match.span(), " số ", "mark")


def _dots(page: Page, match: re.Match[str]) -> None:
    """Dots that trail off are a pause inside a sentence, and a full stop at the end of a line."""
    ends = not page.after(match.end(), 8).strip(' ”")')
    page.claim(*match.span(), ". " if ends else ", ", "mark")


def _dash(page: Page, match: re.Match[str]) -> None:
    """A name of two is said in one breath ("Bà Rịa - Vũng Tàu"); any other free dash is a pause; "pa-nô" stays."""
    start, end = match.span()
    left, right = page.text[start - 1 : start], page.text[end : end + 1]
    if left.isalpha() and right.isalpha() and match[0] == "-":
        return
    before, after = page.text[max(0, start - 24) : start].rstrip(), page.text[end : end + 24].lstrip()
    for name in page.lexicon.names:
        first, joint, second = name.partition(" - ")
        if joint and before.endswith((first, first.upper())) and after.startswith((second, second.upper())):
            page.claim(start, end, " ", "mark")
            return
    page.claim(start, end, ", ", "mark")


def _lost(page: Page, match: re.Match[str]) -> None:
    """Mark letters that a wrong encoding has destroyed: nobody knows what they were."""
    message = Words(N_("Chưa rõ cách đọc %(written)s."), {"written": match[0]})
    page.claim(*match.span(), "[?]", "mark", Worry(Certainty.UNKNOWN, message, WRITE_OUT))


def _telephone(page: Page, match: re.Match[str]) -> None:
    """Say the sign of a telephone before a number, unless the word stands there."""
    number = page.after(match.end(), 6).lstrip("\ufe0f :")[:1].isdecimal()
    said = re.search(r"(?:thoại|đt|sđt|hotline|gọi)\s*:?\s*$", page.before(match.start()))
    page.claim(*match.span(), "điện thoại " if number and not said else "", "mark")


_HANDLERS: dict[str, Callable[[Page, re.Match[str]], None]] = {
    **dict.fromkeys(_QUOTES, _quote),
    **dict.fromkeys(_PAUSES, _pause),
    **dict.fromkeys("()[]{}", _bracket),
    **dict.fromkeys("….", _dots),
    **dict.fromkeys("-–—−", _dash),
    **dict.fromkeys("☎📞📱", _telephone),
    "\ufffd": _lost,
    "&": _and,
    _KEYCAP: _silent,
    **dict.fromkeys("#*", _key),
    "№": _number_sign,
    **dict.fromkeys(_SUMS, _sum),
}
