"""Numbers that no other rule wanted: cardinals, decimals, leading zeros, list numbers, very long ones."""

import re

from channels.radio_script.reading.numerals import NORTH, Dialect, cardinal, fraction_part, ordinal, spelled
from channels.radio_script.reading.page import Page

NUMBER = re.compile(
    r"\d{1,3}(?:\.\d{3})+(?:,\d+)?(?!\d|\.\d)|\d{1,3}(?:,\d{3}){2,}(?!\d)|\d+,\d+(?![\d,])|\d+(?:\.\d+)+|\d+"
)
_ENUMERATOR = re.compile(
    r"^\s*\(?(?P<n>\d{1,2}(?:\.\d{1,2})*(?=[.)])|[a-zđ])(?:\)|\.(?=\s))[.]?\s+(?:[-–+•]\s+)*",
    re.MULTILINE,
)
_INLINE_ENUMERATOR = re.compile(r"\((?P<n>\d{1,2})\)\s+(?=\w)")
_NAMED_ZERO = re.compile(
    r"(?:đề án|tổ công tác|số|mã|phiên bản|nghị quyết|nghị định|quyết định|chỉ thị|thông tư|kỳ|ngạch|ct|nđ|nq|"
    r"qđ)\s*:?\s*[“\"]?(?:0\d{1,2}\s?(?:,|và)\s?)*$"
)
_CODE_BEFORE = re.compile(r"[1-9]\d*-$|(?:qcvn|tcvn) $")
_LIST_BEFORE = re.compile(r"(?:mức độ|cấp độ|mức|tiêu chí|điều|khoản|lớp|quý|các|nhóm|phụ lục|mục)\s*$")
_ORDINAL = re.compile(r"(?<=thứ)(\s+)(\d{1,3})(?![\d.,/%]*\d)", re.IGNORECASE)
_QUANTITY_AFTER = re.compile(
    r"\s?(?:%|(?:triệu|tỷ|tỉ|nghìn|ngàn|lần|km|kg|ha|m2|m²|m3|m³|mm|cm|tấn|tạ|lít|độ|"
    r"USD|điểm phần trăm|GB|MB|Mbps|kWh|MW)(?!\w))"
)
"""What makes a point before one or two digits a decimal one: "7.5%" is a quantity, "phiên bản 7.5" is not."""
_WEEKDAYS = re.compile(r"(?<=thứ [2-6])(?P<days>(?:\s?(?:,|và)\s?[3-7])+)(?![\d.,/%]*\d)", re.IGNORECASE)
_SPACED = re.compile(
    r"(?<![\w.,/+(-])(?<!\) )(?<!\d[ .-])[1-9]\d{0,2}(?:[ \u00a0\u2009\u202f]\d{3})+(?:,\d+)?(?![\w/-]|[ .,]\d)"
)
_THOUSANDS_AFTER = re.compile(
    r"\s?(?:%|đ(?!\w)|(?:đồng|VND|VNĐ|vnđ|USD|người|hộ|lượt|hồ sơ|tài khoản|con|cây|tấn|tạ|kg|ha|m2|m²|m3|m³|km|lít|"
    r"liều|suất|thí sinh|học sinh|sinh viên|phiếu|cử tri|doanh nghiệp|kWh|MW|căn|chiếc|cái|ca)(?!\w))"
)
_DASH = re.compile(r" ?[-–] ?(?=\w)")
_SAME_WORD = re.compile(
    r"(?:^|\W)(?P<word>thứ|lớp|tổ|ấp|thôn|bản|khu phố|khóa|nhóm|điều|khoản|tháng|quý|tuần|bài|trang|cấp|tầng|phòng|đợt|"
    r"vòng|năm|mục|tiêu chí|bậc|đội|khối|câu|km)\s\w{1,5}$"
)
_LETTER_BEFORE = re.compile(r"(?:^|\W)(?:điểm|mục|ý)\s[a-ik-nđ]$")
_LETTER_AFTER = re.compile(r"[a-ik-nđ](?!\w)")
_NOT_SPACED = re.compile(
    r"(?:nhóm|ngày|tháng|lớp|quận|phường|ấp|tổ|số|điều|khoản|khối|khóa|hạng|thứ|km|gọi|thoại|liên hệ|đt|tel|fax|zalo|"
    r"hotline|tổng đài|mã|stk|tài khoản|cước|cccd|otp|nóng|lh)\s*[:(]*\s*$"
)
MAX_CARDINAL = 15
"""Digits up to which a bare number is read as a cardinal; longer ones are read out digit by digit."""


_DASH_BETWEEN = re.compile(r"\s?[-–—−]\s?|\sđến\s")


def stretches(page: Page) -> None:
    """Claim the dash of "thứ 2 - thứ 6", "ấp 1 - ấp 5", "điểm a-d": the same word on both sides, or two letters."""
    for match in _DASH.finditer(page.text):
        if _is_stretch(page.before(match.start(), 20), page.after(match.end(), 12)):
            page.claim(*match.span(), " đến ", "range")


def _is_stretch(before: str, after: str) -> bool:
    same = _SAME_WORD.search(before)
    if same:
        return after.startswith((f"{same['word']} ", "chủ nhật"))
    return _LETTER_AFTER.match(after) is not None and _LETTER_BEFORE.search(before) is not None


