"""Days, months, quarters and years in every form the plans use."""

import re

from channels.radio_script.reading.model import Certainty
from channels.radio_script.reading.numerals import day, month
from channels.radio_script.reading.page import Page, Worry, marked
from channels.words import N_, Words

_D, _M, _Y = r"(?:3[01]|[12]\d|0?[1-9])", r"(?:1[0-2]|0?[1-9])", r"(?:1[5-9]|20|21)\d\d"
_DASH = r"\s?[-–—]\s?"
_FULL = re.compile(
    rf"(?<![\d/.,-])(?:(?P<from>{_D}){_DASH})?(?P<d>{_D})(?P<j>\s?[/.\-]\s?)(?P<m>{_M})(?P=j)(?P<y>{_Y})(?![\d/]|[.,-]\d)"
)
_ISO = re.compile(rf"(?<![\d/.,-])(?P<y>{_Y})-(?P<m>0[1-9]|1[0-2])-(?P<d>0[1-9]|[12]\d|3[01])(?!\d|-\d)")
_WORDED = re.compile(
    rf"(?<![\d/.,-])(?:(?P<from>{_D}){_DASH})?(?P<d>{_D})(?P<gap>\s+)tháng\s+(?P<m>{_M})(?![\d%]|[.,/]\d)"
    rf"(?P<year>\s*(?:,\s*)?năm\s+(?P<y>{_Y})(?!\d)|/(?P<y2>{_Y})(?!\d))?",
    re.IGNORECASE,
)
_MONTH_YEAR = re.compile(
    rf"(?<![\d/.,])(?<![^\W\dTQ])(?:(?P<from>{_M}){_DASH})?(?P<m>{_M})(?P<j>\s?[/]\s?|-(?=20))(?P<y>{_Y})(?![\d/%]|[.,-]\d)"
)
_MONTH = re.compile(
    rf"(?P<m>{_M}(?:\s?(?:,|và|-|–|hoặc)\s?{_M}(?!\d|\s*(?:năm|tuổi|lần)\b))*)(?![\d%/]|[.,]\d)",
    re.IGNORECASE,
)
_DASHED = re.compile(rf"(?<![\d/.,])(?<!\w-)(?P<d>{_D})-(?P<m>{_M})(?![\d/%-]|[.,]\d)")
_DASHED_AFTER = re.compile(r"\s*(?:$|[,.;:)”\"!?–-]|(?:và|hằng năm|hàng năm|vừa qua|tới|này|sắp tới|năm|tại)(?!\w))")
_MONTH_SAID = re.compile(r"tháng\s+$")
_DAY_MONTH = re.compile(
    rf"(?<![\d/.,])(?<![A-Za-z]-)(?:(?P<from>{_D}){_DASH})?(?P<d>{_D})(?P<j>\s?/\s?)(?P<m>{_M})(?![\d/%]|[.,]\d)"
)
_QUARTER_YEAR = re.compile(rf"/\s?(?P<y>{_Y})(?![\d/])")
_YEARS = re.compile(rf"(?<![\d/.,-])(?P<a>{_Y})(?P<dash>{_DASH})(?P<b>{_Y})(?![\d/]|[.,-]\d)")
_BLANK_DAY = re.compile(rf"(?P<lead>[Nn]gày)\s*[.…_]*\s*/\s?(?P<m>{_M})\s?/\s?(?P<y>{_Y})(?!\d)")
_NO_DAY = re.compile(r"(?P<lead>[Nn]gày)\s+[.…_]*\s*(?=tháng\s+(?:\d|năm|[.…_]))")
_DAY_SAID = re.compile(r"(?:ngày|mùng|mồng|hôm|nay|ngày \(?\w+\)?)\s*[(“\"*]*$")
_PART_OF_DAY = re.compile(r"(?:sáng|trưa|chiều|tối|đêm)\s*$")
_DAY_WANTED = re.compile(r"(?:từ|đến|tới|trước|sau|hết|vào|kể từ|đến hết|sáng|trưa|chiều|tối|đêm)\s*[(“\"]*$")
_DAY_NAMED = re.compile(r"(?:\b(?:ngày|lễ|tết|dịp|tuần lễ)\s[^.;:\d]{1,70}|\b(?:lễ|dịp|mừng|quốc khánh)\s*)[(“\"]*$")
_FEAST = re.compile(
    r"(?:10/10|2/9|30/4|1/5|8/3|20/10|20/11|27/7|22/12|19/5|3/2|26/3|1/6|21/6|"
    r"27/2|9/1|15/5|19/8|23/9|5/6|28/6|10/3|9/11|28/8|13/10)\Z"
)
_COUNTED = re.compile(
    r"\s*(?:xã|phường|thị trấn|huyện|tỉnh|chỉ tiêu|tiêu chí|trường|đơn vị|điểm|thôn|ấp|khu phố|cơ quan|địa phương|"
    r"hồ sơ|ý kiến|phiếu|đại biểu|người|hộ|nhiệm vụ|thủ tục|dịch vụ|sở|ngành|số|tổng|dân số|diện tích|thời gian|"
    r"học sinh|thành viên|nội dung)(?!\w)"
)
_DEADLINE = re.compile(r"(?:hạn chót|hạn cuối|đến hết|trước|kể từ)\s*$")
_SCHOOL_YEAR = re.compile(r"(?:năm học|niên khóa|niên khoá|khóa|nhiệm kỳ|nhiệm kì|niên độ|mùa giải|vụ)\s*$")


