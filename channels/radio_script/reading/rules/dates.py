"""Days of the calendar in every form the plans and newspapers use."""

import re
from collections.abc import Callable

from channels.radio_script.reading.model import Certainty
from channels.radio_script.reading.numerals import day, month
from channels.radio_script.reading.page import Page, Worry
from channels.words import N_, Words

_D, _M, _Y = r"(?:3[01]|[12]\d|0?[1-9])", r"(?:1[0-2]|0?[1-9])", r"(?:1[5-9]|20|21)\d\d"
MONTH, YEAR = _M, _Y
_DASH = r"\s?[-–—]\s?"
_FULL = re.compile(
    rf"(?<![\d/.,-])(?:(?P<from>{_D}){_DASH})?(?P<d>{_D})(?P<j>\s?[/.\-]\s?)(?P<m>{_M})(?P=j)(?P<y>{_Y})(?![\d/]|[.,-]\d)"
)
_PAIR = re.compile(
    rf"(?<![\d/.,-])(?P<d>{_D})/(?P<m>{_M})(?:/(?P<y>{_Y}))?\s?[-–—]\s?(?P<d2>{_D})/(?P<m2>{_M})(?:/(?P<y2>{_Y}))?(?![\d/%]|[.,-]\d)"
)
_FROM_TO = re.compile(
    rf"(?<![\d/.,-])(?P<d>{_D})-(?P<m>{_M}) đến (?P<d2>{_D})-(?P<m2>{_M})(?![\d/%-]|[.,]\d|\s?[^\W\d_])"
)
_SHORT_YEAR = re.compile(rf"(?<![\d/.,-])(?P<d>{_D})(?P<j>[/.\-])(?P<m>{_M})(?P=j)(?P<y>\d\d)(?![\d/]|[.,-]\d)")
_ISO = re.compile(rf"(?<![\d/.,-])(?P<y>{_Y})-(?P<m>0[1-9]|1[0-2])-(?P<d>0[1-9]|[12]\d|3[01])(?!\d|-\d)")
_WORDED = re.compile(
    rf"(?<![\d/.,-])(?:(?P<from>{_D}){_DASH})?(?P<d>{_D})(?P<gap>\s+)tháng\s+(?P<m>{_M})(?![\d%]|[.,/]\d)"
    rf"(?P<year>\s*(?:,\s*)?năm\s+(?P<y>{_Y})(?!\d)|/(?P<y2>{_Y})(?!\d))?",
    re.IGNORECASE,
)
_DASHED = re.compile(rf"(?<![\d/.,])(?<!\w-)(?P<d>{_D})-(?P<m>{_M})(?![\d/%-]|[.,]\d)")
_DASHED_AFTER = re.compile(r"\s*(?:$|[,.;:()”\"!?–-]|(?:và|hằng năm|hàng năm|vừa qua|tới|này|sắp tới|năm|tại)(?!\w))")
_DAY_MONTH = re.compile(
    rf"(?<![\d/.,])(?<![A-Za-z]-)(?:(?P<from>{_D}){_DASH})?(?P<d>{_D})(?P<j>\s?/\s?)(?P<m>{_M})(?![\d/%]|[.,]\d)"
)
_DAY_SAID = re.compile(
    r"(?:(?:ngày|mùng|mồng|hôm|nay|ngày \(?\w+\)?)\s*[(“\"*]*|"
    r"(?<!\d )ngày \d{1,2}(?:\s?(?:,|và|hoặc|-|–)\s?\d{1,2})*\s?(?:,|và|hoặc)\s?|"
    r"(?:các|những|hai|ba|bốn|\d) ngày \d{1,2}(?:\s?,\s?\d{1,2})*\s?(?:,|và|hoặc)\s?)$"
)
_LISTED_DAYS = re.compile(
    rf"(?<=ngày )(?P<days>{_D}(?:\s?(?:,|và|hoặc)\s?{_D})*\s?(?:,|và|hoặc)\s)(?={_D}\s?[/.-]\s?{_M}(?!\d))"
)
_EARLY_DAY = re.compile(
    r"(?<=ngày )(?P<d>0?[1-9]|10)"
    r"(?=\s+(?:(?:đến|tới|và)\s+(?:hết\s+)?(?:ngày\s+)?\d{1,2}\s+tháng\s+\d|tháng\s+(?:giêng|chạp)(?!\w)))",
    re.IGNORECASE,
)
_PART_OF_DAY = re.compile(r"(?:sáng|trưa|chiều|tối|đêm)\s*$")
_DAY_WANTED = re.compile(
    r"(?:âm lịch:?|dương lịch:?|hạn cuối:?|hạn chót:?|hạn:?|chậm nhất|muộn nhất|"
    r"từ|đến|tới|trước|sau|hết|vào|kể từ|đến hết|sáng|trưa|chiều|tối|đêm|chủ nhật|thứ (?:hai|ba|tư|năm|sáu|bảy|[2-7])|"
    r"\d{1,2}(?:h|g|:)(?:[0-5]\d)?|\d{1,2} giờ(?: \d{1,2})?(?: phút)?)\s*,?\s*[(“\"]*$"
)
_SPAN_AFTER = re.compile(r"\s*(?:$|[.,;:)])")
_LUNAR = re.compile(
    rf"(?<![\d/.,-])(?P<d>{_D})/(?P<m>{_M})(?:/|\s?,?\s(?:năm )?)(?P<y>(?:Giáp|Ất|Bính|Đinh|Mậu|Kỷ|Canh|Tân|Nhâm|Quý) "
    r"(?:Tý|Sửu|Dần|Mão|Thìn|Tỵ|Tị|Ngọ|Mùi|Thân|Dậu|Tuất|Hợi))(?!\w)"
)
_DOTTED = re.compile(
    rf"(?<=[Nn]gày )(?P<d>{_D})\.(?P<m>{_M})(?![\d/%]|[.,]\d|\s?(?:triệu|tỷ|nghìn|ngàn|lần|lượt|giờ)\b)"
)
_DAY_NAMED = re.compile(
    r"(?:đường\s*|\b(?:sự kiện)\s*|\b(?:ngày|lễ|tết|dịp|tuần lễ)\s[^.;:\d]{1,70}|"
    r"\b(?:lễ|dịp|mừng|quốc khánh)\s*)[(“\"]*$"
)
_NO_FEAST = re.compile(
    r"(?:lớp|khối|tổ|ấp|thôn|điều|khoản|trang|bài|nhóm|cấp|mức|số|từ|khoảng|câu|khu|tuổi|tỷ số|tỉ số|thắng|thua|hòa|"
    r"hoà|thứ|hạng|bậc|xác suất|chiếm|tỷ lệ|tỉ lệ|được|đạt|phòng|tầng|kèo|dẫn)\s*$"
)
_DATELINE = re.compile(r"^\s*\(?[^\d,.;:]{2,24},\s*$")
_FEAST = re.compile(
    r"(?:10/10|2/9|30/4|1/5|8/3|20/10|20/11|27/7|22/12|19/5|3/2|26/3|1/6|21/6|"
    r"27/2|9/1|15/5|19/8|23/9|5/6|28/6|10/3|9/11|28/8|13/10)\Z"
)
_COUNTED = re.compile(
    r"\s*(?:xã|phường|thị trấn|huyện|tỉnh|chỉ tiêu|tiêu chí|trường|đơn vị|điểm|thôn|ấp|khu phố|cơ quan|địa phương|"
    r"hồ sơ|ý kiến|phiếu|đại biểu|người|hộ|nhiệm vụ|thủ tục|dịch vụ|sở|ngành|số|tổng|dân số|diện tích|thời gian|"
    r"học sinh|thành viên|nội dung)(?!\w)"
)
_IN_STREET = re.compile(r"(?:phố|nhà|hẻm|ngõ|kiệt|ngách|địa chỉ|áp|là|lệ|xe|mạch|chọi|kính|mắt|toa)\s*:?\s*$")
_DEADLINE = re.compile(r"(?:nay đến|âm lịch:?|hạn chót|hạn cuối|đến hết|trước|kể từ)\s*$")


