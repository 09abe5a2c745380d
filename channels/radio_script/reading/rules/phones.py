"""Phone numbers, hotlines and identity numbers: digit by digit, with a pause between groups."""

import re

from channels.radio_script.reading.numerals import spelled
from channels.radio_script.reading.page import Page
from channels.radio_script.reading.rules.numbers import is_counted

_PHONE = re.compile(
    r"(?:(?<![\w./,-])|(?<=\d{4}/)(?=0))(?P<digits>\d(?:\d|[ .\-–)](?=\d)|\) (?=\d)|[.\-–] (?=\d{3})){3,18}\d)"
    r"(?!\d|/(?!\s?0\d{2})|[.,]\d|-\w)"
)
_ABROAD = re.compile(r"84[ .-]\d{2,3}(?:[ .-]|\)\s?)\d{3,4}[ .-]?\d{3,4}")
_KEYED = re.compile(r"(?<![\w*#&])(?=[\d*]*#|\*\d{2})[*#]*\d+(?:[*#]+\d+)*[*#]*(?![\w*#])")
"""What is typed on a telephone's keys: *101#, *098*123456#, 1022#, #1; not the star of a product or a footnote."""
_KEYS = {"*": "sao", "#": "thăng"}
_DATE = re.compile(r"\d{1,2}([.\- ])\d{1,2}\1(?:19|20)\d\d\Z")
_ASKED = re.compile(
    r"(?:☎\ufe0f?|📞|📱|điện thoại|đt|sđt|hotline|đường dây nóng|tổng đài|liên hệ|fax|zalo|viber|gọi|số máy|di động|"
    r"máy bàn|"
    r"(?<!dân )(?<!tổng )(?<!chỉ )(?<!trị )(?<!hệ )(?<!đa )số)"
    r"(?:\s+(?:số|hỗ trợ|của|là|liên hệ|miễn phí|trực|bàn|di động))*\s*[:\-–(]*\s*[“\"*(]*$"
)
_IDENTITY = re.compile(
    r"(?:tài khoản|stk|căn cước(?: công dân)?|cccd|cmnd|chứng minh nhân dân|định danh(?: cá nhân)?|mã số(?: thuế)?|"
    r"mã hồ sơ|mã|mst|mã bưu chính|số thẻ|số seri|số sê ri|số hiệu|mã otp|otp|bhxh|bhyt)"
    r"(?:\s+(?:số|là|doanh nghiệp|bhxh|bhyt))*\s*[:\-–]?\s*$"
)
_SHORT = re.compile(r"(?<![\w./,-])\d{3,5}(?![\d/%]|[.,/]\d|\s\d{3}\b|-\w)")
_CODE = re.compile(r"(?<![\w.-])[\dA-Z]+(?:[.\-/][\dA-Z]+)+(?!\w)")
_JOINT = re.compile(r"(?:\s?\([^()\d]{1,30}\d?\))?\s?(?:[-–/;,]|hoặc|và|hay)\s?\Z")
_DIRECT = re.compile(
    r"(?:tổng đài|zalo(?: oa)?|hệ thống|cổng(?: thông tin)?|kênh|đường dây nóng|hotline|số|điện thoại|gọi|bấm|đầu số|"
    r"nền tảng|☎\ufe0f?|📞|📱|công an|cảnh sát|cấp cứu|cứu hỏa|cứu hoả|chữa cháy|cứu nạn|qua|web|dịch vụ|nhắn|gửi|"
    r"phản ánh|kiến nghị)"
    r"(?:\s+(?:điện thoại|thông tin|điện tử|quốc gia|trực tuyến|số|tin|đến|tới|hotline|ngay|là|hỗ trợ|miễn phí|"
    r"khẩn cấp|24/7))*\s*[:\-–(]*\s*[“\"*(]*$"
)
_EMERGENCY = re.compile(r"11[1-5](?:\s?(?:[,/–-]|và|hoặc|hay)\s?11[1-5])+(?!\w|[.,]\d)")
_NAMED = re.compile(r"(?:tổng đài|đường dây nóng|hotline)[^.;:\d()]{0,60}\s$")
_ENDS = re.compile(
    r"\s*(?:$|[.,;:)”\"?!*–(-]|(?:của|tỉnh|để|và|hoặc|là|sẽ|tiếp nhận|đã|có|trên|được|nếu|khi|hỗ trợ|ngay|miễn phí|"
    r"theo|qua|tại|cho|với|giúp|hoạt động|nhằm|từ|vào|thông báo|phục vụ|bằng|hay|giới thiệu|gửi|đến|về|trong|cũng|"
    r"bao gồm|gồm)(?!\w))"
)
_TYPED = re.compile(
    r"(?:quyết định|nghị quyết|nghị định|thông tư|kế hoạch|công văn|chỉ thị|luật|quốc lộ|đường|nhà)\s+số\s*$"
)


