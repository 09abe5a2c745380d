"""Scripts in other languages: by whom, from which revision, as text or sound, outdated when the source changes."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.test import TestResponse

from cms.core.database import changing, db
from cms.core.refusal import Conflict, Invalid, NotAllowed
from cms.models.people import Person
from cms.models.radio import ScriptVariant
from cms.models.roles import Role
from cms.radio.scripts import queries
from cms.radio.variants import variants
from cms.radio.variants.sounds import keep, kind
from cms.radio.variants.variants import VariantFields
from media.storage.store import Store
from scheduler.storage.tables import Delivery, StoredRendition
from tests.cms.deliveries.press import audited
from tests.cms.newsroom import Browser, Newsroom, actor, person, sign_in, unit
from tests.cms.radio.conftest import Live
from tests.conftest import Clock

KHMER = "សូមគោរពបងប្អូន។ ការផ្លាស់ប្តូរឌីជីថល។"
FIELDS = VariantFields("km-vn", "ព័ត៌មាន", KHMER, "Thạch  Sóc", "Sơn Rích", reviewed=True, duration_s=95)
ONE_DATABASE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


@pytest.fixture
def script(live: Live) -> int:
    return live("Nộp hồ sơ từ nhà")


def save(who: Person, script: int, clock: Clock, fields: VariantFields = FIELDS, **more: Any) -> ScriptVariant:
    with changing() as session:
        return variants.save(session, actor(who), script, fields, now=clock(), **more)


def shown(who: Person, script: int) -> list[variants.Variant]:
    db.session.rollback()
    return variants.listed(db.session(), queries.script(db.session(), actor(who), script))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("km", "km"), ("KM-vn", "km-VN"), ("hmn-latn-vn", "hmn-Latn-VN"), ("zh-HANT", "zh-Hant"),
        ("blt-tavt", "blt-Tavt"), (" rad ", "rad"), ("es-419", "es-419"), ("cjm-cham-VN", "cjm-Cham-VN"),
    ],
)  # fmt: skip
def test_a_tag_is_kept_in_its_usual_letters(written: str, meant: str) -> None:
    assert variants.canonical(written) == meant


@pytest.mark.parametrize("written", ["", "vi", "vi-VN", "tiếng Mông", "k", "blt", "cjm", "km_VN", "km-", "km-VN-VN"])
def test_what_is_no_tag_or_leaves_the_script_open_is_refused(written: str) -> None:
    with pytest.raises(Invalid) as refused:
        variants.canonical(written)
    assert refused.value.field == "language"


def test_every_language_that_is_offered_is_a_tag() -> None:
    assert [variants.canonical(tag) for tag in variants.LANGUAGES] == list(variants.LANGUAGES)


def test_a_variant_keeps_who_made_it_from_which_revision(news: Newsroom, script: int, clock: Clock) -> None:
    row = save(news.broadcaster, script, clock)
    assert (row.language, row.text, row.translator, row.reviewer, row.duration_s) == (
        "km-VN", KHMER, "Thạch Sóc", "Sơn Rích", 95,
    )  # fmt: skip
    assert (row.revision, row.reviewed_at, row.unit_id) == (1, clock(), news.district.id)
    (variant,) = shown(news.viewer, script)
    assert (variant.name, variant.unit, variant.outdated) == ("Khmer", "Huyện Bến Tre Xanh", False)
    assert audited("variant.save")[0].detail["language"] == "km-VN"


def test_a_newer_source_makes_it_outdated_until_it_is_saved_again(news: Newsroom, script: int, clock: Clock) -> None:
    row = save(news.broadcaster, script, clock)
    with changing() as session:
        live = session.get_one(Delivery, script).live_rendition_id
        session.execute(update(StoredRendition).where(StoredRendition.id == live).values(revision=2))
    assert [one.outdated for one in shown(news.viewer, script)] == [True]
    save(news.broadcaster, script, clock, variant_id=row.id, version=1)
    assert [one.outdated for one in shown(news.viewer, script)] == [False]
    with pytest.raises(Conflict, match="vừa được người khác sửa"):
        save(news.broadcaster, script, clock, variant_id=row.id, version=1)


@ONE_DATABASE
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"translator": " "}, "translator"), ({"text": "  "}, "text"), ({"reviewer": "", "reviewed": True}, "reviewer"),
        ({"duration_s": 0}, "minutes"), ({"title": "x" * 401}, "title"), ({"text": "x" * 60_001}, "text"),
    ],
)  # fmt: skip
def test_what_is_missing_is_asked_for(
    news: Newsroom, script: int, clock: Clock, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        save(news.broadcaster, script, clock, replace(FIELDS, **change))
    assert refused.value.field == field
    assert shown(news.viewer, script) == []


@ONE_DATABASE
def test_one_of_each_language_for_each_unit(news: Newsroom, chief: Person, script: int, clock: Clock) -> None:
    save(news.broadcaster, script, clock)
    with pytest.raises(Conflict, match="đã có bản tiếng này"):
        save(news.broadcaster, script, clock)
    commune = person("xa", (Role.BROADCASTER, unit("Xã An Thạnh", news.district)))
    assert save(commune, script, clock).unit_id != news.district.id
    assert save(chief, script, clock).unit_id == news.paper.id
    assert len(shown(news.viewer, script)) == 3


@ONE_DATABASE
def test_only_people_of_its_unit_change_it(
    news: Newsroom, script: int, clock: Clock, retract: Callable[[int], None]
) -> None:
    row = save(news.broadcaster, script, clock)
    neighbour = person("xa", (Role.BROADCASTER, unit("Xã An Thạnh", news.district)))
    with pytest.raises(NotAllowed):
        save(neighbour, script, clock, variant_id=row.id)
    with pytest.raises(NotAllowed):
        save(news.viewer, script, clock)
    with pytest.raises(NotAllowed), changing() as session:
        variants.remove(session, actor(neighbour), script, row.id, now=clock())
    with changing() as session:
        variants.remove(session, actor(news.broadcaster), script, row.id, now=clock())
    assert shown(news.viewer, script) == []
    assert len(audited("variant.remove")) == 1
    retract(script)
    with pytest.raises(Conflict, match="đã thu hồi"):
        save(news.broadcaster, script, clock)


SOUND = b"ID3\x04" + b"\0" * 2_000


def post(browser: Browser, script: int, **change: Any) -> TestResponse:
    form = {"language": "km-VN", "title": "", "text": KHMER, "translator": "Thạch Sóc", "minutes": "1", "seconds": "35"}
    return browser.post(f"/radio/{script}/variants/new", data={**form, **change}, follow_redirects=True)


@ONE_DATABASE
def test_the_page_keeps_text_and_shows_it_with_the_script(browser: Browser, script: int) -> None:
    assert "Người dân đăng nhập" in browser.get(f"/radio/{script}/variants/new").text
    page = post(browser, script).text
    assert "chưa có người soát" in page
    assert "1 phút 35 giây" in page
    word = docx.Document(io.BytesIO(browser.get(f"/radio/{script}/variants/1.docx").data))
    text = "\n".join(paragraph.text for paragraph in word.paragraphs)
    assert "CHƯA CÓ NGƯỜI SOÁT" in text
    assert "Thời lượng: đo được 1'35" in text
    assert "Tiếng: Khmer (km-VN)" in text
    assert "Số tiếng" not in text
    assert KHMER[:14] in browser.get(f"/radio/{script}/variants/1.txt").text
    other = post(browser, script, language_other="tyr", text=KHMER)
    assert other.status_code == 422
    assert "nhiều thứ chữ" in other.text
    assert KHMER in other.text
    changed = {"language": "km-VN", "text": "ថ្មី", "translator": "Thạch Sóc", "reviewer": "Sơn Rích", "reviewed": "y"}
    assert "soát: Sơn Rích" in browser.post(f"/radio/{script}/variants/1", data=changed, follow_redirects=True).text


@ONE_DATABASE
def test_audio_alone_is_enough_and_is_played_in_parts(browser: Browser, script: int) -> None:
    sent = {"text": "", "audio": (io.BytesIO(SOUND), "khmer.mp3")}
    assert "âm thanh" in post(browser, script, **sent).text
    address = f"/radio/{script}/variants/1/audio"
    with browser.get(address) as answer:
        assert (answer.data, answer.headers["Content-Type"]) == (SOUND, "audio/mpeg")
    with browser.get(address, headers={"Range": "bytes=0-2"}) as part:
        assert (part.status_code, part.data) == (206, b"ID3")
    with browser.get(f"{address}?download=1") as saved:
        assert "attachment" in saved.headers["Content-Disposition"]


@ONE_DATABASE
def test_what_is_no_sound_is_refused(browser: Browser, script: int) -> None:
    refused = post(browser, script, text="", audio=(io.BytesIO(b"<html>"), "a.mp3"))
    assert refused.status_code == 422
    assert "không phải âm thanh" in refused.text


def test_a_sound_that_is_too_large_is_not_kept(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with pytest.raises(Invalid, match="lớn quá"):
        keep(store, b"ID3" + b"\0" * 1_000_000, 1)
    assert list(store) == []


@ONE_DATABASE
def test_of_a_script_that_was_called_back_nothing_is_heard_or_read(
    app: Flask, news: Newsroom, browser: Browser, script: int, retract: Callable[[int], None]
) -> None:
    post(browser, script, audio=(io.BytesIO(SOUND), "khmer.mp3"))
    retract(script)
    assert browser.get(f"/radio/{script}/variants/1/audio").status_code == 404
    assert KHMER[:10] not in browser.get(f"/radio/{script}/variants/1.txt").text
    assert "Khmer" in browser.get(f"/radio/{script}").text
    assert sign_in(app, news.outsider).get(f"/radio/{script}/variants/1.txt").status_code == 404


@pytest.mark.parametrize(
    ("data", "mime"),
    [
        (b"ID3\x03", "audio/mpeg"), (b"\xff\xfb\x90\x00", "audio/mpeg"), (b"OggS\0", "audio/ogg"),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"), (b"\0\0\0\x20ftypM4A ", "audio/mp4"), (b"RIFF\0\0\0\0AVI ", None),
        (b"", None), (b"\xff\xd8\xff\xe0", None), (b"%PDF-1.7", None),
    ],
)  # fmt: skip
def test_sound_is_known_by_its_first_bytes(data: bytes, mime: str | None) -> None:
    assert kind(data) == mime
