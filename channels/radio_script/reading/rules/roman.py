"""Roman numerals where the words around them say that they are numbers."""

import re

from channels.radio_script.reading.numerals import ordinal
from channels.radio_script.reading.page import Page
from channels.radio_script.reading.syllables import UPPER

_ROMAN = re.compile(
    r"(?<![\w&/])(?<![^\W\d]-)(?=[IVXLC])(?:C{0,3}(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3}))(?![\w&]|-[A-ZĐ])"
)
_FROM_TO = re.compile(r"(?<![\w&/-])(?P<a>[IVX]+)\s?(?:[-–])\s?(?P<b>[IVX]+)(?![\w&-])")
_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_BEFORE = re.compile(
    r"(?:quý|quí|phụ lục|chương|phần|mục|lần thứ|lần|thứ|khóa|khoá|thế kỷ|thế kỉ|đại hội|đảng|kỳ|kì|loại|hạng|cấp|bậc|"
    r"tập|phường|vùng|nhóm|độ|mũi|giai đoạn|cấp độ|đợt|học kỳ|bảng|biểu|hình|khu vực|khu|tổ|quyển|mức|"
    r"tiểu mục|huân chương \w+ \w+ hạng)"
    r"(?:\s*[(“\"])?\s*$"
)
_FOLLOWS = re.compile(
    r"(?:^|\W)(?:quý|phụ lục|chương|phần|mục|khóa|loại|hạng|cấp|đợt|nhóm)\s+[ivx]+"
    r"(?:\s*(?:,|và|đến|-|–|hoặc)\s*[ivx]*)*$"
)
_HEADING = re.compile(
    rf"^\s*([IVXL]+)(?:(?:[.)]|\s*/)\s+(?:[-–+•*]+\s+)*(?=\S)|\s+(?=[{UPPER}“\"‘'(\d]))", re.MULTILINE
)
_POINT = re.compile(r"\.(?=\d)")
_ORDINAL_BEFORE = re.compile(r"thứ\s*$")


def value(numeral: str) -> int:
    """Return the number that a Roman numeral stands for."""
    total = 0
    for here, following in zip(numeral, [*numeral[1:], ""], strict=True):
        step = _VALUES[here]
        total += -step if following and _VALUES[following] > step else step
    return total


def roman(page: Page) -> None:
    """Claim numerals at the head of a line, after words such as "quý", and unmistakable ones such as "XIV"."""
    for match in _HEADING.finditer(page.text):
        if _ROMAN.fullmatch(match[1]) and _heads(page.text, match):
            page.claim(match.start(1), match.end(), f"{page.number(value(match[1]))}, ", "enumerator")
    for match in _FROM_TO.finditer(page.text):
        if all(_ROMAN.fullmatch(n) for n in match.groups()) and _BEFORE.search(page.before(match.start())):
            first, last = value(match["a"]), value(match["b"])
            if first < last:
                page.claim(*match.span(), f"{page.number(first)} đến {page.number(last)}", "roman")
    for match in _ROMAN.finditer(page.text):
        if match[0] and _wanted(page, match):
            number, before = value(match[0]), page.before(match.start())
            said = ordinal(number, page.dialect) if _ORDINAL_BEFORE.search(before) else page.number(number)
            if page.claim(*match.span(), said, "roman") and _POINT.match(page.text, match.end()):
                page.claim(match.end(), match.end() + 1, " chấm ", "roman")


def _heads(text: str, match: re.Match[str]) -> bool:
    """A point after the numeral, or a capital after a numeral of its own: "I Văn bản Trung ương"."""
    joint = text[match.end(1) : match.end()].strip()
    return bool(joint) or (text[match.end()].isupper() and match[1] not in ("C", "L", "V", "X"))


def _wanted(page: Page, match: re.Match[str]) -> bool:
    before = page.before(match.start())
    if match[0] in ("C", "L"):
        return False  # "loại C" is a letter
    if _BEFORE.search(before) or _FOLLOWS.search(before):
        return True
    return len(match[0]) >= 2 and set(match[0]) <= set("IVX") and not page.lexicon.abbreviations.get(match[0])