def dates(page: Page) -> None:
    """Claim dates, the most complete form first."""
    for match in page.at_numbers(_FULL):
        _claim_day(page, match, match["y"])
    for match in page.at_numbers(_ISO):
        _claim_day(page, match, match["y"])
    for match in page.at_numbers(_WORDED):
        _claim_worded(page, match)
    _blanks(page)
    for match in page.at_numbers(_MONTH_YEAR):
        _claim_month_year(page, match)
    for match in page.at_numbers(_DAY_MONTH):
        _claim_day_month(page, match)
    for match in page.at_numbers(_DASHED):
        _claim_dashed(page, match)
    for match in page.at_numbers(_MONTH):
        if _MONTH_SAID.search(page.before(match.start(), 12)):
            _claim_months(page, match)
    _years(page)


def _blanks(page: Page) -> None:
    if "ngày" not in page.text and "Ngày" not in page.text:
        return
    for match in _BLANK_DAY.finditer(page.text):
        said = f" {marked('')} tháng {_month_year(page, match['m'], match['y'])}"
        page.claim(match.end("lead"), match.end(), said, "date", _blank())
    for match in _NO_DAY.finditer(page.text):
        page.claim(match.end("lead"), match.end(), f" {marked('')} ", "date", _blank())


def _blank() -> Worry:
    return Worry(Certainty.UNKNOWN, Words(N_("Ngày còn để trống.")), Words(N_("Điền ngày.")))


def _month_year(page: Page, month_digits: str, year: str) -> str:
    """Say month and year; a pause keeps "tháng năm, năm hai nghìn" apart."""
    said = month(int(month_digits))
    return f"{said}{',' if said == 'năm' else ''} năm {page.number(int(year))}"


def _days(page: Page, match: re.Match[str]) -> str:
    said = day(int(match["d"]), page.dialect)
    return f"{day(int(match['from']), page.dialect)} đến {said}" if match.groupdict().get("from") else said


def _bare_mung(said: str, before: str) -> str:
    """Do not say "mùng" twice."""
    return said.removeprefix("mùng ") if re.search(r"(?:mùng|mồng)\s*$", before) else said


def _claim_day(page: Page, match: re.Match[str], year: str) -> None:
    before = page.before(match.start())
    lead = "" if _DAY_SAID.search(before) else "ngày "
    said = f"{lead}{_bare_mung(_days(page, match), before)} tháng {_month_year(page, match['m'], year)}"
    page.claim(*match.span(), said, "date")


