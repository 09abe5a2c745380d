"""The tree as safe HTML and as plain text."""

from html.parser import HTMLParser

import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.document import Listing, read
from channels.document.output.html import ATTRIBUTES, TAGS, to_html
from channels.document.output.plain import to_text

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
    assert gone not in to_text(hostile)


@given(st.text(alphabet="<>/=\"'` abimgsrchefonlodjvt:()[]!*#\n&;-_|~\x00\u0301", max_size=200))
@settings(max_examples=100, deadline=None)
def test_no_text_ever_yields_more_than_the_allowed_tags_and_attributes(text: str) -> None:
    html = to_html(text)
    for tag, name, value in Audit(html).seen:
        assert tag in TAGS
        assert name in ATTRIBUTES.get(tag, set()) | {""}
        assert name not in ("href", "src") or value.lower().startswith(("http:", "https:", "mailto:", "tel:"))
    clean = nh3.clean(html, tags=set(TAGS), attributes=ATTRIBUTES, link_rel=None)
    assert Audit(clean).seen == Audit(html).seen


def test_relative_addresses_are_made_absolute_or_dropped() -> None:
    text = "[tin](/tin/1) ![ảnh](/a.png)"
    assert to_html(text) == "<p>tin </p>"
    html = to_html(text, link=lambda url: "https://baolongan.example" + url)
    assert 'href="https://baolongan.example/tin/1"' in html
    assert 'src="https://baolongan.example/a.png"' in html


def test_a_heading_of_the_text_stays_below_the_title_of_the_story() -> None:
    assert to_html("# Một\n\n## Hai\n\n### Ba") == "<h2>Một</h2>\n<h2>Hai</h2>\n<h3>Ba</h3>"


def test_decomposed_vietnamese_comes_out_composed() -> None:
    assert to_text("Chuye\u0302\u0309n đo\u0302\u0309i so\u0302\u0301") == "Chuyển đổi số"


def test_blocks_follow_the_reading_order() -> None:
    assert [type(block).__name__ for block in read(ARTICLE).blocks] == [
        "Heading", "Paragraph", "Listing", "Listing", "Quote", "Table", "Paragraph",
    ]  # fmt: skip
    assert to_text(ARTICLE).split("\n\n") == [
        "Nộp hồ sơ tại nhà",
        "Người dân không phải đi lại, xem Cổng Dịch vụ công.\nCần chuẩn bị:",
        "- Căn cước\n  - bản gốc\n- Số điện thoại",
        "1. Đăng nhập\n2. Chọn thủ tục",
        "Tôi làm xong trong năm phút.",
        "Kênh | Số\nTổng đài | 1022",
    ]
    html = to_html(ARTICLE, link=lambda url: "https://a.example" + url)
    assert html.endswith('<p><img src="https://a.example/media/anh.png" alt="Màn hình đăng nhập"></p>')


def test_plain_text_keeps_lists_readable_and_leaves_pictures_out() -> None:
    assert to_text(ARTICLE).startswith("Nộp hồ sơ tại nhà\n\nNgười dân không phải đi lại")
    assert "- Căn cước\n  - bản gốc\n- Số điện thoại\n\n1. Đăng nhập\n2. Chọn thủ tục" in to_text(ARTICLE)
    assert "Màn hình" not in to_text(ARTICLE)


def test_text_indented_as_in_word_is_text_and_not_code() -> None:
    assert to_html("    Thụt đầu dòng như Word.") == "<p>Thụt đầu dòng như Word.</p>"


@pytest.mark.parametrize("text", ["> " * 3000 + "x", "[" * 20_000, "[a](" * 5000, "<div><blockquote>" * 2000 + "x"])
def test_a_text_built_to_exhaust_the_reader_comes_out_as_text(text: str) -> None:
    assert to_text(text)


@pytest.mark.parametrize("text", ["", "\n\n", "![x](a.png)", "<p></p>", "<script></script>"])
def test_a_text_without_content_yields_nothing(text: str) -> None:
    assert (to_html(text), to_text(text)) == ("", "")


def test_a_number_that_was_typed_is_the_number_that_is_shown() -> None:
    assert to_html("5. Năm\n6. Sáu") == '<ol start="5">\n<li>Năm</li>\n<li>Sáu</li>\n</ol>'
    assert to_html("1. Một\n2. Hai\n9. Chín") == '<ol>\n<li>Một</li>\n<li>Hai</li>\n<li value="9">Chín</li>\n</ol>'
    [listing] = read("1. Một\n1. Hai").blocks
    assert isinstance(listing, Listing)
    assert [item.number for item in listing.items] == [1, 1]
