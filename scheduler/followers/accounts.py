"""What all work of this package is done with, and opening a channel's account for it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, Engine, Table, select

from channels import registry
from channels.contract import Account
from channels.words import N_, Words
from scheduler.decisions.backoff import take
from scheduler.engine.config import EngineConfig
from scheduler.storage.group_commit import GroupCommit
from scheduler.storage.rates import account_of, keep_bucket, open_bucket
from scheduler.storage.rows import CHANNEL
from scheduler.storage.vault import DatabaseVault, Keys

BAD_SETTINGS = Words(N_("Cấu hình của kênh chưa hợp lệ. Hãy sửa cấu hình rồi thử lại."))


def _unnoticed(_point: str) -> None:
    """Notice nothing."""


@dataclass(frozen=True, slots=True)
class OpenedAccount:
    """A channel's account, ready to be called."""

    kind: str
    account: Account
    active: bool


class Accounts:
    """Database, clock, settings and keys. ``reached`` is told the named points of the work."""

    def __init__(
        self,
        database: Engine,
        config: EngineConfig,
        clock: Callable[[], datetime],
        *,
        reached: Callable[[Any], None] = _unnoticed,
    ) -> None:
        self.database = database
        self.config = config
        self.clock = clock
        self.reached = reached
        self.ledger = GroupCommit(database)
        self._keys = Keys(config.keys)

    def due(self, table: Table) -> bool:
        """Return whether a row of a leased table is due: a look that takes no lock, as most find nothing."""
        wanted = select(table.c.next_at).where(table.c.next_at <= self.clock()).limit(1)
        with self.database.connect() as connection:
            return connection.execute(wanted).first() is not None

    def open(self, connection: Connection, channel_id: int, calls: int) -> OpenedAccount | None:
        """Return the channel's account and count ``calls`` against its limit; None if they are not valid."""
        wanted = select(CHANNEL.c.kind, CHANNEL.c.name, CHANNEL.c.settings, CHANNEL.c.active).where(
            CHANNEL.c.id == channel_id
        )
        row = connection.execute(wanted).one()
        try:
            adapter = registry.push(row.kind)
            settings = adapter.Settings.model_validate(row.settings)
        except (registry.UnknownKind, ValidationError):
            return None
        bucket = account_of(row.kind, channel_id, row.settings)
        filled = open_bucket(connection, bucket, adapter.calls_per_minute, self.clock())
        keep_bucket(connection, bucket, take(filled, calls)[1])
        vault = DatabaseVault(self.database, channel_id, self._keys, clock=self.clock, owner=self.config.worker)
        return OpenedAccount(row.kind, Account(channel_id, row.name, settings, vault, self.clock), row.active)
