"""The application as commands use it."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.words import N_
from cms.app.application import create_app
from cms.core.database import db
from cms.core.permissions import SYSTEM, Actor
from cms.core.refusal import NotFound
from cms.core.settings import Settings, from_environment
from cms.models.people import Person


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


def acting(session: Session, username: str | None) -> Actor:
    """Who a command acts as: the active person with this name, or the system itself if none is named."""
    if username is None:
        return SYSTEM
    person = session.scalar(select(Person).where(Person.username == username, Person.active))
    if person is None:
        raise NotFound(N_("Không có người dùng “%(username)s” đang hoạt động."), username=username)
    return Actor(person.id, person.name, person.grants, via="cli", language=person.language)
