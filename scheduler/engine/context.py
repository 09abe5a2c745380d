"""What all parts of an engine share: its tools, the named points of its work, and the claims it has in hand."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from threading import Event, Lock

from sqlalchemy import Engine

from channels.contract import Vault
from media.storage.store import Store
from scheduler.engine.claims import DeliveryClaim, extend
from scheduler.engine.config import EngineConfig
from scheduler.storage.group_commit import GroupCommit


class Point(StrEnum):
    """The places on a delivery's way at which a worker may die; tests stop it at each of them."""

    CLAIMED = "claimed"
    DECIDED = "decided"
    STAMPED = "stamped"
    ANSWERED = "answered"
    RECORDING = "recording"
    RECORDED = "recorded"
    CHANGING = "changing"
    CHANGED = "changed"
    DOCUMENTED = "documented"


@dataclass(frozen=True, slots=True)
class EngineContext:
    """What the parts of an engine work with."""

    database: Engine
    ledger: GroupCommit
    store: Store
    config: EngineConfig
    clock: Callable[[], datetime]
    vault: Callable[[int], Vault]
    reached: Callable[[Point], None]
    stopping: Event


class HeldClaims:
    """The claims that this process holds now, whose leases are prolonged while their calls last."""

    def __init__(self, tools: EngineContext) -> None:
        self._tools = tools
        self._ids: set[int] = set()
        self._lock = Lock()
        self._prolonged: datetime | None = None

    def take(self, claims: tuple[DeliveryClaim, ...]) -> None:
        """Remember ``claims``."""
        with self._lock:
            self._ids |= {held.id for held in claims}

    def drop(self, claims: tuple[DeliveryClaim, ...]) -> None:
        """Forget ``claims``."""
        with self._lock:
            self._ids -= {held.id for held in claims}

    def prolong(self) -> None:
        """Extend the leases if a third of their length has passed since the last time."""
        config, now = self._tools.config, self._tools.clock()
        if self._prolonged is not None and abs(now - self._prolonged) < config.lease / 3:
            return
        self._prolonged = now
        with self._lock:
            ids = sorted(self._ids)
        if ids:
            self._tools.ledger.write(lambda connection: extend(connection, ids, config.held, now))
