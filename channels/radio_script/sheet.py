"""What both printed forms of a script show: the words of the header, the labels and the boxes to sign."""

from dataclasses import dataclass

from channels.radio_script.length import clock
from channels.radio_script.script import Line, LineKind, Priority, Script

WITHDRAWN = "ĐÃ THU HỒI – KHÔNG PHÁT"
PRIORITIES = {Priority.NORMAL: "Thông thường", Priority.HIGH: "ƯU TIÊN", Priority.URGENT: "KHẨN CẤP – PHÁT NGAY"}
SIGNATURES = ("Biên tập", "Duyệt", "Phát thanh viên 1", "Phát thanh viên 2")
AIRED = ("Phát lúc", "Thời lượng đo được", "Trạm, cụm loa")
ENDING = "– HẾT –"


@dataclass(frozen=True, slots=True)
class Label:
    """The small line above what is said: who reads, from which second, for how long."""

    who: str
    when: str


def heading(script: Script) -> str:
    """Return the first line of every page."""
    return " · ".join(part for part in (script.programme, script.station) if part)


def subheading(script: Script) -> str:
    """Return the second line of every page: title, version and length."""
    return f"{script.title} · bản {script.revision}"


def duration(script: Script) -> str:
    """Return the estimated length with its range: "khoảng 4'10 (3'50 đến 4'40)"."""
    estimate = script.estimate
    return f"khoảng {clock(estimate.seconds)} (đọc nhanh {clock(estimate.low)}, đọc chậm {clock(estimate.high)})"


def facts(script: Script) -> list[tuple[str, str]]:
    """Return the labelled facts at the top of the first page."""
    found = [
        ("Chuyên mục", script.programme),
        ("Đơn vị", script.unit),
        ("Tác giả", script.byline),
        ("Loại bản tin", PRIORITIES[script.priority]),
        ("Thời lượng", duration(script)),
        ("Số tiếng", f"{script.syllables} ({f'{script.rate:g}'.replace('.', ',')} tiếng mỗi giây)"),
    ]
    return [(label, value) for label, value in found if value]


def label(line: Line) -> Label:
    """Return the label of a line that is said."""
    kind = {LineKind.TITLE: " · TIÊU ĐỀ", LineKind.REPEAT: " · NHẮC LẠI, ĐỌC CHẬM"}.get(line.kind, "")
    return Label(f"PTV {line.voice}{kind}", clock(line.at))


def cue(line: Line) -> str:
    """Return a cue with its length: "NHẠC HIỆU (10 giây)"."""
    return f"{line.cue} ({line.seconds:g} giây)"
