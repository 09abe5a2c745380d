"""A bulletin: each item in its frozen words, one frame around all of them, two voices in turn, against a slot."""

import io
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from channels.radio_script import adapter
from channels.radio_script.bulletins.bulletin import (
    Entry,
    Sums,
    break_seconds,
    compose_bulletin,
    content,
    frame_seconds,
    item_seconds,
    offsets,
)
from channels.radio_script.bulletins.draft import Frame
from channels.radio_script.files.text import to_text
from channels.radio_script.rendering import written
from channels.radio_script.script import UNSAID, LineKind, Priority, Script
from channels.radio_script.settings import Settings
from tests.channels.radio_script.pieces import article

FRAME = Frame(
    programme="Bản tin chiều", station="Đài xã An Thạnh", greeting="Kính chào bà con!", closing="Xin cảm ơn bà con."
)
FACTS: dict[str, Any] = {
    "title": "Bản tin chiều thứ Hai", "unit": "Xã An Thạnh", "column": "", "byline": "", "priority": Priority.NORMAL,
    "language": "vi", "story_id": 0, "revision": 1,
}  # fmt: skip


@cache
def item(title: str = "Nộp hồ sơ trực tuyến trong 3 bước", words: str = "", priority: str = "thong_thuong") -> Script:
    piece = article(title=title, body=words) if words else article(title=title)
    return written(piece, Settings(priority=Priority(priority)))


def bulletin(*entries: Entry, slot_s: int = 600, headlines: bool = True, frame: Frame = FRAME) -> Script:
    return compose_bulletin(entries, frame, FACTS, slot_s, headlines=headlines)


TWO = (Entry(item()), Entry(item("Lịch cấp căn cước", "Công an xã làm việc cả thứ Bảy.")))


def test_the_stations_of_the_items_do_not_greet_within_the_bulletin() -> None:
    text = to_text(bulletin(*TWO))
    assert text.startswith("Kính chào bà con!")
    assert text.count("Kính chào") == 1
    assert text.count("đến đây là hết") == 0
    assert text.rstrip().endswith("Xin cảm ơn bà con.")


def test_every_word_of_an_item_is_read_as_it_was_frozen() -> None:
    made = to_text(bulletin(*TWO))
    for entry in TWO:
        for line in content(entry.script):
            assert line.text in made


def test_the_main_points_are_told_first_if_there_are_several() -> None:
    greetings = [line.text for line in bulletin(*TWO).lines if line.kind is LineKind.GREETING]
    assert "Lịch cấp căn cước" in greetings[1]
    assert [line.kind for line in bulletin(TWO[0]).lines].count(LineKind.GREETING) == 1
    assert [line.kind for line in bulletin(*TWO, headlines=False).lines].count(LineKind.GREETING) == 1


def test_items_are_numbered_and_a_break_stands_between_them() -> None:
    lines = bulletin(*TWO).lines
    assert [line.cue for line in lines if line.kind is LineKind.ITEM] == [
        "TIN 1: Nộp hồ sơ trực tuyến trong 3 bước", "TIN 2: Lịch cấp căn cước"
    ]  # fmt: skip
    assert [line.cue for line in lines if line.kind is LineKind.CUE] == ["NHẠC HIỆU", "NHẠC CẮT", "NHẠC HIỆU"]


def test_the_presenters_take_turns_through_the_whole_bulletin() -> None:
    voices = [line.voice for line in bulletin(*TWO).lines if line.kind not in UNSAID][:-1]
    assert voices == [1 + number % 2 for number in range(len(voices))]


def test_an_item_that_was_called_back_is_cut_and_named_in_its_place() -> None:
    gone = replace(TWO[0], withdrawn=True)
    made = bulletin(gone, TWO[1])
    (cut,) = [line for line in made.lines if line.kind is LineKind.CUT]
    assert cut.cue == TWO[0].script.title
    for line in content(TWO[0].script):
        assert line.text not in to_text(made)
    assert offsets(made)[0][0] < made.estimate.seconds
    assert [line.cue for line in made.lines if line.kind is LineKind.ITEM] == ["TIN 1: Lịch cấp căn cước"]


