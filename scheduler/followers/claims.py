"""Taking a leased row into hand and putting it down; the rules are those of ``scheduler.engine.claims``.

A claim raises ``token``; every later write repeats token and owner and looks at the row count. While a row is in hand
``next_at`` is the end of its lease, so a dead worker's row comes back by itself.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, select, update

from scheduler.decisions.outcomes import Changes
from scheduler.engine.claims import Lease
from scheduler.storage.rows import AnyRow

FREE: Changes = {"lease_owner": None, "lease_until": None}


def claim(connection: Connection, table: Table, lease: Lease, now: datetime) -> AnyRow | None:
    """Take the row that is longest due; return it as it was before, None if there is none."""
    wanted = select(table).where(table.c.next_at <= now).order_by(table.c.next_at).limit(1)
    row = connection.execute(wanted.with_for_update(skip_locked=True)).one_or_none()
    if row is None:
        return None
    until = now + lease.length
    taken = {"token": row.token + 1, "lease_owner": lease.worker, "lease_until": until, "next_at": until}
    mine = update(table).where(_is(table, row), table.c.token == row.token, table.c.next_at <= now).values(taken)
    return row if connection.execute(mine).rowcount == 1 else None


def keep(connection: Connection, table: Table, row: AnyRow, worker: str, changes: Changes) -> bool:
    """Change a row in hand (``row`` as ``claim`` returned it) and keep it; return whether it was still ours."""
    mine = (_is(table, row), table.c.token == row.token + 1, table.c.lease_owner == worker)
    return connection.execute(update(table).where(*mine).values(changes)).rowcount == 1


def put_down(connection: Connection, table: Table, row: AnyRow, worker: str, changes: Changes) -> bool:
    """Change a row in hand and give it free; return whether it was still ours."""
    return keep(connection, table, row, worker, {**FREE, **changes})


def _is(table: Table, row: AnyRow) -> ColumnElement[bool]:
    key: Any = next(iter(table.primary_key.columns))
    found: ColumnElement[bool] = key == row._mapping[key.name]
    return found
