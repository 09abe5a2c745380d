"""A channel stands the same on its list, its page, among open matters, in the API, for monitors and in metrics."""

import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from channels import registry
from cms.core.database import changing, db
from cms.models.boards import BoardKey
from cms.web.context import settings
from scheduler.followers.tables import AccountStanding
from scheduler.storage.tables import Channel, ChannelSecret
from scheduler.storage.vault import Keys
from tests.cms.api.machine import Machine
from tests.cms.newsroom import Newsroom, channel, newsroom, sign_in
from tests.conftest import Clock


@pytest.fixture
def news(app: Flask) -> Newsroom:
    return newsroom()


TOKENS = {"app_secret": "bí mật", "access_token": "a" * 40, "refresh_token": "r" * 40}


def zalo(
    news: Newsroom, secrets: dict[str, str] | None, clock: Clock, problem: dict[str, Any] | None = None
) -> Channel:
    own = registry.adapter("zalo_oa").Settings.model_validate({"app_id": "123"}).model_dump(mode="json")
    made = channel("zalo_oa", news.paper, "oa", settings=own, name="OA Sông Vàm")
    with changing() as session:
        if secrets is not None:
            box = Keys(settings().encryption_keys).seal(secrets)
            session.add(ChannelSecret(channel_id=made.id, box=box, updated_at=clock()))
        if problem is not None:
            session.add(AccountStanding(channel_id=made.id, looked_at=clock(), problem=problem))
    return made


@pytest.mark.parametrize(
    ("secrets", "problem", "standing", "name", "grave"),
    [
        (None, None, "not_connected", "Chưa kết nối", True),
        ({"app_secret": "x"}, None, "not_connected", "Chưa kết nối", True),
        (TOKENS, None, "ok", "Hoạt động", False),
        (TOKENS, {"kind": "auth", "text": "Zalo không nhận mã."}, "needs_auth", "Cần cấp quyền lại", True),
        (TOKENS, {"kind": "transient", "text": "Zalo bận."}, "ok", "Hoạt động", False),
        (TOKENS, [], "ok", "Hoạt động", False),
    ],
)
def test_an_account_that_cannot_publish_is_nowhere_called_well(
    app: Flask, news: Newsroom, client: FlaskClient, clock: Clock, secrets: Any, problem: Any, standing: str, name: str,
    grave: bool,
) -> None:  # fmt: skip
    made = zalo(news, secrets, clock, problem)
    assert_told(app, news, client, made, standing, name, grave=grave)


@pytest.mark.parametrize(
    ("key", "seen", "standing", "name"),
    [
        (False, None, "no_key", "Chưa cấp khóa cho bảng"),
        (True, None, "never_seen", "Bảng chưa báo về lần nào"),
        (True, 1, "ok", "Hoạt động"),
        (True, 90, "ok", "Hoạt động"),
    ],
)
def test_a_board_that_has_never_reported_is_not_called_well(
    app: Flask, news: Newsroom, client: FlaskClient, clock: Clock, key: bool, seen: int | None, standing: str, name: str
) -> None:
    """One that carries nothing may be silent; with something on it see ``tests/scheduler/test_standing.py``."""
    made = channel("led_board", news.paper, "bang")
    if key:
        with changing() as session:
            at = clock() - timedelta(hours=seen) if seen is not None else None
            session.add(BoardKey(channel_id=made.id, hash="0" * 64, created_at=clock(), seen_at=at))
    assert_told(app, news, client, made, standing, name, grave=False)


def assert_told(
    app: Flask, news: Newsroom, client: FlaskClient, made: Channel, standing: str, name: str, *, grave: bool
) -> None:
    """Every place tells the same."""
    db.session.rollback()
    admin = sign_in(app, news.admin)
    assert name in admin.get("/channels").text
    assert name in admin.get(f"/channels/{made.id}").text
    assert (f"{made.name}</a>: {name}" in admin.get("/deliveries/attention").text) is grave
    for told in (Machine(app, news.admin).get(f"/channels/{made.slug}"),
                 Machine(app, news.admin).get("/channels")["items"][0]):  # fmt: skip
        assert told["standing"] == standing
        assert bool(told["standing_words"]) is (standing != "ok")
    assert json.loads(client.get("/healthz").data).get("channels", {}) == ({made.slug: standing} if grave else {})
    assert f'dakenh_channel_standing{{channel="{made.slug}",standing="{standing}"}} 1.0' in client.get("/metrics").text
