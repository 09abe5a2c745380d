"""Days of the week in short, and days that a draft leaves open."""

import re

from channels.radio_script.reading.model import Certainty
from channels.radio_script.reading.page import Page, Worry, marked
from channels.radio_script.reading.rules.dates import MONTH, YEAR, month_year
from channels.words import N_, Words

_BLANK_DAY = re.compile(rf"(?P<lead>[Nn]gày)\s*[.…_]*\s*/\s?(?P<m>{MONTH})\s?/\s?(?P<y>{YEAR})(?!\d)")
_BLANK_MONTH = re.compile(rf"(?P<lead>[Nn]gày)\s*[.…_]*\s*/\s*[.…_]*\s*/\s?(?P<y>{YEAR})(?!\d)")
_NO_DAY = re.compile(r"(?P<lead>[Nn]gày)\s+[.…_]*\s*(?=tháng\s+(?:\d|năm|[.…_]))")
_WEEKDAYS = re.compile(
    r"(?<!\w)T[2-7](?:\s?(?:đến|-|–|,|và|&)\s?T[2-7])*\s?(?:đến|-|–|,|và|&)\s?(?:T[2-7]|CN)(?!\w)"
    r"|(?:(?<=nghỉ )|(?<=sáng )|(?<=trưa )|(?<=chiều )|(?<=tối ))T[2-7](?!\w)"
)
_WEEKDAY = re.compile(r"T([2-7])|CN|\s?[-–&]\s?")
_SHORT = re.compile("T[2-7]")
_WEEKDAY_SIGNS = {"CN": "Chủ nhật", "-": " đến ", "–": " đến ", "&": " và "}
_WEEKDAY_NAMES = ("Hai", "Ba", "Tư", "Năm", "Sáu", "Bảy")


def weekdays(page: Page) -> None:
    """Read "T2 đến T6", "nghỉ T7, CN" as days of the week."""
    for stretch in _WEEKDAYS.finditer(page.text) if _SHORT.search(page.text) else ():
        for short in _WEEKDAY.finditer(stretch[0]):
            said = f"thứ {_WEEKDAY_NAMES[int(short[1]) - 2]}" if short[1] else _WEEKDAY_SIGNS[short[0].strip()]
            page.claim(stretch.start() + short.start(), stretch.start() + short.end(), said, "date")


def blanks(page: Page) -> None:
    """Claim days and months left open in a draft ("ngày …/01/2025"): a task for the editor."""
    if "ngày" not in page.text and "Ngày" not in page.text:
        return
    for match in _BLANK_DAY.finditer(page.text):
        said = f" {marked('')} tháng {month_year(page, match['m'], match['y'])}"
        page.claim(match.end("lead"), match.end(), said, "date", _blank())
    for match in _BLANK_MONTH.finditer(page.text):
        said = f" {marked('')} năm {page.number(int(match['y']))}"
        page.claim(match.end("lead"), match.end(), said, "date", _blank())
    for match in _NO_DAY.finditer(page.text):
        page.claim(match.end("lead"), match.end(), f" {marked('')} ", "date", _blank())


def _blank() -> Worry:
    return Worry(Certainty.UNKNOWN, Words(N_("Ngày còn để trống.")), Words(N_("Điền ngày.")))
