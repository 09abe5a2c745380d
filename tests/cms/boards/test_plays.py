"""Proof of play: each showing is kept once, what cannot be true is refused, and only the board itself may report."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select
from werkzeug.test import TestResponse

from cms.boards import service
from cms.core import access_keys
from cms.core.database import changing, db
from cms.models.boards import BoardKey, Play, PlayDay
from tests.cms import newsroom
from tests.cms.feeds.press import Press
from tests.conftest import SUNDAY, Clock

KEY = "khoa-cua-bang-0123456789"


@pytest.fixture
def press(app: Flask, engine: Engine, clock: Clock) -> Press:
    """A newsroom whose board has a key and carries a story."""
    made = Press(app, engine, clock)
    give_key(made.board.id, KEY)
    made.publish(made.board)
    return made


def give_key(channel_id: int, key: str) -> None:
    with changing() as session:
        session.add(BoardKey(channel_id=channel_id, hash=access_keys.digest(key), created_at=SUNDAY))


def shown(number: int = 1, **change: Any) -> dict[str, Any]:
    """One showing as a controller reports it."""
    said = {"item_id": 1, "revision": 1, "started_at": "2026-11-22T00:59:00Z", "elapsed_ms": 8000, "end_reason": "end"}
    return {"event_id": f"cong-bao-{number:06}", **said, **change}


def send(press: Press, *events: object, key: str = KEY, board: str = "cong-bao", **options: Any) -> TestResponse:
    """Report over HTTP."""
    options.setdefault("data", json.dumps({"events": events}))
    options.setdefault("headers", {"Authorization": f"Bearer {key}"})
    return newsroom.visitor(press.app).post(f"/boards/{board}/plays", **options)


def kept() -> int:
    """How many showings the database holds."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Play)) or 0


def test_a_batch_is_kept_and_every_event_acknowledged(press: Press) -> None:
    answer = send(press, shown(1), shown(2))
    assert answer.status_code == 200
    assert answer.get_json() == {"acknowledged": ["cong-bao-000001", "cong-bao-000002"], "refused": []}
    assert kept() == 2
    play = db.session.get_one(Play, "cong-bao-000001")
    assert (play.delivery_id, play.elapsed_ms, play.day.isoformat()) == (1, 8000, "2026-11-22")
    assert play.started_at == datetime(2026, 11, 22, 0, 59, tzinfo=UTC)


def test_an_event_sent_again_is_acknowledged_again_and_kept_once(press: Press) -> None:
    for _ in range(3):
        assert send(press, shown(1), shown(1)).get_json()["refused"] == []
    assert kept() == 1


def test_an_event_keeps_what_it_said_first(press: Press) -> None:
    send(press, shown(1, elapsed_ms=8000))
    answer = send(press, shown(1, elapsed_ms=9000), shown(1, elapsed_ms=8000)).get_json()
    assert answer == {"acknowledged": ["cong-bao-000001"], "refused": ["cong-bao-000001"]}
    assert db.session.get_one(Play, "cong-bao-000001").elapsed_ms == 8000


def days() -> list[tuple[int, str, int, int]]:
    """The sums by day."""
    db.session.rollback()
    rows = db.session.scalars(select(PlayDay).order_by(PlayDay.day))
    return [(row.delivery_id, row.day.isoformat(), row.plays, row.elapsed_ms) for row in rows]


def test_showings_are_summed_up_by_day_and_an_event_adds_to_them_once(press: Press) -> None:
    press.clock.turn(days=1)
    tomorrow = shown(3, started_at="2026-11-23T00:30:00Z")
    send(press, shown(1, elapsed_ms=8000), shown(2, elapsed_ms=9000), tomorrow)
    send(press, shown(2, elapsed_ms=9000), shown(4, elapsed_ms=1000), shown(4, elapsed_ms=1000), tomorrow)
    assert days() == [(1, "2026-11-22", 3, 18000), (1, "2026-11-23", 1, 8000)]


def test_the_day_is_the_one_in_viet_nam(press: Press) -> None:
    press.clock.turn(days=1)
    send(press, shown(1, started_at="2026-11-22T17:30:00Z"), shown(2, started_at="2026-11-22T16:30:00Z"))
    days = db.session.scalars(select(Play.day).order_by(Play.event_id))
    assert [day.isoformat() for day in days] == ["2026-11-23", "2026-11-22"]


