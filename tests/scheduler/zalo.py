"""A newsroom whose channel is a Zalo Official Account: the real engine, vault and adapter against the simulator."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from channels import registry
from channels.contract import Rendition
from channels.zalo_oa.adapter import ZaloOa
from channels.zalo_oa.api import consent as connect
from channels.zalo_oa.settings import Settings
from scheduler.decisions.states import DeliveryState, Health, LatePolicy
from scheduler.engine.engine import Engine
from scheduler.orders import promises
from scheduler.storage.database import writing
from scheduler.storage.vault import DatabaseVault, Keys
from tests.channels.zalo_oa.driving import piece
from tests.channels.zalo_oa.running import APP_ID, APP_SECRET, Clock, Running, running
from tests.scheduler.conftest import House, Turnable

PASSPHRASE = "mật khẩu của phòng thử nghiệm số một"
PATIENT, HASTY = 10.0, 0.3
"""Seconds that the channel waits for an answer: hasty where a fault keeps it waiting."""
AT_REST = frozenset(DeliveryState) - {DeliveryState.SCHEDULED, DeliveryState.SENDING, DeliveryState.WITHDRAWING}


class SameClock(Clock):
    """The simulator lives in the time of the house."""

    def __init__(self, house: Turnable) -> None:
        super().__init__(house())
        self.house = house

    def __call__(self) -> datetime:
        return self.house()

    def advance(self, seconds: float) -> None:
        self.rest()
        self.house.turn(seconds=seconds)


class Newsroom:
    """One Zalo channel of a house, and what its stories come to."""

    def __init__(self, house: House, zalo: Running) -> None:
        self.house, self.zalo = house, zalo
        self.settings = {"app_id": APP_ID, "oa_name": "OA", "api_url": zalo.url, "oauth_url": zalo.url}
        self.channel = house.channel("zalo_oa", {**self.settings, "timeout_s": PATIENT}, late_policy=LatePolicy.AT_ONCE)
        self.worker: Engine = house.worker(keys=(PASSPHRASE,), settle=house.worker().config.settle)
        self.vault = DatabaseVault(house.database, self.channel, Keys([PASSPHRASE]), clock=house.clock)
        self.stories = 0
        self.connect()

    def connect(self) -> None:
        """The account's admin agrees in the browser."""
        own, verifier = Settings.model_validate(self.settings), connect.new_verifier()
        url = connect.consent_url(own, "http://127.0.0.1:1/cb", verifier, "s")
        back = self.zalo.session.post(url, allow_redirects=False, timeout=10).headers["Location"]
        code = back.partition("code=")[2].partition("&")[0]
        self.vault.write(connect.from_code(own, APP_SECRET, code, verifier, self.house.clock()))
        self.zalo.access = self.vault.read()["access_token"]
        with writing(self.house.database) as connection:
            if self.health is Health.NEEDS_AUTH:
                promises.resume_channel(connection, channel_id=self.channel)

    @property
    def health(self) -> Health:
        return Health(self.house.channel_row(self.channel).health)

    def hurry(self, hasty: bool) -> None:
        """Let the channel give up soon, or be patient."""
        settings = {**self.settings, "timeout_s": HASTY if hasty else PATIENT}
        self.house.set_channel(self.channel, settings=settings)

    def rendition(self, title: str, revision: int = 1) -> Rendition:
        return ZaloOa().render(
            piece(title=title, story_id=self.stories, revision=revision), Settings.model_validate(self.settings)
        )

    def schedule(self, title: str) -> int:
        """Schedule a new story for now."""
        self.stories += 1
        now, rendition = self.house.clock(), self.rendition(title, 1)
        with writing(self.house.database) as connection:
            rendition_id = self._frozen(connection, rendition, title, 1)
            return promises.schedule(
                connection, story_id=self.stories, channel_id=self.channel, rendition_id=rendition_id, at=now,
                until=None, by=None, now=now,
            )  # fmt: skip

    def correct(self, delivery: int, title: str) -> None:
        now, rendition = self.house.clock(), self.rendition(title, 2)
        with writing(self.house.database) as connection:
            rendition_id = self._frozen(connection, rendition, title, 2)
            promises.correct(connection, delivery_id=delivery, rendition_id=rendition_id, now=now)

    def _frozen(self, connection: Any, rendition: Rendition, title: str, revision: int) -> int:
        return promises.freeze(
            connection, channel_id=self.channel, story_id=self.stories,
            revision_id=self.stories * 100 + revision, revision=revision, rendition=rendition, title=title,
            now=self.house.clock(),
        )  # fmt: skip

    def run(self, delivery: int, rounds: int = 80) -> DeliveryState:
        """Let the time pass until the delivery rests or the channel stops; return where it stands."""
        for _ in range(rounds):
            self.worker.run_due()
            row = self.house.row(delivery)
            settled = row.state in AT_REST and row.next_at is None
            if settled or self.health is Health.NEEDS_AUTH:
                break
            self._sleep()
        return self.house.state(delivery)

    def _sleep(self) -> None:
        wake, now = self.worker.next_wake(), self.house.clock()
        self.zalo.clock.advance(max(1.0, (wake - now).total_seconds()) if wake else 1.0)

    def secrets(self) -> list[str]:
        """Every token and code that Zalo ever gave, and the app's own secret."""
        with self.zalo.app.state.transaction() as db:
            given = db.execute("SELECT value FROM tokens UNION SELECT value FROM codes").fetchall()
        return [APP_SECRET, PASSPHRASE, *(row["value"] for row in given)]

    def titles(self) -> list[str]:
        """Titles of the articles at Zalo, once everything there has come to its end."""
        self.zalo.clock.advance(60)
        return [one["payload"]["title"] for one in self.zalo.articles()]


@contextmanager
def zalo_newsroom(house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Newsroom]:
    """Open such a newsroom; the channel is connected."""
    monkeypatch.setattr(registry, "KINDS", {"zalo_oa": "channels.zalo_oa.adapter:ZaloOa"})
    house.clock.at = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
    with running(folder / "zalo.sqlite", SameClock(house.clock)) as zalo:
        zalo.config(calls_per_minute=100_000)
        yield Newsroom(house, zalo)
