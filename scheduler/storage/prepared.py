"""Statements that run for every delivery: compiled once, so that writing costs the database its time and us little."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.sql.dml import UpdateBase

Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Compiled:
    text: str
    names: tuple[str, ...]
    converts: tuple[Convert | None, ...]
    by_place: bool

    def parameters(self, values: Mapping[str, Any]) -> Any:
        told = [
            convert(values[name]) if convert else values[name]
            for name, convert in zip(self.names, self.converts, strict=True)
        ]
        return tuple(told) if self.by_place else dict(zip(self.names, told, strict=True))


class PreparedStatement:
    """An INSERT or UPDATE whose values have the statement's own types, run past SQLAlchemy's work per call."""

    def __init__(self, statement: UpdateBase) -> None:
        self._statement = statement
        self._compiled: dict[tuple[str, ...], _Compiled] = {}

    def run(self, connection: Connection, values: Mapping[str, Any]) -> int:
        """Run the statement with ``values`` for its columns and its bound parameters; return the row count."""
        key = (connection.dialect.name, *values)
        compiled = self._compiled.get(key) or self._compile(connection, key)
        return connection.exec_driver_sql(compiled.text, compiled.parameters(values)).rowcount

    def _compile(self, connection: Connection, key: tuple[str, ...]) -> _Compiled:
        dialect = connection.dialect
        made = self._statement.compile(dialect=dialect, column_keys=list(key[1:]))
        names = tuple(made.positiontup or made.binds)
        converts = tuple(made.binds[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names)
        found = self._compiled[key] = _Compiled(str(made), names, converts, bool(made.positiontup))
        return found
