"""Letters and digits in one word: 4G, A4, H5N1, QL1A, Covid-19."""

import re

from channels.radio_script.reading.lexicon import EntryData
from channels.radio_script.reading.model import Certainty
from channels.radio_script.reading.numerals import cardinal, spelled
from channels.radio_script.reading.page import WRITE_OUT, Page, Worry, marked
from channels.radio_script.reading.rules.numbers import read_number
from channels.radio_script.reading.syllables import without_tone
from channels.words import N_, Words

_CODE = re.compile(r"(?<![\w])(?=[^\W_]*\d)(?=[^\W_]*[^\W\d_])[^\W_]+(?![\w])")
_PLATE = re.compile(r"(?P<area>(?<!\w)[1-9]\d)(?P<series>[A-Z]{1,2}\d?)\s?-\s?(?P<n>\d{3}\.?\d{2}|\d{4})(?!\w)")
_DOSSIER = re.compile(r"(?<![\w.-])[A-Z\d]+(?:\.[A-Z\d]+)*-\d{6}-\d{3,6}(?!\w)")
"""The code of a dossier at a one-stop desk: office, day, number ("000.00.17.H39-241122-0005")."""
_GRADE = re.compile(r"(?P<n>\d+[.,]\d+)(?P<letter>[A-ZĐ])(?!\w)")
_WHOLE = re.compile(r"[\w.\-]*\w")
_DIGITS = re.compile(r"\d+")
_ALIAS = re.compile(r"-(?<=[A-Za-zà-ỹ]-)(?P<n>\d{1,3})(?![\w,.]*\d)")
_AND = re.compile(r"\s?(?:,|và|hoặc)\s")
_NAMED = re.compile(
    r"(?<!\w)(?:mã|giống|lúa|ngô|bắp|nếp|thuốc|dòng|model|số hiệu|ký hiệu|tàu|máy bay|virus|vi rút|biến thể|chủng|phân)"
    r"(?:\s(?:số|hiệu|lúa|ngô|bắp|trừ sâu|sản phẩm|hàng|nếp|bón))*\s*[“\"]?$"
)
"""What is named by letters and figures of its own, which mean nothing else."""
_VOWEL = re.compile("[aăâeêioôơuưy]", re.IGNORECASE)
_PIECE = re.compile(r"\d+|\D+")


def plates(page: Page) -> None:
    """Claim the plates of vehicles: "62A-123.45"."""
    for match in page.at_numbers(_PLATE):
        series = " ".join(spelled(c) if c.isdecimal() else _letters(page, c) or c for c in match["series"])
        page.claim(*match.span(), f"{spelled(match['area'])} {series}, {spelled(match['n'])}", "identity")
    for match in _DOSSIER.finditer(page.text):
        groups = re.findall(r"[A-Z]+|\d+", match[0])
        said = ", ".join(spelled(g) if g.isdecimal() else " ".join(_letters(page, c) or c for c in g) for g in groups)
        page.claim(*match.span(), said, "identity")


def codes(page: Page) -> None:
    """Claim mixed words piece by piece; single letters are named, unknown capitals are kept and marked."""
    for grade in page.at_numbers(_GRADE):
        letter = page.lexicon.letters.get(grade["letter"], grade["letter"])
        page.claim(*grade.span(), f"{read_number(grade['n'], page.dialect)} {letter}", "code")
    last = -1  # where the last code ended that was named as such
    for digits in page.at_numbers(_DIGITS):
        start = _word_start(page.text, digits.start())
        if start < digits.start() and _claim_known(page, start):
            continue
        code = _CODE.match(page.text, start)
        if not code or not page.free(*code.span()):
            continue
        named = _NAMED.search(page.before(start)) or (_AND.fullmatch(page.text, last, start) if last > 0 else None)
        last = code.end() if _claim_code(page, code, named) else last
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


def _claim_code(page: Page, code: re.Match[str], named: re.Match[str] | None) -> bool:
    """Claim a code as one form; if part of it is unknown, piece by piece, so that every mark has its doubt.

    Return whether it is ``named``: a variety, a model, whose letters are spelled.
    """
    known = [entry.say for entry in page.lexicon.readings(code[0]) if not entry.after and not entry.before]
    before = page.before(code.start(), 24)
    pieces = [(p, _piece(page, p, before, spell=bool(named))) for p in _PIECE.finditer(code[0])]
    if known or all(said for _, said in pieces):
        page.claim(*code.span(), known[0] if known else " ".join(said or "" for _, said in pieces), "code")
        return bool(named)
    for piece, said in pieces:
        start = code.start() + piece.start()
        joint = " " if piece.end() < len(code[0]) else ""
        worry = None if said else _worry(code[0])
        page.claim(start, start + len(piece[0]), (said or marked(piece[0])) + joint, "code", worry)
    return False


def _piece(page: Page, match: re.Match[str], before: str, *, spell: bool) -> str | None:
    """Read one run of letters or digits of a code; ``spell`` says the letters one by one ("mã NK67")."""
    piece = match[0]
    if not piece.isdecimal():
        said = _letters(page, piece, before, match.string[match.end() : match.end() + 2])
        return said if said or not spell else " ".join(page.lexicon.letters.get(c.upper(), c) for c in piece)
    return spelled(piece) if piece.startswith("0") or len(piece) > 3 else cardinal(int(piece), page.dialect)


def _letters(page: Page, piece: str, before: str = "", following: str = "") -> str | None:
    if len(piece) == 1:
        return page.lexicon.letters.get(piece.upper(), piece)
    for entry in page.lexicon.readings(piece) if before else ():
        if any(before.rstrip().endswith(head) for head in entry.after):
            return entry.say  # "đường ĐT830": the way is said already
    readings = [entry for entry in page.lexicon.readings(piece) if not entry.after and not entry.check]
    known = [entry.say for entry in readings if not entry.before or following.startswith(_digits(entry))]
    if len(known) == 1:
        return known[0]
    word = sum(c.isupper() for c in piece) < 2 and _VOWEL.search(without_tone(piece))
    return piece if word else None


def _digits(entry: EntryData) -> tuple[str, ...]:
    """Return what must follow for ``entry`` to hold, as far as it is digits: the "1" of "QL1A"."""
    return tuple(said for said in entry.before if said[0].isdigit())


def _worry(written: str) -> Worry:
    message = Words(N_("Chưa rõ cách đọc %(written)s."), {"written": written})
    return Worry(Certainty.UNKNOWN, message, WRITE_OUT)
