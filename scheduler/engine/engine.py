"""The delivery engine: drives every delivery from where it is to where people want it. The database is the truth."""

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from functools import partial
from threading import Event

from sqlalchemy import Connection
from sqlalchemy import Engine as Database

from channels.contract import Transport, Vault
from media.storage.store import Store
from scheduler.documents.refreshing import Documents
from scheduler.engine.channel_queues import ChannelQueue, read_lanes
from scheduler.engine.claims import clock_was_put_back, recover_clock
from scheduler.engine.config import EngineConfig
from scheduler.engine.context import EngineContext, HeldClaims, Point
from scheduler.engine.pull import Turned, turn
from scheduler.engine.push import PushLane
from scheduler.engine.worker_pool import WorkerPool
from scheduler.storage.error_log import AWAY, brief
from scheduler.storage.group_commit import GroupCommit
from scheduler.storage.vault import DatabaseVault, Keys

__all__ = ["Engine", "EngineConfig"]

log = logging.getLogger(__name__)

LOOK_AGAIN = 0.25
"""While providers are being called, new work is looked for this often, in seconds."""

TIRED_FOR = 1.0
"""A channel that could not be worked (another worker is at it, or an error) is left alone for so many seconds."""

FRESHEN_EVERY = 1.0
"""Seconds between two looks at documents that age by themselves while providers are being called."""


def _nothing() -> None:
    """Do nothing."""


def _unnoticed(_point: Point) -> None:
    """Notice nothing."""


