"""Percent, money, units, comparisons and the dash between two quantities."""

import re
from collections.abc import Mapping
from functools import lru_cache

from channels.radio_script.reading.model import Certainty
from channels.radio_script.reading.page import WRITE_OUT, Page, Worry, marked
from channels.radio_script.reading.rules.numbers import NUMBER, read_number
from channels.words import N_, Words

_PERCENT = re.compile(r"%[oO0](?!\w)|[%‰]")
_MONEY_FIRST = re.compile(
    rf"(?P<sign>US\$|USD|VND|EUR|[$€£¥₫])\s?(?P<n>{NUMBER.pattern})(?P<scale>\s(?:nghìn|ngàn|triệu|tỷ|tỉ)(?!\w))?"
)
_AND_A_PART = re.compile(r"(?<![\w.,/])(?P<n>\d{1,3})\s?(?P<scale>tr|triệu|tỷ|tỉ)(?P<part>\d{1,3})(?![\w.,/])")
_DEGREES_MINUTES = re.compile(
    r"(?P<d>\d{1,3})\s?[°º]\s?(?P<m>[0-5]?\d)\s?['’′](?:\s?(?P<s>[0-5]?\d(?:[.,]\d+)?)\s?(?:\"|”|″|''))?\s?(?P<side>[NSEWBĐT])(?!\w)"
)
_SIDE = re.compile(r"(?<=\d)\s?[°º]\s?(?P<side>[NSEWBĐ])(?!\w)")
_MILLIONS = re.compile(r"(?<=\d)M(?=\s(?:lượt|view|người|follow|sub|like))")
_T = re.compile(r"(?P<n>\d{1,3}(?:,\d+)?)\s?(?P<unit>[tT])(?!\w|[/.]\w)")
_CHILD = re.compile(r"(?:trẻ|tuổi|bé|cháu|em)[^.;]{0,16}$")
_LOAD = re.compile(r"(?:xe|tải|hàng|thép|gạo|lúa|cát|đá|xi măng|phân|nặng|sản lượng)[^.;]{0,24}$")
_PERSON = re.compile(r"(?:^|\s)[A-ZĐ][^\W\d_]* \(\Z")
_SIDES = {
    "N": "vĩ bắc",
    "B": "vĩ bắc",
    "S": "vĩ nam",
    "E": "kinh đông",
    "Đ": "kinh đông",
    "W": "kinh tây",
    "T": "kinh tây",
}
_STRANGE_UNIT = re.compile(
    r"\d+(?:[.,]\d+)*(?P<unit>\s[a-zµμ]{1,3}[A-Z][a-z]?|\s?[b-df-hj-np-tv-z]{1,3}/[a-z]{1,3})(?!\w)"
)
_LENGTH = re.compile(r"(?<![\w.,/])(\d{1,2})m(\d{1,2})(?![\w²³]|[.,/]\d)")
_POST = re.compile(r"(?<![\w/])K[mM]\s?(?=\d)")
_NUMBER_SIGN = re.compile(r"(?<![\w.])N[oO]\.\s?(?=\d)")
_DEGREES = re.compile(r"(?<=độ )C(?!\w)")
_ALONE = re.compile(r"(?<![\w/])(km²|km2|m²|m2|m³|m3|km|kg|cm|mm|kWh|ha|ml)(?![\w²³])")
_ALONE_AFTER = re.compile(r"(?:mỗi|một|từng|nghìn|ngàn|triệu|tỷ|trăm|chục|vạn|nửa|mấy|vài|bao nhiêu|rưỡi|/)\s*$")


def measures(page: Page) -> None:
    """Claim what stands around quantities. Runs before the numbers themselves are read."""
    _money_first(page)
    for match in page.at_numbers(_AND_A_PART):
        page.claim(*match.span(), _and_a_part(page, match), "money")
    for match in page.at_numbers(_DEGREES_MINUTES) if "°" in page.text or "º" in page.text else ():
        page.claim(*match.span(), _position(page, match), "unit")
    _letters(page)
    _after_number(page, page.lexicon.units, "unit")
    _after_number(page, page.lexicon.currencies, "money")
    for match in page.at_numbers(_STRANGE_UNIT):
        unit = match["unit"].strip()
        page.claim(*match.span("unit"), f" {marked(unit)}", "unit", _strange(unit))
    for match in page.at_numbers(_LENGTH):
        said = f"{page.number(int(match[1]))} mét {page.number(int(match[2]))}"
        page.claim(*match.span(), said, "unit")
    for match in _PERCENT.finditer(page.text):
        page.claim(*match.span(), " phần trăm" if match[0] == "%" else " phần nghìn", "percent")
    _alone(page)


