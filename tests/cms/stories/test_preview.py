"""Previews: each channel's own rendition of what is being typed, with findings at the control they are about."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from channels import registry
from channels.contract import Edit, Fix
from channels.words import Words
from cms.stories.editing.content import Content, VariantText
from cms.stories.renditions import preview
from tests.cms import newsroom
from tests.cms.newsroom import Browser, Newsroom
from tests.cms.stories.test_pictures import photo, upload
from tests.cms.stories.writing_desk import article, post, revisions, stories
from tests.conftest import Clock

pytestmark = pytest.mark.one_database

SETTINGS = {
    "zalo_oa": {"app_id": "1", "oa_id": "2", "api_url": "http://127.0.0.1:9000"},
    "led_board": {"width": 128, "height": 64},
}


@pytest.fixture
def house(app: Flask) -> Newsroom:
    made = newsroom.newsroom()
    for kind in registry.KINDS:
        newsroom.channel(kind, made.paper, f"kenh-{kind.replace('_', '-')}", settings=SETTINGS.get(kind, {}))
    return made


@pytest.fixture
def editor(app: Flask, house: Newsroom) -> Browser:
    return newsroom.sign_in(app, house.editor)


def previews(client: Browser, url: str, data: dict[str, Any]) -> dict[str, Any]:
    answer = post(client, url, data, script=True)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.headers["Cache-Control"] == "no-store"
    found: dict[str, Any] = answer.json or {}
    return found


def test_every_kind_of_channel_shows_what_is_typed_and_nothing_is_saved(
    editor: Browser, house: Newsroom, clock: Clock
) -> None:
    cover = upload(editor, house.paper.id, photo("JPEG", (1280, 720))).json
    assert cover is not None
    typed = article(
        house, title="Tin đang gõ", byline="Khôi", **{"cover.sha256": cover["sha256"], "cover.alt": "Bến phà"}
    )
    made = newsroom.story(house.editor, house.paper, now=clock())
    for url in ("/stories/preview", f"/stories/{made.id}/preview"):
        found = previews(editor, url, typed)
        assert set(found) == {*registry.KINDS, "story"}
        for kind in registry.KINDS:
            assert found[kind]["html"], (kind, found[kind]["findings"])
        assert "Tin đang gõ" in found["portal_rss"]["html"]
    assert (revisions(made.id), stories()) == (1, 1)


def test_a_variant_shows_on_its_channel_only(editor: Browser, house: Newsroom) -> None:
    typed = article(house, **{"variants.portal_rss.title": "Tiêu đề riêng cho cổng"})
    found = previews(editor, "/stories/preview", typed)
    assert "Tiêu đề riêng cho cổng" in found["portal_rss"]["html"]
    assert "Tiêu đề riêng cho cổng" not in found["radio_script"]["html"]


def test_findings_say_what_to_do_and_point_at_a_control(editor: Browser, house: Newsroom) -> None:
    found = previews(editor, "/stories/preview", article(house))
    assert {
        "severity": "error",
        "field": "cover.sha256",
        "message": "Zalo không nhận bài không có ảnh bìa.",
        "remedy": "Thêm ảnh cho tin, hoặc đặt ảnh bìa mặc định trong cấu hình kênh.",
        "fixes": [],
    } in found["zalo_oa"]["findings"]
    assert found["zalo_oa"]["html"] == ""
    long = article(house, **{"variants.zalo_oa.title": "Tiêu đề dài " * 20, "title": "Ngắn"})
    fields = {one["field"] for one in previews(editor, "/stories/preview", long)["zalo_oa"]["findings"]}
    assert "variants.zalo_oa.title" in fields


def test_what_is_missing_before_submission_is_told_apart_from_channels(editor: Browser, house: Newsroom) -> None:
    found = previews(editor, "/stories/preview", article(house, title="", column=""))
    assert [one["field"] for one in found["story"]["findings"]] == ["title", "column"]


def test_an_infographic_is_drawn_before_it_is_saved(editor: Browser, house: Newsroom) -> None:
    blocks = {
        "kind": "infographic",
        "infographic.blocks.0.kind": "number",
        "infographic.blocks.0.value": "85%",
        "infographic.blocks.0.label": "hồ sơ",
    }
    found = previews(editor, "/stories/preview", article(house, **blocks))
    assert 'src="data:image/png;base64,' in found["portal_rss"]["html"]
    blocks["infographic.blocks.0.value"] = ""
    told = previews(editor, "/stories/preview", article(house, **blocks))["story"]["findings"]
    assert "Infographic, ô 1, số hoặc liên hệ: còn thiếu, hãy bổ sung." in [one["message"] for one in told]


NASTY = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


@pytest.mark.both_databases
def test_hostile_text_does_nothing_in_any_preview(editor: Browser, house: Newsroom) -> None:
    cover = upload(editor, house.paper.id, photo("JPEG", (1280, 720))).json
    assert cover is not None
    typed = {
        **article(house, title=NASTY, summary=NASTY, body=f"[x](javascript:alert(1))\n\n{NASTY}", byline=NASTY),
        "cover.sha256": cover["sha256"],
        "cover.alt": NASTY,
        "cover.caption": NASTY,
    }
    found = previews(editor, "/stories/preview", typed)
    assert found["portal_rss"]["html"]
    for kind in registry.KINDS:
        html = found[kind]["html"]
        assert html or found[kind]["findings"], kind
        assert "<script" not in html, kind
        assert "<img src=x" not in html, kind
        assert "javascript:" not in html.replace("[x](javascript:", ""), kind


def test_what_is_too_long_is_said_without_a_preview(editor: Browser, house: Newsroom) -> None:
    answer = post(editor, "/stories/preview", article(house, title="x" * 301), script=True)
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["field"] == "title"


def test_one_previews_only_what_one_may_write_or_read(app: Flask, house: Newsroom, clock: Clock) -> None:
    made = newsroom.story(house.editor, house.paper, now=clock())
    outsider = newsroom.sign_in(app, house.outsider)
    assert post(outsider, "/stories/preview", article(house), script=True).status_code == 403
    assert post(outsider, f"/stories/{made.id}/preview", article(house), script=True).status_code == 404
    stranger = newsroom.visitor(app)
    assert stranger.post("/stories/preview", data=article(house)).status_code in {302, 401}
    assert newsroom.sign_in(app, house.viewer).get(f"/stories/{made.id}/preview").status_code == 200


def test_a_fix_changes_the_control_that_its_text_comes_from() -> None:
    fix = Fix(Words("Thay"), "body", (Edit(0, 1, "b", "B"),))
    shared = Content(body="bài")
    varied = Content(body="bài", variants={"radio_script": VariantText(body="bản")})
    assert preview.told_fix(fix, "radio_script", shared).field == "body"
    assert preview.told_fix(fix, "radio_script", varied).field == "variants.radio_script.body"
    own = replace(fix, own=True)
    assert preview.told_fix(own, "radio_script", varied).edits == fix.edits
    begun = preview.told_fix(own, "radio_script", shared)
    assert (begun.field, begun.edits) == ("variants.radio_script.body", (Edit(0, 0, "", "Bài"),))


def test_a_text_that_a_channel_never_shows_is_told_and_can_be_taken_away(editor: Browser, house: Newsroom) -> None:
    typed = article(house, **{"variants.led_board.body": "Chữ không bảng nào hiện."})
    [found] = [
        one for one in previews(editor, "/stories/preview", typed)["led_board"]["findings"]
        if one["field"] == "variants.led_board.body"
    ]  # fmt: skip
    assert found["message"] == "Nội dung riêng cho kênh này không hiện ở đâu cả."
    [fix] = found["fixes"]
    assert (fix["field"], fix["edits"]) == (
        "variants.led_board.body", [{"start": 0, "end": 24, "old": "Chữ không bảng nào hiện.", "new": ""}],
    )  # fmt: skip


def test_the_editor_offers_no_field_that_the_channel_has_no_place_for(editor: Browser, house: Newsroom) -> None:
    page = editor.get("/stories/new").get_data(as_text=True)
    assert 'name="variants.led_board.title"' in page
    assert 'name="variants.led_board.body"' not in page
    assert 'name="variants.radio_script.body"' in page
