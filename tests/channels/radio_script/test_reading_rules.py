"""What always holds when a text is read aloud, whatever it says."""

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from channels.radio_script.reading import NORTH, SOUTH, Dialect, read_aloud, read_aloud_line
from channels.radio_script.reading.numerals import DIGITS, cardinal, day, fraction_part, month, spelled

VALUES = {name: value for value, name in enumerate(DIGITS)} | {"mốt": 1, "lăm": 5, "tư": 4}
MARKED = re.compile(r"\[[^\[\]]*\?\]")
ALPHABET = "aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạ ABCDĐTUXN0123456789 .,;:!?-–/()[]“”\"'*_#&%+@<>=→…|\n"
WORDS = re.split(
    " ",
    "người dân nộp hồ sơ trực tuyến tại xã phường Long An UBND TTHC Sở GD&ĐT số ngày tháng năm 1588/QĐ-TTg "
    "17/12/2024 2021-2025 100% 7h30 0272.1022 1022 Tổng đài dichvucong.gov.vn (TTHC) IV quý I. 02 lần/tuần "
    "50.000đ 5km 4G XQZ và/hoặc - – ** [a](b)",
)


def parsed(words: list[str], dialect: Dialect) -> int:
    """Turn number words back into the number; written apart from the code under test."""
    if "tỷ" in words:
        at = len(words) - 1 - words[::-1].index("tỷ")
        return parsed(words[:at], dialect) * 10**9 + parsed(words[at + 1 :], dialect)
    total, group = 0, list[str]()
    for word in words:
        if word in ("triệu", dialect.thousand):
            total += below_thousand(group, dialect) * (10**6 if word == "triệu" else 1000)
            group = []
        else:
            group.append(word)
    return total + below_thousand(group, dialect)


def below_thousand(words: list[str], dialect: Dialect) -> int:
    n = 0
    if "trăm" in words:
        at = words.index("trăm")
        n, words = VALUES[words[at - 1]] * 100, words[at + 1 :]
    words = [word for word in words if word != dialect.gap]
    if not words:
        return n
    if words[0] == "mười":
        return n + 10 + (VALUES[words[1]] if len(words) > 1 else 0)
    if len(words) > 1 and words[1] == "mươi":
        return n + VALUES[words[0]] * 10 + (VALUES[words[2]] if len(words) > 2 else 0)
    return n + VALUES[words[0]]


def test_every_number_to_a_million_round_trips_through_a_parser_of_its_own() -> None:
    steps = [*range(20_000), *range(20_000, 1_000_001, 37)]
    for dialect in (NORTH, SOUTH):
        assert [n for n in steps if parsed(cardinal(n, dialect).split(), dialect) != n] == []


@given(st.integers(0, 10**15))
def test_numbers_to_a_million_billion_round_trip(n: int) -> None:
    assert parsed(cardinal(n, NORTH).split(), NORTH) == n
    assert parsed(cardinal(n, SOUTH).split(), SOUTH) == n


@given(st.integers(0, 10**15))
@example(84_000_000_000)
@example(84_912_345_678)
def test_a_number_is_read_alike_with_and_without_points(n: int) -> None:
    assert read_aloud_line(f"có {n:,} đồng".replace(",", ".")) == f"có {cardinal(n)} đồng"


@given(st.text("0123456789", min_size=1, max_size=12))
def test_spelling_says_each_digit(digits: str) -> None:
    assert spelled(digits).split() == [DIGITS[int(d)] for d in digits]


def test_days_months_and_decimals() -> None:
    assert [day(n) for n in (1, 4, 10, 11, 24)] == ["mùng một", "mùng bốn", "mùng mười", "mười một", "hai mươi tư"]
    assert [month(n) for n in (1, 4, 12)] == ["một", "tư", "mười hai"]
    assert [fraction_part(d) for d in ("5", "05", "56", "0", "195")] == [
        "năm",
        "không năm",
        "năm mươi sáu",
        "không",
        "một trăm chín mươi lăm",
    ]


texts = st.builds(
    "{}{}".format, st.lists(st.sampled_from(WORDS), max_size=24).map(" ".join), st.sampled_from(["", "./."])
)
noise = st.text(ALPHABET, max_size=60)


@settings(max_examples=300, deadline=None)
@given(texts | noise)
def test_no_digit_is_left_or_it_is_listed(text: str) -> None:
    reading = read_aloud(text)
    assert not re.search(r"\d", MARKED.sub("", reading.spoken))
    assert len(MARKED.findall(reading.spoken)) <= sum(d.certainty == "unknown" for d in reading.doubts)


@settings(max_examples=300, deadline=None)
@given(texts)
def test_reading_what_was_read_changes_nothing(text: str) -> None:
    spoken = read_aloud(text).spoken
    assert read_aloud(spoken).spoken == spoken


@settings(max_examples=300, deadline=None)
@given(texts)
def test_no_plain_word_is_lost_and_their_order_is_kept(text: str) -> None:
    plain = [word for word in text.split() if re.fullmatch(r"(?:người|dân|nộp|hồ|sơ|trực|tuyến|phường|ngày|xã)", word)]
    spoken = iter(re.findall(r"\w+", read_aloud(text).spoken.lower()))
    assert all(word in spoken for word in plain)


@settings(max_examples=300, deadline=None)
@given(texts | noise)
def test_spans_and_doubts_lie_inside_their_texts_in_order(text: str) -> None:
    reading = read_aloud(text)
    last = 0
    for span in reading.spans:
        assert 0 <= span.start <= span.end <= len(reading.original)
        assert last <= span.spoken_start <= span.spoken_end <= len(reading.spoken)
        last = span.spoken_end
    assert all(reading.original[d.start : d.end] == d.written for d in reading.doubts)


@settings(max_examples=300, deadline=None)
@given(
    st.text(max_size=40) | st.text("²³½¾①⑳Ⅳ₂１／％\u00a0\u2011\u200b\ufeff\ufffd Ðđ0123456789/.-,°'\"→×", max_size=40)
)
def test_no_character_whatever_stops_the_reading_or_breaks_its_line(text: str) -> None:
    assert "\n" not in read_aloud_line(text)
    assert all(0 <= d.start <= d.end <= len(read_aloud(text).original) for d in read_aloud(text).doubts)


def test_marks_that_nobody_sees_split_no_word() -> None:
    assert read_aloud_line("\ufeffUB\u200bND xã\u00ad hội") == "Ủy ban nhân dân xã hội"


def test_letters_that_a_wrong_encoding_destroyed_are_a_task() -> None:
    reading = read_aloud("Ph\ufffdờng 5")
    assert "[?]" in reading.spoken
    assert [d.certainty for d in reading.doubts] == ["unknown"]


def test_words_written_as_one_are_said_apart() -> None:
    assert read_aloud_line("Hẻm 48/2A") == "Hẻm bốn mươi tám gạch chéo hai a"
    assert read_aloud_line("50%+1 phiếu") == "Năm mươi phần trăm cộng một phiếu"
