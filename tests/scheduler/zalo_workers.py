"""Real processes that share one Zalo channel: each makes one call with the token that it finds in the database.

Run as ``python -m tests.scheduler.zalo_workers DATABASE_URL CHANNEL NOW COUNT [die]``. ``NOW`` is the time that all of
them believe in (ISO 8601); with ``die`` a worker is killed after the provider's answer and before it is stored.
"""

import os
import signal
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NoReturn

from sqlalchemy import select

from channels.contract import Account
from channels.zalo_oa.api.connection import connected
from channels.zalo_oa.settings import Settings
from scheduler.storage.database import open_engine
from scheduler.storage.rows import CHANNEL
from scheduler.storage.vault import DatabaseVault, Keys
from tests.scheduler.zalo import PASSPHRASE


class Doomed(DatabaseVault):
    """Dies with the new pair in its hands."""

    def _commit(self, current: Any, fresh: Mapping[str, str]) -> NoReturn:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("dead")


def main(url: str, channel: int, now: datetime, count: int, vault: type[DatabaseVault]) -> int:
    """Start ``count`` workers at once; return how many of them failed."""
    ready, go = os.pipe(), os.pipe()
    children = []
    for _ in range(count):
        child = os.fork()
        if child == 0:
            os.close(go[1])
            os.write(ready[1], b".")
            os.read(go[0], 1)  # the end of the pipe is the starting signal for all
            os._exit(_work(url, channel, now, vault))
        children.append(child)
    for _ in children:
        os.read(ready[0], 1)
    os.close(go[1])
    return sum(os.waitpid(child, 0)[1] != 0 for child in children)


def _work(url: str, channel: int, now: datetime, vault: type[DatabaseVault]) -> int:
    database = open_engine(url)
    with database.connect() as connection:
        settings = connection.execute(select(CHANNEL.c.settings).where(CHANNEL.c.id == channel)).scalar_one()
    secrets = vault(database, channel, Keys([PASSPHRASE]), clock=lambda: now)
    account = Account(channel, "OA", Settings.model_validate(settings), secrets, lambda: now)
    with connected(account) as api:
        return 0 if api.get("oa/getoa")["oaid"] else 1


if __name__ == "__main__":
    where, number, moment, many, *how = sys.argv[1:]
    sys.exit(main(where, int(number), datetime.fromisoformat(moment), int(many), Doomed if how else DatabaseVault))
