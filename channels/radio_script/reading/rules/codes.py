"""Letters and digits in one word: 4G, A4, H5N1, QL1A, Covid-19."""

import re

from channels.radio_script.reading.model import Certainty
from channels.radio_script.reading.numerals import cardinal, spelled
from channels.radio_script.reading.page import WRITE_OUT, Page, Worry, marked
from channels.radio_script.reading.syllables import without_tone
from channels.words import N_, Words

_CODE = re.compile(r"(?<![\w])(?=[^\W_]*\d)(?=[^\W_]*[^\W\d_])[^\W_]+(?![\w])")
_DIGITS = re.compile(r"\d+")
_ALIAS = re.compile(r"-(?<=[A-Za-zà-ỹ]-)(?P<n>\d{1,3})(?![\w,.]*\d)")
_VOWEL = re.compile("[aăâeêioôơuưy]", re.IGNORECASE)
_PIECE = re.compile(r"\d+|\D+")


def codes(page: Page) -> None:
    """Claim mixed words piece by piece; single letters are named, unknown capitals are kept and marked."""
    for digits in page.at_numbers(_DIGITS):
        match = _CODE.search(page.text, _word_start(page.text, digits.start()), digits.end() + 12)
        if match and match.start() <= digits.start() and page.free(*match.span()):
            said, unknown = _read(page, match[0])
            page.claim(*match.span(), said, "code", _worry(match[0]) if unknown else None)
    for match in _ALIAS.finditer(page.text):
        page.claim(*match.span(), f" {cardinal(int(match['n']), page.dialect)}", "code")


def _word_start(text: str, at: int) -> int:
    while at and text[at - 1].isalnum():
        at -= 1
    return at


def _read(page: Page, written: str) -> tuple[str, bool]:
    known = [entry for entry in page.lexicon.readings(written) if not entry.after and not entry.before]
    if known:
        return known[0].say, False
    said, unknown = [], False
    for piece in _PIECE.findall(written):
        if piece.isdigit():
            said.append(
                spelled(piece) if piece.startswith("0") or len(piece) > 3 else cardinal(int(piece), page.dialect)
            )
            continue
        word = _letters(page, piece)
        unknown = unknown or word is None
        said.append(word or marked(piece))
    return " ".join(said), unknown


def _letters(page: Page, piece: str) -> str | None:
    if len(piece) == 1:
        return page.lexicon.letters.get(piece.upper(), piece)
    known = [entry.say for entry in page.lexicon.readings(piece) if not entry.after]
    if len(known) == 1:
        return known[0]
    word = sum(c.isupper() for c in piece) < 2 and _VOWEL.search(without_tone(piece))
    return piece if word else None


def _worry(written: str) -> Worry:
    message = Words(N_("Chưa rõ cách đọc %(written)s."), {"written": written})
    return Worry(Certainty.UNKNOWN, message, WRITE_OUT)
