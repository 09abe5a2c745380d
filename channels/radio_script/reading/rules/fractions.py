"""Two numbers with a slash: fractions, ratios, "24/7", and what may be a date."""

import re

from channels.radio_script.reading.model import Certainty
from channels.radio_script.reading.page import Page, Worry
from channels.radio_script.reading.rules.numbers import read_number
from channels.words import N_, Words

_N = r"\d{1,3}(?:\.\d{3})+|\d+(?:,\d+)?"
_PAIR = re.compile(rf"(?<![\d/.,])(?P<a>{_N})\s?/\s?(?P<b>{_N})(?![\d/]|[.,]\d)")
_AMOUNT = re.compile(
    r"\s*(?:số|tổng|dân số|diện tích|thời gian|nhu cầu|thế kỷ|chặng đường|quãng đường|lượng|giá|mức|tài sản|là|của|"
    r"lao động|cổ phần|ngày|năm|tháng|giờ|sản lượng|đại biểu|thành viên|cử tri|dân|người|ruộng|đất|vốn|khối lượng|"
    r"công việc|nội dung|kế hoạch|sân|bể|lít|giây|phút|cốc|ly|thìa|muỗng|phiếu|nhà|hồ|trang|bài)(?!\w)"
)
_ROUGHLY = re.compile(r"(?:hơn|gần|khoảng|chiếm|bằng|được|ít nhất|tối thiểu|trên|dưới|giảm|quá|mất|còn)\s*$")
_COUNTED = re.compile(r"\s*[a-zà-ỹđ]")
_RANK = re.compile(r"(?:thứ|hạng|bậc|cấp|vị trí|tỷ lệ|tỉ lệ|điểm|đạt|chấm|xếp)\s*$")
_CHOICE = re.compile(r"\s*(?:chỗ|chỗ ngồi|tuổi|inch)(?!\w)")
_ORDINALS = {1: "nhất", 4: "tư"}
_STREET = re.compile(r"\s*(?:đường|phố|ấp|khu phố)(?!\w)")
_HOUSE = re.compile(r"(?:số nhà|cột mốc|mốc|địa chỉ|nhà số|hẻm|ngõ|ngách|kiệt|lớp)\s*(?:số\s*)?:?\s*$")


def fractions(page: Page) -> None:
    """Claim pairs that are not dates. Halves and thirds of something are "phần", results are "trên"."""
    for match in page.at_numbers(_PAIR):
        if page.free(*match.span()):
            said, worry = _read(page, match)
            page.claim(*match.span(), said, "fraction", worry)


def _read(page: Page, match: re.Match[str]) -> tuple[str, Worry | None]:
    a, b = read_number(match["a"], page.dialect), read_number(match["b"], page.dialect)
    before, after = page.before(match.start()), page.after(match.end())
    if _HOUSE.search(before) or (before.endswith("số ") and _STREET.match(after)):
        return f"{a} xuyệt {b}" if page.dialect.code == "south" else f"{a} gạch chéo {b}", None
    if not (match["a"].isdigit() and match["b"].isdigit()):
        return f"{a} trên {b}", None
    top, bottom = int(match["a"]), int(match["b"])
    proper = 0 < top < bottom <= 10 and not match["b"].startswith("0")
    if proper and (_AMOUNT.match(after) or _ROUGHLY.search(before)):
        return f"{a} phần {'tư' if bottom == 4 else b}", None
    if before.endswith("thứ ") and top in _ORDINALS:
        a = _ORDINALS[top]
    if top == 1 and bottom in (100, 1000, 10_000, 1_000_000) and not _RANK.search(before):
        return f"một phần {b}".replace("phần một ", "phần "), None
    if _CHOICE.match(after):
        return f"{a}, {b}", None
    if _COUNTED.match(after) or _RANK.search(before) or bottom > 12 or top > 31 or top == 0:
        return f"{a} trên {b}", None
    return (f"{a} phần {'tư' if bottom == 4 else b}" if proper else f"{a} trên {b}"), _unsure(match[0])


def _unsure(written: str) -> Worry:
    message = Words(N_("%(written)s có thể là ngày tháng hoặc phân số."), {"written": written})
    remedy = Words(N_("Viết rõ, ví dụ “ngày %(written)s”."), {"written": written})
    return Worry(Certainty.CHECK, message, remedy)