def dates(page: Page) -> None:
    """Claim dates, the most complete form first."""
    for pattern, claim in _FORMS:
        for match in page.at_numbers(pattern):
            claim(page, match)
    for match in _EARLY_DAY.finditer(page.text):
        page.claim(*match.span(), day(int(match["d"]), page.dialect), "date")
    for match in page.at_numbers(_LISTED_DAYS):
        for number in re.finditer(r"\d+", match["days"]):
            start = match.start("days") + number.start()
            page.claim(start, start + len(number[0]), day(int(number[0]), page.dialect), "date")


def month_year(page: Page, month_digits: str, year: str) -> str:
    """Say month and year; a pause keeps "tháng năm, năm hai nghìn" apart."""
    said = month(int(month_digits))
    return f"{said}{',' if said == 'năm' else ''} năm {page.number(int(year))}"


def _days(page: Page, match: re.Match[str]) -> str:
    said = day(int(match["d"]), page.dialect)
    return f"{day(int(match['from']), page.dialect)} đến {said}" if match.groupdict().get("from") else said


def _bare_mung(said: str, before: str) -> str:
    """Do not say "mùng" twice."""
    return said.removeprefix("mùng ") if re.search(r"(?:mùng|mồng)\s*$", before) else said


def _claim_day(page: Page, match: re.Match[str]) -> None:
    before = page.before(match.start())
    said_day = _DAY_SAID.search(before)
    worry = None
    if match.re is _SHORT_YEAR and not said_day and not _DAY_WANTED.search(before):
        if (
            match["j"] != "/"
            or _NO_FEAST.search(before)
            or re.search(r"(?:nhà|hẻm|ngõ|kiệt|ngách|địa chỉ)\s*$", before)
        ):
            return
        worry = _may_be_a_date(match[0])
    lead = "" if said_day else "ngày "
    said = f"{lead}{_bare_mung(_days(page, match), before)} tháng {month_year(page, match['m'], match['y'])}"
    page.claim(*match.span(), said, "date", worry)


