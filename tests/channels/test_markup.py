"""Editors' Markdown becomes safe HTML, plain text and blocks."""

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.markup import ATTRIBUTES, TAGS, Block, BlockKind, blocks, to_html, to_text

ARTICLE = """# Nộp hồ sơ tại nhà

Người dân **không phải** đi lại, xem [Cổng Dịch vụ công](https://dichvucong.gov.vn).
Cần chuẩn bị:
- Căn cước
  - bản gốc
- Số điện thoại

1. Đăng nhập
2. Chọn thủ tục

> Tôi làm xong trong năm phút.

| Kênh | Số |
|------|----|
| Tổng đài | 1022 |

![Màn hình đăng nhập](/media/anh.png)
"""


class Audit(HTMLParser):
    """Collects every tag and attribute that a reader's program would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen += [(tag, name, value or "") for name, value in attrs] or [(tag, "", "")]


@pytest.mark.parametrize(
    ("hostile", "gone"),
    [
        ("<script>alert(1)</script>Tin", "alert"),
        ("[bấm](javascript:alert(1))", "javascript"),
        ("[bấm](JaVaScRiPt&colon;alert(1))", "alert"),
        ("<img src=x onerror=alert(1)>", "onerror"),
        ("<a href='data:text/html,x'>x</a>", "data:"),
        ("<p style='position:fixed'>x</p>", "style"),
        ("<iframe src='https://a.vn'></iframe>", "iframe"),
        ("<svg><script>alert(1)</script></svg>", "alert"),
        ("<form action='//a.vn'><input></form>", "<form"),
        ("![x](data:image/svg+xml;base64,AAAA)", "data:"),
        ("Có\x00 ký tự\x0b lạ", "\x0b"),
    ],
)
def test_hostile_markdown_is_made_harmless(hostile: str, gone: str) -> None:
    assert gone not in to_html(hostile)
    assert gone not in "".join(block.html for block in blocks(hostile))


@given(st.text(alphabet="<>/=\"'` abimgsrchefonlodjvt:()[]!*#\n&;-_\x00\u0301", max_size=200))
@settings(max_examples=150, deadline=None)
def test_no_text_ever_yields_more_than_the_allowed_tags_and_attributes(text: str) -> None:
    for tag, name, _ in Audit(to_html(text)).seen:
        assert tag in TAGS
        assert name in ATTRIBUTES.get(tag, set()) | {"rel", ""}


def test_relative_addresses_are_made_absolute_or_dropped() -> None:
    text = "[tin](/tin/1) ![ảnh](/a.png)"
    assert to_html(text) == '<p><a rel="noopener noreferrer">tin</a> </p>'
    html = to_html(text, link=lambda url: "https://baolongan.example" + url)
    assert 'href="https://baolongan.example/tin/1"' in html
    assert 'src="https://baolongan.example/a.png"' in html


def test_a_heading_of_the_text_stays_below_the_title_of_the_story() -> None:
    assert to_html("# Một\n\n<H1 class='x'>Hai</H1>") == "<h2>Một</h2>\n<h2>Hai</h2>"


def test_decomposed_vietnamese_comes_out_composed() -> None:
    assert to_text("Chuye\u0302\u0309n đo\u0302\u0309i so\u0302\u0301") == "Chuyển đổi số"


def test_blocks_follow_the_reading_order() -> None:
    found = [(b.kind, b.text, b.level, b.number) for b in blocks(ARTICLE, link=lambda url: "https://a.example" + url)]
    assert found == [
        (BlockKind.HEADING, "Nộp hồ sơ tại nhà", 2, 0),
        (BlockKind.PARAGRAPH, "Người dân không phải đi lại, xem Cổng Dịch vụ công. Cần chuẩn bị:", 0, 0),
        (BlockKind.ITEM, "Căn cước", 1, 0),
        (BlockKind.ITEM, "bản gốc", 2, 0),
        (BlockKind.ITEM, "Số điện thoại", 1, 0),
        (BlockKind.ITEM, "Đăng nhập", 1, 1),
        (BlockKind.ITEM, "Chọn thủ tục", 1, 2),
        (BlockKind.QUOTE, "Tôi làm xong trong năm phút.", 0, 0),
        (BlockKind.TABLE, "Kênh | Số\nTổng đài | 1022", 0, 0),
        (BlockKind.PICTURE, "Màn hình đăng nhập", 0, 0),
    ]
    assert blocks(ARTICLE, link=lambda url: "https://a.example" + url)[-1].url == "https://a.example/media/anh.png"


def test_plain_text_keeps_lists_readable_and_leaves_pictures_out() -> None:
    assert to_text(ARTICLE).startswith("Nộp hồ sơ tại nhà\n\nNgười dân không phải đi lại")
    assert "- Căn cước\n  - bản gốc\n- Số điện thoại\n1. Đăng nhập\n2. Chọn thủ tục" in to_text(ARTICLE)
    assert "Màn hình" not in to_text(ARTICLE)


def test_text_indented_as_in_word_is_text_and_not_code() -> None:
    assert blocks("    Thụt đầu dòng như Word.") == (
        Block(BlockKind.PARAGRAPH, "Thụt đầu dòng như Word.", "Thụt đầu dòng như Word."),
    )


@pytest.mark.parametrize("text", ["> " * 3000 + "x", "[" * 20_000, "[a](" * 5000, "<div><blockquote>" * 2000 + "x"])
def test_a_text_built_to_exhaust_the_reader_comes_out_as_text(text: str) -> None:
    assert "".join(block.text for block in blocks(text))


@pytest.mark.parametrize("text", ["", "\n\n", "![x](a.png)", "<p></p>", "<script></script>"])
def test_a_text_without_content_yields_nothing(text: str) -> None:
    assert (to_html(text), to_text(text), blocks(text)) == ("", "", ())
