"""Bringing a database to the newest schema."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade as migrate_down
from flask_migrate import upgrade as migrate_up

from cms.core import database


def upgrade(url: str) -> None:
    """Run every migration that the database at ``url`` has not seen; harmless when there is none."""
    with _bound(url):
        migrate_up()


def start_over(url: str) -> None:
    """Drop every table with all it holds, and make them again, empty."""
    with _bound(url):
        migrate_down(revision="base")
        migrate_up()


def revision(url: str) -> str | None:
    """The schema revision that the database at ``url`` is at; None if it is empty."""
    with _bound(url), database.db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


@contextmanager
def _bound(url: str) -> Iterator[None]:
    """The migrations, bound to the database at ``url`` and to nothing else of the application."""
    app = Flask("cms")
    database.init_app(app, url)
    with app.app_context():
        try:
            yield
        finally:
            database.db.engine.dispose()


def newest() -> str | None:
    """The schema revision that the code expects."""
    return ScriptDirectory(str(Path(__file__).parent.parent / "migrations")).get_current_head()
