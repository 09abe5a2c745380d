"""Bringing a database to the newest schema."""

from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import upgrade as migrate_up

from cms import database


def upgrade(url: str) -> None:
    """Run every migration that the database at ``url`` has not seen; harmless when there is none."""
    app = Flask("cms")
    database.init_app(app, url)
    with app.app_context():
        migrate_up()
        database.db.engine.dispose()


def revision(url: str) -> str | None:
    """The schema revision that the database at ``url`` is at; None if it is empty."""
    app = Flask("cms")
    database.init_app(app, url)
    with app.app_context(), database.db.engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    with app.app_context():
        database.db.engine.dispose()
    return found


def newest() -> str | None:
    """The schema revision that the code expects."""
    return ScriptDirectory(str(Path(__file__).parent / "migrations")).get_current_head()
