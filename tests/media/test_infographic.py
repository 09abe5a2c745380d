"""Infographics are described as data, refused with a clear reason, and drawn to the pixel."""

import unicodedata
from io import BytesIO
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from media.drawing import qr
from media.drawing.canvas import Canvas, mixed, rgb
from media.drawing.palette import PALETTES, Palette
from media.errors import BadInfographic, DoesNotFit
from media.infographics.infographic import PORTRAIT, SQUARE, draw
from media.infographics.spec import parse

STEPS: dict[str, Any] = {
    "title": "Nộp hồ sơ trực tuyến: bốn bước, không phải đi lại",
    "subtitle": "Làm trên điện thoại hoặc máy tính, bất cứ giờ nào trong ngày.",
    "kicker": "Chuyển đổi số",
    "link": "https://dichvucong.gov.vn",
    "source": "Cổng Dịch vụ công quốc gia",
    "blocks": [
        {"kind": "step", "text": "Vào dichvucong.gov.vn", "detail": "Đăng nhập bằng tài khoản VNeID mức độ 2."},
        {"kind": "step", "text": "Chọn thủ tục", "detail": "Gõ tên thủ tục vào ô tìm kiếm."},
        {"kind": "step", "text": "Nộp lệ phí và nhận mã hồ sơ"},
        {"kind": "contact", "label": "Tổng đài hỗ trợ", "value": "1022"},
    ],
}
FIGURES: dict[str, Any] = {
    "title": "Trả học phí bằng điện thoại",
    "palette": "green",
    "blocks": [
        *({"kind": "number", "value": value, "label": "nộp bất cứ giờ nào"} for value in ("24/7", "0 đ", "90%")),
        {"kind": "number", "value": "*#06#", "label": "bấm để xem số máy", "detail": "Gửi số này cho nhà mạng."},
        {"kind": "fact", "icon": "shield", "text": "Chỉ quét mã QR tại quầy", "detail": "Không quét mã lạ."},
        *({"kind": "contact", "label": "Báo lừa đảo", "value": number} for number in ("156", "0272 1022")),
    ],
}
FACTS: dict[str, Any] = {
    "title": "Bốn điều cùng con thỏa thuận",
    "link": "https://longan.gov.vn/tin/7",
    "blocks": [{"kind": "fact", "icon": "clock", "text": "Mỗi ngày một giờ"}] * 4,
}


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


@pytest.mark.parametrize(
    ("spec", "size"),
    [
        (STEPS, PORTRAIT),
        (STEPS, (360, 360)),
        (FIGURES, SQUARE),
        (FIGURES, (960, 540)),
        (FACTS, (1920, 1080)),
        (FACTS, (300, 375)),
    ],
)
def test_every_kind_of_block_is_drawn_at_exactly_the_size_asked_for(
    spec: dict[str, Any], size: tuple[int, int]
) -> None:
    picture = opened(draw(parse(spec), *size))
    assert (picture.format, picture.size, picture.mode) == ("PNG", size, "RGB")


def test_equal_specs_give_equal_bytes_and_decomposed_text_is_composed() -> None:
    once = draw(parse(STEPS), 540, 675)
    decomposed = {**STEPS, "title": unicodedata.normalize("NFD", str(STEPS["title"]))}
    assert draw(parse(decomposed), 540, 675) == once
    assert draw(parse({**STEPS, "palette": "red"}), 540, 675) != once


def test_the_qr_code_on_the_sheet_is_the_code_of_the_link() -> None:
    sheet, link = opened(draw(parse(STEPS))), str(STEPS["link"])
    black = sheet.getchannel("G").point([255 if value == 0 else 0 for value in range(256)])
    box = black.getbbox()  # nothing else on the sheet is purely black
    assert box is not None
    module = (box[2] - box[0]) // (qr.side(link) - 2 * qr.QUIET)
    quiet, end = qr.QUIET * module, (qr.side(link) - qr.QUIET) * module
    assert sheet.crop(box).tobytes() == qr.picture(link, module).crop((quiet, quiet, end, end)).tobytes()


