"""A small newsroom around the engine: units, channels, stories, and workers on a clock that is turned by hand."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from inspect import signature
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from hypothesis import settings
from sqlalchemy import Connection, Row, column, insert, select, table, update
from sqlalchemy import Engine as Database

from channels import registry
from channels.contract import Rendition, RenditionFile
from media.storage.store import Store
from scheduler.decisions.states import DeliveryState, LatePolicy
from scheduler.engine.config import EngineConfig
from scheduler.engine.context import Point
from scheduler.engine.engine import Engine
from scheduler.orders import promises
from scheduler.storage.database import writing
from scheduler.storage.rows import ATTEMPT, CHANNEL, DELIVERY, DOCUMENT
from tests.scheduler.fake_provider import Provider
from tests.scheduler.fakes import KINDS, PROVIDERS, MemoryProvider

settings.register_profile("busy machine", deadline=None)
settings.load_profile("busy machine")

UNIT = table("unit", *(column(name) for name in ("id", "code", "name", "short_name", "path", "groups", "own_approval")))


class Turnable:
    """A clock that stands still until it is turned."""

    def __init__(self) -> None:
        self.at = datetime(2025, 3, 10, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def turn(self, **by: float) -> datetime:
        self.at += timedelta(**by)
        return self.at


class House:
    """Everything a test needs to schedule stories and watch where they go."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.store = Store(folder / "media")
        self.clock = Turnable()
        self.stories = 0
        self._workers: list[Engine] = []
        with writing(database) as connection:
            unit = {"id": 1, "code": "bao", "name": "Báo Thử Nghiệm", "short_name": "", "path": "/1/"}
            connection.execute(insert(UNIT).values(**unit, groups="[]", own_approval=False))

    def worker(self, reached: Callable[[Point], None] = lambda _point: None, **config: Any) -> Engine:
        """An engine on this house's database and clock; works in the calling thread unless told otherwise."""
        usual = EngineConfig(threads=0, draw=lambda _low, high: high)
        engine = Engine(self.database, self.store, replace(usual, **config), self.clock, reached=reached)
        self._workers.append(engine)
        return engine

    def close(self) -> None:
        for engine in self._workers:
            engine.close()

    def channel(self, kind: str, settings: dict[str, Any] | None = None, **more: Any) -> int:
        with writing(self.database) as connection:
            number = connection.execute(select(CHANNEL.c.id)).all()
            values = {
                "kind": kind,
                "slug": f"kenh-{len(number) + 1}",
                "name": f"Kênh {len(number) + 1}",
                "unit_id": 1,
                "settings": settings or {},
                "late_policy": LatePolicy.WITHIN,
                "created_at": self.clock(),
                **more,
            }
            return int(connection.execute(insert(CHANNEL).values(values).returning(CHANNEL.c.id)).scalar_one())

    def memory(self, **more: Any) -> tuple[int, MemoryProvider]:
        """A push channel whose provider is an object in this process."""
        name = f"memory-{len(PROVIDERS)}"
        PROVIDERS[name] = MemoryProvider()
        return self.channel("fake_memory", {"name": name}, **more), PROVIDERS[name]

    def frozen(
        self,
        connection: Connection,
        channel_id: int,
        story_id: int,
        text: str,
        revision: int = 1,
        files: tuple[RenditionFile, ...] = (),
    ) -> int:
        return promises.freeze(
            connection, channel_id=channel_id, story_id=story_id, revision_id=story_id * 100 + revision,
            revision=revision, rendition=Rendition("fake", {"text": text}, files), title=text, now=self.clock(),
        )  # fmt: skip

    def schedule(
        self,
        channel_id: int,
        text: str,
        *,
        after: float = 0,
        story_id: int | None = None,
        until: datetime | None = None,
        files: tuple[RenditionFile, ...] = (),
    ) -> int:
        """Schedule a story ``after`` seconds from now and return the delivery's id."""
        self.stories += 1
        story = story_id or self.stories
        promises.keep_files(self.store, Rendition("fake", {"text": text}, files))
        with writing(self.database) as connection:
            rendition_id = self.frozen(connection, channel_id, story, text, files=files)
            return promises.schedule(
                connection, story_id=story, channel_id=channel_id, rendition_id=rendition_id,
                at=self.clock() + timedelta(seconds=after), until=until, by=None, now=self.clock(),
            )  # fmt: skip

    def correct(self, delivery_id: int, text: str, revision: int = 2) -> None:
        row = self.row(delivery_id)
        with writing(self.database) as connection:
            rendition_id = self.frozen(connection, row.channel_id, row.story_id, text, revision)
            promises.correct(connection, delivery_id=delivery_id, rendition_id=rendition_id, now=self.clock())

    def withdraw(self, story_id: int, reason: str = "Sai số liệu") -> list[int]:
        with writing(self.database) as connection:
            return promises.withdraw(connection, story_id=story_id, reason=reason, now=self.clock())

    def decide(self, what: Callable[..., Any], **more: Any) -> Any:
        """Carry out a decision of a person in its own transaction; it is told who and when if it asks."""
        asked = signature(what).parameters
        told = {name: value for name, value in (("by", None), ("now", self.clock())) if name in asked}
        with writing(self.database) as connection:
            return what(connection, **told, **more)

    def row(self, delivery_id: int) -> Row[*tuple[Any, ...]]:
        with self.database.connect() as connection:
            return connection.execute(select(DELIVERY).where(DELIVERY.c.id == delivery_id)).one()

    def state(self, delivery_id: int) -> DeliveryState:
        return DeliveryState(self.row(delivery_id).state)

    def attempts(self, delivery_id: int) -> list[tuple[str, str]]:
        """Action and outcome of every attempt, in order."""
        wanted = select(ATTEMPT.c.action, ATTEMPT.c.outcome).where(ATTEMPT.c.delivery_id == delivery_id)
        with self.database.connect() as connection:
            return [(row.action, row.outcome) for row in connection.execute(wanted.order_by(ATTEMPT.c.id))]

    def set_channel(self, channel_id: int, **changes: Any) -> None:
        with writing(self.database) as connection:
            connection.execute(update(CHANNEL).where(CHANNEL.c.id == channel_id).values(changes))

    def channel_row(self, channel_id: int) -> Row[*tuple[Any, ...]]:
        with self.database.connect() as connection:
            return connection.execute(select(CHANNEL).where(CHANNEL.c.id == channel_id)).one()

    def document(self, channel_id: int) -> Row[*tuple[Any, ...]] | None:
        with self.database.connect() as connection:
            return connection.execute(select(DOCUMENT).where(DOCUMENT.c.channel_id == channel_id)).one_or_none()

    def listed(self, channel_id: int) -> dict[str, Any]:
        """What the document of a pull channel says now."""
        found = self.document(channel_id)
        assert found is not None
        content: dict[str, Any] = json.loads(found.body)
        return content


