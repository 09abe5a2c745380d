"""Trouble with the database, told once when it begins and once when it is over, not at every try in between."""

import logging
import time

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

AWAY = (OperationalError, InterfaceError)
"""The database is locked, full or away: the same write may succeed a moment later."""

log = logging.getLogger(__name__)


class DatabaseErrorLog:
    """What one part of the scheduler has to say about the database; ``what`` is that part's work."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._said = ""
        self._since = 0.0

    def tell(self, error: Exception) -> None:
        """Log ``error``: one line if it is the database's and has not been told yet, a fault of ours in full."""
        if not isinstance(error, DBAPIError | PoolTimeout):
            log.error("%s: unexpected error, trying again", self._what, exc_info=error)
            return
        said = brief(error)
        if said == self._said:
            return
        if not self._said:
            self._since = time.monotonic()
        self._said = said
        log.warning("%s: the database cannot be worked with, trying again: %s", self._what, said)

    def over(self) -> None:
        """Log that the trouble is over, if there was any."""
        if self._said:
            log.warning("%s: the database answers again, after %.1f s", self._what, time.monotonic() - self._since)
            self._said = ""


def is_away(error: BaseException | None) -> bool:
    """Return whether ``error`` came from a database that is locked, full or away."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, (*AWAY, PoolTimeout)):
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False


LOCKED = frozenset({"55P03", "40P01"})
"""What PostgreSQL calls a lock that was waited for in vain, and two that waited for each other."""


def is_locked(error: BaseException) -> bool:
    """Return whether somebody else held the database, or all ways to it, for as long as one waits."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, PoolTimeout)
    return getattr(error.orig, "sqlstate", None) in LOCKED or "is locked" in str(error.orig)


def brief(error: SQLAlchemyError) -> str:
    """Return the first line of what the database said."""
    said = str(error.orig if isinstance(error, DBAPIError) else error).strip()
    return said.splitlines()[0] if said else type(error).__name__
