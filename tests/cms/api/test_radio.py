"""What a station's machine does: ask what is new, take the script, log the broadcast; and see what was called back."""

import io
import zipfile
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from cms.app.scheduler_process import config
from cms.core.database import db
from cms.core.settings import Settings
from cms.models.radio import Broadcast, Download
from cms.stories.publishing import promising
from cms.stories.publishing.scheduling import Wish
from cms.web.context import store
from scheduler.engine.engine import Engine
from scheduler.storage.tables import Channel
from tests.cms.api.conftest import Machines
from tests.cms.api.machine import refusal
from tests.cms.newsroom import Newsroom, actor, approved, person
from tests.conftest import SUNDAY, Clock

pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
"""The services below are tried on both databases by their own tests."""


@pytest.fixture
def engine_of(app: Flask, settings: Settings, clock: Clock) -> Engine:
    """An engine on the application's database and clock."""
    return Engine(db.engine, store(), config(settings), clock)


@pytest.fixture
def script(app: Flask, room: Newsroom, engine_of: Engine) -> int:
    """A script that is live on the district's channel."""
    from cms.models.roles import Role

    made = approved(room.editor, room.lead, room.paper, now=SUNDAY, title="Nộp hồ sơ từ nhà")
    head = actor(person("chi", (Role.LEAD, room.province)))
    channel_id = db.session.scalars(select(Channel.id).where(Channel.slug == "truyen-thanh")).one()
    (delivery,) = promising.schedule(store(), "http://127.0.0.1:8000", head, made.id, [Wish(channel_id)], now=SUNDAY)
    engine_of.run_due()
    db.session.rollback()
    return delivery


def test_a_station_asks_for_what_is_new(machines: Machines, script: int, clock: Clock) -> None:
    (line,) = machines.broadcaster.get("/radio/scripts")["items"]
    assert (line["id"], line["title"], line["withdrawn"], line["aired"]) == (script, "Nộp hồ sơ từ nhà", False, 0)
    assert line["estimated_seconds"] > 20
    assert line["files"]["docx"] == f"/api/v1/radio/scripts/{script}.docx"
    for since, found in (("2026-11-22T08:00:00+07:00", 1), ("2026-11-22T01:00:01Z", 0)):
        assert len(machines.broadcaster.get("/radio/scripts", since=since)["items"]) == found


def test_a_poll_without_news_costs_nothing(machines: Machines, script: int) -> None:
    first = machines.broadcaster.call("GET", "/radio/scripts?since=2026-11-22T01:00:00Z")
    again = machines.broadcaster.call(
        "GET", "/radio/scripts?since=2026-11-22T01:00:00Z", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")


def test_a_script_comes_as_text_word_pdf_and_json(machines: Machines, script: int) -> None:
    answers = {
        name: machines.broadcaster.call("GET", f"/radio/scripts/{script}.{name}")
        for name in ("txt", "docx", "pdf", "json")
    }
    assert {answer.status_code for answer in answers.values()} == {200}
    assert "nộp hồ sơ" in answers["txt"].text.lower()
    assert zipfile.ZipFile(io.BytesIO(answers["docx"].data)).testzip() is None
    assert answers["pdf"].data.startswith(b"%PDF-")
    assert answers["json"].json is not None
    assert answers["json"].json["script"]["lines"]
    assert "kich-ban-" in answers["docx"].headers["Content-Disposition"]
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Download)) == 4
    whole = machines.broadcaster.get(f"/radio/scripts/{script}")
    assert whole["script"] == answers["json"].json["script"]


def test_a_file_is_sent_once_and_noted_once(machines: Machines, script: int) -> None:
    path = f"/radio/scripts/{script}.txt"
    head = machines.broadcaster.call("HEAD", path)
    assert db.session.scalar(select(func.count()).select_from(Download)) == 0
    first = machines.broadcaster.call("GET", path)
    assert first.headers["ETag"] == head.headers["ETag"]
    assert first.headers["Last-Modified"] == "Sun, 22 Nov 2026 01:00:00 GMT"
    for condition in ({"If-None-Match": first.headers["ETag"]}, {"If-Modified-Since": first.headers["Last-Modified"]}):
        assert machines.broadcaster.call("GET", path, headers=condition).status_code == 304
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Download)) == 1


