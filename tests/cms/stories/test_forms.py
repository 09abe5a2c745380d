"""The editor's form is read as it is, and a story's content can go through it and back unchanged."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from cms.stories.editing import forms
from cms.stories.editing.content import Content, parse

FULL = parse(
    {
        "kind": "infographic",
        "title": "Năm bước nộp hồ sơ",
        "summary": "Năm bước trên một hình.",
        "body": "Một.\n\nHai.",
        "byline": "Minh Khôi",
        "column": "chuyen-doi-so",
        "topics": ["a", "b"],
        "audiences": ["nguoi-dan"],
        "documents": ["06/QĐ-TTg"],
        "service": {"name": "Tổng đài 1022", "address": "", "hotline": "0272.1022", "place": ""},
        "variants": {"zalo_oa": {"title": "Lưu lại", "summary": "", "body": ""}},
        "cover": {"sha256": "a" * 64, "alt": "Trụ sở", "caption": "", "decorative": False},
        "pictures": [
            {"sha256": "b" * 64, "alt": "", "caption": "", "decorative": True},
            {"sha256": "c" * 64, "alt": "Bến phà", "caption": "Ảnh: Vy", "decorative": False},
        ],
        "infographic": {
            "title": "Năm bước",
            "palette": "teal",
            "blocks": [
                {"kind": "number", "value": "85%", "label": "hồ sơ trực tuyến"},
                {"kind": "contact", "icon": "phone", "label": "Gọi", "value": "1022"},
            ],
        },
    }
)


def posted(content: Content) -> MultiDict[str, str]:
    """What a browser sends for the form that shows ``content``."""
    return MultiDict(list(_pairs("", forms.shown(content.model_dump(mode="json")))))


def _pairs(prefix: str, value: Any) -> Any:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _pairs(f"{prefix}.{name}" if prefix else name, inner)
    elif isinstance(value, list) and prefix in forms.LISTS:
        yield from ((prefix, item) for item in value)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _pairs(f"{prefix}.{number}", item)
    elif value is True:
        yield prefix, "1"
    elif isinstance(value, str):
        yield prefix, value


@pytest.mark.parametrize("content", [FULL, Content(), parse({"title": "Chỉ có tiêu đề"})])
def test_a_content_comes_back_from_its_form_unchanged(content: Content) -> None:
    assert parse(forms.read(posted(content)).content) == content


def test_blocks_and_pictures_come_in_the_order_of_their_numbers_with_gaps_closed() -> None:
    form = MultiDict(
        {
            "infographic.blocks.10.kind": "step",
            "infographic.blocks.10.text": "sau",
            "infographic.blocks.2.kind": "step",
            "infographic.blocks.2.text": "trước",
            "infographic.blocks.3.kind": "step",
            "infographic.blocks.3.text": "   ",
            "pictures.1.sha256": "",
            "pictures.4.sha256": "d" * 64,
        }
    )
    content = forms.read(form).content
    assert content["infographic"] == {"blocks": [{"kind": "step", "text": "trước"}, {"kind": "step", "text": "sau"}]}
    assert [picture["sha256"] for picture in content["pictures"]] == ["d" * 64]


def test_a_variant_that_says_nothing_of_its_own_inherits() -> None:
    form = MultiDict({"variants.zalo_oa.title": " ", "variants.led_board.summary": "Ngắn"})
    assert list(forms.read(form).content["variants"]) == ["led_board"]


@given(
    st.dictionaries(st.text(alphabet="abpictures.0123vinfogrblkstle", max_size=30), st.text(max_size=20), max_size=12)
)
def test_no_form_whatever_breaks_the_reading(values: dict[str, str]) -> None:
    typed = forms.read(MultiDict(values))
    assert forms.shown(typed.content)["kind"]


@pytest.mark.parametrize("kept", [{}, {"title": "Cũ", "gone": 1}, {"service": {"hotline": "1022"}}, {"cover": None}])
def test_a_copy_kept_by_an_older_version_can_be_shown(kept: dict[str, Any]) -> None:
    shown = forms.shown(kept)
    assert set(shown) == set(Content.model_fields)
    assert set(shown["service"]) == {"name", "address", "hotline", "place"}
