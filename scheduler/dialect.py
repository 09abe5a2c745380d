"""The two statements that SQLite and PostgreSQL spell alike but SQLAlchemy builds apart."""

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_new(connection: Connection, table: Table) -> Any:
    """Return an INSERT that does nothing where a unique key is already there."""
    return _insert(connection, table).on_conflict_do_nothing()


def upsert(
    connection: Connection, table: Table, keys: list[str], values: dict[str, Any], *, only_if: Any = None
) -> Any:
    """Return an INSERT of ``values`` that updates the row with the same ``keys``.

    ``only_if`` takes the incoming row's columns and gives the condition under which the update is made.
    """
    statement = _insert(connection, table).values(values)
    changes = {name: statement.excluded[name] for name in values if name not in keys}
    where = only_if(statement.excluded) if only_if else None
    return statement.on_conflict_do_update(index_elements=keys, set_=changes, where=where)


def _insert(connection: Connection, table: Table) -> Any:
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
