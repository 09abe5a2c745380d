"""The cover of an infographic is drawn from its blocks and described by its own words."""

from typing import Any

import pytest
from flask import Flask

from channels.words import Words
from cms.core.database import changing
from cms.core.refusal import Invalid, Refusal
from cms.stories.editing import covers
from cms.stories.editing.content import Content, parse
from cms.web.context import store
from tests.cms import newsroom
from tests.conftest import Clock

BLOCKS = [
    {"kind": "number", "value": "85%", "label": "hồ sơ nộp trực tuyến"},
    {"kind": "step", "text": "Đăng nhập bằng VNeID"},
    {"kind": "contact", "label": "Hướng dẫn", "value": "0272.1022"},
]


def infographic(**fields: Any) -> Content:
    return parse({"kind": "infographic", "title": "Năm bước", "infographic": {"blocks": BLOCKS}, **fields})


def test_the_drawing_becomes_the_cover_and_says_what_is_written_on_it(app: Flask, clock: Clock) -> None:
    house = newsroom.newsroom()
    picture = covers.drawn(store(), infographic())
    with changing() as session:
        editor = newsroom.actor(house.editor)
        done = covers.illustrated(session, editor, house.paper.id, infographic(), picture, clock())
    second = covers.drawn(store(), done)
    with changing() as session:
        again = covers.illustrated(session, editor, house.paper.id, done, second, clock())
    assert done.cover is not None
    assert store().read(done.cover.sha256).startswith(b"\x89PNG")
    assert done.cover.alt == "85% hồ sơ nộp trực tuyến. Đăng nhập bằng VNeID. Hướng dẫn: 0272.1022"
    assert again == done


def test_an_editors_own_words_for_the_drawing_stay() -> None:
    own = infographic(cover={"sha256": "a" * 64, "alt": "Năm bước vẽ trên một trang"})
    cover = covers.with_cover(own, "b" * 64).cover
    assert cover is not None
    assert (cover.sha256, cover.alt) == ("b" * 64, "Năm bước vẽ trên một trang")


@pytest.mark.parametrize(
    "content",
    [
        infographic(infographic=None),
        infographic(infographic={"blocks": []}),
        infographic(kind="article"),
    ],
)
def test_nothing_is_drawn_where_there_is_nothing_to_draw(content: Content) -> None:
    assert not covers.wanted(content)


@pytest.mark.parametrize(
    ("blocks", "sentence"),
    [
        ([{"kind": "number", "label": "x"}], "Infographic, ô 1, số hoặc liên hệ: còn thiếu, hãy bổ sung."),
        ([*BLOCKS, {"kind": "fact", "text": "y" * 91}], "Infographic, ô 4, nội dung: dài quá 90 ký tự, hãy rút ngắn."),
        ([{"kind": "poem"}], "Infographic, ô 1: hãy chọn một trong các giá trị"),
    ],
)
def test_a_block_that_cannot_be_drawn_is_named(blocks: list[dict[str, str]], sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        covers.drawing(infographic(infographic={"blocks": blocks}))
    assert str(refused.value.words).startswith(sentence)
    assert refused.value.field == "infographic"


def test_text_without_room_is_refused_rather_than_shrunk() -> None:
    crowded = [{"kind": "fact", "text": "chữ " * 22, "detail": "chi tiết " * 24} for _ in range(12)]
    with pytest.raises(Refusal) as refused:
        covers.drawing(infographic(infographic={"blocks": crowded}))
    assert refused.value.code == "does_not_fit"


def test_a_long_description_is_cut_at_a_word() -> None:
    many = infographic(infographic={"blocks": [{"kind": "step", "text": "mười hai chữ cái " * 4} for _ in range(12)]})
    alt = covers.alt_of(many)
    assert len(alt) <= 300
    assert alt.endswith("…")


@pytest.mark.parametrize(
    ("where", "said"),
    [("title", "tiêu đề hình"), ("blocks.0.text", "ô 1, nội dung"), ("blocks.11", "ô 12"), ("blocks", "các ô")],
)
def test_places_are_told_in_words(where: str, said: str) -> None:
    words = covers.place_of(where)
    assert isinstance(words, Words)
    assert str(words) == said
