"""The radio script as a channel: checks, rendition, list, preview."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import ValidationError

import channels.radio_script
from channels.contract import Feed, Finding, LiveItem, PullAdapter, Rendition, Severity, StoryKind, Tombstone
from channels.radio_script.adapter import RadioScript
from channels.radio_script.settings import Settings
from channels.registry import pull
from tests.channels.radio_script.pieces import article

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
RADIO = RadioScript()


def findings(settings: Settings | None = None, **changes: Any) -> list[Finding]:
    return list(RADIO.check(article(**changes), settings or Settings()))


def test_it_is_a_pull_channel_proven_by_broadcasts() -> None:
    assert isinstance(pull("radio_script"), PullAdapter)
    assert (RADIO.transport, RADIO.evidence) == ("pull", "broadcast")
    assert frozenset(StoryKind) == RADIO.story_kinds


def test_a_clean_article_has_no_finding() -> None:
    body = "\n\n".join(["Bà con có thể nộp hồ sơ tại nhà bằng điện thoại thông minh."] * 12)
    assert findings(body=body) == []


def test_an_article_without_words_is_refused() -> None:
    (finding,) = findings(body=" \n", summary="")
    assert (finding.severity, finding.field) == (Severity.ERROR, "body")


def test_a_slogan_is_its_own_text() -> None:
    assert not [f for f in findings(kind=StoryKind.SLOGAN, body="", summary="") if f.severity is Severity.ERROR]


def test_doubts_are_warnings_with_field_and_remedy() -> None:
    found = findings(body="Trung tâm XQZ hướng dẫn bà con. XQZ làm việc cả tuần.", title="Mô hình ZZT")
    doubts = {(f.field, str(f.message)) for f in found if "cách đọc" in str(f.message)}
    assert doubts == {("body", "Chưa rõ cách đọc XQZ."), ("title", "Chưa rõ cách đọc ZZT.")}
    assert all(f.severity is Severity.WARNING and "từ điển" in str(f.remedy) for f in found if f.field == "title")


def test_a_script_longer_than_its_slot_is_a_warning() -> None:
    body = "\n\n".join(["Bà con có thể nộp hồ sơ tại nhà bằng điện thoại thông minh có kết nối mạng."] * 60)
    (finding,) = findings(body=body)
    assert "quá khung 5'00" in str(finding.message)
    assert findings(Settings(slot_minutes=0), body=body) == []


def test_a_few_words_are_a_warning() -> None:
    assert "giây" in str(findings(body="Xong.", summary="", title="Tin ngắn")[0].message)


def test_a_long_sentence_is_a_warning_with_a_place_to_cut() -> None:
    body = "Bà con " + "đi đến trụ sở, rồi làm thủ tục, rồi nhận kết quả, " * 5 + "xong."
    finding = next(f for f in findings(body=body) if "tiếng" in str(f.message))
    assert "ngắt câu sau" in str(finding.remedy)


def test_another_language_needs_a_reader_of_its_own() -> None:
    assert "hmn-Latn-VN" in str(findings(language="hmn-Latn-VN")[0].message)


def test_the_rendition_is_the_script_and_its_text() -> None:
    rendition = RADIO.render(article(), Settings())
    assert rendition.kind == "radio_script"
    (file,) = rendition.files
    assert (file.name, file.mime) == ("script.txt", "text/plain; charset=utf-8")
    assert file.data.decode().startswith("Kính chào quý vị")
    assert json.loads(json.dumps(rendition.document)) == rendition.document
    assert rendition.document["estimate"]["seconds"] > 30


def test_rendering_twice_gives_the_same_bytes() -> None:
    assert RADIO.render(article(), Settings()).sha256 == RADIO.render(article(), Settings()).sha256
    assert RADIO.render(article(revision=4), Settings()).sha256 != RADIO.render(article(), Settings()).sha256


@pytest.mark.parametrize(
    "values",
    [
        {"lexicon": "UBND"},
        {"lexicon": "= a"},
        {"dialect": "west"},
        {"syllables_per_second": 0},
        {"slot_minutes": -1},
        {"x": 1},
    ],
)
def test_bad_settings_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate(values)


def test_every_setting_has_a_vietnamese_title_and_description() -> None:
    for field in Settings.model_fields.values():
        assert field.title
        assert field.description


def rendition(priority: str = "thong_thuong", title: str = "Tin") -> Rendition:
    return RADIO.render(article(title=title), Settings.model_validate({"priority": priority}))


def item(number: int, rendition: Rendition, **more: Any) -> LiveItem:
    return LiveItem(number, 70 + number, 1, rendition, NOW - timedelta(hours=number), **more)


def feed(items: list[LiveItem], tombstones: tuple[Tombstone, ...] = ()) -> Feed:
    return Feed("loa-song-be", "Loa Sông Bé", "Xã Sông Bé", Settings(), "https://dakenh.vn", NOW, items, tombstones)


def listed(feed: Feed) -> Any:
    (document,) = RADIO.documents(feed)
    assert document.name == "scripts.json"
    return json.loads(document.body)


def test_the_list_puts_the_urgent_first_then_the_newest() -> None:
    found = listed(
        feed(
            [item(1, rendition()), item(2, rendition("uu_tien")), item(3, rendition("khan_cap")), item(4, rendition())]
        )
    )
    assert [entry["id"] for entry in found["scripts"]] == [3, 2, 1, 4]


def test_an_entry_says_what_a_station_needs() -> None:
    (entry,) = listed(feed([item(1, rendition(title="Tin một"))]))["scripts"]
    assert entry["title"] == "Tin một"
    assert entry["since"] == "2026-11-22T00:00:00Z"
    assert entry["seconds_low"] < entry["seconds"] < entry["seconds_high"]
    assert entry["links"]["docx"] == "https://dakenh.vn/api/v1/radio/scripts/1.docx"


def test_a_withdrawn_script_is_named_as_withdrawn() -> None:
    found = listed(feed([], (Tombstone(9, 79, 2, "Tin cũ", NOW),)))
    assert found["scripts"] == []
    assert found["withdrawn"] == [
        {"id": 9, "story_id": 79, "revision": 2, "title": "Tin cũ", "at": "2026-11-22T01:00:00Z"}
    ]


def test_the_list_is_stale_when_the_next_script_ends() -> None:
    soon, later = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
    (document,) = RADIO.documents(feed([item(1, rendition(), until=later), item(2, rendition(), until=soon)]))
    assert document.stale_at == soon
    over = feed([item(1, rendition(), until=NOW - timedelta(minutes=1))])
    assert listed(over)["scripts"] == []
    assert RADIO.documents(over)[0].modified == NOW - timedelta(minutes=1)


def test_the_tag_follows_the_content_and_not_the_moment() -> None:
    items = [item(1, rendition())]
    (now,), (later,) = RADIO.documents(feed(items)), RADIO.documents(replace(feed(items), now=NOW + timedelta(hours=1)))
    assert now.etag == later.etag
    (other,) = RADIO.documents(feed([item(1, rendition(title="Khác"))]))
    assert other.etag != now.etag


def preview(rendition: Rendition) -> str:
    folder = Path(channels.radio_script.__file__).parent / "templates"
    env = Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined)

    def translated(text: str, **values: object) -> str:
        return text % values if values else text

    return env.get_template("preview.html").render(
        rendition=rendition, file_url=lambda file: f"/files/{file.sha256}", _=translated
    )


def test_the_preview_shows_length_voices_doubts_and_originals() -> None:
    html = preview(RADIO.render(article(body="Trung tâm XQZ theo Quyết định số 1588/QĐ-TTg."), Settings()))
    assert "PTV 1" in html
    assert '<mark class="dk-script-doubt" title="XQZ">[XQZ?]</mark>' in html
    assert "[1588/QĐ-TTg]" in html
    assert "Chưa rõ cách đọc XQZ." in html
    assert "khoảng 0&#39;" in html or "khoảng 0'" in html


def test_the_preview_escapes_what_an_editor_typed() -> None:
    html = preview(RADIO.render(article(title="<script>alert(1)</script>", body="a < b & c"), Settings()))
    assert "<script>" not in html
    assert "style=" not in html


def test_the_preview_fills_in_a_percent_sign() -> None:
    assert "100%" in preview(RADIO.render(article(title="Đạt 100% & 5%"), Settings()))
