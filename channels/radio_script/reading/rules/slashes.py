"""Slashes between words: "lần/tuần" is "lần một tuần", "bài viết/bản tin" a pause."""

import re
from functools import lru_cache

from channels.radio_script.reading.page import Page

_EITHER = re.compile(r"(?<=và)\s?/\s?(?=hoặc)", re.IGNORECASE)
_SLASH = re.compile(r"/\s?")
_WITHIN = re.compile(r"/(?<=[\w²³]/)\s?(?=\d{1,3}\s?(?:h|giờ|ngày|tháng|phút|giây)(?!\w))")
_PER_HEAD = re.compile(r"/\s?(?:đầu )?người(?!\w)")
_TIME = ("giây", "phút", "giờ", "ngày", "đêm", "buổi", "tuần", "tháng", "quý", "năm", "vụ")
_LEFT = re.compile(r"(\w+|%)\s*$")
_AMOUNT = re.compile(
    r"(?:\d|một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười|mươi|trăm|nghìn|ngàn|triệu|tỷ|mấy|"
    r"bao nhiêu|vài|đồng|đ|usd|giá|mức|số|tỷ lệ)\b[^.;()]{0,28}$"
)
_PRICE = re.compile(r"\d[\d.,]*\s?(?:(?:nghìn|ngàn|triệu|tỷ)\s)?(?:đồng|đ|vnđ|vnd|usd)$")
_THING = re.compile(r"[\wµ²³]+")
_SHORT = re.compile(r"[A-ZĐƯ]{2,8}(?!\w)")
_ONE_THING = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)?")
_COUNTED = re.compile(r"\d[\d.,]*(?:\s?\w+){0,3}\s*$")
_KIN = (
    frozenset({"xã", "phường", "trấn", "huyện", "quận", "tỉnh", "phố", "ấp", "thôn", "bản", "tổ", "khu", "làng"}),
    frozenset({"quan", "vị", "nghiệp", "đơn vị", "cơ quan", "doanh nghiệp", "phòng", "ban", "sở", "ngành", "trường"}),
    frozenset({"người", "hộ", "em", "cháu", "trẻ", "sinh", "học sinh", "con", "dân"}),
    frozenset({"tin", "bài", "viết", "phóng sự", "sự", "ảnh"}),
    frozenset({"sơ", "hồ sơ", "tục", "thủ tục", "vụ", "dịch vụ"}),
)
"""Words of one kind: a slash between two of them is a choice, not a rate. Of two syllables the last counts."""
_MEASURE = re.compile(
    r"(?:%|lần|lượt|đồng|đ|tấn|tạ|kg|lít|triệu|tỷ|nghìn|ngàn|trđ|m3|m2|ha|usd|vnd|giờ|buổi|suất|người|cái|con|bài|tin|kwh|kw|"
    r"mét|vnđ|ngày|tiết|ca)\Z"
)


def slashes(page: Page) -> None:
    """Claim every slash that is left; with it the unit, if the unit is a symbol."""
    if "/" not in page.text:
        return
    for match in _EITHER.finditer(page.text):
        page.claim(*match.span(), " ", "slash")
    for match in _PER_HEAD.finditer(page.text):
        if page.text.endswith(("GDP", "GRDP", "TNBQ", "hu nhập"), 0, match.start()):
            page.claim(*match.span(), " bình quân đầu người", "slash")
    for match in _WITHIN.finditer(page.text):
        if re.search(r"\d[\d.,]*\s?[^\W\d_]{1,4}[²³23]?$", page.before(match.start(), 16)):
            page.claim(*match.span(), " trong ", "slash")
    rate_end = -1
    for match in _SLASH.finditer(page.text):
        if page.free(*match.span()):
            chained = rate_end >= 0 and _ONE_THING.fullmatch(page.text, rate_end, match.start()) is not None
            rate_end = match.end() if _claim(page, match, chained) else -1


def _claim(page: Page, match: re.Match[str], chained: bool) -> bool:
    """Claim one slash; return whether it was read as a rate."""
    per = _per(tuple(page.lexicon.per)).match(page.text, match.end())
    left = _LEFT.search(page.before(match.start()))
    before = page.before(match.start(), 60)
    if per and left and (chained or _is_rate(before, left[1], per[0].lower())):
        unit = page.lexicon.units.get(per[0])
        if unit:
            page.claim(match.start(), per.end(), f" một {unit}", "slash")
        page.claim(*match.span(), " một ", "slash")
        return True
    thing = _THING.match(page.text, match.end())
    price = _PRICE.search(before) is not None and thing is not None
    price = price and (page.text[match.end()].islower() or _is_known(page, match.end()))
    if price and thing and thing[0] in page.lexicon.units:
        return page.claim(match.start(), thing.end(), f" một {page.lexicon.units[thing[0]]}", "slash")
    counted = price or (chained and _is_known(page, match.end()))
    page.claim(*match.span(), " một " if counted else ", ", "slash")
    return counted


def _is_known(page: Page, start: int) -> bool:
    """Tell whether an abbreviation follows that has a reading: "đồng/tháng/HS"."""
    short = _SHORT.match(page.text, start)
    return short is not None and bool(page.lexicon.readings(short[0]))


def _is_rate(before: str, left: str, right: str) -> bool:
    if left in _TIME and right in _TIME and not re.search(r"\d\s*\w*\s*$", before):
        return False
    if right in _TIME:
        return _MEASURE.match(left) is not None or left in _TIME or _AMOUNT.search(before) is not None or len(left) > 1
    if any(left in kin and right in kin for kin in _KIN):
        return False
    return _MEASURE.match(left) is not None or _COUNTED.search(before) is not None


@lru_cache(maxsize=16)
def _per(names: tuple[str, ...]) -> re.Pattern[str]:
    options = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?:{options})(?![\w²³])", re.IGNORECASE)
