"""Signs around numbers: the dash between two quantities, comparisons, sums, ratios."""

import re

from channels.radio_script.reading.page import Page
from channels.radio_script.reading.rules.numbers import read_number

_RANGE = re.compile(r"[-–—]\s?(?=\d)|~(?<=[\d%]~)(?=\d)")
_RANGE_BEFORE = frozenset("0123456789hg%'’đ°CkmaĐ²³")
_QUANTITY = re.compile(r"\d+(?:[.,]\d+)*\s?(?:h|g|%|'|’|đ|°C?|km|m|ha|kg|C|a|m²|m2|Đ|²|³)?\Z")
_CODE_AFTER = re.compile(r"0\d+(?!\d|[.,]\d|[/%])")
"""A number with a zero in front is a code where the first has none: "tuyến 62-01"."""
_SCORE = re.compile(r"(?:tỷ số|tỉ số|(?:thắng|thua|hòa|hoà|dẫn|đánh bại)(?:\s(?:u\d\d|[^\W\d]+)){0,6})\s*$")
_MORE = re.compile(r"\d{1,3}(?:\.\d{3})*\+(?=\s+[a-zà-ỹđ])|\d+\+(?=\s+[a-zà-ỹđ])")
_PLUS_AFTER = re.compile(r"\+(?<=\d\+)(?!\w)|\+(?<=[^\W\d_]\+)(?=\d)")
_SIGN = re.compile(r"([<>≥≤±~≈+\-−–]=?)\s?(?=\d)")
_BETWEEN = re.compile(r"([x×*])(?=\s?\d)|([=÷<>≠])(?=\s?\w)|(\+)(?=\d)")
_COMPARED = re.compile(r"(?<=[\w%)²³])(?:([<>])(?=\d)|(?<=\d)([<>])(?=\w)| ([<>]) (?=[^\W\d]|\())")
_SET_APART = re.compile(r"(?<![\w<])<(?=[^\s<>=][^<>\n]{0,60}(?<!\s)(>)(?![\w=>]))")
"""Words in angle brackets: "giữa <1> và <Tên cơ quan>"."""
_AMOUNT_BEFORE = re.compile(
    r"\d\s?(?:m|cm|mm|km|m2|mg|g|kg|ml|l|viên|gói|hộp|lần|ngày|tháng|người|giờ|buổi|đồng|đ|lần/ngày)?\s?\Z"
)
_TIMES = re.compile(r"(?<![\w)])(?<![\w)] )[×÷](?=\d)")
_TIMES_AS_MANY = re.compile(r"(?<=[a-zà-ỹđ] )x(?=\d{1,3}(?![\w/-]|[.,]\d))")
_STARS = re.compile(r"(?<=\d)\*(?![\w*])")
"""The star of "khách sạn 5*" and "OCOP 4*"."""
_ROOT = re.compile(r"√(?=\d)")
_POWER = re.compile(r"(?<=[\w)])\^(?=\d)")
_UNEQUAL = re.compile(r"≠(?=\s?\w)")
_DIVIDED = re.compile(r"(?<=\d) : (?=\d)")
_COLON = re.compile(r":(?<=\d:)(?=\d)")
_SCALE = re.compile(r"(?:tỷ lệ|tỉ lệ)(?:\s\w+){0,2}\s1$")
_SIGNS = {
    ">": "trên", "<": "dưới", "≥": "lớn hơn hoặc bằng", ">=": "lớn hơn hoặc bằng", "≤": "nhỏ hơn hoặc bằng",
    "<=": "nhỏ hơn hoặc bằng", "±": "cộng trừ", "~": "khoảng", "≈": "khoảng", "+": "cộng",
}  # fmt: skip
_OPERATIONS = {
    "x": "nhân", "×": "nhân", "*": "nhân", "=": "bằng", "÷": "chia", "+": "cộng", ">": "lớn hơn", "<": "nhỏ hơn",
    "≠": "khác",
}  # fmt: skip
_COLD = re.compile(r"(?:nhiệt độ|âm|giảm|lạnh|xuống|mức|còn|dưới|là|tăng trưởng|từ|đến)[^.;\d]{0,24}$")
_HEAT = re.compile(r"[\d.,]+(?:\s?(?:đến|tới|[-–])\s?-?[\d.,]+)?\s?(?:%|°|º|độ|oc)", re.IGNORECASE)
_CHANGE = re.compile(r"[\d.,]+\s?[^\W\d_]{0,5}%?\)")
"""What follows the sign of "(-1.000đ)", a change told in brackets."""


