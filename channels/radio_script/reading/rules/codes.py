"""Letters and digits in one word: 4G, A4, H5N1, QL1A, Covid-19."""

import re

from channels.radio_script.reading.model import Certainty
from channels.radio_script.reading.numerals import cardinal, spelled
from channels.radio_script.reading.page import WRITE_OUT, Page, Worry, marked
from channels.radio_script.reading.rules.numbers import read_number
from channels.radio_script.reading.syllables import without_tone
from channels.words import N_, Words

_CODE = re.compile(r"(?<![\w])(?=[^\W_]*\d)(?=[^\W_]*[^\W\d_])[^\W_]+(?![\w])")
_PLATE = re.compile(r"(?P<area>(?<!\w)[1-9]\d)(?P<series>[A-Z]{1,2}\d?)\s?-\s?(?P<n>\d{3}\.?\d{2}|\d{4})(?!\w)")
_GRADE = re.compile(r"(?P<n>\d+[.,]\d+)(?P<letter>[A-ZĐ])(?!\w)")
_WHOLE = re.compile(r"[\w.\-]*\w")
_DIGITS = re.compile(r"\d+")
_ALIAS = re.compile(r"-(?<=[A-Za-zà-ỹ]-)(?P<n>\d{1,3})(?![\w,.]*\d)")
_VOWEL = re.compile("[aăâeêioôơuưy]", re.IGNORECASE)
_PIECE = re.compile(r"\d+|\D+")


def plates(page: Page) -> None:
    """Claim the plates of vehicles: "62A-123.45"."""
    for match in page.at_numbers(_PLATE):
        series = " ".join(spelled(c) if c.isdecimal() else _letters(page, c) or c for c in match["series"])
        page.claim(*match.span(), f"{spelled(match['area'])} {series}, {spelled(match['n'])}", "identity")


def codes(page: Page) -> None:
    """Claim mixed words piece by piece; single letters are named, unknown capitals are kept and marked."""
    for grade in page.at_numbers(_GRADE):
        letter = page.lexicon.letters.get(grade["letter"], grade["letter"])
        page.claim(*grade.span(), f"{read_number(grade['n'], page.dialect)} {letter}", "code")
    for digits in page.at_numbers(_DIGITS):
        start = _word_start(page.text, digits.start())
        if start < digits.start() and _claim_known(page, start):
            continue
        code = _CODE.match(page.text, start)
        if code and page.free(*code.span()):
            _claim_code(page, code)
    for match in _ALIAS.finditer(page.text):
        page.claim(*match.span(), f" {cardinal(int(match['n']), page.dialect)}", "code")


def _claim_known(page: Page, start: int) -> bool:
    """Claim a code that the lexicon has as it is written, with its points: "PM2.5"."""
    whole = _WHOLE.match(page.text, start)
    known = page.lexicon.abbreviations.get(whole[0]) if whole else None
    return bool(whole and known and page.claim(*whole.span(), known[0].say, "abbreviation"))


def _word_start(text: str, at: int) -> int:
    while at and text[at - 1].isalnum():
        at -= 1
    return at


def _claim_code(page: Page, code: re.Match[str]) -> None:
    """Claim a code as one form; if part of it is unknown, piece by piece, so that every mark has its doubt."""
    known = [entry.say for entry in page.lexicon.readings(code[0]) if not entry.after and not entry.before]
    before = page.before(code.start(), 24)
    pieces = [(piece, _piece(page, piece[0], before)) for piece in _PIECE.finditer(code[0])]
    if known or all(said for _, said in pieces):
        page.claim(*code.span(), known[0] if known else " ".join(said or "" for _, said in pieces), "code")
        return
    for piece, said in pieces:
        start = code.start() + piece.start()
        joint = " " if piece.end() < len(code[0]) else ""
        worry = None if said else _worry(code[0])
        page.claim(start, start + len(piece[0]), (said or marked(piece[0])) + joint, "code", worry)


def _piece(page: Page, piece: str, before: str) -> str | None:
    if not piece.isdecimal():
        return _letters(page, piece, before)
    return spelled(piece) if piece.startswith("0") or len(piece) > 3 else cardinal(int(piece), page.dialect)


def _letters(page: Page, piece: str, before: str = "") -> str | None:
    if len(piece) == 1:
        return page.lexicon.letters.get(piece.upper(), piece)
    for entry in page.lexicon.readings(piece) if before else ():
        if any(before.rstrip().endswith(head) for head in entry.after):
            return entry.say  # "đường ĐT830": the way is said already
    readings = [entry for entry in page.lexicon.readings(piece) if not entry.after]
    known = [entry.say for entry in readings if not entry.before or any(said[0].isdigit() for said in entry.before)]
    if len(known) == 1:
        return known[0]
    word = sum(c.isupper() for c in piece) < 2 and _VOWEL.search(without_tone(piece))
    return piece if word else None


def _worry(written: str) -> Worry:
    message = Words(N_("Chưa rõ cách đọc %(written)s."), {"written": written})
    return Worry(Certainty.UNKNOWN, message, WRITE_OUT)
