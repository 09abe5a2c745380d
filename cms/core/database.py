"""The session that pages work with, and the one way to change something."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.orm import Session

from cms.core import storable
from cms.models import metadata
from scheduler.storage.database import IMMEDIATE, engine_options, prepare

db = SQLAlchemy(metadata=metadata, session_options={"expire_on_commit": False})
migrate = Migrate()
event.listen(db.session, "before_flush", storable.watch)


def init_app(app: Flask, url: str) -> None:
    """Bind the tables and the migrations to ``app``."""
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(url)
    db.init_app(app)
    migrate.init_app(app, db, directory=f"{app.root_path}/migrations")
    with app.app_context():
        prepare(db.engine)


@contextmanager
def changing() -> Iterator[Session]:
    """A writing transaction: committed at the end, rolled back on any exception.

    What was read before is read again inside, because another person may have changed it in between; so rows are
    looked up (or refreshed) inside the block.
    """
    session = db.session()
    session.rollback()
    session.expire_all()
    session.connection(execution_options=IMMEDIATE)
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