def test_a_script_that_was_called_back_is_no_longer_read(
    room: Newsroom, machines: Machines, script: int, engine_of: Engine, clock: Clock
) -> None:
    story = machines.broadcaster.get(f"/radio/scripts/{script}")["story"]
    clock.turn(minutes=10)
    machines.lead.post(f"/stories/{story}/retract", {"reason": "Sai số điện thoại."})
    engine_of.run_due()
    (line,) = machines.broadcaster.get("/radio/scripts", since="2026-11-22T01:05:00Z")["items"]
    assert (line["withdrawn"], line["reason"]) == (True, "Sai số điện thoại.")
    assert machines.broadcaster.get(f"/radio/scripts/{script}")["script"] is None
    for name in ("txt", "docx", "pdf", "json"):
        assert machines.broadcaster.call("GET", f"/radio/scripts/{script}.{name}").status_code == 410
    assert "bộ phận một cửa" not in machines.broadcaster.call("GET", f"/radio/scripts/{script}.txt").text


AIRED = {"event_id": "dai-ben-tre-0001", "started_at": "2026-11-22T17:30:00+07:00", "duration_s": 250}


def test_a_broadcast_is_logged_once_however_often_it_is_sent(
    room: Newsroom, machines: Machines, script: int, clock: Clock
) -> None:
    clock.turn(hours=12)
    path = f"/radio/scripts/{script}/broadcasts"
    first = machines.broadcaster.post(path, AIRED, 201)
    assert (first["started_at"], first["duration_s"], first["logged_by"]) == (
        "2026-11-22T10:30:00Z", 250, "Ngô Mai Phương",
    )  # fmt: skip
    clock.turn(minutes=5)
    assert machines.broadcaster.post(path, AIRED, 200) == first
    assert machines.broadcaster.get(path)["items"] == [first]
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Broadcast)) == 1
    assert machines.broadcaster.get(f"/radio/scripts/{script}")["aired"] == 1


def test_a_wrong_entry_is_taken_back_with_a_reason(machines: Machines, script: int, clock: Clock) -> None:
    clock.turn(hours=12)
    path = f"/radio/scripts/{script}/broadcasts"
    entry = machines.broadcaster.post(path, AIRED, 201)
    void = f"/radio/broadcasts/{entry['id']}/void"
    assert refusal(machines.broadcaster.call("POST", void, json={"reason": ""}), 422)["errors"][0]["field"] == "reason"
    assert machines.broadcaster.post(void, {"reason": "Nhầm ngày."})["void_reason"] == "Nhầm ngày."
    refusal(machines.broadcaster.call("POST", void, json={"reason": "Lại"}), 409)
    assert machines.broadcaster.get(f"/radio/scripts/{script}")["aired"] == 0


def test_a_broadcast_that_cannot_be_is_refused(room: Newsroom, machines: Machines, script: int, clock: Clock) -> None:
    clock.turn(hours=12)
    path = f"/radio/scripts/{script}/broadcasts"
    for change, field in (
        ({"event_id": "ngắn"}, "event_id"),
        ({"event_id": "có dấu cách"}, "event_id"),
        ({"started_at": (clock() + timedelta(hours=1)).isoformat()}, "started_at"),
        ({"started_at": "2026-11-21T17:30:00+07:00"}, "started_at"),
        ({"started_at": "2026-11-22 17:30"}, "started_at"),
        ({"duration_s": 0}, "duration_s"),
        ({"duration_s": "250"}, "duration_s"),
        ({"unit": "unit-báo-sông-vàm"}, "unit"),
        ({"station": "x" * 300}, "station"),
    ):
        told = refusal(machines.broadcaster.call("POST", path, json={**AIRED, **change}), 422)
        assert told["errors"][0]["field"] == field
    refusal(machines.viewer.call("POST", path, json=AIRED), 403, "not-allowed")
    refusal(machines.broadcaster.call("POST", "/radio/scripts/999/broadcasts", json=AIRED), 404)
    assert machines.broadcaster.get(path)["items"] == []


def test_scripts_are_for_stations_of_the_unit(machines: Machines, script: int) -> None:
    assert machines.viewer.get(f"/radio/scripts/{script}")["id"] == script
    refusal(machines.outsider.call("GET", f"/radio/scripts/{script}"), 404)
    assert machines.outsider.get("/radio/scripts")["items"] == []
