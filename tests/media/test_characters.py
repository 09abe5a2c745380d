"""The one list of what a text may hold: every member of every class, and what must stay."""

import time
import unicodedata
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.characters import clean, clean_line, clean_values, control_at, is_clean, storable

CONTROLS = [chr(n) for n in (*range(9), 0x0E, 0x1B, 0x1F, 0x7F, 0x81, 0x8D, 0x9D)]
NONCHARACTERS = [chr(n) for n in (0xFDD0, 0xFDEF, 0xFFFE, 0xFFFF, 0x1FFFE, 0x8FFFF, 0x10FFFF)]
SURROGATES = ["\ud800", "\udbff", "\udc00", "\udfff"]
UNSEEN = [chr(n) for n in (0xAD, 0x34F, 0x61C, 0x115F, 0x180E, 0x200B, 0x200D, 0x200F, 0x202E, 0x2060, 0x2066, 0x3164)]
UNSEEN += [chr(n) for n in (0xFE0F, 0xFEFF, 0xFFA0, 0xFFF9, 0xFFFC, 0xE0041)]
GONE = CONTROLS + NONCHARACTERS + SURROGATES + UNSEEN


@pytest.mark.parametrize("sign", GONE, ids=[f"U+{ord(sign):04X}" for sign in GONE])
def test_what_some_part_cannot_carry_or_show_goes_and_nothing_else(sign: str) -> None:
    assert clean(f"{sign}chuy{sign}ển đổi{sign} số{sign}") == "chuyển đổi số"
    assert not is_clean(f"bao{sign}")
    assert clean(sign * 3) == ""


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("một\r\nhai\rba", "một\nhai\nba"),
        ("Word\x0bxuống dòng\x0ctrang\u2028dòng\u2029đoạn\x85", "Word\nxuống dòng\ntrang\ndòng\nđoạn\n"),
        ("QÐ-UBND, Ɖồng, ðường, ɖi", "QĐ-UBND, Đồng, đường, đi"),
        ("«Số 12/QÐ»", "«Số 12/QĐ»"),
        ("từ 5\x96 7\x93 triệu\x94", "từ 5– 7“ triệu”"),
        ("tie\u0302\u0301ng Vie\u0323\u0302t", "tiếng Việt"),
        ("5\u00a0000\u202fđồng\t", "5\u00a0000\u202fđồng\t"),
        ("👨‍👩‍👧 ❤️ 1️⃣", "👨‍👩‍👧 ❤️ 1️⃣"),
        ("ខ្មែរ\u200bអក្សរ", "ខ្មែរ\u200bអក្សរ"),
        ("PHƯỜNG XÃ\u00adHỘI", "PHƯỜNG XÃHỘI"),
        ("Đã mất \ufffd một chữ", "Đã mất \ufffd một chữ"),
        ("\uf0b7 một \uf0fc hai \uf0e0 ba", "• một ✓ hai → ba"),
    ],
)
def test_nothing_that_means_something_is_lost(typed: str, kept: str) -> None:
    assert clean(typed) == unicodedata.normalize("NFC", kept)


@pytest.mark.parametrize("codec", ["latin-1", "cp1252"])
def test_what_was_read_twice_can_still_be_put_right(codec: str) -> None:
    text = "Đường dây nóng: ưu đãi người nghèo, gió mưa “ớ ờ ợ ở ỡ Ờ” í à"
    twice = "".join(bytes([byte]).decode(codec, "ignore") or chr(byte) for byte in text.encode())
    held = b"".join(letter.encode("latin-1" if ord(letter) < 256 else "cp1252") for letter in clean(twice))
    assert held.decode() == text


def test_a_soft_hyphen_is_a_letter_of_tcvn3_and_hides_nothing_beside_it() -> None:
    assert (
        clean("Windows® và chuy\u00adển đổi,\nc\u00c7n ng\u00ad\u00eai")
        == "Windows® và chuyển đổi,\nc\u00c7n ng\u00ad\u00eai"
    )
    assert clean("ng\u00ad\u00eai d\u00a9n t\u00ad v\u00ben") == "ng\u00ad\u00eai d\u00a9n t\u00ad v\u00ben"


@settings(max_examples=100)
@given(st.text(st.characters(codec=None) | st.sampled_from([*GONE, "\r", "Ð", "Ã", "á", "»", "\u0323", "👩", "ខ"])))
def test_what_is_clean_is_carried_everywhere_and_stays_as_it_is(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert once.encode().decode() == once
    assert unicodedata.is_normalized("NFC", once)
    root = ElementTree.Element("a")
    root.text = once
    assert (ElementTree.fromstring(ElementTree.tostring(root)).text or "") == once
    assert "\n" not in clean_line(text)
    assert not set(storable(text)) & {"\x00", *SURROGATES}


def test_plain_data_is_clean_throughout() -> None:
    assert clean_values({"a\x00": ["b\x0b", ({"c": "\ud800d"},), 1, None, True]}) == {
        "a": ["b\n", [{"c": "d"}], 1, None, True]
    }


def test_a_control_is_told_by_its_place() -> None:
    assert control_at("Xã\x07A") == 2
    assert control_at("Xã\tA\r\nÐ\u00ad") is None


def test_many_signs_that_are_decided_by_their_line_take_no_longer_than_others() -> None:
    for sign in ("\u00ad", "a\u00ad", "\u00c3\u00ad", "\u00ad\n"):
        begun = time.process_time()
        clean(sign * 50_000)
        clean(sign * 50_000 + "\u00ae\u00e0")
        assert time.process_time() - begun < 5, sign
