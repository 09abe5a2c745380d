"""Text is measured and broken into lines without ever cutting a syllable, a number or a hotline."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import features

from media.drawing.fonts import ICONS, Weight, font, icon_font, missing, require_raqm
from media.drawing.text import Style, atoms, balanced, clean, excess, measure, wrap
from media.errors import DoesNotFit, NoRaqm

SMALL = Style(Weight.SEMIBOLD, 13, crisp=True)
LARGE = Style(Weight.EXTRABOLD, 60)
SYLLABLES = [
    "Nộp",
    "hồ",
    "sơ",
    "trực",
    "tuyến",
    "1022",
    "0272",
    "382",
    "gọi,",
    "ngay:",
    "Ưu",
    "người",
    "–",
    "24/7",
    "ẤN",
]
VIETNAMESE = st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=25).map(" ".join)


def test_open_sans_has_every_vietnamese_letter_and_says_what_it_lacks() -> None:
    vowels = [base + mark for base in "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY" for mark in ["", *"\u0300\u0301\u0303\u0309\u0323"]]
    assert missing(unicodedata.normalize("NFC", "".join(vowels) + "đĐ₫“”–…•²°")) == ""
    assert missing("Chào 😀 bạn → 😀") == "😀→"


def test_raqm_is_required_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    require_raqm()
    monkeypatch.setattr(features, "check", lambda _feature: False)
    with pytest.raises(NoRaqm, match="raqm"):
        require_raqm()


def test_decomposed_text_is_drawn_exactly_as_composed() -> None:
    composed = "Xuất bản số ở Đường Thủ Dầu"
    mask = font(Weight.BOLD, 40).getmask(composed)
    assert bytes(font(Weight.BOLD, 40).getmask(clean(unicodedata.normalize("NFD", composed)))) == bytes(mask)


def test_every_icon_has_a_shape() -> None:
    empty = icon_font(48).getmask("\uffff")
    for name, letter in ICONS.items():
        assert any(bytes(icon_font(48).getmask(letter))), name
        assert bytes(icon_font(48).getmask(letter)) != bytes(empty), name


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Gọi 0272 382 1022 ngay", ["Gọi", "0272 382 1022", "ngay"]),
        ("Hotline: 1900 (84) 1022", ["Hotline:", "1900 (84) 1022"]),
        ("từ 1.000.000 đồng", ["từ", "1.000.000", "đồng"]),
        ("nhanh – gọn – đúng", ["nhanh –", "gọn –", "đúng"]),
        ("ngày 10/10\u00a0hằng năm", ["ngày", "10/10\u00a0hằng", "năm"]),
        ("  hai\tdòng\n mới  ", ["hai", "dòng", "mới"]),
        ("", []),
    ],
)
def test_what_belongs_together_is_one_piece(text: str, pieces: list[str]) -> None:
    assert [atom.text for atom in atoms(text)] == pieces


@given(VIETNAMESE, st.integers(60, 400), st.sampled_from([SMALL, LARGE]), st.sampled_from([wrap, balanced]))
@settings(max_examples=200, deadline=None)
def test_lines_keep_every_piece_whole_in_order_and_inside_the_width(
    text: str, width: int, style: Style, break_up: Callable[[str, int, Style], tuple[str, ...]]
) -> None:
    try:
        lines = break_up(text, width, style)
    except DoesNotFit as refusal:
        assert measure(str(refusal.values["text"]), style) > width  # noqa: PT017  a piece is wider than a line
        return
    assert " ".join(lines) == clean(text)
    assert all(measure(line, style) <= width for line in lines)
    starts = [atom.text.split(" ")[0] for atom in atoms(text)]
    assert all(line.split(" ")[0] in starts for line in lines)


@given(VIETNAMESE, st.integers(120, 400))
@settings(max_examples=100, deadline=None)
def test_balanced_lines_are_never_more_than_full_ones(text: str, width: int) -> None:
    assume(all(measure(atom.text, SMALL) <= width for atom in atoms(text)))
    assert len(balanced(text, width, SMALL)) == len(wrap(text, width, SMALL))


def test_balance_leaves_no_syllable_alone_and_breaks_after_a_comma() -> None:
    style = Style(Weight.BOLD, 60)
    assert wrap("Không gửi ảnh riêng tư", 630, style)[-1] == "tư"
    assert balanced("Không gửi ảnh riêng tư", 630, style) == ("Không gửi", "ảnh riêng tư")
    assert balanced("Trả học phí, viện phí bằng điện thoại", 960, style)[0] == "Trả học phí,"


@pytest.mark.parametrize(
    ("address", "lines"),
    [
        ("dichvucong.longan.gov.vn", ("dichvucong.longan", ".gov.vn")),
        ("https://longan.gov.vn/chuyen-doi-so/tin", ("https://longan.gov", ".vn/chuyen-doi-so/", "tin")),
        ("hoidap1022@longan.gov.vn", ("hoidap1022@", "longan.gov.vn")),
        ("1022.vn", ("1022.vn",)),
    ],
)
def test_only_an_address_wider_than_the_line_is_broken_and_at_its_joints(address: str, lines: tuple[str, ...]) -> None:
    assert wrap(address, 124, SMALL) == lines
    assert "".join(wrap(address, 124, SMALL)) == address


def test_a_number_wider_than_the_line_is_refused_with_what_is_too_much() -> None:
    with pytest.raises(DoesNotFit, match="“0272 382 1022” dài hơn chỗ trống khoảng 4 ký tự") as refusal:
        wrap("Gọi 0272 382 1022", 60, SMALL, where="hotline")
    assert refusal.value.values["where"] == "hotline"
    assert (refusal.value.code, excess(("một hai", "ba", "bốn"), 1)) == ("does_not_fit", 7)
