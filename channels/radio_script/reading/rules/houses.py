"""House numbers with their alleys: "số 123/45/6", "hẻm 48/2A"."""

import re

from channels.radio_script.reading.numerals import spelled
from channels.radio_script.reading.page import Page

_HOUSE = re.compile(r"(?<![\w/.,-])\d{1,4}[A-Z]?(?:/\d{1,4}(?:[A-Z]\d?|bis)?)+(?![\w/%]|[.,]\d)")
_PART = re.compile(r"\d+|[A-Za-z]+")
_SAID_BEFORE = re.compile(
    r"(?:số nhà|địa chỉ|nhà số|nhà|hẻm|ngõ|ngách|kiệt|ngụ|trú tại|ở|tại)\s*(?:số\s*)?:?\s*$|(?:^|\W)số\s*$"
)
_SAID_AFTER = re.compile(r",?\s*(?:đường|phố|ấp|khu phố|tổ|hẻm)(?!\w)")
_STREET = re.compile(r",?\s+(?=[^\W\d_])(?!\w+\s*$)")
_YEAR = re.compile(r"\d{1,2}/\d{1,2}/(?:19|20)\d\d\Z")


def houses(page: Page) -> None:
    """Claim numbers with two slashes or a letter that stand in an address."""
    if "/" not in page.text:
        return
    for match in page.at_numbers(_HOUSE):
        if not _YEAR.match(match[0]) and _in_address(page, match):
            page.claim(*match.span(), _read(page, match[0]), "address")


def _in_address(page: Page, match: re.Match[str]) -> bool:
    if match[0].count("/") < 2 and match[0][-1].isdigit():
        return False  # "45/12": the rule of fractions knows whether it is a house
    before, rest = page.before(match.start()), page.text[match.end() : match.end() + 24]
    street = _STREET.match(rest)
    named = street is not None and rest[street.end()].isupper()
    return (
        _SAID_BEFORE.search(before) is not None
        or _SAID_AFTER.match(rest.lower()) is not None
        or (named and match[0].count("/") > 1)
    )


def _read(page: Page, written: str) -> str:
    joint = " xuyệt " if page.dialect.code == "south" else " gạch chéo "
    return joint.join(" ".join(_piece(page, p) for p in _PART.findall(part)) for part in written.split("/"))


def _piece(page: Page, piece: str) -> str:
    if not piece.isdecimal():
        return piece if piece == "bis" else page.lexicon.letters.get(piece, piece)
    return spelled(piece) if piece.startswith("0") else page.number(int(piece))
