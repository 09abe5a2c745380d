"""Noticing that somebody else wrote to the database, at once on PostgreSQL and within a second on SQLite."""

from collections.abc import Callable
from threading import Event, Thread
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from scheduler.storage.error_log import DatabaseErrorLog
from scheduler.storage.wake import CHANNEL

GLANCE = 0.5
"""Seconds between two looks at SQLite's change counter (one pragma, some microseconds)."""

LISTEN = 1.0
"""Longest wait for a word from PostgreSQL before the thread looks whether it shall end, in seconds."""

RECONNECT = 3.0


class Watch:
    """A thread that calls ``news`` when there may be something new. It outlives every trouble with the database.

    It also calls when ``overslept`` says so: a clock that was put back may have left the timer waiting.
    """

    def __init__(self, database: Engine, news: Callable[[], None], overslept: Callable[[], bool]) -> None:
        self._database = database
        self._news = news
        self._overslept = overslept
        self._stopping = Event()
        self._trouble = DatabaseErrorLog("news")
        self._thread = Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stopping.set()
        self._thread.join(LISTEN + RECONNECT)

    def _run(self) -> None:
        look = self._listen if self._database.dialect.name == "postgresql" else self._glance
        while not self._stopping.is_set():
            try:
                with self._database.connect() as connection:
                    self._trouble.over()
                    look(connection)
            except Exception as error:  # a thread that dies in silence is what this must never become
                self._trouble.tell(error)
                self._tell_if(self._overslept())
                self._stopping.wait(RECONNECT)

    def _glance(self, connection: Connection) -> None:
        """Compare SQLite's counter of commits by other connections."""
        driver: Any = connection.connection.driver_connection
        seen = _data_version(driver)
        while not self._stopping.wait(GLANCE):
            version = _data_version(driver)
            self._tell_if(version != seen or self._overslept())
            seen = version

    def _listen(self, connection: Connection) -> None:
        """Wait for ``NOTIFY``; what happened before we listened is looked at once."""
        driver: Any = connection.connection.driver_connection
        connection.detach()
        try:
            driver.autocommit = True
            driver.execute(f"LISTEN {CHANNEL}")
            self._news()
            while not self._stopping.is_set():
                words = list(driver.notifies(timeout=LISTEN, stop_after=1))
                self._tell_if(bool(words) or self._overslept())
        except psycopg.Error as error:
            connection.invalidate()  # nothing can be said to the server on it any more, not even goodbye
            raise OperationalError(None, None, error) from error

    def _tell_if(self, something: bool) -> None:
        if something:
            self._news()


def _data_version(connection: Any) -> int:
    return int(connection.execute("PRAGMA data_version").fetchone()[0])
