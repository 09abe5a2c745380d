"""Where time comes from; called at the edges, everything else is told ``now``."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import DBAPIError

AGREE_EVERY = 30.0
"""Seconds after which the server is asked for its time again."""


def utc_now() -> datetime:
    """The present instant, aware UTC, on this machine's clock."""
    return datetime.now(UTC)


def ticks() -> float:
    """Seconds that nobody can set and that go on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class ServerClock:
    """The database server's time, so that workers on several machines agree whose lease has ended.

    Between two questions it runs on this machine's ticks: setting its clock does not move it, and after a sleep it is
    asked again, so that a worker does not take an ended lease for a fresh one.
    """

    def __init__(self, database: Engine) -> None:
        self._database = database
        self._lock = Lock()
        self._asked: float | None = None
        self._time = datetime.min.replace(tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the server's time, aware UTC, good to the duration of a round trip."""
        with self._lock:
            if self._asked is None or ticks() - self._asked > AGREE_EVERY:
                self._ask()
            return self._time + timedelta(seconds=ticks() - (self._asked or 0.0))

    def _ask(self) -> None:
        """Ask the server; while it does not answer, go on from its last word."""
        try:
            self._set()
        except DBAPIError:
            if self._asked is None:
                raise

    def _set(self) -> None:
        with self._database.connect() as connection:
            before = ticks()
            server = connection.execute(select(func.clock_timestamp())).scalar_one()
            after = ticks()
        self._time, self._asked = server.astimezone(UTC), (before + after) / 2


def clock_for(database: Engine) -> Callable[[], datetime]:
    """Return the clock that workers on this database share."""
    return ServerClock(database) if database.dialect.name == "postgresql" else utc_now
