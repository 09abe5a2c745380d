"""Markdown as text and pictures that read well where there is no HTML."""

import pytest

from channels.zalo_oa.articles.body import PicturePart, TextPart, body_of
from tests.channels.zalo_oa.driving import picture, piece

LINK = "https://dichvucong.gov.vn/ho-so"


def texts(markdown: str, *, html: bool = False) -> list[str]:
    parts = body_of(piece(body=markdown, cover=None), html=html).parts
    return [part.text for part in parts if isinstance(part, TextPart)]


@pytest.mark.parametrize(
    ("markdown", "wanted"),
    [
        ("Một.\n\nHai.", ["Một.", "Hai."]),
        ("## Bốn bước", ["BỐN BƯỚC"]),
        ("**Đậm** và *nghiêng*", ["Đậm và nghiêng"]),
        ("- một\n- hai\n  - hai rưỡi", ["• một\n• hai\n   – hai rưỡi"]),
        ("1. một\n2. hai", ["1. một\n2. hai"]),
        (f"Vào [Cổng dịch vụ công]({LINK}) để nộp.", [f"Vào Cổng dịch vụ công ({LINK}) để nộp."]),
        (f"[{LINK}]({LINK})", [LINK]),
        ("[dichvucong.gov.vn](https://dichvucong.gov.vn/)", ["dichvucong.gov.vn"]),
        ("Gọi [1022](tel:1022) hoặc [tổng đài](tel:02721022)", ["Gọi 1022 hoặc tổng đài (02721022)"]),
        ("> Dân cần thì có.", ["“Dân cần thì có.”"]),
        ("> “Dân cần thì có.”", ["“Dân cần thì có.”"]),
        (
            "| Giờ | Việc |\n|---|---|\n| 7:30 | Mở cửa |\n| 17:00 | Đóng cửa |",
            ["Giờ – Việc:\n• 7:30: Mở cửa\n• 17:00: Đóng cửa"],
        ),
        (
            "| Thủ tục | Phí | Nơi nộp |\n|---|---|---|\n| Khai sinh | 0 đồng | Xã |\n| Hộ khẩu | | Xã |",
            ["• Thủ tục: Khai sinh — Phí: 0 đồng; Nơi nộp: Xã\n• Thủ tục: Hộ khẩu — Nơi nộp: Xã"],
        ),
        ("Một  \nhai", ["Một\nhai"]),
        ("A & B < C", ["A & B < C"]),
        ("<script>alert(1)</script>Chữ", ["Chữ"]),
        ("***", []),
        ("", []),
    ],
)
def test_plain_text(markdown: str, wanted: list[str]) -> None:
    assert texts(markdown) == wanted


@pytest.mark.parametrize(
    ("markdown", "wanted"),
    [
        ("**Đậm** & *nghiêng*", ["<p><strong>Đậm</strong> &amp; <em>nghiêng</em></p>"]),
        ("## Bốn bước", ["<p><b>Bốn bước</b></p>"]),
        ("- một\n- hai", ["<p>• một<br>• hai</p>"]),
        (f"Vào [Cổng]({LINK})", [f"<p>Vào Cổng ({LINK})</p>"]),
    ],
)
def test_html_when_the_channel_asks_for_it(markdown: str, wanted: list[str]) -> None:
    assert texts(markdown, html=True) == wanted


def test_a_picture_in_the_text_stays_in_its_place() -> None:
    inside = picture(sha256="cd" * 32, url=f"https://tinh.example.vn/media/{'cd' * 32}.jpg", caption="")
    after = picture(sha256="ef" * 32, url=f"https://tinh.example.vn/media/{'ef' * 32}.jpg")
    body = f"Trước.\n\n![Mô tả](/media/{'cd' * 32}.jpg)\n\nSau."
    made = body_of(piece(body=body, pictures=(after, inside)), html=False)
    assert made.parts == (
        TextPart("Trước."),
        PicturePart(inside, "Mô tả"),
        TextPart("Sau."),
        PicturePart(after, "Nộp hồ sơ tại nhà"),
    )


def test_a_picture_from_elsewhere_is_left_out_and_named() -> None:
    made = body_of(piece(body="Chữ.\n\n![x](https://noi-khac.vn/a.jpg)"), html=False)
    assert made.parts == (TextPart("Chữ."),)
    assert made.foreign == ("https://noi-khac.vn/a.jpg",)