def _alone(page: Page) -> None:
    """Claim units that stand without a number before them: "mỗi ha", "độ C", "Km 12", "No. 5"."""
    for match in _ALONE.finditer(page.text):
        if match[1] != "ha" or _ALONE_AFTER.search(page.before(match.start())):
            page.claim(*match.span(), page.lexicon.units[match[1]], "unit")
    for match in _NUMBER_SIGN.finditer(page.text):
        page.claim(*match.span(), "số ", "sign")
    for match in _DEGREES.finditer(page.text) if "độ C" in page.text else ():
        page.claim(*match.span(), "xê", "unit")
    for match in _POST.finditer(page.text) if "K" in page.text else ():
        page.claim(*match.span(), "ki lô mét ", "unit")


def _and_a_part(page: Page, match: re.Match[str]) -> str:
    """Read "1tr5", "2 tỷ3": the digits behind are the next places, so "một triệu năm trăm nghìn"."""
    part = page.number(int(match["part"].ljust(3, "0")))
    large = match["scale"] in ("tỷ", "tỉ")
    scale, smaller = ("tỷ", "triệu") if large else ("triệu", page.dialect.thousand)
    return f"{page.number(int(match['n']))} {scale} {part} {smaller}"


def _position(page: Page, match: re.Match[str]) -> str:
    said = f"{page.number(int(match['d']))} độ {page.number(int(match['m']))} phút"
    seconds = f" {read_number(match['s'].replace('.', ','), page.dialect)} giây" if match["s"] else ""
    return f"{said}{seconds} {_SIDES[match['side']]}"


def _money_first(page: Page) -> None:
    for match in _MONEY_FIRST.finditer(page.text):
        said = read_number(match["n"], page.dialect) + (match["scale"] or "")
        page.claim(*match.span(), f"{said} {page.lexicon.currencies[match['sign']]}", "money")


def _after_number(page: Page, table: Mapping[str, str], kind: str) -> None:
    pattern = _suffixes(tuple(table))
    for match in pattern.finditer(page.text):
        name = match["name"]
        apart = match["gap"] and (name not in "VW" or _small(page, match.start()))
        if _letter_only(name) and (apart or (name in "KkVC" and _small(page, match.start()))):
            continue
        page.claim(match.start(), match.end(), f" {table[name]}", kind)
    if kind == "money":
        for match in _after_scale(tuple(table)).finditer(page.text):
            page.claim(match.start("gap"), match.end(), f" {table[match['name']]}", kind)


@lru_cache(maxsize=16)
def _after_scale(names: tuple[str, ...]) -> re.Pattern[str]:
    options = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?<=\s)(?:nghìn|ngàn|triệu|tỷ|tỉ)(?P<gap>\s?)(?P<name>{options})(?![\w²³°$])")


def _letters(page: Page) -> None:
    """Claim single letters behind a number that mean what stands around them says: "(45t)", "xe 15t", "13,5°N"."""
    for match in page.at_numbers(_T):
        before = page.before(match.start())
        if match.string[match.end() : match.end() + 1] == ")" and _PERSON.search(page.text, 0, match.start()):
            page.claim(match.end("n"), match.end(), " tuổi", "unit")
        elif match["unit"] == "t" and _LOAD.search(before):
            page.claim(match.end("n"), match.end(), " tấn", "unit")
        elif match["unit"] == "T" and _CHILD.search(before):
            page.claim(match.end("n"), match.end(), f" {marked('T')}", "unit", _strange("T"))
        elif match["unit"] == "t":
            page.claim(match.end("n"), match.end(), f" {marked('t')}", "unit", _strange("t"))
    for match in _SIDE.finditer(page.text) if "°" in page.text or "º" in page.text else ():
        page.claim(*match.span(), f" độ {_SIDES[match['side']]}", "unit")
    for match in _MILLIONS.finditer(page.text) if "M " in page.text else ():
        page.claim(*match.span(), " triệu", "unit")


def _strange(written: str) -> Worry:
    return Worry(Certainty.UNKNOWN, Words(N_("Chưa rõ cách đọc %(written)s."), {"written": written}), WRITE_OUT)


def _letter_only(name: str) -> bool:
    return len(name) == 1 and name.isalpha() and name not in "đmg"


def _small(page: Page, end: int) -> bool:
    """Tell whether the number that ends at ``end`` has one digit, as in "4K" or "khóa 5C"."""
    return re.search(r"\d\d\Z", page.text[max(0, end - 2) : end]) is None


@lru_cache(maxsize=16)
def _suffixes(names: tuple[str, ...]) -> re.Pattern[str]:
    options = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?<=\d)(?P<gap>\s?)(?P<name>{options})(?![\w²³°$])")
