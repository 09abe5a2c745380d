"""What a script looks like: voices, times, cues, repeats."""

import json
from itertools import pairwise

import pytest

from channels.contract import Service, StoryKind
from channels.fixing import apply
from channels.radio_script.bulletins.bulletin import Entry, compose_bulletin
from channels.radio_script.bulletins.draft import Frame, Text
from channels.radio_script.checks import check
from channels.radio_script.files.text import to_text
from channels.radio_script.files.writing import WrittenItem, compose_script
from channels.radio_script.reading import NORTH
from channels.radio_script.rendering import written
from channels.radio_script.script import LineKind, Priority, Script, ScriptLine
from channels.radio_script.settings import Settings
from channels.radio_script.speech.length import DEFAULT, FAST
from tests.channels.radio_script.pieces import article

FACTS = {
    "title": "Bản tin",
    "unit": "",
    "column": "",
    "byline": "",
    "priority": Priority.NORMAL,
    "language": "vi",
    "story_id": 1,
    "revision": 1,
}


def script(**changes: object) -> Script:
    return written(article(**changes), Settings())


def said(script: Script, kind: LineKind) -> list[ScriptLine]:
    return [line for line in script.lines if line.kind is kind]


def test_it_opens_and_ends_with_the_tune() -> None:
    lines = script().lines
    assert (lines[0].kind, lines[0].cue, lines[0].seconds) == (LineKind.CUE, "NHẠC HIỆU", 10)
    assert (lines[-1].kind, lines[-1].cue) == (LineKind.CUE, "NHẠC HIỆU")


def test_the_first_voice_greets_and_the_second_says_goodbye() -> None:
    lines = script().lines
    assert lines[1].voice == 1
    assert lines[1].text.startswith("Kính chào quý vị và bà con!")
    assert "Chuyển đổi số của Trung tâm Văn hóa huyện Sông Bé" in lines[1].text
    assert lines[-2].voice == 2
    assert "Cảm ơn quý vị" in lines[-2].text


def test_two_voices_take_turns() -> None:
    voices = [
        line.voice for line in script().lines if line.kind in (LineKind.GREETING, LineKind.TITLE, LineKind.SPEECH)
    ]
    assert voices[:4] == [1, 2, 1, 2]


def test_a_heading_and_its_list_stay_with_one_voice() -> None:
    (line,) = [line for line in script().lines if "Ba việc cần chuẩn bị" in line.text]
    assert line.text == "Ba việc cần chuẩn bị. Tài khoản vi en i ai đi mức độ hai. Điện thoại có mạng bốn gờ."


def test_times_add_up_without_a_gap() -> None:
    lines = script().lines
    for before, after in pairwise(lines):
        assert after.at == pytest.approx(before.at + before.seconds, abs=0.11)
    last = lines[-1]
    assert script().estimate.seconds == pytest.approx(last.at + last.seconds, abs=0.11)


def test_the_range_goes_from_a_fast_to_a_slow_reader() -> None:
    estimate = script().estimate
    assert estimate.low < estimate.seconds < estimate.high
    quick = written(article(), Settings(syllables_per_second=FAST))
    assert quick.estimate.seconds == pytest.approx(estimate.low, abs=1.5)
    assert quick.rate == FAST
    assert DEFAULT != FAST


def test_a_phone_number_is_said_again_twice_and_slowly() -> None:
    (line,) = said(script(), LineKind.REPEAT)
    assert line.text == (
        "Xin nhắc lại số điện thoại: không hai bảy hai, một không hai hai. "
        "Một lần nữa: không hai bảy hai, một không hai hai."
    )
    assert [piece.written for piece in line.sentences[0].pieces if piece.hard] == ["0272.1022"]


def test_numbers_are_repeated_once_each_and_at_most_three() -> None:
    body = "Gọi 0912 345 678. Gọi 0912345678. Gọi 0913 345 678, 0914 345 678 hoặc 0915 345 678."
    assert len(said(script(body=body), LineKind.REPEAT)) == 3


def test_repeats_can_be_switched_off() -> None:
    made = written(article(), Settings(repeat_phones=False))
    assert said(made, LineKind.REPEAT) == []


def test_hard_readings_carry_the_original() -> None:
    pieces = {p.written: p for line in script().lines for s in line.sentences for p in s.pieces if p.written}
    assert pieces["1588/QĐ-TTg"].text == "một nghìn năm trăm tám mươi tám"
    assert pieces["1588/QĐ-TTg"].hard
    assert pieces["https://dichvucong.gov.vn"].hard
    assert not pieces["01/7/2025"].hard


def test_pieces_make_up_the_spoken_text_exactly() -> None:
    spoken = " ".join(line.text for line in script().lines)
    assert "trực tuyến. Thủ tục hành chính nào chưa rõ, bà con gọi Tổng đài một không hai hai" in spoken
    assert "  " not in spoken


