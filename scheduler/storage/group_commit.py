"""Writes of several threads in one transaction: each waits for its own commit, and they share its cost."""

import logging
import time
from collections.abc import Callable
from threading import Lock
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import InterfaceError, OperationalError

from scheduler.storage.database import writing
from scheduler.storage.error_log import brief

log = logging.getLogger(__name__)

T = TypeVar("T")

PAUSE = 0.2
"""Seconds between two tries of a write that must succeed."""


class GroupCommit:
    """Group commit. On SQLite it also keeps the threads of this process from waiting for each other's locks."""

    def __init__(self, database: Engine) -> None:
        self._database = database
        self._queue: list[_Entry[Any]] = []
        self._gate = Lock()
        self._turn = Lock()

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in a writing transaction and return its result once that is committed.

        ``work`` may run twice (the first time rolled back), so it must do nothing but use the connection. What it
        raises is raised here, and nothing of it is kept.
        """
        entry = _Entry(work)
        with self._gate:
            self._queue.append(entry)
        with self._turn:
            if not entry.settled:
                self._commit(self._take())
        return entry.outcome()

    def write_surely(self, work: Callable[[Connection], T], patience: float) -> T:
        """Like ``write``, but try again for ``patience`` seconds while the database is locked or away.

        For what must not be forgotten because it has already happened outside. If a commit's answer was lost the work
        is done twice, so it must notice that.
        """
        began, told = time.monotonic(), ""
        while True:
            try:
                result = self.write(work)
            except (OperationalError, InterfaceError) as error:
                waited, said = time.monotonic() - began, brief(error)
                if waited >= patience:
                    raise
                if said != told:
                    log.warning("the database refused a write, trying again for %.0f s: %s", patience - waited, said)
                    told = said
                time.sleep(PAUSE)
                continue
            if told:
                log.warning("the database took the write after %.1f s", time.monotonic() - began)
            return result

    def _take(self) -> "list[_Entry[Any]]":
        with self._gate:
            taken, self._queue = self._queue, []
        return taken

    def _commit(self, entries: "list[_Entry[Any]]") -> None:
        if len(entries) > 1 and self._together(entries):
            return
        for entry in entries:
            entry.alone(self._database)

    def _together(self, entries: "list[_Entry[Any]]") -> bool:
        try:
            with writing(self._database) as connection:
                results = [entry.work(connection) for entry in entries]
        except Exception:  # the one at fault is found by running each alone
            return False
        for entry, result in zip(entries, results, strict=True):
            entry.settle(result)
        return True


class _Entry(Generic[T]):
    def __init__(self, work: Callable[[Connection], T]) -> None:
        self.work = work
        self.settled = False
        self._result: T | None = None
        self._error: BaseException | None = None

    def alone(self, database: Engine) -> None:
        try:
            with writing(database) as connection:
                result = self.work(connection)
        except BaseException as error:
            self._error, self.settled = error, True
            return
        self.settle(result)

    def settle(self, result: T) -> None:
        self._result, self.settled = result, True

    def outcome(self) -> T:
        if self._error is not None:
            raise self._error
        return cast(T, self._result)
