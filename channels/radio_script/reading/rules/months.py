"""Months, quarters and periods of years: 3/2025, tháng 7, 8, 9, quý I/2025, 2021-2025."""

import re

from channels.radio_script.reading.numerals import month
from channels.radio_script.reading.page import Page
from channels.radio_script.reading.rules.dates import month_year

_M, _Y = r"(?:1[0-2]|0?[1-9])", r"(?:1[5-9]|20|21)\d\d"
_DASH = r"\s?[-–—]\s?"
_MONTH_YEAR = re.compile(
    rf"(?<![\d/.,])(?<![^\W\dTQ])(?:(?P<from>{_M}){_DASH})?(?P<m>{_M})(?P<j>\s?[/]\s?|-(?=20))(?P<y>{_Y})(?![\d/%]|[.,-]\d)"
)
_MONTH = re.compile(
    rf"(?P<m>{_M}(?:\s?(?:,|và|-|–|hoặc)\s?{_M}(?!\d|\s*(?:năm|tuổi|lần)\b))*)(?![\w%/]|[.,]\d)"
    r"(?!\s(?:triệu|tỷ|tỉ|nghìn|ngàn|đồng|buổi|lượt|kg|tin bài|suất)\b)",
    re.IGNORECASE,
)
_MONTH_SAID = re.compile(r"(?<!mỗi )(?<!một )(?<!hằng )(?<!hàng )(?<!từng )(?<!\d )(?<!/)tháng\s+$")
_FIRST_MONTHS = re.compile(r"(?<![\w/.,])(?P<n>1[0-2]|[1-9])T(?=\s?(?:đầu|cuối) năm|/\s?20\d\d(?!\d))")
_HALF = re.compile(r"(?<![\w/.,])(?P<n>[12])H/?(?P<y>20\d\d)(?!\w)")
_QUARTER_YEAR = re.compile(rf"/\s?(?P<y>{_Y})(?![\d/])")
_YEARS = re.compile(rf"(?<![\d/.,-])(?P<a>{_Y})(?P<dash>{_DASH})(?P<b>{_Y})(?![\d/]|[.,-]\d)")
_SCHOOL_YEAR = re.compile(r"(?:năm học|niên khóa|niên khoá|khóa|nhiệm kỳ|nhiệm kì|niên độ|mùa giải|vụ)\s*$")


def months(page: Page) -> None:
    """Claim months with their year, lists of months, and years from and to."""
    for match in page.at_numbers(_MONTH_YEAR):
        _claim_month_year(page, match)
    for match in page.at_numbers(_MONTH):
        if _MONTH_SAID.search(page.before(match.start(), 16)):
            _claim_months(page, match)
    for match in page.at_numbers(_FIRST_MONTHS):
        page.claim(*match.span(), f"{page.number(int(match['n']))} tháng", "date")
    for match in page.at_numbers(_HALF):
        said = f"sáu tháng {'đầu' if match['n'] == '1' else 'cuối'} năm {page.number(int(match['y']))}"
        page.claim(*match.span(), said, "date")
    _years(page)


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
    page.claim(*match.span(), lead + month_year(page, match["m"], match["y"]), "date")


def _claim_short(page: Page, match: re.Match[str]) -> None:
    """Read "T4/2025" and "Q3/2024"."""
    quarter = page.text[match.start() - 1] == "Q"
    if quarter and int(match["m"]) <= 4:
        said = f"quý {page.number(int(match['m']))} năm {page.number(int(match['y']))}"
        page.claim(match.start() - 1, match.end(), said, "date")
    elif not quarter:
        page.claim(match.start() - 1, match.end(), f"tháng {month_year(page, match['m'], match['y'])}", "date")


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
        if re.search(
            r"(?:quý|kỳ|đợt|số|tuần|khóa)\s+[\divx]{1,4}(?:\s?(?:,|và|-|–|đến)\s?[\divx]{1,4})*\s?$",
            page.before(match.start()),
        ):
            page.claim(*match.span(), f" năm {page.number(int(match['y']))}", "date")
