"""A story's public page, liveness and metrics."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine, insert

from cms.core.database import db
from cms.core.settings import Settings
from cms.processes.restarts import Restarts
from scheduler.storage.database import writing
from scheduler.storage.rows import WORKER
from tests.cms import newsroom
from tests.cms.feeds.press import Press
from tests.conftest import Clock


def test_a_live_story_has_a_page_for_everybody(press: Press, client: FlaskClient) -> None:
    story = press.publish(title="Nộp hồ sơ <từ> nhà", body="Mở **Cổng** <script>alert(1)</script>.")
    page = client.get(f"/tin/{story.id}")
    assert page.status_code == 200
    assert "Nộp hồ sơ &lt;từ&gt; nhà" in page.text
    assert "<strong>Cổng</strong>" in page.text
    assert "alert(1)" not in page.text
    assert "08:00 22/11/2026 GMT+7" in page.text
    assert "Set-Cookie" not in page.headers


def test_the_page_is_asked_for_conditionally(press: Press, client: FlaskClient) -> None:
    story = press.publish()
    first = client.get(f"/tin/{story.id}")
    for asked in ({"If-None-Match": first.headers["ETag"]}, {"If-Modified-Since": first.headers["Last-Modified"]}):
        assert client.get(f"/tin/{story.id}", headers=asked).status_code == 304
    press.clock.turn(minutes=5)
    press.correct(story, title="Tiêu đề đã sửa")
    again = client.get(f"/tin/{story.id}", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert "Tiêu đề đã sửa" in again.text
    assert "sửa lúc" in again.text


def test_a_withdrawn_story_says_so_and_shows_nothing_of_itself(press: Press, client: FlaskClient) -> None:
    story = press.publish(title="Một con số sai", body="Chi tiết sai.")
    press.retract(story)
    page = client.get(f"/tin/{story.id}")
    assert page.status_code == 410
    assert "Tin đã được thu hồi" in page.text
    assert "sai" not in page.text
    assert "noindex" in page.text


def test_what_was_never_public_is_not_there(press: Press, client: FlaskClient) -> None:
    room = press.room
    draft = newsroom.story(room.editor, room.paper, now=press.clock())
    approved = newsroom.approved(room.editor, room.lead, room.paper, now=press.clock())
    on_a_board_only = press.publish(press.board)
    for story_id in (draft.id, approved.id, on_a_board_only.id, 999_999, 2**70):
        assert client.get(f"/tin/{story_id}").status_code == 404
    assert client.get("/tin/abc").status_code == 404


def beat(engine: Engine, clock: Clock, seconds_ago: float) -> None:
    """A scheduler that was seen so long ago."""
    seen = clock() - timedelta(seconds=seconds_ago)
    with writing(engine) as connection:
        connection.execute(insert(WORKER).values(name="w", started_at=seen, seen_at=seen, host="h", pid=1))


@pytest.mark.parametrize(("age", "status"), [(0.0, "ok"), (59.0, "ok"), (61.0, "scheduler-late")])
def test_liveness_tells_how_old_the_heartbeat_is(
    app: Flask, client: FlaskClient, engine: Engine, clock: Clock, age: float, status: str
) -> None:
    beat(engine, clock, age)
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json == {
        "status": status, "heartbeat_age_s": age, "overdue": 0, "needs_person": 0, "restarts": {}
    }  # fmt: skip
    assert answer.headers["Cache-Control"] == "no-store"


def test_without_a_scheduler_the_web_still_lives_and_says_so(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    told = answer.get_json()
    assert (answer.status_code, told["status"], told["heartbeat_age_s"]) == (200, "scheduler-late", None)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_database_that_cannot_be_read_is_told_with_503(app: Flask, client: FlaskClient, tmp_path: Path) -> None:
    db.session.remove()
    db.engine.dispose()
    for part in tmp_path.glob("dakenh.db*"):
        part.unlink()
    (tmp_path / "dakenh.db").write_bytes(b"no database" * 1000)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (503, {"status": "database-unreachable"})


def test_what_waits_is_counted_in_both(press: Press, client: FlaskClient) -> None:
    story = press.publish(press.portal, press.board)
    assert story.id
    counted = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(client.get("/metrics").text)
        for sample in family.samples
    }
    assert counted["dakenh_deliveries", "portal_rss", "live"] == 1
    assert counted["dakenh_deliveries", "led_board", "live"] == 1
    assert counted["dakenh_deliveries_overdue",] == 0
    assert counted["dakenh_deliveries_needing_person",] == 0
    assert counted["dakenh_scheduler_heartbeat_age_seconds",] == -1


def test_what_was_started_again_is_told_in_both(app: Flask, client: FlaskClient, clock: Clock, tmp_path: Path) -> None:
    for name in ("web", "web-worker", "web-worker"):
        Restarts(tmp_path).add(name, clock())
    told = client.get("/healthz").get_json()["restarts"]
    assert told == {"web": 1, "web-worker": 2}
    text = client.get("/metrics").text
    assert 'dakenh_process_restarts_total{process="web-worker"} 2.0' in text
    last = re.search(r'dakenh_process_last_restart_timestamp_seconds\{process="web"\} (\S+)', text)
    assert last
    assert float(last[1]) == clock().timestamp()


TOKEN = "một chuỗi dài khó đoán"


@pytest.mark.parametrize(
    ("closed", "sent", "status"),
    [
        ({}, "", 200),
        ({"metrics": "off"}, "", 404),
        ({"metrics": "off", "metrics_token": TOKEN}, f"Bearer {TOKEN}", 404),
        ({"metrics_token": TOKEN}, "", 401),
        ({"metrics_token": TOKEN}, "Bearer", 401),
        ({"metrics_token": TOKEN}, f"Basic {TOKEN}", 401),
        ({"metrics_token": TOKEN}, f"Bearer {TOKEN}x", 401),
        ({"metrics_token": TOKEN}, f"Bearer {TOKEN[:-1]}", 401),
        ({"metrics_token": TOKEN}, f"bearer {TOKEN}", 200),
    ],
)
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_metrics_can_be_closed_or_ask_for_a_token(
    settings: Settings, clock: Clock, closed: dict[str, str], sent: str, status: int
) -> None:
    from cms.app.application import create_app

    made = create_app(settings.model_copy(update=closed), now=clock)
    headers = {"Authorization": sent.encode().decode("latin-1")} if sent else {}
    with made.app_context():
        answer = made.test_client().get("/metrics", headers=headers)
        db.engine.dispose()
    assert answer.status_code == status
    assert ("dakenh_deliveries" in answer.text) is (status == 200)
    assert answer.headers.get("WWW-Authenticate") == ("Bearer" if status == 401 else None)


def test_metrics_are_prometheus_text_and_name_nobody(press: Press, client: FlaskClient) -> None:
    press.publish(title="Một tiêu đề")
    answer = client.get("/metrics")
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    assert "tiêu đề" not in answer.text
    assert press.room.editor.username not in json.dumps(answer.text)
