"""What one visit to a channel writes down: the outcome of a call goes in one transaction with what comes next."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection

from scheduler.engine.context import EngineContext, Point
from scheduler.storage.error_log import AWAY

log = logging.getLogger(__name__)

T = TypeVar("T")

PATIENCE = 0.5
"""How long a write is tried again and again, as a part of the lease."""


@dataclass(frozen=True, slots=True)
class PendingOutcome:
    """An outcome that is not written yet.

    ``write`` returns whether the delivery was still ours. ``instead`` is written if the database cannot hold the
    outcome as it is, e.g. because an adapter returned an identifier that is too long; it is given the error.
    """

    delivery_id: int
    write: Callable[[Connection], bool]
    instead: Callable[[Connection, Exception], bool]


class OutcomeWriter:
    """Writes with patience, because what they tell of has already happened outside. Each may be made twice.

    An outcome waits only until the next write of the same visit, a moment later: the next call is never made before
    it is committed. A worker that dies in between leaves what one that dies just after the answer leaves, a stamped
    call whose lease ends, and it is found out at the provider.
    """

    def __init__(self, tools: EngineContext) -> None:
        self._tools = tools
        self._owed: PendingOutcome | None = None
        self._patience = PATIENCE * tools.config.lease.total_seconds()

    def owe(self, owed: PendingOutcome) -> None:
        """Keep an outcome for the next write."""
        self.settle()
        self._owed = owed

    def settle(self) -> None:
        """Write down now what is owed."""
        owed, self._owed = self._owed, None
        if owed is None:
            return
        try:
            self._kept(owed, self._surely(owed.write))
        except AWAY:
            raise
        except Exception as error:
            log.exception("delivery %s: the outcome cannot be written as it is", owed.delivery_id)
            trouble = error
            self._kept(owed, self._surely(lambda connection: owed.instead(connection, trouble)))

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in a transaction, after what is owed; return its result once all is committed."""
        owed, self._owed = self._owed, None
        if owed is None:
            return self._surely(work)
        try:
            ours, result = self._surely(lambda connection: (owed.write(connection), work(connection)))
        except AWAY:
            raise
        except Exception:  # whose fault it is shows when each is written alone
            self._owed = owed
            self.settle()
            return self._surely(work)
        self._kept(owed, ours)
        return result

    def _surely(self, work: Callable[[Connection], T]) -> T:
        return self._tools.ledger.write_surely(work, patience=self._patience)

    def _kept(self, owed: PendingOutcome, ours: bool) -> None:
        self._tools.reached(Point.RECORDED)
        if not ours:
            log.warning("delivery %s: the lease was lost, the outcome is kept as an attempt only", owed.delivery_id)