def phones(page: Page) -> None:
    """Claim long numbers that are phones or identity numbers, then short ones that are hotlines."""
    last = -1  # where the last phone number ended
    for match in _CODE.finditer(page.text):
        if _IDENTITY.search(page.before(match.start())) and re.search(r"[A-Z]", match[0]):
            page.claim(*match.span(), _spelled_code(page, match[0]), "identity")
    for match in _KEYED.finditer(page.text):
        said = (_KEYS.get(part) or spelled(part) for part in re.findall(r"\d+|[*#]", match[0]))
        page.claim(*match.span(), " ".join(said), "phone")
    for match in page.at_numbers(_PHONE):
        last = _claim_long(page, match, last)
    for match in page.at_numbers(_EMERGENCY):
        for number in re.finditer(r"\d+", match[0]) if _ENDS.match(page.after(match.end(), 24)) else ():
            at = match.start() + number.start()
            page.claim(at, at + 3, spelled(number[0]), "phone")
    last = -1
    for match in page.at_numbers(_SHORT):
        listed = match[0] in page.lexicon.hotlines and _joined(page, last, match.start())
        if (listed or _is_hotline(page, match)) and page.claim(*match.span(), spelled(match[0]), "phone"):
            last = match.end()


def _joined(page: Page, last: int, start: int) -> bool:
    """Tell whether only "hoặc", a comma or the like stands since the last phone number."""
    return last >= 0 and _JOINT.fullmatch(page.text[last:start]) is not None


def _spelled_code(page: Page, code: str) -> str:
    parts = re.findall(r"[A-Z\d]+", code)
    letters = page.lexicon.letters
    return ", ".join(" ".join(spelled(c) if c.isdigit() else letters.get(c, c) for c in part) for part in parts)


def _claim_long(page: Page, match: re.Match[str], last: int) -> int:
    """Claim one long number and return where the last phone number ends now."""
    written, before = match["digits"], page.before(match.start())
    digits = re.sub(r"\D", "", written)
    plus = before.endswith("+") and digits.startswith("84")
    amount = _is_amount(written) and not (_ASKED.search(before) and not is_counted(page, match.end()))
    plus = plus or (_ABROAD.fullmatch(written) is not None and not amount)
    if _DATE.match(written):
        return last
    if _IDENTITY.search(before) and len(digits) >= 5:
        page.claim(*match.span(), _grouped(digits), "identity")
        return last
    if (
        plus
        or (_joined(page, last, match.start()) and 7 <= len(digits) <= 11)
        or (_looks_like_phone(digits) and not (_is_amount(written) or is_counted(page, match.end())))
        or (_ASKED.search(before) and 7 <= len(digits) <= 11)
    ):
        said = _separated(written) if re.search(r"\d\D+\d", written) else _grouped(digits)
        if plus:
            lead = "cộng " if before.endswith("+") else ""
            said = f"{lead}{spelled('84')}, {_grouped(digits[2:])}"
            plus = before.endswith("+")
        opened = before.endswith("(") and ")" in written
        if page.claim(match.start() - (plus or opened), match.end(), said, "phone"):
            if _joined(page, last, match.start()) and page.text[last : match.start()].strip() in ("-", "–", "/"):
                page.claim(last, match.start(), ", ", "phone")
            return match.end()
    return last


def _is_amount(written: str) -> bool:
    """Tell "19.000.000", which is a number, from "1900.0000", which is a phone."""
    return re.fullmatch(r"[1-9]\d{0,2}(?:\.\d{3})+", written) is not None


def _looks_like_phone(digits: str) -> bool:
    if digits.startswith(("1800", "1900")):
        return len(digits) in (8, 10)
    return digits.startswith("0") and not digits.startswith("00") and 8 <= len(digits) <= 11


def _separated(written: str) -> str:
    return ", ".join(spelled(group) for group in re.findall(r"\d+", written))


def _grouped(digits: str) -> str:
    """Split an unbroken number for the breath: 0912345678 → 0912, 345, 678; others in threes and fours."""
    size = 4 if len(digits) in (8, 12, 16) else 3
    first = len(digits) % size or size
    if size == 3 and first < 3:
        first += 3
    groups = [digits[:first], *(digits[i : i + size] for i in range(first, len(digits), size))]
    return ", ".join(spelled(group) for group in groups)


def _is_hotline(page: Page, match: re.Match[str]) -> bool:
    before, after = page.before(match.start(), 80), page.after(match.end(), 24)
    if _TYPED.search(before):
        return False
    known = match[0] in page.lexicon.hotlines
    direct = _DIRECT.search(before)
    if direct and (known or _is_directory(direct[0])):
        return True
    return (known or len(match[0]) == 4) and _NAMED.search(before) is not None and _ENDS.match(after) is not None


def _is_directory(phrase: str) -> bool:
    return phrase.startswith(("tổng đài", "đường dây nóng", "hotline", "đầu số", "bấm", "gửi"))
