"""Correcting the log: a wrong entry is taken back with its reason, and written again with only the mistake changed."""

import re
from collections.abc import Callable

import pytest

from cms.core.database import db
from cms.models.radio import Broadcast
from cms.radio.scripts import downloads, queries
from tests.cms.newsroom import Browser, Newsroom, actor
from tests.cms.radio.conftest import Live

WRONG = {"minutes": "14", "seconds": "5", "station": "Loa ấp Một"}


@pytest.fixture
def script(live: Live) -> int:
    return live("Nộp hồ sơ từ nhà")


def field(page: str, name: str) -> str:
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    assert found is not None
    value = re.search(r'value="([^"]*)"', found[0])
    return value[1] if value else ""


def log(browser: Browser, script: int, page: str, **changes: str) -> int:
    form = {name: field(page, name) for name in ("event_id", "started_at", "minutes", "seconds", "station")}
    status = browser.post(f"/radio/{script}/broadcasts", data=form | changes).status_code
    db.session.rollback()
    return status


def test_an_entry_is_written_again_with_only_the_mistake_changed(browser: Browser, script: int) -> None:
    assert log(browser, script, browser.get(f"/radio/{script}").text, **WRONG) == 303
    [wrong] = db.session.query(Broadcast)
    answer = browser.post(f"/radio/broadcasts/{wrong.id}/void", data={"reason": "Gõ nhầm phút", "again": "1"})
    assert answer.headers["Location"] == f"/radio/{script}?again={wrong.id}#log-title"
    page = browser.get(answer.headers["Location"]).text
    assert (field(page, "minutes"), field(page, "seconds"), field(page, "station")) == ("14", "5", "Loa ấp Một")
    assert field(page, "event_id") != wrong.event_id
    assert log(browser, script, page, minutes="1") == 303
    old, new = db.session.query(Broadcast).order_by(Broadcast.id)
    assert (old.void_reason, old.duration_s) == ("Gõ nhầm phút", 845)
    assert (new.voided_at, new.duration_s, new.started_at, new.station) == (None, 65, old.started_at, "Loa ấp Một")


def test_without_asking_to_write_again_one_stays_where_one_was(browser: Browser, script: int) -> None:
    log(browser, script, browser.get(f"/radio/{script}").text, **WRONG)
    [wrong] = db.session.query(Broadcast)
    answer = browser.post(f"/radio/broadcasts/{wrong.id}/void", data={"reason": "Chưa phát", "next": "/radio/log"})
    assert answer.headers["Location"] == "/radio/log"


def test_only_an_entry_of_this_script_that_was_taken_back_fills_the_form(
    browser: Browser, live: Live, script: int
) -> None:
    other = live("Tin khác")
    log(browser, script, browser.get(f"/radio/{script}").text, **WRONG)
    [entry] = db.session.query(Broadcast)
    assert field(browser.get(f"/radio/{script}?again={entry.id}").text, "minutes") == ""
    browser.post(f"/radio/broadcasts/{entry.id}/void", data={"reason": "Nhầm tin"})
    assert field(browser.get(f"/radio/{other}?again={entry.id}").text, "minutes") == ""
    assert field(browser.get(f"/radio/{script}?again={entry.id}").text, "minutes") == "14"


def test_a_script_is_heard_only_where_there_is_a_voice_and_until_it_is_called_back(
    browser: Browser, script: int, retract: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    assert f'src="/lexicon/scripts/{script}.wav"' in browser.get(f"/radio/{script}").text
    assert "không phát sóng" in browser.get(f"/radio/{script}").text
    retract(script)
    assert "<audio" not in browser.get(f"/radio/{script}").text


def test_without_a_voice_nothing_offers_to_be_heard(
    browser: Browser, script: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: None)
    assert "<audio" not in browser.get(f"/radio/{script}").text


def test_a_files_name_ends_with_a_whole_word(news: Newsroom, live: Live) -> None:
    long = live("Nộp hồ sơ trực tuyến ở Long An: lệ phí tính theo nghị quyết nào của tỉnh?")
    found = queries.script(db.session(), actor(news.broadcaster), long)
    name = downloads.file(found, "txt").name
    assert name == f"kich-ban-{long}-nop-ho-so-truc-tuyen-o-long-an-le-phi-tinh-theo-nghi-quyet.txt"
