"""One way to open the database: SQLite in WAL mode with full durability, or PostgreSQL."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pysqlite3
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url

from media import underlock
from scheduler.storage.base import read_json

FIXED_SQLITE = (3, 51, 3)
"""First release without the WAL-reset bug, which can corrupt a database that two connections write to."""

IMMEDIATE = {"sqlite_begin": "IMMEDIATE"}
"""Execution options of a writing transaction: SQLite takes its write lock at the start and so never fails half-way.
Nothing slow is done until it ends (``media.underlock``)."""

BUSY_WAIT = 10
"""How long a lock that somebody else holds is waited for, in seconds, on both databases, by pages, the API and the
scheduler alike; after that the caller is told that the database is busy and may try again."""


PATIENCE: Mapping[str, int] = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""How soon this side notices that PostgreSQL cannot be reached (seconds; the last in milliseconds): at most 25 s.

Without them a worker that is cut off waits a quarter of an hour for the kernel. The address may say otherwise:
``?tcp_user_timeout=60000``.
"""

LIMITS = (
    f"SET lock_timeout = '{BUSY_WAIT}s'",
    "SET idle_in_transaction_session_timeout = '60s'",
    "SET tcp_keepalives_idle = 10",
    "SET tcp_keepalives_interval = 5",
    "SET tcp_keepalives_count = 3",
    "SET tcp_user_timeout = '20s'",
)
"""What PostgreSQL does with us: a lock is waited for as long as SQLite's, and the locks of a machine that is cut off
or stands still are free again within half a minute, or a minute."""


class UnsafeSqlite(RuntimeError):
    """The SQLite library can corrupt a database in WAL mode."""

    def __init__(self, version: str) -> None:
        super().__init__(f"SQLite {version} có lỗi làm hỏng dữ liệu ở chế độ WAL; hãy cài pysqlite3 từ 0.6.1 trở lên.")


def engine_options(url: str) -> dict[str, Any]:
    """Return the options with which an engine for ``url`` is created; raise ``UnsafeSqlite`` on a faulty library."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        patience = {name: value for name, value in PATIENCE.items() if name not in address.query}
        return {"pool_pre_ping": True, "pool_size": 10, "max_overflow": 22, "connect_args": patience}
    if pysqlite3.sqlite_version_info < FIXED_SQLITE:
        raise UnsafeSqlite(pysqlite3.sqlite_version)
    connect = {"timeout": float(BUSY_WAIT), "check_same_thread": False}
    return {
        "module": pysqlite3, "pool_size": 10, "max_overflow": 22, "connect_args": connect,
        "json_deserializer": read_json,
    }  # fmt: skip


def prepare(engine: Engine) -> Engine:
    """Set pragmas and transaction starts of a SQLite engine, or the limits of a PostgreSQL session; watch writing."""
    event.listen(engine, "commit", _ended)
    event.listen(engine, "rollback", _ended)
    event.listen(engine, "begin", _begun)
    if engine.dialect.name != "sqlite":
        event.listen(engine, "connect", _set_limits)
        return engine
    event.listen(engine, "connect", _set_pragmas)
    return engine


def open_engine(url: str) -> Engine:
    """Create an engine for ``url`` (``sqlite:///…`` or ``postgresql+psycopg://…``)."""
    return prepare(create_engine(url, **engine_options(url)))


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open a short writing transaction: committed at the end, rolled back on any exception."""
    with engine.connect().execution_options(**IMMEDIATE) as connection, connection.begin():
        yield connection


@contextmanager
def writing_soon(engine: Engine, wait_ms: int) -> Iterator[Connection]:
    """Open one that gives up after ``wait_ms`` milliseconds: for what has little time, or may as well be left out."""
    with engine.connect().execution_options(**IMMEDIATE) as connection:
        if connection.dialect.name == "postgresql":
            with connection.begin():
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = {wait_ms}")
                yield connection
            return
        patience = connection.connection.cursor()
        patience.execute(f"PRAGMA busy_timeout = {wait_ms}")
        try:
            with connection.begin():
                yield connection
        finally:
            patience.execute(f"PRAGMA busy_timeout = {BUSY_WAIT * 1000}")
            patience.close()


def _set_pragmas(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={BUSY_WAIT * 1000}",
        "foreign_keys=ON",
        "wal_autocheckpoint=1000",
        "journal_size_limit=67108864",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _set_limits(connection: Any, _record: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("; ".join(LIMITS))
    connection.commit()


def _begun(connection: Connection) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"BEGIN {mode}")
    if mode == IMMEDIATE["sqlite_begin"]:
        underlock.taken(id(connection))


def _ended(connection: Connection) -> None:
    underlock.released(id(connection))