class Engine:
    """One worker. Any number of them, in threads, processes and machines, may share a database."""

    def __init__(
        self,
        database: Database,
        store: Store,
        config: EngineConfig,
        clock: Callable[[], datetime],
        *,
        reached: Callable[[Point], None] = _unnoticed,
    ) -> None:
        """``clock`` gives aware UTC; ``reached`` is called at the named points of the work."""
        self.config = config
        self.clock = clock
        self.pulse: Callable[[], None] = _nothing
        """Called at least every quarter of a second while ``run_due`` works; the heartbeat hangs on it."""
        self._stopping = Event()
        ledger = GroupCommit(database)
        keys = Keys(config.keys)

        def vault(channel_id: int) -> Vault:
            return DatabaseVault(database, channel_id, keys, clock=clock, owner=config.worker)

        self._tools = EngineContext(database, ledger, store, config, clock, vault, reached, self._stopping)
        self._hand = HeldClaims(self._tools)
        self._crew = WorkerPool(config.threads)
        self._documents = Documents(database, ledger, config, store)
        self._tired: dict[int, float] = {}
        self._lanes: list[ChannelQueue] = []
        self._freshened = time.monotonic()

    def run_due(self) -> int:
        """Do all that is due now, and what becomes due while providers are being called; return how much was done."""
        self._tired.clear()
        self._recover_clock()
        total = 0
        while True:
            self.pulse()
            started, moved = self._round()
            total += moved
            if not (started or moved or self._crew.busy):
                return total

    def refresh_documents(self) -> int:
        """Make the stale documents of pull channels anew; return of how many channels."""
        made = self._documents.refresh(self.clock())
        self._tools.reached(Point.DOCUMENTED)
        return made

    def next_wake(self, *, just_looked: bool = False) -> datetime | None:
        """Return when (UTC) there is something to do next, or None if nothing is planned.

        ``just_looked`` spares another reading of the queues, as ``run_due`` has left them a moment ago.
        """
        now = self.clock()
        lanes = self._lanes if just_looked else self._read_lanes()
        wakes = [lane.wakes_at(now) for lane in lanes]
        times = [at for at in (*wakes, self._documents.next_at(now)) if at is not None]
        return min(times, default=None)

    def stir(self) -> None:
        """Look for new work now, if ``run_due`` is waiting for providers. Safe from any thread."""
        self._crew.stir()

    def stop(self) -> None:
        """Begin no further call; ``run_due`` returns when the calls in hand are done and the rest is given back."""
        self._stopping.set()
        self._crew.stir()

    def close(self) -> None:
        """End the engine's threads; the calls in hand are finished first."""
        self.stop()
        self._crew.close()

    def _recover_clock(self) -> None:
        lease, now = self.config.held, self.clock()
        with self._tools.database.connect() as connection:
            put_back = clock_was_put_back(connection, lease, now)
        if put_back:
            rows = self._tools.ledger.write(lambda connection: recover_clock(connection, lease, now))
            log.warning("the clock was put back: %s deliveries that waited for the old time are due now", rows)

    def _round(self) -> tuple[int, int]:
        """One look at everything: pull channels at once, push channels into the crew, and what the crew has done.

        Return how many channels were given to the crew and how many deliveries were moved on.
        """
        self._hand.prolong()
        if self._stopping.is_set():
            return 0, self._finish_calls()
        lanes, now = self._read_lanes(), self.clock()
        due = [lane for lane in lanes if lane.due(now)]
        moved = self._turn([lane.channel_id for lane in due if lane.gate.transport is Transport.PULL])
        started = self._start([lane for lane in due if lane.gate.transport is Transport.PUSH])
        if self._crew.busy and not moved:
            self._crew.wait(LOOK_AGAIN)
            self._freshen()
        return started, moved + self._collect()

    def _read_lanes(self) -> list[ChannelQueue]:
        with self._tools.database.connect() as connection:
            self._lanes = read_lanes(connection)
        return self._lanes

    def _freshen(self) -> None:
        """Documents age while a slow provider keeps us here."""
        if time.monotonic() - self._freshened >= FRESHEN_EVERY:
            self._documents.refresh(self.clock())
            self._freshened = time.monotonic()

    def _finish_calls(self) -> int:
        if self._crew.busy:
            self._crew.wait(LOOK_AGAIN)
        return self._collect()

    def _turn(self, channel_ids: list[int]) -> int:
        """Change pull deliveries batch by batch, then make the documents of the channels that changed."""
        moved, changed, batch = 0, set[int](), self.config.pull_batch
        while channel_ids and not self._stopping.is_set():
            turned = self._tools.ledger.write(partial(self._turn_batch, channel_ids, self.clock()))
            self._tools.reached(Point.CHANGED)
            moved += turned.deliveries
            changed |= turned.channels
            if turned.deliveries < batch:
                break
        if changed:
            self._documents.refresh(self.clock(), changed)
        return moved

    def _turn_batch(self, channel_ids: list[int], now: datetime, connection: Connection) -> Turned:
        turned = turn(connection, channel_ids, self.config.worker, now, self.config.pull_batch)
        self._tools.reached(Point.CHANGING)
        return turned

    def _start(self, lanes: list[ChannelQueue]) -> int:
        """Give the lanes that are longest due to free threads; return how many."""
        now = self.clock()
        rested = [lane for lane in lanes if self._tired.get(lane.channel_id, 0.0) <= time.monotonic()]
        waiting = [lane for lane in rested if lane.channel_id not in self._crew.busy]
        chosen = sorted(waiting, key=lambda lane: min(lane.heads.values(), default=now))[: self._crew.free]
        for lane in chosen:
            self._crew.start(lane.channel_id, PushLane(self._tools, self._hand, lane.channel_id).run)
        return len(chosen)

    def _collect(self) -> int:
        done = 0
        for channel_id, future in self._crew.collect().items():
            moved = self._result(channel_id, future)
            done += moved
            if not moved:
                self._tired[channel_id] = time.monotonic() + TIRED_FOR
        return done

    def _result(self, channel_id: int, future: "Future[int]") -> int:
        try:
            return future.result()
        except AWAY as error:
            log.warning("channel %s: left for now, its deliveries stay where they are: %s", channel_id, brief(error))
        except Exception:
            log.exception("channel %s: could not be worked; its deliveries stay where they are", channel_id)
        return 0
