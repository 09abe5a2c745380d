"""One way to open the database: SQLite in WAL mode with full durability, or PostgreSQL."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pysqlite3
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url

from scheduler.base import read_json

FIXED_SQLITE = (3, 51, 3)
"""First release without the WAL-reset bug, which can corrupt a database that two connections write to."""

IMMEDIATE = {"sqlite_begin": "IMMEDIATE"}
"""Execution options of a writing transaction: SQLite takes its write lock at the start and so never fails half-way."""


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
    "SET lock_timeout = '5s'",
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
    connect = {"timeout": 5.0, "check_same_thread": False}
    return {
        "module": pysqlite3, "pool_size": 10, "max_overflow": 22, "connect_args": connect,
        "json_deserializer": read_json,
    }  # fmt: skip


def prepare(engine: Engine) -> Engine:
    """Set pragmas and transaction starts of a SQLite engine, or the limits of a PostgreSQL session."""
    if engine.dialect.name != "sqlite":
        event.listen(engine, "connect", _set_limits)
        return engine
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def open_engine(url: str) -> Engine:
    """Create an engine for ``url`` (``sqlite:///…`` or ``postgresql+psycopg://…``)."""
    return prepare(create_engine(url, **engine_options(url)))


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open a short writing transaction: committed at the end, rolled back on any exception."""
    with engine.connect().execution_options(**IMMEDIATE) as connection, connection.begin():
        yield connection


def _set_pragmas(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "busy_timeout=5000",
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


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('sqlite_begin', 'DEFERRED')}")