def test_the_most_urgent_item_makes_the_bulletin_urgent() -> None:
    urgent = Entry(item("Bão số 9", "Bà con neo tàu thuyền.", "khan_cap"))
    assert bulletin(TWO[0], urgent).priority is Priority.URGENT
    assert bulletin(TWO[0], replace(urgent, withdrawn=True)).priority is Priority.NORMAL


def test_each_station_reads_at_its_own_rate() -> None:
    slow = bulletin(*TWO, frame=replace(FRAME, rate=3.0))
    assert slow.estimate.seconds > bulletin(*TWO).estimate.seconds * 1.15
    assert item_seconds(item(), 3.0) > item_seconds(item(), 4.2)


def test_a_script_of_the_first_version_leaves_its_greeting_behind_too() -> None:
    lines = [
        line.model_copy(update={"kind": LineKind.SPEECH}) if line.kind is LineKind.GREETING else line
        for line in item().lines
    ]
    old = item().model_copy(update={"version": 1, "lines": tuple(lines)})
    assert "Kính chào" not in " ".join(line.text for line in content(old))


@pytest.mark.parametrize(
    ("seconds", "slot", "off", "fits"),
    [
        (300, 300, 0, True), (308, 300, 8, True), (310, 300, 10, False), (290, 300, -10, False),
        (618, 600, 18, True), (619, 600, 19, False), (900 + 27, 900, 27, True), (900 + 28, 900, 28, False),
    ],
)  # fmt: skip
def test_a_slot_is_met_within_three_percent(seconds: float, slot: int, off: float, fits: bool) -> None:
    sums = Sums(seconds, slot)
    assert (sums.off, sums.fits) == (off, fits)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 60), min_size=1, max_size=5), st.sampled_from([3.0, 4.2, 5.0]), st.booleans())
def test_the_parts_add_up_to_the_whole(words: list[int], rate: float, headlines: bool) -> None:
    """What the rundown shows while items are dragged is what the printed bulletin says."""
    scripts = [item(f"Tin số {number + 1}", " ".join(["bà con"] * count) + ".") for number, count in enumerate(words)]
    frame = replace(FRAME, rate=rate)
    made = bulletin(*map(Entry, scripts), headlines=False, frame=frame)
    sums = frame_seconds(frame) + sum(item_seconds(one, rate) for one in scripts)
    assert made.estimate.seconds == pytest.approx(sums + (len(scripts) - 1) * break_seconds(frame), abs=0.2)
    starts = [at for at, _ in offsets(made)]
    assert starts == sorted(starts)
    assert [length for _, length in offsets(made)] == pytest.approx([item_seconds(s, rate) for s in scripts], abs=0.1)


def test_the_bulletin_is_printed_with_its_items_and_what_was_cut() -> None:
    document = bulletin(replace(TWO[0], withdrawn=True), TWO[1]).model_dump(mode="json")
    more: dict[str, Any] = {"banner": "ĐÃ BỎ 1 TIN THU HỒI", "facts": (("Phát lúc", "17:30 23/11/2026"),)}
    word = Document(io.BytesIO(adapter.to_docx(document, withdrawn=False, **more)))
    lines = [paragraph.text for paragraph in word.paragraphs]
    assert "Phát lúc: 17:30 23/11/2026" in lines
    assert "TIN 1: Lịch cấp căn cước" in lines
    (cut,) = [p for p in word.paragraphs if p.text.startswith("TIN ĐÃ THU HỒI – KHÔNG ĐỌC: Nộp hồ sơ")]
    assert str(cut.runs[0].font.color.rgb) == "C00000"
    assert all(p.paragraph_format.keep_with_next for p in word.paragraphs if p.text.startswith("TIN 1"))
    pages = [
        " ".join(page.extract_text().split())
        for page in PdfReader(io.BytesIO(adapter.to_pdf(document, withdrawn=False, **more))).pages
    ]
    assert all("ĐÃ BỎ 1 TIN THU HỒI" in page for page in pages)
    assert "TIN ĐÃ THU HỒI – KHÔNG ĐỌC: Nộp hồ sơ" in pages[0]
    assert "TIN 1: Lịch cấp căn cước" in " ".join(pages)
