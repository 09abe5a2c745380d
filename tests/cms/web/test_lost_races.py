"""A page that loses a race, or meets a database that is busy or gone, says so in one sentence."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy.session import Session as OurSession
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from cms.core.database import db
from cms.web.context import context
from cms.web.errors import BUSY, LOST_RACE
from media import underlock
from scheduler.storage.database import open_engine
from tests.cms import newsroom
from tests.cms.newsroom import Newsroom
from tests.cms.stories.writing_desk import text as page_text


@pytest.fixture
def house(app: Flask) -> Newsroom:
    return newsroom.newsroom()


@contextmanager
def overtaken(url: str, story_id: int) -> Iterator[None]:
    """Somebody else changes the story between our reading and our writing."""
    other = open_engine(url)
    done: list[int] = []

    def change(_session: Session, *_more: Any) -> None:
        if not done:
            done.append(1)
            with other.begin() as connection:
                connection.execute(text("UPDATE story SET version = version + 1 WHERE id = :id"), {"id": story_id})

    event.listen(db.session, "before_flush", change)
    try:
        yield
    finally:
        event.remove(db.session, "before_flush", change)
        other.dispose()
    assert done


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_who_is_overtaken_by_a_moment_is_told_and_nothing_is_changed(app: Flask, house: Newsroom, url: str) -> None:
    """SQLite lets one write at a time, so there nobody is overtaken inside a transaction."""
    made = newsroom.submitted(house.editor, house.paper, now=context().now())
    lead = newsroom.sign_in(app, house.lead)
    page = {"Referer": "http://localhost/inbox"}
    with overtaken(url, made.id):
        answer = lead.post(f"/stories/{made.id}/approve", data={"revision": made.current_id}, headers=page)
    assert (answer.status_code, answer.location) == (303, "http://localhost/inbox")
    assert LOST_RACE in page_text(lead.get("/inbox"))
    assert newsroom.fresh(db.session(), made).state == "submitted"


@contextmanager
def busy(url: str) -> Iterator[None]:
    """Somebody holds the database, and nobody is patient."""
    sqlite = url.startswith("sqlite")

    def impatient(connection: Any, _record: object) -> None:
        connection.cursor().execute("PRAGMA busy_timeout = 20" if sqlite else "SET lock_timeout = '20ms'")
        if not sqlite:
            connection.commit()

    db.session.remove()
    db.engine.dispose()
    event.listen(db.engine, "connect", impatient)
    other = open_engine(url)
    with other.connect().execution_options(sqlite_begin="IMMEDIATE") as connection, connection.begin():
        underlock.released(id(connection))  # it is somebody else's
        if not sqlite:
            connection.exec_driver_sql("LOCK TABLE story IN ACCESS EXCLUSIVE MODE")
        yield
    other.dispose()


def test_a_busy_database_asks_for_patience(app: Flask, house: Newsroom, url: str) -> None:
    made = newsroom.submitted(house.editor, house.paper, now=context().now())
    story_id, revision = made.id, made.current_id
    lead = newsroom.sign_in(app, house.lead)
    with busy(url):
        answer = lead.post(f"/stories/{story_id}/approve", data={"revision": revision})
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert BUSY in page_text(answer)
        asked = lead.post(f"/stories/{story_id}/approve", json={"revision": revision})
        assert asked.content_type == "application/problem+json"
        assert (asked.get_json() or {})["detail"] == BUSY


def test_a_database_that_is_gone_asks_for_patience_too(
    app: Flask, house: Newsroom, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    lead = newsroom.sign_in(app, house.lead)
    db.session.remove()
    nowhere = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    monkeypatch.setattr(OurSession, "get_bind", lambda *_arguments, **_more: nowhere)
    answer = lead.get("/inbox")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert page_text(answer) == BUSY
    assert "the database refused GET /inbox: connection" in caplog.text
    with pytest.raises(OperationalError):
        db.session.execute(text("SELECT 1"))
    db.session.rollback()
