"""What each test would make anew though it is always the same: compiled statements, addresses and templates."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType
from typing import Any

import pytest
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from werkzeug.routing import Rule

STATEMENTS: dict[str, dict[Any, Any]] = {"sqlite": {}, "postgresql": {}}


class _Alike:
    """A dialect that equals all others of its kind, so that what one has compiled serves the next."""

    name: str

    def __hash__(self) -> int:
        return hash(self.name)

    def __eq__(self, other: object) -> bool:
        return self.name == getattr(other, "name", None)

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        """Give every engine of a kind the same statements."""
        engine.update_execution_options(compiled_cache=STATEMENTS[cls.name])


class Sqlite(_Alike, SQLiteDialect_pysqlite):
    """The product's SQLite."""

    supports_statement_cache = True


class Postgresql(_Alike, PGDialect_psycopg):
    """The product's PostgreSQL."""

    supports_statement_cache = True


def share_statements() -> None:
    """Have every engine made from now on use the dialects of this module; each test opens its own databases."""
    registry.register("sqlite", __name__, Sqlite.__name__)
    registry.register("postgresql.psycopg", __name__, Postgresql.__name__)


class KnownRule(Rule):
    """An address that is compiled once, however many applications have it."""

    _known: dict[object, dict[str, Any]] = {}  # noqa: RUF012

    def compile(self) -> None:
        assert self.map is not None
        asked = (self.rule, self.subdomain, self.host, self.merge_slashes, repr(self.defaults), self.map.host_matching)
        key = (*asked, frozenset(self.map.converters.items()))
        if key not in self._known:
            before = dict(vars(self))
            super().compile()
            made = {name: value for name, value in vars(self).items() if before.get(name, self) is not value}
            self._known[key] = {**made, "arguments": frozenset(self.arguments)}  # which compiling adds to in place
        vars(self).update(self._known[key], arguments=set(self._known[key]["arguments"]))


@contextmanager
def addresses_compiled_once() -> Iterator[None]:
    """Each test makes its own application, but its 200 addresses are the same."""
    from cms.app.application import Newsroom

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Newsroom, "url_rule_class", KnownRule)
        yield


class Templates(BytecodeCache):
    """Compiled templates, kept in this process for all applications."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key, bucket.checksum] = bucket.code
