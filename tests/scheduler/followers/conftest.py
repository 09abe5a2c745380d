"""A newsroom's channel with live articles at a simulator over real HTTP, and workers on a clock that is turned."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine as Database
from sqlalchemy import column, insert, select, table, update

from scheduler.decisions.states import DeliveryState, Desired
from scheduler.engine.config import EngineConfig
from scheduler.followers import orders
from scheduler.followers.accounts import Accounts
from scheduler.followers.rows import ATTEMPT, BROADCAST, STANDING, TRIAL
from scheduler.followers.sending import Broadcasts
from scheduler.followers.states import BroadcastState
from scheduler.followers.worker import FollowersWorker, lanes
from scheduler.storage.database import writing
from scheduler.storage.rows import CHANNEL, DELIVERY, RENDITION
from scheduler.storage.vault import Keys, put_secrets
from tests.channels.zalo_oa.running import APP_ID, APP_SECRET, Clock, Running, running

UNIT = table("unit", *(column(name) for name in ("id", "code", "name", "short_name", "path", "groups", "own_approval")))
MORNING = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
"""10:00 on a Monday in Viet Nam."""
KEYS = ("k" * 32,)
LEAD = timedelta(minutes=40)
HASTY = 0.8
"""Seconds that a call may take where a fault keeps the caller waiting."""


def patience(fault: str) -> float:
    """Seconds that a call may take: only a provider that keeps silent asks for haste, a busy machine does not."""
    return HASTY if fault == "timeout" else 10.0


def article(title: str) -> dict[str, Any]:
    """A payload that Zalo takes."""
    return {
        "type": "normal", "title": title, "author": "Ngọc Diệp", "description": f"Về {title}.",
        "cover": {"cover_type": "photo", "photo_url": "https://tinh.example.vn/a.jpg", "status": "show"},
        "body": [{"type": "text", "content": "Nội dung."}], "status": "show", "comment": "show",
    }  # fmt: skip


class Desk:
    """Everything a test needs to order broadcasts and see what became of them."""

    def __init__(self, database: Database, zalo: Running, timeout_s: float = 10.0) -> None:
        self.database = database
        self.zalo = zalo
        self.clock = zalo.clock
        self.stories = 0
        with writing(database) as connection:
            unit = {"id": 1, "code": "bao", "name": "Báo Thử Nghiệm", "short_name": "", "path": "/1/"}
            connection.execute(insert(UNIT).values(**unit, groups="[]", own_approval=False))
        self.channel = self.add_channel("zalo", timeout_s)

    def add_channel(self, slug: str, timeout_s: float = 10.0, **more: Any) -> int:
        known = {"app_id": APP_ID, "api_url": self.zalo.url, "oauth_url": self.zalo.url, "timeout_s": timeout_s}
        settings = {**known, "default_cover": "https://tinh.example.vn/bia.jpg"}
        values = {"kind": "zalo_oa", "slug": slug, "name": "Zalo tỉnh Mẫu", "unit_id": 1, "settings": settings}
        with writing(self.database) as connection:
            made = insert(CHANNEL).values(**values, created_at=self.clock(), **more).returning(CHANNEL.c.id)
            channel_id = int(connection.execute(made).scalar_one())
            secrets = {
                "app_secret": APP_SECRET, "access_token": self.zalo.access, "refresh_token": self.zalo.refresh,
                "expires_at": (self.clock() + timedelta(days=1)).isoformat(),
                "refresh_issued_at": self.clock().isoformat(),
            }  # fmt: skip
            put_secrets(connection, channel_id, secrets, Keys(KEYS), self.clock())
        return channel_id

    def live(self, title: str = "Nộp hồ sơ tại nhà") -> tuple[int, str, str]:
        """A live article: its delivery, its id at the provider and its title."""
        token = self.zalo.api("POST", "article/create", article(title))["data"]["token"]
        for _ in range(3):
            said = self.zalo.api("POST", "article/verify", {"token": token})
        provider_id = str(said["data"]["id"])
        self.stories += 1
        with writing(self.database) as connection:
            rendition = {
                "story_id": self.stories, "revision_id": self.stories, "revision": 1, "channel_id": self.channel,
                "kind": "zalo_oa", "sha256": uuid4().hex * 2, "title": title, "document": {},
                "created_at": self.clock(),
            }  # fmt: skip
            rendition_id = connection.execute(
                insert(RENDITION).values(rendition).returning(RENDITION.c.id)
            ).scalar_one()
            delivery = {
                "key": uuid4().hex, "story_id": self.stories, "channel_id": self.channel, "rendition_id": rendition_id,
                "live_rendition_id": rendition_id, "state": DeliveryState.LIVE, "scheduled_at": self.clock(),
                "live_at": self.clock(), "provider_id": provider_id, "created_at": self.clock(),
            }  # fmt: skip
            made = connection.execute(insert(DELIVERY).values(delivery).returning(DELIVERY.c.id)).scalar_one()
        return int(made), provider_id, title

    def order(self, *items: tuple[int, str, str], after: timedelta = timedelta(), key: str = "") -> int:
        """Order a broadcast whose call is due ``after`` from now."""
        at, chosen = self.clock() + after, items or (self.live(),)
        wish = orders.Wish(key or uuid4().hex, self.channel, chosen, {"gender": "2"}, at + LEAD, at)
        with writing(self.database) as connection:
            return orders.order(connection, wish, by=None, now=self.clock())[0]

    def accounts(self, reached: Callable[[Any], None] = lambda _point: None, **config: Any) -> Accounts:
        usual = EngineConfig(keys=KEYS, draw=lambda _low, high: high, **config)
        return Accounts(self.database, usual, self.clock, reached=reached)

    def work(self, reached: Callable[[Any], None] = lambda _point: None) -> None:
        """One worker sends all that is due."""
        sender = Broadcasts(self.accounts(reached))
        while sender.work_one():
            pass

    def worker(self) -> FollowersWorker:
        return FollowersWorker(lanes(self.accounts()))

    def decide(self, what: Callable[..., Any], broadcast_id: int, **more: Any) -> None:
        with writing(self.database) as connection:
            what(connection, broadcast_id, by=None, now=self.clock(), **more)

    def retract(self, delivery_id: int) -> None:
        changes = {"desired": Desired.WITHDRAWN, "state": DeliveryState.WITHDRAWING}
        with writing(self.database) as connection:
            connection.execute(update(DELIVERY).where(DELIVERY.c.id == delivery_id).values(changes))

    def row(self, broadcast_id: int) -> Any:
        with self.database.connect() as connection:
            return connection.execute(select(BROADCAST).where(BROADCAST.c.id == broadcast_id)).one()

    def state(self, broadcast_id: int) -> BroadcastState:
        return BroadcastState(self.row(broadcast_id).state)

    def outcomes(self, broadcast_id: int) -> list[str]:
        with self.database.connect() as connection:
            wanted = select(ATTEMPT.c.outcome).where(ATTEMPT.c.broadcast_id == broadcast_id).order_by(ATTEMPT.c.id)
            return list(connection.execute(wanted).scalars())

    def standing(self, channel_id: int | None = None) -> Any:
        with self.database.connect() as connection:
            wanted = select(STANDING).where(STANDING.c.channel_id == (channel_id or self.channel))
            return connection.execute(wanted).one_or_none()

    def trial(self) -> Any:
        with self.database.connect() as connection:
            return connection.execute(select(TRIAL).order_by(TRIAL.c.id.desc()).limit(1)).one()

    def at_provider(self) -> list[list[str]]:
        """What Zalo took: the articles of each broadcast, by its own book."""
        with closing(sqlite3.connect(self.zalo.path)) as book:
            return [json.loads(row[0]) for row in book.execute("SELECT articles FROM broadcasts ORDER BY sent_ms")]


@pytest.fixture(autouse=True)
def kinds() -> None:
    """The real kinds: what is tested here is the way to the simulator."""


@pytest.fixture
def zalo(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path / "zalo.sqlite", Clock(MORNING)) as run:
        run.config(fetch_images="never")
        yield run


@pytest.fixture
def office(engine: Database, zalo: Running) -> Desk:
    return Desk(engine, zalo)
