"""Keeping channels connected that nobody uses: a provider's tokens age whether or not anything is published.

Every hour each channel is asked to look after its own tokens. Any number of schedulers may do so at once: a renewal is
made under the lease of ``scheduler.storage.vault``, by one of them, and the others find it done.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Protocol, runtime_checkable

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from pydantic import ValidationError
from sqlalchemy import Engine as Database
from sqlalchemy import select, update

from channels import registry
from channels.contract import Account, ChannelError, ErrorKind
from channels.words import Words
from scheduler.clock import clock_for
from scheduler.decisions.states import Health
from scheduler.engine.calling import redact
from scheduler.engine.config import EngineConfig
from scheduler.storage.database import open_engine, writing
from scheduler.storage.error_log import DatabaseErrorLog
from scheduler.storage.rows import CHANNEL, SECRET, AnyRow
from scheduler.storage.vault import DatabaseVault, Keys
from scheduler.timer_log import quiet

log = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
"""Often enough that a failed renewal is tried again several times before the old token ends."""
FIRST = timedelta(seconds=30)


@runtime_checkable
class KeepsConnected(Protocol):
    """What an adapter has whose secrets must be renewed although nothing is published."""

    def keep_connected(self, account: Account) -> Words | None:
        """Renew what is due; return what an admin has to do soon, if anything. May raise ``ChannelError``."""
        ...


class Upkeep:
    """Looks after the secrets of all channels that have any."""

    def __init__(self, database: Database, config: EngineConfig, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._keys = Keys(config.keys)
        self._worker = config.worker
        self._clock = clock
        self._stopping = Event()

    def stop(self) -> None:
        """Ask no further channel; a renewal under way is finished, or its tokens would be lost."""
        self._stopping.set()

    def run(self) -> int:
        """Go round once; return how many channels were asked. A channel in trouble does not keep others waiting."""
        with self._database.connect() as connection:
            columns = (CHANNEL.c.id, CHANNEL.c.kind, CHANNEL.c.name, CHANNEL.c.settings, CHANNEL.c.health_words)
            held = select(*columns).join(SECRET, SECRET.c.channel_id == CHANNEL.c.id).order_by(CHANNEL.c.id)
            rows = connection.execute(held.where(CHANNEL.c.health != Health.NEEDS_AUTH)).all()
        return sum(self._look_after(row) for row in rows if not self._stopping.is_set())

    def _look_after(self, row: AnyRow) -> bool:
        try:
            adapter = registry.adapter(row.kind)
            if not isinstance(adapter, KeepsConnected):
                return False
            settings = adapter.Settings.model_validate(row.settings)
        except (registry.UnknownKind, ValidationError):  # told where the channel is worked
            return False
        vault = DatabaseVault(self._database, row.id, self._keys, clock=self._clock, owner=self._worker)
        account = Account(row.id, row.name, settings, vault, self._clock)
        try:
            self._note(row, adapter.keep_connected(account))
        except ChannelError as error:
            self._failed(row, account, error)
        except Exception as error:
            log.error("channel %s: its tokens could not be looked after: %s", row.id, redact(repr(error), account))
        return True

    def _note(self, row: AnyRow, warning: Words | None) -> None:
        """Keep what an admin has to do soon beside a channel that works."""
        words = str(warning) if warning else ""
        if words != row.health_words:
            self._write(row.id, health_words=words)

    def _failed(self, row: AnyRow, account: Account, error: ChannelError) -> None:
        """Stop the channel if only a new consent helps; any other trouble is tried again an hour later."""
        log.warning("channel %s: tokens not renewed: %s", row.id, redact(error.detail or error.kind, account))
        if error.kind is ErrorKind.AUTH:
            self._write(row.id, health=Health.NEEDS_AUTH, health_words=str(error.words))

    def _write(self, channel_id: int, **changes: str) -> None:
        working = update(CHANNEL).where(CHANNEL.c.id == channel_id, CHANNEL.c.health == Health.OK)
        with writing(self._database) as connection:
            connection.execute(working.values(changes))


@contextmanager
def connections_kept(database_url: str, config: EngineConfig) -> Iterator[None]:
    """Go round every hour, beginning soon, in a thread of its own until the block ends."""
    database = open_engine(database_url)
    upkeep = Upkeep(database, config, clock_for(database))
    timer = BackgroundScheduler(timezone=UTC, daemon=True, executors={"default": ThreadPoolExecutor(1)}, logger=quiet())
    timer.add_job(
        _quietly(upkeep), IntervalTrigger(seconds=EVERY.total_seconds()), next_run_time=datetime.now(UTC) + FIRST,
        coalesce=True, misfire_grace_time=None, max_instances=1,
    )  # fmt: skip
    timer.start()
    try:
        yield
    finally:
        upkeep.stop()
        timer.shutdown(wait=True)
        database.dispose()


def _quietly(upkeep: Upkeep) -> Callable[[], None]:
    trouble = DatabaseErrorLog(f"channels' tokens, every {EVERY}")

    def go_round() -> None:
        try:
            upkeep.run()
        except Exception as error:
            trouble.tell(error)
        else:
            trouble.over()

    return go_round
