"""A newsroom whose paper has an Official Account at a simulator, with articles live on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from cms.core.database import changing, db
from cms.web.context import context
from scheduler.decisions.states import DeliveryState
from scheduler.engine.config import EngineConfig
from scheduler.followers.accounts import Accounts
from scheduler.followers.worker import FollowersWorker, lanes
from scheduler.storage.tables import Channel, Delivery
from scheduler.storage.vault import Keys, put_secrets
from tests.channels.zalo_oa.running import APP_ID, APP_SECRET, Running, running
from tests.channels.zalo_oa.running import Clock as ZaloClock
from tests.cms.newsroom import Newsroom, approved, channel, delivery, newsroom
from tests.conftest import Clock
from tests.scheduler.followers.conftest import article

HOOK_KEY = "khóa-của-oa"
OA_ID = "1430288419280015617"


@dataclass
class Office:
    """The newsroom, its account and the simulator behind it, on one clock."""

    app: Flask
    news: Newsroom
    oa: Channel
    zalo: Running
    clock: Clock

    def live(self, title: str, **columns: Any) -> Delivery:
        """An article that is live on the account and at Zalo."""
        token = self.zalo.api("POST", "article/create", article(title))["data"]["token"]
        for _ in range(3):
            said = self.zalo.api("POST", "article/verify", {"token": token})
        made = approved(self.news.editor, self.news.lead, self.news.paper, now=self.clock(), title=title)
        one = delivery(made, self.oa, DeliveryState.LIVE, now=self.clock())
        with changing() as session:
            row = session.get_one(Delivery, one.id)
            row.provider_id, row.live_rendition_id = str(said["data"]["id"]), row.rendition_id
            for name, value in columns.items():
                setattr(row, name, value)
        return row

    def work(self) -> None:
        """The scheduler's work on followers, all that is due."""
        db.session.rollback()
        config = EngineConfig(keys=context().settings.encryption_keys, draw=lambda _low, high: high)
        FollowersWorker(lanes(Accounts(db.engine, config, self.clock))).run_due()

    def turn(self, **by: float) -> None:
        """Let time pass here and at Zalo."""
        self.zalo.clock.time = self.clock.turn(**by)


@pytest.fixture
def zalo(tmp_path: Path, clock: Clock) -> Iterator[Running]:
    with running(tmp_path / "zalo.sqlite", ZaloClock(clock())) as run:
        run.config(fetch_images="never", followers=1250)
        yield run


@pytest.fixture
def office(app: Flask, zalo: Running, clock: Clock) -> Office:
    news = newsroom()
    settings = {"app_id": APP_ID, "oa_id": OA_ID, "api_url": zalo.url, "oauth_url": zalo.url, "timeout_s": 10.0}
    oa = channel("zalo_oa", news.paper, "zalo-bao", settings=settings, name="Zalo Báo Sông Vàm")
    secrets = {
        "app_secret": APP_SECRET, "access_token": zalo.access, "refresh_token": zalo.refresh, "oa_secret_key": HOOK_KEY,
        "expires_at": (clock() + timedelta(days=1)).isoformat(), "refresh_issued_at": clock().isoformat(),
    }  # fmt: skip
    with changing() as session:
        put_secrets(session.connection(), oa.id, secrets, Keys(context().settings.encryption_keys), clock())
    return Office(app, news, oa, zalo, clock)