def pytest_addoption(parser: pytest.Parser) -> None:
    """More of what is random, when only these tests are run."""
    parser.addoption("--kills", type=int, default=30, help="scheduler processes killed by the crash test")
    parser.addoption("--examples", type=int, default=None, help="examples of the rules' state machine")
    parser.addoption("--crash-seed", type=int, default=None, help="repeat the crash test's choices")


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fake kinds are the only ones there are."""
    monkeypatch.setattr(registry, "KINDS", KINDS)


TABLES = (
    *("follower_broadcast", "attempt", "delivery", "rendition", "channel_document", "channel_secret"),
    *("rate_bucket", "channel", "worker", "unit"),
)
"""In the order in which they can be emptied."""


@pytest.fixture(scope="session")
def lasting(postgres: Any) -> str:
    """Address of a migrated PostgreSQL database that the tests here use one after another: making one takes longer."""
    name = f"scheduler_{uuid4().hex[:12]}"
    with psycopg.connect(postgres.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template_dakenh".encode())
    address: str = postgres.get_uri(database=name)
    return address.replace("postgresql://", "postgresql+psycopg://", 1)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty, migrated database; each test that asks runs on both kinds."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "dakenh.db")
        return f"sqlite:///{tmp_path / 'dakenh.db'}"
    address: str = request.getfixturevalue("lasting")
    with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as connection:
        for name in TABLES:
            connection.execute(f"DELETE FROM {name}".encode())
    return address


@pytest.fixture
def house(engine: Database, tmp_path: Path) -> Iterator[House]:
    made = House(engine, tmp_path)
    yield made
    made.close()
    PROVIDERS.clear()


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    with made.running():
        yield made
