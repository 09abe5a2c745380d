"""Short forms before names of places and persons: "P.3", "H.Bến Lức", "TT Tân Trụ", "KS Tuấn"."""

import re

from channels.radio_script.reading.page import Page
from channels.radio_script.reading.syllables import LETTER, LOWER, UPPER


def places(page: Page) -> None:
    """Claim "P.3", "Q.1", ", H.Bến Lức", "TT. Bến Lức": the short form before a number or a name among places."""
    for match in _PLACE.finditer(page.text):
        number = page.text[match.end()].isdigit()
        if match[1] == "TT" and (number or not _NAME.match(page.text, match.end())):
            continue
        listed = match.start() == 0 or _LISTED.search(page.before(match.start(), 16)) is not None
        if match[1] == "Q" and _CAPS_TITLE.match(page.text, match.end()):
            page.claim(*match.span(), "Quyền ", "abbreviation")
        elif match[1] == "P" and _OFFICE.match(page.text, match.end()):
            page.claim(*match.span(), "Phòng ", "abbreviation")
        elif number or listed:
            page.claim(*match.span(), f"{_PLACES[match[1]]} ", "abbreviation")

    for match in _TOWN.finditer(page.text) if " TT " in page.text else ():
        page.claim(*match.span("short"), "thị trấn", "abbreviation")
    for match in _PERSON.finditer(page.text) if any(title in page.text for title in _PERSONS) else ():
        page.claim(*match.span("title"), _PERSONS[match["title"]], "abbreviation")


_TOWN = re.compile(
    rf"(?:TP|TX|[Tt]hị xã|[Tt]hành phố|[Xx]ã|[Pp]hường|[Tt]hị trấn)\.?\s[{UPPER}][{LETTER} ]{{2,24}}"
    r"(?:,| và)\s(?P<short>TT)"
    rf"(?=\s[{UPPER}][{LOWER}]+ [{UPPER}][{LOWER}])"
)
_PERSONS = {"KS": "kỹ sư", "LS": "luật sư", "KTS": "kiến trúc sư", "DS": "dược sĩ", "NCS": "nghiên cứu sinh"}
_PERSON = re.compile(
    rf"(?<![\w.&/-])(?P<title>KS|LS|KTS|DS|NCS)(?=\s[{UPPER}][{LOWER}]+(?:\s[{UPPER}][{LOWER}]*|[.,;:]|\Z))"
)
_PLACES = {"P": "phường", "Q": "quận", "H": "huyện", "X": "xã", "TT": "thị trấn"}
_PLACE = re.compile(rf"(?<![\w.])([PQHX]|TT)\.\s?(?=[{UPPER}\d])")
_NAME = re.compile(rf"(?!Tỉnh|Huyện|Thành|Thị|Đảng|Ban|Hội|Văn|Y|Dạy|Phục|Hành|Giáo|Dịch|Điều)[{UPPER}][{LOWER}]+")
_LISTED = re.compile(r"(?:[,(;–\-]|ubnd|hđnd|công an|đảng ủy|huyện ủy|tại|ở)\s*\Z")
_OFFICE = re.compile("Nội vụ|Giáo dục|GD|Văn hóa|VH|Tài chính|TC|Kinh tế|KT|Tư pháp|Y tế|Dân tộc|Hành chính|Quản lý")
_CAPS_TITLE = re.compile("GIÁM ĐỐC|CHỦ TỊCH|TRƯỞNG|CHÁNH|Giám đốc|Chủ tịch|Trưởng|Chánh")