def test_an_empty_batch_is_a_sign_of_life(press: Press) -> None:
    press.clock.turn(minutes=3)
    assert send(press).get_json() == {"acknowledged": [], "refused": []}
    assert db.session.get_one(BoardKey, press.board.id).seen_at == press.clock()


def test_an_item_of_another_board_or_of_none_is_refused_and_the_rest_kept(press: Press) -> None:
    other = newsroom.channel("led_board", press.room.paper, "bang-khac")
    press.publish(other)
    answer = send(press, shown(1), shown(2, item_id=2), shown(3, item_id=77)).get_json()
    assert answer == {"acknowledged": ["cong-bao-000001"], "refused": ["cong-bao-000002", "cong-bao-000003"]}
    assert kept() == 1


def test_an_impossible_clock_is_refused(press: Press) -> None:
    times = ["2026-11-22T01:11:00Z", "2026-10-01T00:00:00Z", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00"]
    answer = send(press, *(shown(n, started_at=at) for n, at in enumerate(times))).get_json()
    assert len(answer["refused"]) == len(times)
    assert kept() == 0


@pytest.mark.parametrize(
    ("ago", "believed"),
    [
        (timedelta(0), True),
        (timedelta(minutes=-10), True),
        (timedelta(minutes=-10, seconds=-1), False),
        (timedelta(days=45), True),
        (timedelta(days=45, seconds=1), False),
    ],
)
def test_what_a_board_with_a_right_clock_could_say(ago: timedelta, believed: bool) -> None:
    assert service.believable(SUNDAY - ago, SUNDAY) is believed


def test_a_withdrawn_item_that_was_shown_is_still_evidence(press: Press) -> None:
    other = press.publish(press.board)
    press.retract(other)
    assert send(press, shown(1, item_id=2)).get_json()["refused"] == []


def test_a_wrong_key_is_refused_with_one_sentence(press: Press) -> None:
    for key in ("", "sai", KEY.upper(), KEY[:-1], f"{KEY}0", "ñ"):
        answer = send(press, shown(), key=key)
        assert answer.status_code == 403
        assert "hóa" in answer.get_json()["detail"]
    assert kept() == 0


def test_without_a_key_nothing_is_taken(press: Press) -> None:
    for headers in ({}, {"Authorization": KEY}, {"Authorization": f"Basic {KEY}"}, {"Authorization": "Bearer"}):
        assert send(press, shown(), headers=headers).status_code == 403
    assert kept() == 0


def test_the_key_of_one_board_opens_no_other(press: Press) -> None:
    other = newsroom.channel("led_board", press.room.paper, "bang-khac")
    give_key(other.id, "khoa-cua-bang-khac-012345")
    press.publish(other)
    assert send(press, shown(item_id=2), board="bang-khac").status_code == 403
    assert send(press, shown(item_id=2), board="bang-khac", key="khoa-cua-bang-khac-012345").status_code == 200


def test_a_board_without_a_key_or_switched_off_or_not_there_takes_nothing(press: Press) -> None:
    newsroom.channel("led_board", press.room.paper, "khong-khoa")
    assert send(press, shown(), board="khong-khoa").status_code == 403
    assert send(press, shown(), board="khong-co").status_code == 404
    assert send(press, shown(), board="bao").status_code == 404
    press.change(press.board, active=False)
    assert send(press, shown()).status_code == 404


def test_only_a_hash_of_the_key_is_kept(press: Press) -> None:
    held = db.session.get_one(BoardKey, press.board.id)
    assert KEY not in repr(vars(held))
    assert len(held.hash) == 64


MALFORMED: list[bytes] = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"\xff\xfe",
    b'{"events": 1}',
    b'{"plays": []}',
    json.dumps({"events": [{}]}).encode(),
    json.dumps({"events": [shown(event_id="short")]}).encode(),
    json.dumps({"events": [shown(event_id="có dấu và cách")]}).encode(),
    json.dumps({"events": [shown(event_id="x" * 81)]}).encode(),
    json.dumps({"events": [shown(item_id=0)]}).encode(),
    json.dumps({"events": [shown(item_id=2**40)]}).encode(),
    json.dumps({"events": [shown(revision="one")]}).encode(),
    json.dumps({"events": [shown(started_at="2026-11-22T00:59:00")]}).encode(),
    json.dumps({"events": [shown(started_at="yesterday")]}).encode(),
    json.dumps({"events": [shown(elapsed_ms=0)]}).encode(),
    json.dumps({"events": [shown(elapsed_ms=24 * 3600 * 1000 + 1)]}).encode(),
    json.dumps({"events": [shown(end_reason="x" * 21)]}).encode(),
    json.dumps({"events": [shown(1), {"event_id": "cong-bao-000002"}]}).encode(),
]