def _may_be_a_date(written: str) -> Worry:
    message = Words(N_("%(written)s có thể là ngày tháng hoặc phân số."), {"written": written})
    return Worry(Certainty.CHECK, message, Words(N_("Viết rõ, ví dụ “ngày %(written)s”."), {"written": written}))


def _claim_lunar(page: Page, match: re.Match[str]) -> None:
    before = page.before(match.start())
    lead = "" if _DAY_SAID.search(before) else "ngày "
    said = f"{_bare_mung(_days(page, match), before)} tháng {month(int(match['m']))} năm {match['y']}"
    page.claim(*match.span(), lead + said, "date")


def _claim_dotted(page: Page, match: re.Match[str]) -> None:
    page.claim(*match.span(), f"{_days(page, match)} tháng {month(int(match['m']))}", "date")


def _claim_pair(page: Page, match: re.Match[str]) -> None:
    """Read "15/11-15/12" and "27/7/1947-27/7/2025" unless things are counted."""
    before, after = page.before(match.start(), 90), page.after(match.end())
    if not match["y2"] and (_COUNTED.match(after) or _NO_FEAST.search(before.removesuffix("từ "))):
        return
    feast = not match["y2"] and _is_feast(match, before)
    lead = "" if feast or _DAY_SAID.search(before) else "ngày "
    said = [
        f"{_bare_mung(day(int(match['d' + n]), page.dialect), '' if n else before)} tháng "
        + (month_year(page, match["m" + n], match["y" + n]) if match["y" + n] else month(int(match["m" + n])))
        for n in ("", "2")
    ]
    page.claim(*match.span(), f"{lead}{said[0]} đến {'' if feast else 'ngày '}{said[1]}", "date")


def _claim_from_to(page: Page, match: re.Match[str]) -> None:
    """Read "từ 15-11 đến 15-12": dashes between days and months, both at once or neither."""
    if not re.search(r"từ\s+$", page.before(match.start(), 8)) or _COUNTED.match(page.after(match.end())):
        return
    for n in ("", "2"):
        said = f"ngày {day(int(match['d' + n]), page.dialect)} tháng {month(int(match['m' + n]))}"
        page.claim(match.start("d" + n), match.end("m" + n), said, "date")


