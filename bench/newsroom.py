"""A running application over the large newsroom, with somebody signed in who may do everything."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select, text

from bench.machine import Figure, measure
from bench.quota_seed import NOW, Sizes, seed
from cms.app import schema
from cms.app.application import create_app
from cms.app.gc_tuning import settle
from cms.core.database import db
from cms.core.folding import fold
from cms.core.settings import Settings
from cms.feeds.fast_path import Environ, StartResponse
from cms.models.people import Membership, Person
from cms.models.roles import Role
from cms.models.stories import Revision
from cms.people.accounts import passwords
from scheduler.storage.database import open_engine

PASSWORD = "a benchmark's password"


@dataclass(frozen=True)
class Large:
    """100,000 stories of 200 units, answered by the real application."""

    app: Flask
    client: FlaskClient

    def page(self, address: str) -> bytes:
        """Fetch a page; anything but success ends the benchmark."""
        answer = self.client.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status}")
        data: bytes = answer.data
        return data


@contextmanager
def large(url: str = "") -> Iterator[Large]:
    """Seed the large newsroom in a temporary folder, or in the empty database at ``url``, and sign in.

    Garbage collection is set as ``cms.app.wsgi`` sets it.
    """
    with tempfile.TemporaryDirectory(prefix="dakenh-bench-") as folder:
        url = url or f"sqlite:///{folder}/dakenh.db"
        schema.upgrade(url)
        engine = open_engine(url)
        seed(engine, Sizes())
        _make_findable(engine)
        engine.dispose()
        app = create_app(Settings(home=Path(folder), secret_key="k" * 40, database_url=url), now=lambda: NOW)
        app.config.update(WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
        with app.app_context():
            _let_in()
            client = app.test_client()
            client.post("/sign-in", data={"username": "quan", "password": PASSWORD})
            settle()
            yield Large(app, client)
            db.session.remove()
            db.engine.dispose()


def bare() -> Figure:
    """The yardstick: a WSGI function that answers 20 kB, called the same way."""
    app = Flask("bare")
    body = b"x" * 20_000

    def answer(_environ: Environ, start: StartResponse) -> Iterable[bytes]:
        start("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    app.wsgi_app = answer  # type: ignore[method-assign,assignment]
    client = app.test_client()
    return measure("bare WSGI function", lambda: client.get("/").data, rounds=300)


def _make_findable(engine: Engine) -> None:
    with engine.begin() as connection:
        rows = connection.execute(select(Revision.story_id, Revision.content)).tuples()
        key = "rowid" if engine.dialect.name == "sqlite" else "story_id"
        connection.execute(
            text(f"INSERT INTO story_search ({key}, text) VALUES (:id, :text)"),
            [{"id": story, "text": fold(f"{content['title']} {content['body']}")} for story, content in rows],
        )


def _let_in() -> None:
    person = db.session.scalars(select(Person).where(Person.username == "quan")).one()
    person.password_hash = passwords.hash_of(PASSWORD)
    held = person.memberships[0]
    person.memberships = [
        held,
        *(Membership(unit_id=held.unit_id, unit=held.unit, role=role) for role in (Role.EDITOR, Role.LEAD)),
    ]
    db.session.commit()