def joints(page: Page) -> None:
    """Read the dash between two quantities as "đến"."""
    for match in _RANGE.finditer(page.text):
        at = match.start() - (page.text[match.start() - 1 : match.start()] == " ")
        if at > 0 and page.text[at - 1] in _RANGE_BEFORE:
            start = max(page.text.rfind(" ", 0, at), page.text.rfind("\n", 0, at)) + 1
            if "-" in page.text[start:at] or page.text[start].isupper():
                continue  # "A5-12" is one code
            if _QUANTITY.search(page.text[start:at]):
                if _CODE_AFTER.match(page.text, match.end()) and page.text[start : start + 1] != "0":
                    page.claim(at, match.end(), " gạch ngang ", "code")
                    continue
                score = _SCORE.search(page.before(start)) or _is_score(page.text[start:at], page.text[match.end() :])
                page.claim(at, match.end(), " " if score else " đến ", "range")


def _is_score(first: str, rest: str) -> bool:
    """Tell whether the first of two small numbers is not the smaller one: "2-0" is no range."""
    one, two = re.fullmatch(r"\(?(\d{1,2})", first), re.match(r"(\d{1,2})(?![\w%.,]*[\w%])", rest)
    return bool(one and two and int(one[1]) >= int(two[1]))


def _is_minus(page: Page, match: re.Match[str]) -> bool:
    heat = _HEAT.match(page.text, match.end())
    return heat is not None and (heat[0][-1] in "°ºCcộ" or _COLD.search(page.before(match.start())) is not None)


def _divided(page: Page, match: re.Match[str]) -> str:
    """Read the colon of "20 : 5 = 4", "tỷ lệ 1 : 3" and "thắng 2 : 1"."""
    before = page.before(match.start())
    if re.match(r"[\d.,]+\s?=", page.text[match.end() :]) or re.search(r"(?:phép|tính|chia)[^.;]*$", before):
        return " chia "
    return " trên " if re.search(r"(?:tỷ lệ|tỉ lệ)[^.;]{0,24}$", before) else ", "


def signs(page: Page) -> None:
    """Claim comparisons, sums, products and ratios."""
    _angles(page)
    _leading(page)
    for match in _TIMES_AS_MANY.finditer(page.text) if " x" in page.text else ():
        page.claim(*match.span(), "nhân ", "sign")
    for match in _PLUS_AFTER.finditer(page.text):
        page.claim(*match.span(), " cộng", "sign")
    for match in _TIMES.finditer(page.text) if "×" in page.text or "÷" in page.text else ():
        page.claim(*match.span(), "nhân " if match[0] == "×" else "chia ", "sign")
    _always(page)
    for match in _DIVIDED.finditer(page.text) if " : " in page.text else ():
        page.claim(*match.span(), _divided(page, match), "sign")
    for match in _COLON.finditer(page.text):
        scale = _SCALE.search(page.before(match.start()))
        page.claim(*match.span(), " trên " if scale else ", ", "sign")
    for match in _BETWEEN.finditer(page.text):
        if _AMOUNT_BEFORE.search(page.text, max(0, match.start() - 12), match.start()):
            page.claim(*match.span(), f" {_OPERATIONS[match[match.lastindex or 1]]} ", "sign")


def _angles(page: Page) -> None:
    """Claim angle brackets, which say nothing, and the comparison of two things: "x<5", "p < q"."""
    for match in _SET_APART.finditer(page.text) if "<" in page.text else ():
        page.claim(*match.span(), "", "mark")
        page.claim(*match.span(1), "", "mark")
    for match in _COMPARED.finditer(page.text):
        sign = match[match.lastindex or 1]
        page.claim(*match.span(), f" {_OPERATIONS[sign]} ", "sign")


def _always(page: Page) -> None:
    """Claim the signs that mean one thing wherever they stand."""
    for pattern, said in ((_STARS, " sao"), (_ROOT, "căn "), (_POWER, " mũ "), (_UNEQUAL, " khác ")):
        for match in pattern.finditer(page.text):
            page.claim(*match.span(), said, "sign")


def _leading(page: Page) -> None:
    """Claim the signs that stand before a number: ">250", "-2°C", "100+"."""
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
            change = page.text[match.start() - 1 : match.start()] == "(" and _CHANGE.match(page.text, match.end())
            said = "trừ" if change else "âm" if _is_minus(page, match) else ","
        page.claim(*match.span(), f"{said} ", "sign")
