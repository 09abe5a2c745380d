"""What both printed forms of a script show: the words of the header, the labels and the boxes to sign."""

from dataclasses import dataclass

from channels.radio_script.script import LineKind, Priority, Script, ScriptLine
from channels.radio_script.speech.length import clock

WITHDRAWN = "ĐÃ THU HỒI – KHÔNG PHÁT"
PRIORITIES = {Priority.NORMAL: "Thông thường", Priority.HIGH: "ƯU TIÊN", Priority.URGENT: "KHẨN CẤP – PHÁT NGAY"}
SIGNATURES = ("Biên tập", "Duyệt", "Phát thanh viên 1", "Phát thanh viên 2")
AIRED = ("Phát lúc", "Thời lượng đo được", "Trạm, cụm loa")
ENDING = "– HẾT –"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What is known of a script only when it is printed: words in red on every page, and facts for the first one."""

    banner: str = ""
    facts: tuple[tuple[str, str], ...] = ()


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
    """Return the estimated length with its range: "khoảng 4'10 (3'50 đến 4'40)"; a measured one has none."""
    estimate = script.estimate
    if estimate.low == estimate.high:
        return f"đo được {clock(estimate.seconds)}" if estimate.seconds else ""
    return f"khoảng {clock(estimate.seconds)} (đọc nhanh {clock(estimate.low)}, đọc chậm {clock(estimate.high)})"


def facts(script: Script, stamp: Stamp) -> list[tuple[str, str]]:
    """Return the labelled facts at the top of the first page."""
    found = [
        ("Chuyên mục", script.programme),
        ("Đơn vị", script.unit),
        ("Tác giả", script.byline),
        ("Loại bản tin", PRIORITIES[script.priority]),
        ("Thời lượng", duration(script)),
        ("Khung phát", clock(script.slot_s) if script.slot_s and not script.story_id else ""),
        ("Số tiếng", _pace(script)),
    ]
    return [(label, value) for label, value in (*found, *stamp.facts) if value]


def _pace(script: Script) -> str:
    """Syllables are counted of Vietnamese alone."""
    if not script.language.startswith("vi"):
        return ""
    return f"{script.syllables} ({f'{script.rate:g}'.replace('.', ',')} tiếng mỗi giây)"


def label(line: ScriptLine) -> Label:
    """Return the label of a line that is said."""
    kind = {
        LineKind.TITLE: " · TIÊU ĐỀ",
        LineKind.REPEAT: " · NHẮC LẠI, ĐỌC CHẬM",
        LineKind.GREETING: " · LỜI CHÀO",
        LineKind.CLOSING: " · LỜI KẾT",
    }.get(line.kind, "")
    return Label(f"PTV {line.voice}{kind}", clock(line.at) if line.seconds else "")


def item(line: ScriptLine) -> Label:
    """Return the head of an item of a bulletin: "TIN 1: …", "dài 1'35, từ 0'25 đến 2'00"."""
    times = f"dài {clock(line.seconds)}, từ {clock(line.at)} đến {clock(line.at + line.seconds)}"
    return Label(line.cue, times)


def cut(line: ScriptLine) -> str:
    """Return what stands in the place of an item that was called back."""
    return f"TIN ĐÃ THU HỒI – KHÔNG ĐỌC: {line.cue}"


def cue(line: ScriptLine) -> str:
    """Return a cue with its length: "NHẠC HIỆU (10 giây)"."""
    return f"{line.cue} ({line.seconds:g} giây)"
