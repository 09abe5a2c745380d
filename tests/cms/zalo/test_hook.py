"""Zalo tells of followers: believed when signed, counted once, answered in time."""

import json
import threading
import time
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from channels.localtime import local_day
from channels.zalo_oa.simulator.webhook import mac
from cms.core.database import db
from cms.models.followers import FollowerEvent
from cms.zalo import queries
from scheduler.storage.database import open_engine, writing
from tests.channels.zalo_oa.running import APP_ID
from tests.cms.newsroom import Browser, channel, visitor
from tests.cms.zalo.conftest import HOOK_KEY, OA_ID, Office


@pytest.fixture
def zalo_calls(office: Office) -> Browser:
    office.app.config["WTF_CSRF_ENABLED"] = True
    return visitor(office.app)


def event(office: Office, **change: Any) -> dict[str, Any]:
    known = {
        "event_name": "follow", "app_id": APP_ID, "oa_id": OA_ID, "follower": {"id": "77"}, "source": "oa_profile",
        "timestamp": str(round(office.clock().timestamp() * 1000)),
    }  # fmt: skip
    return {**known, **change}


def told(
    browser: Browser, said: dict[str, Any], *, key: str = HOOK_KEY, slug: str = "zalo-bao", body: bytes = b""
) -> TestResponse:
    raw = json.dumps(said).encode()
    signature = f"mac={mac(str(said['app_id']), raw, str(said['timestamp']), key)}"
    headers = {"X-ZEvent-Signature": signature, "Content-Type": "application/json"}
    return browser.post(f"/hooks/zalo/{slug}", data=body or raw, headers=headers)


def kept() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(FollowerEvent)) or 0


def test_a_follower_is_counted_once_however_often_zalo_tells(zalo_calls: Browser, office: Office) -> None:
    for expected in ("kept", "repeated", "repeated"):
        answer = told(zalo_calls, event(office))
        assert (answer.status_code, answer.json) == (200, {"result": expected})
    told(zalo_calls, event(office, event_name="unfollow"))
    told(zalo_calls, event(office, follower={"id": "78"}))
    today = queries.days(db.session(), office.oa.id, local_day(office.clock()))[0]
    assert (today.came, today.left) == (2, 1)


def test_what_zalo_did_not_sign_is_refused_and_leaves_nothing(zalo_calls: Browser, office: Office) -> None:
    assert told(zalo_calls, event(office), key="khóa-khác").status_code == 403
    assert told(zalo_calls, event(office), body=b'{"event_name": "follow"}').status_code == 403
    assert zalo_calls.post("/hooks/zalo/zalo-bao", data=b"{}").status_code == 403
    assert told(zalo_calls, event(office, oa_id="khac")).status_code == 403
    assert told(zalo_calls, event(office), slug="khong-co").status_code == 404
    assert zalo_calls.get("/hooks/zalo/zalo-bao").status_code == 405
    assert kept() == 0


def test_a_channel_without_a_key_believes_nobody(zalo_calls: Browser, office: Office) -> None:
    channel("zalo_oa", office.news.paper, "zalo-hai", settings={"app_id": APP_ID})
    assert told(zalo_calls, event(office), slug="zalo-hai", key="").status_code == 403


def test_old_replays_and_other_events_are_answered_and_forgotten(zalo_calls: Browser, office: Office) -> None:
    captured = event(office)
    office.turn(days=2)
    assert told(zalo_calls, captured).json == {"result": "ignored"}
    assert told(zalo_calls, event(office, event_name="user_send_text")).json == {"result": "ignored"}
    assert kept() == 0


def test_a_body_that_is_too_large_is_not_read(zalo_calls: Browser, office: Office) -> None:
    answer = told(zalo_calls, event(office), body=b"x" * (64 * 1024 + 1))
    assert answer.status_code == 413


def test_two_deliveries_at_once_count_one(office: Office) -> None:
    said, answers = event(office), list[str]()

    def call() -> None:
        answers.append(told(visitor(office.app), said).json["result"])  # type: ignore[index]

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["kept", "repeated", "repeated", "repeated"]


def test_a_busy_database_is_told_within_two_seconds_and_zalo_comes_again(
    zalo_calls: Browser, office: Office, url: str
) -> None:
    other = open_engine(url)
    with writing(other) as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("LOCK TABLE follower_event IN EXCLUSIVE MODE")
        began = time.monotonic()
        answer = told(zalo_calls, event(office))
        assert time.monotonic() - began < 2
        assert (answer.status_code, answer.json) == (503, {"result": "busy"})
    other.dispose()
    assert told(zalo_calls, event(office)).json == {"result": "kept"}


def test_the_simulator_s_events_come_through_as_they_are(office: Office, zalo_calls: Browser) -> None:
    """Signed by the simulator over its own bytes, letters of Vietnamese among them."""
    office.zalo.config(webhook_secret=HOOK_KEY)
    office.zalo.sim("POST", "events", {"event_name": "follow", "follower": {"id": "9"}, "source": "mã QR ở xã"})
    sent = office.zalo.sim("GET", "events")[0]
    raw = json.dumps(sent["body"], ensure_ascii=False).encode()
    signature = f"mac={mac(APP_ID, raw, sent['body']['timestamp'], HOOK_KEY)}"
    answer = zalo_calls.post("/hooks/zalo/zalo-bao", data=raw, headers={"X-ZEvent-Signature": signature})
    assert answer.json == {"result": "kept"}
