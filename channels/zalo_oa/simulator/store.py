"""The simulator's memory: one SQLite file, one short transaction for each step."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from channels.zalo_oa.simulator.config import Config

SCHEMA = """
CREATE TABLE IF NOT EXISTS config (id INTEGER PRIMARY KEY CHECK (id = 1), body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS accounts (
    oa_id TEXT PRIMARY KEY, app_id TEXT NOT NULL, app_secret TEXT NOT NULL, name TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS tokens (
    value TEXT PRIMARY KEY, kind TEXT NOT NULL, oa_id TEXT NOT NULL, state TEXT NOT NULL, expires_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS codes (
    value TEXT PRIMARY KEY, oa_id TEXT NOT NULL, challenge TEXT NOT NULL, expires_ms INTEGER NOT NULL,
    used INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS jobs (
    token TEXT PRIMARY KEY, oa_id TEXT NOT NULL, article_id TEXT NOT NULL, operation TEXT NOT NULL,
    payload TEXT NOT NULL, accepted_ms INTEGER NOT NULL, polls INTEGER NOT NULL DEFAULT 0,
    outcome TEXT NOT NULL DEFAULT 'pending');
CREATE TABLE IF NOT EXISTS articles (
    id TEXT PRIMARY KEY, oa_id TEXT NOT NULL, payload TEXT NOT NULL, created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL, removed_ms INTEGER);
CREATE TABLE IF NOT EXISTS looks (id TEXT PRIMARY KEY, seen INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS broadcasts (
    message_id TEXT PRIMARY KEY, oa_id TEXT NOT NULL, target TEXT NOT NULL, articles TEXT NOT NULL,
    sent_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS rate (oa_id TEXT, minute INTEGER, calls INTEGER NOT NULL, PRIMARY KEY (oa_id, minute));
CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY, call TEXT NOT NULL, fault TEXT NOT NULL, moment TEXT NOT NULL, nth INTEGER NOT NULL,
    times INTEGER NOT NULL, seconds REAL NOT NULL, seen INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS calls (
    id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, call TEXT NOT NULL, method TEXT NOT NULL, body TEXT NOT NULL,
    status INTEGER, error TEXT, fault TEXT);
CREATE TABLE IF NOT EXISTS events (
    id INTEGER PRIMARY KEY, body TEXT NOT NULL, due_ms INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'waiting');
"""


def utc_now() -> datetime:
    """The real clock, aware, UTC."""
    return datetime.now(UTC)


def epoch_ms(moment: datetime) -> int:
    """Zalo's timestamps: milliseconds since 1970."""
    return round(moment.timestamp() * 1000)


@dataclass(frozen=True, slots=True)
class State:
    """Where the simulator remembers (``path``) and what time it thinks it is (``clock``, aware UTC)."""

    path: Path
    clock: Callable[[], datetime] = utc_now

    def prepare(self) -> None:
        """Create the tables that are missing."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.transaction() as db:
            for statement in SCHEMA.split(";"):
                db.execute(statement)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Hold the file alone; commit at the end, roll back if the block raises."""
        db = sqlite3.connect(self.path, timeout=30, isolation_level=None)
        try:
            db.row_factory = sqlite3.Row
            db.execute("PRAGMA synchronous=OFF")  # survives the end of the process; power loss is not our subject
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")
        finally:
            db.close()

    def now(self, config: Config) -> datetime:
        """The simulator's time: its clock and what ``POST /_sim/clock`` added."""
        return self.clock() + timedelta(seconds=config.clock_offset)


def read_config(db: sqlite3.Connection) -> Config:
    """The switches as they stand."""
    row = db.execute("SELECT body FROM config").fetchone()
    return Config() if row is None else Config.model_validate_json(row["body"])


def change_config(db: sqlite3.Connection, change: Mapping[str, object]) -> Config:
    """Turn the switches named in ``change``; an unknown name or a bad value raises pydantic's ``ValidationError``."""
    config = Config.model_validate(read_config(db).model_dump() | dict(change))
    db.execute("INSERT OR REPLACE INTO config (id, body) VALUES (1, ?)", (config.model_dump_json(),))
    return config
