"""How the accounts stand: asked regularly and when a person wants to know, so that no page waits for the provider."""

import logging
import time
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, exists, select

from channels.contract import ChannelError, ErrorKind
from channels.followers import KINDS, AccountState, followers_of
from channels.localtime import local_day
from channels.words import N_, Words
from scheduler.decisions.backoff import WAITS
from scheduler.decisions.outcomes import Changes, words_column
from scheduler.engine.calling import redact
from scheduler.engine.claims import Lease
from scheduler.followers.accounts import BAD_SETTINGS, Accounts, OpenedAccount
from scheduler.followers.claims import claim, put_down
from scheduler.followers.rows import DAY, STANDING
from scheduler.storage.dialect import insert_new, upsert
from scheduler.storage.error_log import is_away
from scheduler.storage.rows import CHANNEL, SECRET, AnyRow

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=30)
"""Often enough that a silent account keeps its tokens fresh (they are renewed at 20 of their 25 hours)."""
AFTER_TROUBLE = timedelta(minutes=5)
LEASE = timedelta(minutes=5)
CALLS = 2
TAKE_STOCK = 30.0
"""Seconds between two looks for channels that have no row yet."""

AWAY = Words(N_("Cơ sở dữ liệu đang bận nên chưa hỏi được kênh; hệ thống sẽ tự hỏi lại."))
BROKEN = Words(N_("Phần mềm gặp lỗi khi hỏi kênh; hãy báo người quản trị nếu còn lặp lại."))


class Looks:
    """Asks the accounts that are due, one at a time."""

    def __init__(self, accounts: Accounts) -> None:
        self._tools = accounts
        self._lease = Lease(accounts.config.worker, LEASE)
        self._stocked = float("-inf")

    def work_one(self) -> bool:
        """Ask one account; return whether one was due."""
        self._take_stock()
        found = self._tools.ledger.write(self._claim) if self._tools.due(STANDING) else None
        if found is None:
            return False
        row, opened = found
        changes, standing = self._asked(opened)

        def write(connection: Connection) -> None:
            kept = put_down(connection, STANDING, row, self._lease.worker, changes)
            if kept and standing and standing.followers is not None:
                _keep_day(connection, row.channel_id, standing.followers, self._tools.clock())

        self._tools.ledger.write(write)
        return True

    def _claim(self, connection: Connection) -> tuple[AnyRow, OpenedAccount | None] | None:
        row = claim(connection, STANDING, self._lease, self._tools.clock())
        return None if row is None else (row, self._tools.open(connection, row.channel_id, CALLS))

    def _asked(self, opened: OpenedAccount | None) -> tuple[Changes, AccountState | None]:
        """Ask; an answer replaces the last one, trouble is told beside it."""
        if opened is not None and not opened.active:
            return {"next_at": self._tools.clock() + EVERY}, None
        followers = followers_of(opened.kind) if opened else None
        if opened is None or followers is None:
            return self._trouble(BAD_SETTINGS, "settings", "", EVERY), None
        try:
            standing = followers.look(opened.account)
        except ChannelError as error:
            soon = AFTER_TROUBLE if error.kind in WAITS or error.kind is ErrorKind.TRANSIENT else EVERY
            return self._trouble(error.words, error.kind.value, redact(error.detail, opened.account), soon), None
        except Exception as error:
            detail = redact(f"{type(error).__name__}: {error}", opened.account)
            log.exception("channel %s: unexpected %s", opened.account.channel_id, detail)
            away = is_away(error)
            return self._trouble(AWAY if away else BROKEN, "broken", detail, AFTER_TROUBLE if away else EVERY), None
        now = self._tools.clock()
        return {"facts": _plain(standing), "looked_at": now, "problem": {}, "next_at": now + EVERY}, standing

    def _trouble(self, words: Words, kind: str, detail: str, again: timedelta) -> Changes:
        now = self._tools.clock()
        problem = {"kind": kind, **words_column(words), "detail": detail, "at": now.isoformat()}
        return {"problem": problem, "next_at": now + again}

    def _take_stock(self) -> None:
        """Give every active channel with followers and secrets a row."""
        if time.monotonic() - self._stocked < TAKE_STOCK:
            return
        self._stocked = time.monotonic()
        with self._tools.database.connect() as connection:
            new = connection.execute(_NEW).scalars().all()
        if new:
            rows = [{"channel_id": channel_id, "next_at": self._tools.clock()} for channel_id in new]
            self._tools.ledger.write(lambda connection: connection.execute(insert_new(connection, STANDING), rows))


_NEW = (
    select(CHANNEL.c.id)
    .where(CHANNEL.c.kind.in_(KINDS), CHANNEL.c.active)
    .where(exists().where(SECRET.c.channel_id == CHANNEL.c.id))
    .where(~exists().where(STANDING.c.channel_id == CHANNEL.c.id))
)


def _plain(standing: AccountState) -> dict[str, Any]:
    """The answer as a column keeps it; what was not told is left out."""
    known = {name: value for name, value in asdict(standing).items() if name != "problem" and value not in (None, "")}
    return known | ({"missing": words_column(standing.problem)} if standing.problem else {})


def _keep_day(connection: Connection, channel_id: int, followers: int, now: datetime) -> None:
    values = {"channel_id": channel_id, "day": local_day(now), "followers": followers}
    connection.execute(upsert(connection, DAY, ["channel_id", "day"], values))
