"""A unit's own lexicon over the built-in one, and what a reading must be to be said."""

import pytest

from channels.radio_script.bulletins.draft import Draft, Frame, estimate
from channels.radio_script.reading import built_in, layer_from, layered, read_aloud
from channels.radio_script.reading.speakable import is_used, stumbling
from channels.radio_script.settings import Settings, StationSettings
from channels.radio_script.speech.length import Length


@pytest.mark.parametrize(
    "say",
    ["quản lý thị trường", "pê xê i", "vi en i ai đi", "Phòng, chống thiên tai", "phây búc", "Xinh-ga-po", "a", ""],
)
def test_words_can_be_said(say: str) -> None:
    assert stumbling(say) == ""


@pytest.mark.parametrize(
    ("say", "part"),
    [
        ("điểm 10", "10"),
        ("Ủy ban ND xã", "ND"),
        ("Sở GD&ĐT", "GD&ĐT"),
        ("một / hai", "/"),
        ("pcx", "pcx"),
        ("VNeID là gì", "VNeID"),
        ("quý I", "quý I"),
        ("kiểu ThS", "ThS"),
    ],
)
def test_what_has_no_sound_of_its_own_is_named(say: str, part: str) -> None:
    assert stumbling(say) == part


def test_a_reading_without_context_takes_the_place_of_all_below() -> None:
    lexicon = built_in().over(layer_from({"abbreviations": {"TT": "tin tức"}}))
    assert read_aloud("TT HĐND tỉnh", lexicon).spoken == "Tin tức Hội đồng nhân dân tỉnh"


def test_a_reading_with_context_leaves_the_others_in_force() -> None:
    lexicon = built_in().over(layer_from({"abbreviations": {"TT": [{"say": "tuyến tránh", "after": ["đường"]}]}}))
    assert read_aloud("đường TT", lexicon).spoken == "đường tuyến tránh"
    assert read_aloud("TT HĐND tỉnh", lexicon).spoken == "Thường trực Hội đồng nhân dân tỉnh"


def test_words_and_names_are_said_as_a_unit_wants() -> None:
    lexicon = built_in().over(layer_from({"words": {"Facebook": "phây búc", "Made in Viet Nam": "mây in Việt Nam"}}))
    assert read_aloud("Trang Facebook “Made in Viet Nam”", lexicon).spoken == "Trang phây búc mây in Việt Nam"
    assert read_aloud("Facebooks", lexicon).spoken == "Facebooks"
    assert read_aloud("facebook.com", lexicon).spoken == "Facebook chấm com"


def test_an_entry_that_no_rule_looks_up_is_found_out() -> None:
    assert is_used(layer_from({"abbreviations": {"XQZ": "xe quét rác"}}), "xem XQZ này", "xe quét rác")
    assert not is_used(layer_from({"abbreviations": {"xqz": "xe quét rác"}}), "xem xqz này", "xe quét rác")


def test_the_layers_of_units_stand_below_the_channels_own() -> None:
    layers = (
        layer_from({"abbreviations": {"XQZ": "của tỉnh", "XQY": "của tỉnh"}}),
        layer_from({"abbreviations": {"XQZ": "của huyện", "XQX": "của huyện"}}),
    )
    station = StationSettings.model_validate({"layers": layers, "lexicon": "XQX = của đài"})
    assert read_aloud("XQY, XQZ, XQX", station.readings()).spoken == "Của tỉnh, của huyện, của đài"
    assert read_aloud("XQZ", Settings().readings()).spoken == "[XQZ?]"
    assert layered(built_in(), layers).readings("XQZ")[0].say == "của huyện"


def test_a_timed_rate_goes_before_the_form() -> None:
    assert Settings(syllables_per_second=4).reading_rate() == 4
    assert StationSettings(syllables_per_second=4, rate=3.5).reading_rate() == 3.5


def test_the_range_is_that_of_the_timed_presenters() -> None:
    def seconds(frame: Frame) -> tuple[float, float, float]:
        found = estimate(Draft(frame, total=Length(420, 0, 0), at=420 / frame.rate))
        return found.low, found.seconds, found.high

    frame = Frame("Chuyên mục", "Đài", "", "", rate=4.2, measured=(4.0, 5.0))
    assert seconds(frame) == (84, 100, 105)
    low, middle, high = seconds(Frame("Chuyên mục", "Đài", "", "", rate=4.2))
    assert (round(low), round(middle), round(high)) == (89, 100, 114)
    assert seconds(Frame("Chuyên mục", "Đài", "", "", rate=4.2, measured=(4.5, 5.0)))[2] == 100