def _claim_worded(page: Page, match: re.Match[str]) -> None:
    before, year = page.before(match.start()), match["y"] or match["y2"]
    if not year and not _DAY_SAID.search(before) and not _PART_OF_DAY.search(before):
        return
    said = f"{_bare_mung(_days(page, match), before)} tháng "
    said += month_year(page, match["m"], year) if year else month(int(match["m"]))
    page.claim(*match.span(), said, "date")


def _claim_day_month(page: Page, match: re.Match[str]) -> None:
    before, after = page.before(match.start(), 90), page.after(match.end())
    said_day = _DAY_SAID.search(before)
    dateline = _DATELINE.match(before) and not _COUNTED.match(after)
    wanted, named = dateline or _DAY_WANTED.search(before), _DAY_NAMED.search(before)
    feast = _is_feast(match, before)
    spanned = _is_span(match, before, after)
    sure = said_day or wanted or named or feast or spanned
    if not (sure or _only_a_date(match, before, after)):
        return
    if _COUNTED.match(after) and not said_day:
        return
    lead = "ngày " if (wanted or spanned or not sure) and not said_day else ""
    worry = None if sure else _may_be_a_date(match[0])
    said = f"{lead}{_bare_mung(_days(page, match), before)} tháng {month(int(match['m']))}"
    page.claim(*match.span(), said, "date", worry)


def _is_span(match: re.Match[str], before: str, after: str) -> bool:
    """Tell whether "26-27/6" with nothing counted behind it says from which day to which."""
    first = match["from"]
    ordered = first and int(first) < int(match["d"]) and match["j"].strip() == match["j"]
    whole = int(match["d"]) > max(12, int(match["m"])) and not _COUNTED.match(after)  # more than all there are
    return bool(ordered and (whole or _SPAN_AFTER.match(after)) and not _NO_FEAST.search(before))


def _only_a_date(match: re.Match[str], before: str, after: str) -> bool:
    """Tell whether "26/11" can hardly be a part of a whole: the first is the larger, and nothing is counted."""
    larger = not match["from"] and int(match["d"]) > int(match["m"]) and int(match["d"]) > 12 and match[0] != "24/7"
    return (
        larger and _SPAN_AFTER.match(after) is not None and not (_NO_FEAST.search(before) or _IN_STREET.search(before))
    )


def _is_feast(match: re.Match[str], before: str) -> bool:
    """Tell whether the day is one that everybody knows, such as 30/4, and nothing is counted or numbered by it."""
    return _FEAST.match(f"{int(match['d'])}/{int(match['m'])}") is not None and not _NO_FEAST.search(before)


def _claim_dashed(page: Page, match: re.Match[str]) -> None:
    """Read "22-11" as newspapers write it: a day where a day is said or a feast, if nothing is being counted."""
    before, after = page.before(match.start(), 90), page.after(match.end())
    said_day, part = _DAY_SAID.search(before), _PART_OF_DAY.search(before)
    sure = said_day and int(match["d"]) > int(match["m"])
    if int(match["m"]) > 12 or not (sure or _DASHED_AFTER.match(after)):
        return
    feast = _is_feast(match, before)
    if not (said_day or part or feast or _DEADLINE.search(before)):
        return
    lead = "ngày " if part or _DEADLINE.search(before) else ""
    page.claim(*match.span(), f"{lead}{_bare_mung(_days(page, match), before)} tháng {month(int(match['m']))}", "date")


_FORMS: tuple[tuple[re.Pattern[str], Callable[[Page, re.Match[str]], None]], ...] = (
    (_LUNAR, _claim_lunar),
    (_PAIR, _claim_pair),
    (_FROM_TO, _claim_from_to),
    (_FULL, _claim_day),
    (_SHORT_YEAR, _claim_day),
    (_ISO, _claim_day),
    (_WORDED, _claim_worded),
    (_DAY_MONTH, _claim_day_month),
    (_DOTTED, _claim_dotted),
    (_DASHED, _claim_dashed),
)