def is_counted(page: Page, end: int) -> bool:
    """Tell whether a thing that is counted by thousands follows: "đồng", "người", "%"."""
    return _THOUSANDS_AFTER.match(page.text, end) is not None


def spaced(page: Page) -> None:
    """Claim thousands written apart: "1 000 000 lượt", "100 000 đồng"."""
    for match in page.at_numbers(_SPACED):
        several = len(re.findall(r"\s", match[0])) > 1 or " " not in match[0]
        if not (several or is_counted(page, match.end()) or _is_first_of_range(page, match.end())):
            continue
        if not _NOT_SPACED.search(page.before(match.start())):
            page.claim(*match.span(), read_number(re.sub(r"\s", "", match[0]), page.dialect), "number")


def _is_first_of_range(page: Page, end: int) -> bool:
    """Tell whether a dash and a second number written apart follow, with what is counted: "5 000 – 6 000 đồng"."""
    dash = _DASH_BETWEEN.match(page.text, end)
    second = _SPACED.match(page.text, dash.end()) if dash else None
    return second is not None and is_counted(page, second.end())


def ordinals(page: Page) -> None:
    """Claim numbers after "thứ": "lần thứ 4" → "lần thứ tư"."""
    for match in _ORDINAL.finditer(page.text):
        said = {1: "nhất", 4: "tư"}.get(int(match[2])) or page.number(int(match[2]))
        page.claim(*match.span(2), said, "ordinal")

    for match in _WEEKDAYS.finditer(page.text):
        for number in re.finditer(r"[2-7]", match["days"]):
            start = match.start("days") + number.start()
            page.claim(start, start + 1, ordinal(int(number[0]), page.dialect), "ordinal")


def enumerators(page: Page) -> None:
    """Claim the numbers and letters that head a line or an item: "1. Mục đích", "a) ...", "(2) ..."."""
    for match in _ENUMERATOR.finditer(page.text):
        said = (
            match["n"]
            if match["n"].isalpha()
            else " chấm ".join(_plain(n, page.dialect) for n in match["n"].split("."))
        )
        page.claim(match.start("n") - (page.text[match.start("n") - 1] == "("), match.end(), f"{said}, ", "enumerator")
    for match in _INLINE_ENUMERATOR.finditer(page.text):
        page.claim(*match.span(), f", {_plain(match['n'], page.dialect)}, ", "enumerator")


def numbers(page: Page) -> None:
    """Claim every number that is left."""
    for match in NUMBER.finditer(page.text):
        if not page.free(*match.span()):
            _leftovers(page, match)
            continue
        page.claim(*match.span(), _in_context(page, match), "number")


def _leftovers(page: Page, match: re.Match[str]) -> None:
    for digits in re.finditer(r"\d+", match[0]):
        start, end = match.start() + digits.start(), match.start() + digits.end()
        while start < end and not page.free(start, end):
            start += 1  # the first of them belong to a symbol such as "QH15"
        if start < end:
            page.claim(start, end, _plain(page.text[start:end], page.dialect), "number")


def _in_context(page: Page, match: re.Match[str]) -> str:
    written, before = match[0], page.before(match.start())
    if written.isdigit() and written.startswith("0") and (_NAMED_ZERO.search(before) or _CODE_BEFORE.search(before)):
        return spelled(written)
    quantity = _QUANTITY_AFTER.match(page.text, match.end())
    if quantity and re.fullmatch(r"\d+\.\d{1,2}", written):
        written = written.replace(".", ",")
    if not quantity and _is_list(written, before):
        return ", ".join(spelled(digit) for digit in written.split(","))
    return read_number(written, page.dialect)


def _is_list(written: str, before: str) -> bool:
    """Tell "mức độ 3,4" and "Điều 1,5", which are lists, from "mức 1,5", which is a decimal."""
    if not re.fullmatch(r"\d,\d", written) or not _LIST_BEFORE.search(before):
        return False
    return not before.rstrip().endswith("mức") or int(written[2]) == int(written[0]) + 1


def _plain(digits: str, dialect: Dialect) -> str:
    if len(digits) > MAX_CARDINAL or (digits.startswith("0") and len(digits) > 2):
        return ", ".join(spelled(digits[i : i + 4]) for i in range(0, len(digits), 4))
    return cardinal(int(digits), dialect)


def read_number(written: str, dialect: Dialect = NORTH) -> str:
    """Read a number as it is written: dots group thousands, the comma is decimal, "4.0" is "bốn chấm không"."""
    if re.fullmatch(r"[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?", written):
        written = written.replace(".", "")
        if len(written) in range(MAX_CARDINAL + 1, 19):
            return cardinal(int(written), dialect)
    elif written.count(",") > 1 or re.fullmatch(r"[1-9]\d{0,2},000", written):
        written = written.replace(",", "")
    if "," in written:
        whole, _, part = written.partition(",")
        return f"{_plain(whole, dialect)} phẩy {fraction_part(part, dialect)}"
    if "." in written:
        first, *rest = written.split(".")
        return " chấm ".join([_plain(first, dialect), *(fraction_part(part, dialect) for part in rest)])
    return _plain(written, dialect)
