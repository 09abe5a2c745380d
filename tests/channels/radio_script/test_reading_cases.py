"""The reading rules on the table of cases, by category."""

import unicodedata
from collections import Counter

import pytest

from channels.radio_script.reading import SOUTH, Certainty, layer_from, layered, read_aloud, read_aloud_line
from channels.radio_script.reading.lexicon import built_in
from tests.channels.radio_script.folding import Case, cases, fold

CASES = cases()


@pytest.mark.parametrize("case", CASES, ids=[f"{c.category}: {c.written}" for c in CASES])
def test_is_read_as_a_presenter_would_say_it_and_what_is_spoken_is_read_as_it_is(case: Case) -> None:
    spoken = read_aloud_line(case.written)
    assert fold(spoken) in {fold(reading) for reading in case.readings}
    assert read_aloud_line(spoken) == spoken


def test_every_category_has_several_cases() -> None:
    counts = Counter(case.category for case in CASES)
    assert len(CASES) >= 700
    assert {category for category, count in counts.items() if count < 3} == set()


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("1.005 hồ sơ", "Một ngàn không trăm lẻ năm hồ sơ"),
        ("24 xã", "Hai mươi bốn xã"),
        ("tháng 4 năm 2024", "tháng tư năm hai ngàn không trăm hai mươi bốn"),
        ("lần thứ 4", "lần thứ tư"),
        ("21, 25", "Hai mươi mốt, hai mươi lăm"),
    ],
)
def test_the_south_says_ngan_le_and_bon(written: str, spoken: str) -> None:
    assert read_aloud(written, dialect=SOUTH).spoken == spoken
    assert read_aloud(written, dialect="south").spoken == spoken


def test_an_unknown_abbreviation_is_kept_marked_and_listed() -> None:
    reading = read_aloud("Theo XQZ và Sở GD&ĐT.")
    assert reading.spoken == "Theo [XQZ?] và Sở Giáo dục và Đào tạo."
    (doubt,) = reading.doubts
    assert (doubt.certainty, doubt.written) == (Certainty.UNKNOWN, "XQZ")
    assert reading.original[doubt.start : doubt.end] == "XQZ"
    assert "XQZ" in str(doubt.message)


def test_every_mark_in_a_code_has_its_doubt() -> None:
    reading = read_aloud("Mẫu XQ7ZZ mới")
    assert reading.spoken == "Mẫu [XQ?] bảy [ZZ?] mới"
    assert [doubt.written for doubt in reading.doubts] == ["XQ", "ZZ"]


def test_an_abbreviation_with_several_meanings_is_not_guessed_without_context() -> None:
    reading = read_aloud("Đề nghị TT xem xét.")
    assert "[TT?]" in reading.spoken
    assert "thường trực" in str(reading.doubts[0].message)
    assert "trung tâm" in str(reading.doubts[0].message)


def test_a_likely_reading_is_said_and_listed_for_confirmation() -> None:
    reading = read_aloud("Trung tâm VH&TT cấp huyện")
    assert reading.spoken == "Trung tâm Văn hóa và Thông tin cấp huyện"
    assert [d.certainty for d in reading.doubts] == [Certainty.CHECK]


def test_the_text_teaches_its_own_abbreviations() -> None:
    reading = read_aloud("Mô hình bản đồ nhiệt (BĐN) giúp ích.\n\nTừ nay BĐN được dùng ở mọi xã.")
    assert reading.spoken == "Mô hình bản đồ nhiệt giúp ích.\nTừ nay bản đồ nhiệt được dùng ở mọi xã."
    assert reading.doubts == ()


def test_what_the_text_teaches_wins_over_the_lexicon() -> None:
    assert "phục vụ khách hàng" in read_aloud("Mỗi khách hàng (KH) có một mã. Nhân viên phục vụ KH.").spoken


def test_a_unit_lays_its_own_lexicon_on_top() -> None:
    province = layer_from(
        {"abbreviations": {"XQZ": "xe quét rác", "PCI": "chỉ số cạnh tranh"}, "labels": {"gov": "gốp"}}
    )
    unit = layer_from({"abbreviations": {"PCI": [{"say": "pi xi ai", "source": "Đài huyện"}]}})
    lexicon = layered(built_in(), [province, unit])
    assert read_aloud("XQZ, PCI", lexicon).spoken == "Xe quét rác, pi xi ai"
    assert read_aloud("dx.gov.vn", lexicon).spoken == "Đê ích chấm gốp chấm vê nờ"


def test_spans_tie_every_spoken_form_to_what_is_written() -> None:
    reading = read_aloud("**Quyết định** số 1588/QĐ-TTg ngày 17/12/2024 của Thủ tướng, 02 lần/tuần.")
    pairs = {reading.written(span): reading.said(span) for span in reading.spans}
    assert pairs["1588/QĐ-TTg"] == "một nghìn năm trăm tám mươi tám"
    assert pairs["17/12/2024"] == "mười bảy tháng mười hai năm hai nghìn không trăm hai mươi tư"
    assert pairs["02"] == "hai"
    assert pairs["/"] == "một"


def test_a_blank_number_or_day_becomes_a_task() -> None:
    reading = read_aloud("Kèm theo Kế hoạch số        /KH-UBND ngày      /01/2025 của UBND tỉnh")
    expected = (
        "Kèm theo Kế hoạch số [?] ngày [?] tháng một năm hai nghìn không trăm hai mươi lăm của Ủy ban nhân dân tỉnh"
    )
    assert reading.spoken == expected
    assert len(reading.doubts) == 2


def test_paragraphs_become_lines_and_wrapped_lines_are_joined() -> None:
    text = "# Tiêu đề\n\nDòng một\ndòng hai số 223/QĐ-\nUBND của UBND tỉnh.\n\n- Mục một\n- Mục hai\n"
    spoken = read_aloud(text).spoken.split("\n")
    assert spoken == [
        "Tiêu đề",
        "Dòng một dòng hai số hai trăm hai mươi ba của Ủy ban nhân dân tỉnh.",
        "Mục một",
        "Mục hai",
    ]


def test_recipients_and_signatures_are_left_out_of_an_article() -> None:
    text = "Các đơn vị thực hiện./.\n\nNơi nhận:\n- Như trên;\n- Lưu: VT.\n\nKT. CHỦ TỊCH"
    reading = read_aloud(text)
    assert reading.spoken == "Các đơn vị thực hiện."


def test_decomposed_letters_are_read_like_composed_ones() -> None:
    text = "Quyết định số 06/QĐ-TTg của Thủ tướng"
    assert read_aloud(unicodedata.normalize("NFD", text)) == read_aloud(text)


def test_a_line_stays_a_line() -> None:
    assert "\n" not in read_aloud_line("a\x0bb\r\n")
    assert read_aloud_line("") == ""
