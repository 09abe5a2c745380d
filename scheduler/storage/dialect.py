"""What SQLite and PostgreSQL spell alike but SQLAlchemy builds apart, and the way into JSON that never raises."""

from typing import Any

from sqlalchemy import Connection, String, Table, literal_column
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


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


class text_in(FunctionElement[str]):  # noqa: N801  # reads as a function of SQL
    """The text at a path inside a JSON column, NULL where there is none.

    Of one row whose JSON was damaged from outside, SQLite's own way in would end the whole query.
    """

    name = "text_in"
    type = String()
    inherit_cache = True

    def __init__(self, column: Any, *path: str) -> None:
        """``path`` are our own names, plain letters and underscores."""
        if not all(name.replace("_", "").isalnum() and name.isascii() for name in path):
            raise ValueError(f"no path into JSON: {path!r}")
        super().__init__(column, literal_column(f"'{'.'.join(path)}'"))


@compiles(text_in, "sqlite")
def _text_in_sqlite(element: Any, compiler: Any, **more: Any) -> str:
    column, path = (compiler.process(clause, **more) for clause in element.clauses)
    return f"CASE WHEN json_valid({column}) THEN json_extract({column}, '$.{path[1:-1]}') END"


@compiles(text_in, "postgresql")
def _text_in_postgresql(element: Any, compiler: Any, **more: Any) -> str:
    column, path = (compiler.process(clause, **more) for clause in element.clauses)
    return f"({column} #>> '{{{path[1:-1].replace('.', ',')}}}')"
