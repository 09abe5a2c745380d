"""The scheduler process: APScheduler wakes the engine, and nothing else is left to it.

Its jobs live in memory and hold no delivery; whatever happens to them, the next wake-up works from the database.
"""

import logging
import signal
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from os import getpid
from threading import Event, Lock
from types import FrameType

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import Engine as Database
from sqlalchemy import delete

from media.storage.store import Store
from scheduler.clock import clock_for
from scheduler.engine.config import EngineConfig
from scheduler.engine.engine import Engine
from scheduler.followers.accounts import Accounts
from scheduler.followers.worker import FollowersWorker, lanes
from scheduler.storage.database import open_engine, writing
from scheduler.storage.dialect import upsert
from scheduler.storage.error_log import DatabaseErrorLog
from scheduler.storage.rows import WORKER
from scheduler.storage.watch import Watch
from scheduler.timer_log import quiet

log = logging.getLogger(__name__)

JOB = "deliver"

LONGEST = timedelta(seconds=5)
"""No sleep is longer, so that a clock that was set cannot make the engine oversleep."""

THOROUGH = 15.0
"""Seconds after which the queues are read even if nobody told of anything new and nothing is due."""

SHORTEST = timedelta(milliseconds=20)
"""Sleep before another look at what became due meanwhile; doubled up to ``IN_VAIN`` while looking is in vain."""

IN_VAIN = timedelta(seconds=1)
"""Sleep when something is due but cannot be done: the database is away, or another worker is at it."""

BEAT = timedelta(seconds=10)
"""The heartbeat is written this often; it comes from the very loop that works the deliveries."""

FORGET = timedelta(days=7)
"""Workers not seen for so long are forgotten."""


class Timer:
    """Runs an engine whenever there is something to do, until ``stop``."""

    def __init__(self, database: Database, engine: Engine) -> None:
        self._database = database
        self._engine = engine
        self._started_at = engine.clock()
        self._beaten: datetime | None = None
        self._looked = time.monotonic()
        self._vain = 0
        self._wakes_at: datetime | None = None
        self._read_at = -THOROUGH
        self._trouble, self._faint = DatabaseErrorLog("deliveries"), DatabaseErrorLog("heartbeat")
        self._news = False
        self._lock = Lock()
        self._stopping = Event()
        self._watch = Watch(database, self.wake, self._overslept)
        self._scheduler = BackgroundScheduler(
            timezone=UTC, daemon=True, executors={"default": ThreadPoolExecutor(1)}, logger=quiet()
        )
        engine.pulse = self._beat

    def start(self) -> None:
        """Begin: the first look is taken at once."""
        self._scheduler.add_job(
            self._look,
            IntervalTrigger(seconds=LONGEST.total_seconds()),
            id=JOB,
            next_run_time=datetime.now(UTC),
            coalesce=True,
            misfire_grace_time=None,
            max_instances=2,  # one that runs and one that waits for it, so that no wake-up is dropped
        )
        self._scheduler.start()
        self._watch.start()

    def wake(self) -> None:
        """Look for work now. Safe from any thread, and while a look is being taken."""
        with self._lock:
            self._news = True
            self._arm(timedelta(0))
        self._engine.stir()

    def stop(self) -> None:
        """Finish the calls in hand, give the rest back, and end. Returns when all is done."""
        with self._lock:
            if self._stopping.is_set():
                return
            self._stopping.set()
        self._engine.stop()
        self._watch.stop()
        self._scheduler.shutdown(wait=True)
        self._engine.close()

    def _arm(self, delay: timedelta) -> None:
        """Set the next look to ``delay`` from now, in place of any earlier plan."""
        if not self._stopping.is_set():
            self._scheduler.modify_job(JOB, next_run_time=datetime.now(UTC) + delay)

    def _overslept(self) -> bool:
        return time.monotonic() - self._looked > 2 * LONGEST.total_seconds()

    def _look(self) -> None:
        """Work what is due. Every error is logged and followed by another look."""
        with self._lock:
            news, self._news = self._news, False
        delay = IN_VAIN
        try:
            self._beat()
            delay = self._sleep_on() if not news and self._is_idle() else self._work()
            self._trouble.over()
        except Exception as error:
            self._trouble.tell(error)
        with self._lock:
            self._arm(timedelta(0) if self._news else delay)

    def _is_idle(self) -> bool:
        """Whether nothing can be due: the queues were read lately, and the time found there has not come."""
        read_lately = time.monotonic() - self._read_at < THOROUGH
        return read_lately and (self._wakes_at is None or self._engine.clock() < self._wakes_at)

    def _sleep_on(self) -> timedelta:
        wake = self._wakes_at
        return LONGEST if wake is None else max(SHORTEST, min(LONGEST, wake - self._engine.clock()))

    def _work(self) -> timedelta:
        """Do what is due, and return how long to sleep."""
        self._read_at = -THOROUGH
        delay = self._delay(self._engine.run_due() + self._engine.refresh_documents())
        self._read_at = time.monotonic()
        return delay

    def _delay(self, done: int) -> timedelta:
        """How long to sleep after a look that did ``done`` things."""
        wake, now = self._engine.next_wake(just_looked=True), self._engine.clock()
        self._wakes_at = wake
        due = wake is not None and wake <= now
        self._vain = self._vain + 1 if due and not done else 0
        if due or wake is None:
            return min(IN_VAIN, SHORTEST * 2 ** min(self._vain, 10)) if due else LONGEST
        return max(SHORTEST, min(LONGEST, wake - now))

    def _beat(self) -> None:
        """Write the heartbeat if it is time. A database that is locked now is no reason to stop working."""
        self._looked = time.monotonic()
        now = self._engine.clock()
        if self._beaten is not None and abs(now - self._beaten) < BEAT:
            return
        self._beaten = now
        values = {
            "name": self._engine.config.worker,
            "started_at": self._started_at,
            "seen_at": now,
            "host": socket.gethostname()[:120],
            "pid": getpid(),
        }
        try:
            with writing(self._database) as connection:
                connection.execute(upsert(connection, WORKER, ["name"], values))
                connection.execute(delete(WORKER).where(WORKER.c.seen_at < now - FORGET))
            self._faint.over()
        except Exception as error:
            self._faint.tell(error)


def run(database_url: str, store: Store, config: EngineConfig, *, ready: Callable[[], None] | None = None) -> None:
    """Be a scheduler process until SIGTERM or SIGINT; the calls in hand are then finished first."""
    database = open_engine(database_url)
    engine = Engine(database, store, config, clock_for(database))
    timer = Timer(database, engine)
    beside = FollowersWorker(lanes(Accounts(database, config, engine.clock)))
    told = Event()

    def tell(_signal: int, _frame: FrameType | None) -> None:
        told.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, tell)
    timer.start()
    beside.start()
    log.info("scheduler %s is working", config.worker)
    if ready is not None:
        ready()
    told.wait()
    log.info("scheduler %s finishes what it has in hand", config.worker)
    timer.stop()
    beside.stop()
    database.dispose()
