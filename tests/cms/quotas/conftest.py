"""A province with its plan, loaded once for each database; what a test does to it is taken back."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from cms.core.database import db
from scheduler.storage.database import open_engine
from tests.cms.quotas.province import Province, at, prepare
from tests.conftest import Clock


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session on a fresh, empty database."""
    with Session(engine, expire_on_commit=False) as made:
        yield made


@pytest.fixture(scope="session")
def sqlite_province(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    path = tmp_path_factory.mktemp("province") / "province.db"
    shutil.copy(sqlite_template, path)
    yield from _prepared(f"sqlite:///{path}")


@pytest.fixture(scope="session")
def postgresql_province(postgres: Any) -> Iterator[Engine]:
    name = f"province_{uuid4().hex[:12]}"
    with psycopg.connect(postgres.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template_dakenh".encode())
    yield from _prepared(postgres.get_uri(database=name).replace("postgresql://", "postgresql+psycopg://", 1))


def _prepared(url: str) -> Iterator[Engine]:
    made = open_engine(url)
    with Session(made) as session:
        prepare(session)
    yield made
    made.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def province(request: pytest.FixtureRequest) -> Iterator[Province]:
    """The province; commits of a test end with it."""
    engine: Engine = request.getfixturevalue(f"{request.param}_province")
    with engine.connect() as connection, connection.begin() as whole:
        with Session(connection, expire_on_commit=False, join_transaction_mode="create_savepoint") as session:
            yield Province.of(session)
        whole.rollback()


@pytest.fixture
def there(app: Flask, clock: Clock) -> Province:
    """The province in the application's own database, on Wednesday noon."""
    clock.at = at("2026-11-18", "12:00")
    prepare(db.session())
    return Province.of(db.session())
