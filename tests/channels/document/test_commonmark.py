"""Where editors use plain Markdown, the house grammar means what CommonMark means: markdown-it-py as the judge."""

import re

import pytest
from markdown_it import MarkdownIt

from channels.document.output.html import to_html
from cms.app.demo.content import load_stories

JUDGE = MarkdownIt("commonmark", {"breaks": True, "linkify": False}).enable(["table", "strikethrough"])
ORDINARY = [
    "**đậm** *nghiêng* ***cả hai*** _nghiêng_ __đậm__ ~~bỏ~~ `mã`",
    "**đậm *nghiêng* đậm** *nghiêng **đậm** nghiêng*",
    "**đ**ậm, không_phải_nghiêng",
    "[chữ](https://a.vn) [chữ **đậm**](https://a.vn/b_(c) 'Tên') ![mô tả](https://a.vn/a.png)",
    '[chữ][1] và [Khác] và [khác][]\n\n[1]: https://a.vn\n[khác]: https://b.vn "Tên"',
    "<https://a.vn> <a@b.vn>",
    "# Một\n## Hai ##\n### Ba",
    "- một\n- hai\n  - ba\n  - bốn\n- năm",
    "1. một\n2. hai\n   1. ba\n   2. bốn\n3. năm",
    "5. năm\n6. sáu",
    "> trích\n> tiếp\n\nsau",
    "> - mục\n>\n> đoạn",
    "Một  \nHai\\\nBa\nBốn",
    "| A | B |\n|---|:-:|\n| a \\| b | **c** |",
    "```\nmã *nguyên*\n\n  thụt\n```",
    "trước\n\n---\n\nsau",
    "\\*a\\* &lt;b&gt; &copy; &nbsp; &#8211; AT&T",
]


def shape(html: str) -> list[str]:
    """Elements and words of HTML in order, without attributes that say the same in other ways."""
    html = (
        re.sub(r"<(/?)h1>", r"<\1h2>", html)
        .replace("&nbsp;", "\u00a0")
        .replace("&quot;", '"')
        .replace("<br />", "<br>")
    )
    html = re.sub(r' (?:rel|style|title)="[^"]*"', "", re.sub(r" ?/>", ">", html))
    return [part for part in re.split(r"(<[^>]+>)|\s+", html) if part]


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_marks_mean_what_they_mean_elsewhere(text: str) -> None:
    assert shape(to_html(text)) == shape(JUDGE.render(text))


def test_the_stories_of_the_demonstration_read_alike() -> None:
    for story in load_stories():
        assert shape(to_html(story.body, link=str)) == shape(JUDGE.render(story.body)), story.slug