def test_a_notice_is_read_from_its_service() -> None:
    service = Service("Tổng đài 1022", "1022.longan.gov.vn", "0272.1022", "Trung tâm Phục vụ hành chính công")
    made = script(kind=StoryKind.NOTICE, body="", summary="", service=service)
    text = " ".join(line.text for line in made.lines)
    assert "Địa chỉ truy cập: một không hai hai chấm Long An chấm gờ o vê chấm vê nờ." in text
    assert "Nơi tiếp nhận: Trung tâm Phục vụ hành chính công." in text
    assert said(made, LineKind.REPEAT)[0].text.startswith("Xin nhắc lại Tổng đài một không hai hai: không hai bảy hai")


def test_long_sentences_come_with_a_suggestion() -> None:
    body = "Bà con " + "đi đến trụ sở, rồi làm thủ tục, rồi nhận kết quả, " * 5 + "xong."
    (sentence,) = script(body=body).long_sentences
    assert sentence.syllables > 30
    assert len(sentence.split) > 1


def test_several_items_have_a_jingle_between_them() -> None:
    frame = Frame("Thời sự", "Đài xã", "Kính chào bà con!", "Xin chào!", dialect=NORTH)
    items = [WrittenItem(f"Tin {n}", (Text("body", "Nội dung của tin này rất ngắn."),)) for n in (1, 2, 3)]
    made = compose_script(items, frame, FACTS)
    assert [line.cue for line in made.lines if line.kind is LineKind.CUE] == [
        "NHẠC HIỆU",
        "NHẠC CẮT",
        "NHẠC CẮT",
        "NHẠC HIỆU",
    ]
    assert [line.text for line in said(made, LineKind.TITLE)] == ["Tin một", "Tin hai", "Tin ba"]


def test_the_south_reads_its_own_way() -> None:
    made = written(article(body="Có 1.005 hồ sơ."), Settings(dialect="south"))
    assert "một ngàn không trăm lẻ năm hồ sơ" in to_text(made)


def test_a_station_reads_by_its_own_lexicon() -> None:
    made = written(article(body="Trung tâm XQZ, dx.gov.vn"), Settings(lexicon="XQZ = xe quét rác\n\ngov = gốp"))
    assert "Trung tâm xe quét rác, đê ích chấm gốp chấm vê nờ" in to_text(made)


def test_what_the_summary_introduces_is_known_in_the_body() -> None:
    made = script(summary="Mô hình bản đồ nhiệt (BĐN) giúp ích cho bà con.", body="Nay BĐN đã có ở mọi xã.")
    assert "Nay bản đồ nhiệt đã có ở mọi xã." in to_text(made)
    assert made.doubts == ()


def test_another_language_is_left_as_it_is_written() -> None:
    made = written(article(language="hmn-Latn-VN", body="Hnub 17/12/2024 UBND xã."), Settings())
    assert "Hnub 17/12/2024 UBND xã." in to_text(made)
    assert made.doubts == ()


def test_the_text_holds_only_what_is_said() -> None:
    text = to_text(script())
    assert "NHẠC" not in text
    assert "PTV" not in text
    assert "1588" not in text
    assert text.endswith("lắng nghe!\n")


def test_a_script_survives_json() -> None:
    made = script()
    assert Script.model_validate(json.loads(json.dumps(made.model_dump(mode="json")))) == made


TABLE = "| Kênh | Số | Giờ |\n|---|---|---|\n| Tổng đài | **1022** | 7h–17h |\n| Zalo | | cả ngày. |"


def test_the_last_row_of_a_table_does_not_run_into_the_next_sentence() -> None:
    spoken = to_text(script(body=f"{TABLE}\n\nGọi khi cần.\n\n## Khi nào cần\n\nKý tờ khai."))
    assert "Zalo, cả ngày. Gọi khi cần." in " ".join(spoken.split())
    assert "Khi nào cần. Ký tờ khai." in " ".join(spoken.split())


def test_every_line_of_the_text_file_ends_with_a_stop() -> None:
    spoken = to_text(script(title="Nộp hồ sơ từ nhà", body="- Căn cước\n- Điện thoại\n\nĐịa chỉ:\nSố 5\nPhường 1"))
    assert all(line.endswith((".", "!", "?", ":")) for line in spoken.split("\n") if line)
    assert "Căn cước. Điện thoại." in spoken


def test_a_table_is_offered_as_sentences_for_the_radio_alone() -> None:
    made = article(body=f"Đầu.\n\n{TABLE}\n\nCuối.")
    [fix] = [fix for one in check(made, Settings()) for fix in one.fixes if fix.own]
    assert apply(made.body, fix.edits) == "Đầu.\n\nTổng đài: số **1022**; giờ 7h–17h.\nZalo: giờ cả ngày.\n\nCuối."


def test_the_headlines_of_a_bulletin_end_with_stops() -> None:
    entries = [Entry(script(title="Tin một", story_id=1)), Entry(script(title="Tin hai", story_id=2))]
    frame = Frame(programme="Bản tin", station="Đài", greeting="Chào.", closing="Hết.")
    spoken = to_text(compose_bulletin(entries, frame, FACTS, 300))
    assert "Sau đây là những nội dung chính. Tin một. Tin hai." in spoken


def test_titles_and_service_fields_are_read_as_typed() -> None:
    made = script(title="Gọi *101# và # 5", summary="", body="Chữ.")
    [title] = said(made, LineKind.TITLE)
    assert "thăng" in title.text or "#" in title.text
