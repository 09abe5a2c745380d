"""The application as commands use it."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from cms.app import create_app
from cms.database import db
from cms.settings import Settings, from_environment


def settings() -> Settings:
    """Settings from the environment; raise ``BadSetting``. Also starts logging as they say."""
    found = from_environment(os.environ)
    logging.basicConfig(level=found.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    return found


@contextmanager
def application() -> Iterator[Flask]:
    """The application with its context pushed; its connections are closed at the end."""
    app = create_app(settings())
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()