@pytest.mark.parametrize(
    ("change", "where", "problem"),
    [
        ({"title": ""}, "title", "để trống"),
        ({"title": "x" * 121}, "title", "dài quá 120 ký tự"),
        ({"title": None}, "title", "phải là một dòng chữ"),
        ({"title": "Chào 😀"}, "title", "ký tự “😀”"),
        ({"tieude": "x"}, "tieude", "không có mục này"),
        ({"palette": "gold"}, "palette", "'blue', 'teal'"),
        ({"link": "javascript:alert(1)"}, "link", "https://"),
        ({"blocks": []}, "blocks", "ít nhất một mục"),
        ({"blocks": FIGURES["blocks"] * 2}, "blocks", "nhiều quá 12 mục"),
        ({"blocks": [{"kind": "video", "text": "x"}]}, "blocks.0", "chọn một trong"),
        ({"blocks": [{"text": "x"}]}, "blocks.0", "thiếu loại mục"),
        (
            {"blocks": [{"kind": "number", "value": 85, "label": "x"}]},
            "blocks.0.value",
            "đặt giá trị trong dấu ngoặc kép",
        ),
        ({"blocks": [{"kind": "number", "label": "x"}]}, "blocks.0.value", "còn thiếu"),
        ({"blocks": [{"kind": "fact", "icon": "meo", "text": "x"}]}, "blocks.0.icon", "không có biểu tượng “meo”"),
    ],
)
def test_a_wrong_description_is_refused_with_the_place_and_a_remedy(
    change: dict[str, Any], where: str, problem: str
) -> None:
    with pytest.raises(BadInfographic) as refusal:
        parse({**STEPS, **change})
    assert refusal.value.values["where"] == where
    assert problem in str(refusal.value)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"title": "NGHIÊNGNGHIÊNGNGHIÊNG " * 5}, "title"),
        ({"blocks": [{"kind": "number", "value": "123456789.000", "label": "x"}] * 3}, "blocks.0.value"),
        ({"blocks": [{"kind": "fact", "text": "Điều cần nhớ", "detail": "chữ " * 50}] * 9}, "blocks.0"),
        ({"blocks": [{"kind": "step", "text": "x" * 80}]}, "blocks.0.text"),
    ],
)
def test_text_without_room_is_refused_by_name_and_never_shrunk_below_what_people_can_read(
    change: dict[str, Any], where: str
) -> None:
    with pytest.raises(DoesNotFit) as refusal:
        draw(parse({**STEPS, **change}), *SQUARE)
    assert refusal.value.values["where"] == where
    assert int(str(refusal.value.values["excess"])) > 0


WORDS = st.lists(
    st.sampled_from(["Nộp", "hồ", "sơ", "trực", "tuyến", "nhà", "ƯỄỆ", "1022"]), min_size=1, max_size=12
).map(" ".join)


@given(WORDS, st.lists(st.tuples(st.sampled_from(["step", "fact"]), WORDS, WORDS), min_size=1, max_size=6))
@settings(max_examples=12, deadline=None)
def test_any_text_within_the_limits_is_drawn_or_refused_in_words(title: str, rows: list[tuple[str, str, str]]) -> None:
    blocks = [{"kind": kind, "text": text, "detail": detail} for kind, text, detail in rows]
    spec = parse({"title": title, "blocks": blocks})
    try:
        assert opened(draw(spec, 324, 405)).size == (324, 405)
    except DoesNotFit as refusal:
        assert "ký tự" in str(refusal)  # noqa: PT017  either outcome is right


def luminance(colour: str) -> float:
    parts = [value / 255 for value in rgb(colour)]
    red, green, blue = (v / 12.92 if v <= 0.03928 else ((v + 0.055) / 1.055) ** 2.4 for v in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", PALETTES.values())
def test_every_text_stands_out_from_its_ground(palette: Palette) -> None:
    pairs = [
        (palette.white, palette.primary),
        (palette.white, palette.dark),
        (palette.tint, palette.primary),
        (palette.dark, palette.accent),
        (palette.primary, palette.white),
        (palette.primary, palette.tint),
        (palette.ink, palette.white),
        (palette.muted, palette.white),
        (palette.muted, palette.page),
        (mixed(palette.dark, palette.white, 0.72), palette.dark),
    ]
    assert min(contrast(*pair) for pair in pairs) >= 4.5


def test_round_corners_are_smooth() -> None:
    canvas = Canvas(40, 40, "#000000")
    canvas.disc(0, 0, 40, "#ffffff")
    shades = {canvas.image.getpixel((x, y)) for x, y in product(range(40), range(40))}
    assert len(shades) > 5
    assert canvas.image.getpixel((0, 0)) == (0, 0, 0)