def test_a_malformed_report_is_refused_as_a_whole_with_one_sentence_for_machines(press: Press) -> None:
    for data in MALFORMED:
        answer = send(press, data=data)
        assert answer.status_code == 422, data
        assert answer.mimetype == "application/problem+json"
        assert answer.get_json()["detail"].startswith("Báo cáo phát không đúng định dạng")
    assert kept() == 0


def test_unknown_fields_are_no_reason_to_refuse(press: Press) -> None:
    assert send(press, shown(temperature_c=41.5)).get_json()["refused"] == []


def test_a_batch_has_a_limit_that_a_board_stays_below(press: Press) -> None:
    assert send(press, *(shown(n) for n in range(500))).status_code == 200
    assert send(press, *(shown(n) for n in range(501))).status_code == 422
    assert kept() == 500


def test_a_body_that_never_ends_is_cut_off(press: Press) -> None:
    assert send(press, data=b" " * 10_000_000).status_code == 413


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"item_id": 77}, "unknown_item"),
        ({"started_at": "2026-11-22T01:11:00Z"}, "wrong_time"),
        ({"elapsed_ms": 24 * 3600 * 1000}, "too_long"),
        ({"started_at": "2026-11-21T22:00:00Z", "elapsed_ms": 3600 * 1000 + 1}, "too_long"),
        ({"started_at": "2026-11-22T01:05:00Z", "elapsed_ms": 6 * 60 * 1000}, "not_over"),
        ({"started_at": "2026-11-22T00:50:00Z"}, "differs"),
        ({"started_at": "2026-11-22T00:49:59Z"}, "too_early"),
        ({"started_at": "2026-11-21T10:00:00Z"}, "too_early"),
        ({"elapsed_ms": 9000}, "differs"),
        ({"started_at": "2026-11-22T00:58:59Z"}, "differs"),
        ({"revision": 2}, "differs"),
        ({"started_at": "2026-11-22T07:59:00+07:00", "end_reason": "stop"}, ""),
    ],
)
def test_each_event_has_its_verdict_and_the_others_are_kept(press: Press, change: dict[str, Any], reason: str) -> None:
    send(press, shown(1))
    data = json.dumps({"events": [shown(2), shown(1, **change), shown(3)]})
    headers = {"Authorization": f"Bearer {KEY}"}
    answer = newsroom.visitor(press.app).post("/boards/cong-bao/plays?reasons=1", data=data, headers=headers).get_json()
    assert answer["reasons"] == ({"cong-bao-000001": reason} if reason else {})
    assert answer["refused"] == (["cong-bao-000001"] if reason else [])
    assert kept() == 3


def test_the_ids_of_one_board_are_not_those_of_another(press: Press) -> None:
    other = newsroom.channel("led_board", press.room.paper, "bang-khac")
    give_key(other.id, "khoa-cua-bang-khac-012345")
    press.publish(other)
    send(press, shown(1))
    for elapsed, refused in ((5000, []), (5000, []), (6000, ["cong-bao-000001"])):
        answer = send(
            press, shown(1, item_id=2, elapsed_ms=elapsed), board="bang-khac", key="khoa-cua-bang-khac-012345"
        )
        assert answer.get_json()["refused"] == refused
    assert kept() == 2


def test_the_player_shows_the_boards_playlist_and_loads_nothing_from_elsewhere(press: Press) -> None:
    page = newsroom.visitor(press.app).get("/boards/cong-bao/player")
    assert page.status_code == 200
    assert 'data-playlist="/boards/cong-bao/playlist.json"' in page.text
    assert "http://" not in page.text
    assert "https://" not in page.text
    for board in ("bao", "khong-co"):
        assert newsroom.visitor(press.app).get(f"/boards/{board}/player").status_code == 404
