"""Percent, money, units, comparisons and the dash between two quantities."""

import re
from collections.abc import Mapping
from functools import lru_cache

from channels.radio_script.reading.page import Page
from channels.radio_script.reading.rules.numbers import NUMBER, read_number

_PERCENT = re.compile(r"[%‰]")
_RANGE = re.compile(r"[-–—]\s?(?=\d)")
_RANGE_BEFORE = frozenset("0123456789hg%'’đ°CkmaĐ²³")
_QUANTITY = re.compile(r"\d+(?:[.,]\d+)*\s?(?:h|g|%|'|’|đ|°C?|km|m|ha|kg|C|a|m²|m2|Đ|²|³)?\Z")
_SCORE = re.compile(r"(?:tỷ số|tỉ số|(?:thắng|thua|hòa|hoà|dẫn|đánh bại)(?:\s(?:u\d\d|[^\W\d]+)){0,6})\s*$")
_MORE = re.compile(r"\d{1,3}(?:\.\d{3})*\+(?=\s+[a-zà-ỹđ])|\d+\+(?=\s+[a-zà-ỹđ])")
_PLUS_AFTER = re.compile(r"\+(?<=\d\+)(?!\w)")
_SIGN = re.compile(r"([<>≥≤±~≈+\-−–]=?)\s?(?=\d)")
_BETWEEN = re.compile(r"([x×*])(?=\s?\d)|([=÷<>])(?=\s?\w)|(\+)(?=\d)")
_AMOUNT_BEFORE = re.compile(r"\d\s?(?:m|cm|mm|km|m2)?\s?\Z")
_COLON = re.compile(r":(?<=\d:)(?=\d)")
_SCALE = re.compile(r"(?:tỷ lệ|tỉ lệ)(?:\s\w+){0,2}\s1$")
_SIGNS = {
    ">": "trên", "<": "dưới", "≥": "lớn hơn hoặc bằng", ">=": "lớn hơn hoặc bằng", "≤": "nhỏ hơn hoặc bằng",
    "<=": "nhỏ hơn hoặc bằng", "±": "cộng trừ", "~": "khoảng", "≈": "khoảng", "+": "cộng",
}  # fmt: skip
_COLD = re.compile(r"(?:nhiệt độ|âm|giảm|lạnh|xuống|mức|còn|dưới|là|tăng trưởng|từ|đến)[^.;\d]{0,24}$")
_HEAT = re.compile(r"[\d.,]+\s?(?:%|°|º|độ|oc)", re.IGNORECASE)
_MONEY_FIRST = re.compile(
    rf"(?P<sign>US\$|USD|VND|EUR|[$€£¥₫])\s?(?P<n>{NUMBER.pattern})(?P<scale>\s(?:nghìn|ngàn|triệu|tỷ|tỉ)(?!\w))?"
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
    _after_number(page, page.lexicon.units, "unit")
    _after_number(page, page.lexicon.currencies, "money")
    for match in page.at_numbers(_LENGTH):
        said = f"{page.number(int(match[1]))} mét {page.number(int(match[2]))}"
        page.claim(*match.span(), said, "unit")
    for match in _PERCENT.finditer(page.text):
        page.claim(*match.span(), " phần trăm" if match[0] == "%" else " phần nghìn", "percent")
    for match in _ALONE.finditer(page.text):
        if match[1] != "ha" or _ALONE_AFTER.search(page.before(match.start())):
            page.claim(*match.span(), page.lexicon.units[match[1]], "unit")
    for match in _NUMBER_SIGN.finditer(page.text):
        page.claim(*match.span(), "số ", "sign")
    for match in _DEGREES.finditer(page.text) if "độ C" in page.text else ():
        page.claim(*match.span(), "xê", "unit")
    for match in _POST.finditer(page.text) if "K" in page.text else ():
        page.claim(*match.span(), "ki lô mét ", "unit")
    _joints(page)
    _signs(page)


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


def _letter_only(name: str) -> bool:
    return len(name) == 1 and name.isalpha() and name not in "đmg"


def _small(page: Page, end: int) -> bool:
    """Tell whether the number that ends at ``end`` has one digit, as in "4K" or "khóa 5C"."""
    return re.search(r"\d\d\Z", page.text[max(0, end - 2) : end]) is None


@lru_cache(maxsize=16)
def _suffixes(names: tuple[str, ...]) -> re.Pattern[str]:
    options = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?<=\d)(?P<gap>\s?)(?P<name>{options})(?![\w²³°$])")


def _joints(page: Page) -> None:
    """Read the dash between two quantities as "đến"."""
    for match in _RANGE.finditer(page.text):
        at = match.start() - (page.text[match.start() - 1 : match.start()] == " ")
        if at > 0 and page.text[at - 1] in _RANGE_BEFORE:
            start = max(page.text.rfind(" ", 0, at), page.text.rfind("\n", 0, at)) + 1
            if "-" not in page.text[start:at] and _QUANTITY.search(page.text[start:at]):
                score = _SCORE.search(page.before(start)) or _is_score(page.text[start:at], page.text[match.end() :])
                page.claim(at, match.end(), " " if score else " đến ", "range")


def _is_score(first: str, rest: str) -> bool:
    """Tell whether the first of two small numbers is not the smaller one: "2-0" is no range."""
    one, two = re.fullmatch(r"\(?(\d{1,2})", first), re.match(r"(\d{1,2})(?![\w%.,]*[\w%])", rest)
    return bool(one and two and int(one[1]) >= int(two[1]))


def _is_minus(page: Page, match: re.Match[str]) -> bool:
    heat = _HEAT.match(page.text, match.end())
    return heat is not None and (heat[0][-1] in "°ºCcộ" or _COLD.search(page.before(match.start())) is not None)


def _signs(page: Page) -> None:
    for match in page.at_numbers(_MORE):
        lead = "" if re.search(r"(?:hơn|trên)\s*$", page.before(match.start())) else "hơn "
        page.claim(*match.span(), f"{lead}{read_number(match[0][:-1], page.dialect)}", "number")
    for match in _SIGN.finditer(page.text):
        tight = match[1] in "+-−–" and match.end(1) < match.end()
        if tight or (
            match.start() and (page.text[match.start() - 1].isalnum() or page.text[match.start() - 1] in ".,/)]")
        ):
            continue
        said = _SIGNS.get(match[1], "")
        if match[1] in "-−–":
            said = "âm" if _is_minus(page, match) else ","
        page.claim(*match.span(), f"{said} ", "sign")
    for match in _PLUS_AFTER.finditer(page.text):
        page.claim(*match.span(), " cộng", "sign")
    for match in _COLON.finditer(page.text):
        scale = _SCALE.search(page.before(match.start()))
        page.claim(*match.span(), " trên " if scale else ", ", "sign")
    for match in _BETWEEN.finditer(page.text):
        if not _AMOUNT_BEFORE.search(page.text, max(0, match.start() - 8), match.start()):
            continue
        said = {
            "x": "nhân",
            "×": "nhân",
            "*": "nhân",
            "=": "bằng",
            "÷": "chia",
            "+": "cộng",
            ">": "lớn hơn",
            "<": "nhỏ hơn",
        }[match[match.lastindex or 1]]
        page.claim(*match.span(), f" {said} ", "sign")
