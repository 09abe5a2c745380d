"""Syllables, pauses and seconds, and sentences that are too long for a breath."""

from pathlib import Path

import pytest

from channels.radio_script.reading import read_aloud
from channels.radio_script.speech.length import (
    BREATH,
    DEFAULT,
    FAST,
    SLOW,
    STOP_S,
    Length,
    calibrated,
    clock,
    measure,
    sentences,
    suggest_split,
    syllables,
)

ROWS = [
    line.split("\t")
    for line in (Path(__file__).parent / "spoken_seconds.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("Người dân nộp hồ sơ trực tuyến", 7),
        ("pa-nô, áp phích", 4),
        ("Facebook", 2),
        ("internet, video", 6),
        ("website Zalo", 4),
        ("gia đình, quyển giấy, khuỷu tay", 6),
        ("UBND", 4),
        ("Tổng đài một không hai hai.", 6),
        ("Quyết định số một nghìn năm trăm tám mươi tám", 10),
    ],
)
def test_a_syllable_is_a_syllable(text: str, count: int) -> None:
    assert syllables(text) == count


def test_the_spoken_form_is_what_counts() -> None:
    text = "Quyết định số 1588/QĐ-TTg ngày 17/12/2024 của Thủ tướng Chính phủ"
    assert syllables(read_aloud(text).spoken) == 29


def test_pauses_are_counted_at_commas_and_ends() -> None:
    assert measure("Một, hai; ba: bốn. Năm! Sáu?\nBảy") == Length(7, 3, 4)
    assert measure("") == Length(0, 0, 0)
    assert measure("một") + measure("hai, ba") == Length(3, 1, 2)


def test_seconds_are_speaking_and_silence() -> None:
    length = Length(syllables=420, commas=10, stops=5)
    assert length.seconds(DEFAULT) == pytest.approx(100 + 3 + 3)
    assert length.seconds(FAST) < length.seconds(DEFAULT) < length.seconds(SLOW)


def test_a_presenter_is_calibrated_from_one_timed_reading() -> None:
    length = Length(syllables=420, commas=10, stops=5)
    rate = calibrated(length, 126)
    assert rate == pytest.approx(3.5)
    assert length.seconds(rate) == pytest.approx(126)
    with pytest.raises(ValueError, match="pauses"):
        calibrated(length, 5)


@pytest.mark.parametrize(("seconds", "text"), ROWS, ids=[row[1][:30] for row in ROWS])
def test_the_estimate_is_within_six_percent_of_a_speech_synthesiser(seconds: str, text: str) -> None:
    """The recorded durations have no pause after the last sentence."""
    estimate = measure(read_aloud(text).spoken).seconds(DEFAULT) - STOP_S
    assert estimate == pytest.approx(float(seconds), rel=0.06)


def test_the_rows_add_up_within_two_percent() -> None:
    estimates = [measure(read_aloud(text).spoken).seconds(DEFAULT) - STOP_S for _, text in ROWS]
    assert sum(estimates) == pytest.approx(sum(float(seconds) for seconds, _ in ROWS), rel=0.02)


def test_sentences_end_at_full_stops_and_line_ends() -> None:
    assert list(sentences("Một. Hai? Ba!\nBốn\n\nNăm…")) == ["Một.", "Hai?", "Ba!", "Bốn", "Năm…"]


def test_a_mark_inside_a_word_ends_no_sentence() -> None:
    assert list(sentences("Theo [XQZ?], việc này xong. Hết")) == ["Theo [XQZ?], việc này xong.", "Hết"]


LONG = (
    "Người dân có thể nộp hồ sơ tại nhà bằng điện thoại thông minh có kết nối mạng, nhưng những hộ chưa có thiết bị "
    "vẫn được Tổ công nghệ số cộng đồng đến tận nơi hướng dẫn và làm giúp vào buổi tối trong tuần."
)


def test_a_long_sentence_is_cut_where_a_speaker_breathes() -> None:
    parts = suggest_split(LONG)
    assert len(parts) >= 2
    assert parts[0] == "Người dân có thể nộp hồ sơ tại nhà bằng điện thoại thông minh có kết nối mạng."
    assert parts[1].startswith("Nhưng những hộ")
    assert all(syllables(part) <= BREATH for part in parts)


def test_no_word_is_lost_by_a_cut() -> None:
    words = " ".join(suggest_split(LONG)).lower().replace(".", "").replace(",", "").split()
    assert words == LONG.lower().replace(".", "").replace(",", "").split()


def test_a_short_sentence_stays_whole() -> None:
    assert suggest_split("Mời bà con theo dõi.") == ("Mời bà con theo dõi.",)


def test_a_phone_number_is_never_cut() -> None:
    text = read_aloud(
        "Khi gặp khó khăn trong lúc nộp hồ sơ, bà con hãy gọi ngay cho cán bộ trực theo số điện thoại 0912 345 678"
    ).spoken
    parts = suggest_split(text)
    assert len(parts) > 1
    assert any("không chín một hai, ba bốn năm, sáu bảy tám" in part for part in parts)


@pytest.mark.parametrize(("seconds", "text"), [(0, "0'00"), (59.6, "1'00"), (250, "4'10"), (65, "1'05")])
def test_the_clock_shows_minutes_and_seconds(seconds: float, text: str) -> None:
    assert clock(seconds) == text
