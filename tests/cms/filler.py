"""One plausible row for every table that is still empty, so that nothing is left out when all tables are compared."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, Column, Connection, Engine, LargeBinary, Table, func, insert, select

from cms.models import metadata
from scheduler.storage.base import UtcDateTime
from scheduler.storage.database import writing
from tests.conftest import SUNDAY

Rows = dict[str, list[tuple[Any, ...]]]


def fill(engine: Engine, *, but: frozenset[str] = frozenset()) -> None:
    """Put a row into each empty table, with a value in every column."""
    for table in metadata.sorted_tables:
        with writing(engine) as connection:
            if table.name not in but and not connection.scalar(select(func.count()).select_from(table)):
                connection.execute(insert(table).values({c.name: _value(connection, c) for c in table.columns}))


def _value(connection: Connection, column: Column[Any]) -> object:
    for key in column.foreign_keys:
        if key.column.table is not column.table:
            return connection.scalar(select(key.column).order_by(key.column).limit(1))
        return None
    if isinstance(column.type, UtcDateTime):
        return SUNDAY.replace(microsecond=123_456)
    if isinstance(column.type, LargeBinary):
        return bytes(range(256))
    return _plain(column)


def _plain(column: Column[Any]) -> object:
    if isinstance(column.type, JSON):
        listed = getattr(getattr(column.default, "arg", None), "__name__", "") == "list"
        return [{"a": "ệ"}, []] if listed else {"chữ": ["ệ", 1, None, 1.5], "rỗng": {}}
    kind = column.type.python_type
    length = getattr(column.type, "length", None) or 40
    plain: dict[type, object] = {
        int: 7,
        float: 2.5,
        bool: True,
        date: date(2026, 11, 22),
        str: 'Chữ \u1ec7 \'và\\ \n"dấu" 👍'[:length],
    }
    return plain[kind]


def rows(engine: Engine) -> Rows:
    """All rows of all tables, in an order that does not depend on the database."""
    with engine.connect() as connection:
        return {table.name: _sorted(connection, table) for table in metadata.sorted_tables}


def _sorted(connection: Connection, table: Table) -> list[tuple[Any, ...]]:
    return sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