def _claim_worded(page: Page, match: re.Match[str]) -> None:
    before, year = page.before(match.start()), match["y"] or match["y2"]
    if not year and not _DAY_SAID.search(before) and not _PART_OF_DAY.search(before):
        return
    said = f"{_bare_mung(_days(page, match), before)} tháng "
    said += _month_year(page, match["m"], year) if year else month(int(match["m"]))
    page.claim(*match.span(), said, "date")


def _claim_month_year(page: Page, match: re.Match[str]) -> None:
    before = page.before(match.start())
    if re.search(r"(?:quý|kỳ|đợt|số|khóa|tuần)\s*$", before) or not page.free(*match.span()):
        return
    if re.search(r"(?<!\w)[tq]$", before):
        _claim_short(page, match)
        return
    lead = "" if re.search(r"tháng\s*$", before) else "tháng "
    if match["from"]:
        lead += f"{month(int(match['from']))} đến tháng "
    page.claim(*match.span(), lead + _month_year(page, match["m"], match["y"]), "date")


def _claim_short(page: Page, match: re.Match[str]) -> None:
    """Read "T4/2025" and "Q3/2024"."""
    quarter = page.text[match.start() - 1] == "Q"
    if quarter and int(match["m"]) <= 4:
        said = f"quý {page.number(int(match['m']))} năm {page.number(int(match['y']))}"
        page.claim(match.start() - 1, match.end(), said, "date")
    elif not quarter:
        page.claim(match.start() - 1, match.end(), f"tháng {_month_year(page, match['m'], match['y'])}", "date")


def _claim_day_month(page: Page, match: re.Match[str]) -> None:
    before, after = page.before(match.start(), 90), page.after(match.end())
    said_day = _DAY_SAID.search(before)
    wanted, named = _DAY_WANTED.search(before), _DAY_NAMED.search(before)
    feast = _FEAST.match(f"{int(match['d'])}/{int(match['m'])}")
    if not (said_day or wanted or named or feast):
        return
    if _COUNTED.match(after) and not said_day:
        return
    lead = "ngày " if wanted and not said_day else ""
    page.claim(*match.span(), f"{lead}{_bare_mung(_days(page, match), before)} tháng {month(int(match['m']))}", "date")


def _claim_dashed(page: Page, match: re.Match[str]) -> None:
    """Read "22-11" as newspapers write it: a day where a day is said or a feast, if nothing is being counted."""
    before, after = page.before(match.start(), 90), page.after(match.end())
    if int(match["m"]) > 12 or not _DASHED_AFTER.match(after):
        return
    said_day, part = _DAY_SAID.search(before), _PART_OF_DAY.search(before)
    feast = _FEAST.match(f"{int(match['d'])}/{int(match['m'])}")
    if not (said_day or part or feast or _DEADLINE.search(before)):
        return
    lead = "ngày " if part or _DEADLINE.search(before) else ""
    page.claim(*match.span(), f"{lead}{_bare_mung(_days(page, match), before)} tháng {month(int(match['m']))}", "date")


def _claim_months(page: Page, match: re.Match[str]) -> None:
    start = match.start("m")
    for number in re.finditer(r"\d+", match["m"]):
        page.claim(start + number.start(), start + number.end(), month(int(number[0])), "date")


def _years(page: Page) -> None:
    for match in page.at_numbers(_YEARS):
        joint = ", " if _SCHOOL_YEAR.search(page.before(match.start())) else " đến "
        if int(match["a"]) <= int(match["b"]):
            page.claim(*match.span(), f"{page.number(int(match['a']))}{joint}{page.number(int(match['b']))}", "date")
    for match in _QUARTER_YEAR.finditer(page.text):
        if re.search(r"(?:quý|kỳ|đợt|số|tuần|khóa)\s+[\divx]{1,4}\s?$", page.before(match.start())):
            page.claim(*match.span(), f" năm {page.number(int(match['y']))}", "date")
