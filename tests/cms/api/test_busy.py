"""A database that somebody else holds: a change by API waits for it up to the stated bound, reading does not wait."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread, Timer
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text
from werkzeug.test import TestResponse

from cms.app.cli import _refusal
from cms.core.database import db
from cms.web.errors import BUSY
from scheduler.storage.database import open_engine, writing
from scheduler.storage.error_log import is_locked
from tests.cms.api.conftest import Machines
from tests.cms.api.machine import Machine


@contextmanager
def held(url: str, until: Event) -> Iterator[None]:
    """Another process saves something until told to end."""
    holds = Event()

    def hold() -> None:
        other = open_engine(url)
        with writing(other) as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("LOCK TABLE story, api_token IN EXCLUSIVE MODE"))
            holds.set()
            until.wait(30)
        other.dispose()

    db.session.remove()
    thread = Thread(target=hold)
    thread.start()
    holds.wait(30)
    try:
        yield
    finally:
        until.set()
        thread.join()


def made(machine: Machine) -> TestResponse:
    return machine.call("POST", "/stories", json={"unit": "unit-báo-sông-vàm", "content": {"title": "Tin"}})


def test_a_change_waits_for_who_is_saving(app: Flask, machines: Machines, url: str) -> None:
    done = Event()
    with held(url, done):
        Timer(0.7, done.set).start()
        assert made(machines.editor).status_code == 201


def test_after_the_bound_it_is_told_and_reading_waits_for_nobody(
    app: Flask, machines: Machines, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlite = url.startswith("sqlite")

    def impatient(connection: Any, _record: object) -> None:
        connection.cursor().execute("PRAGMA busy_timeout = 200" if sqlite else "SET lock_timeout = '200ms'")
        if not sqlite:
            connection.commit()

    db.session.remove()
    db.engine.dispose()
    event.listen(db.engine, "connect", impatient)
    with held(url, Event()):
        answer = made(machines.editor)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert (answer.get_json() or {})["detail"] == BUSY
        assert machines.editor.get("/stories")["items"] == []
        with pytest.raises(Exception, match="lock") as refused, writing(db.engine) as connection:
            connection.execute(text("UPDATE story SET title = 'x'" if sqlite else "LOCK TABLE story IN EXCLUSIVE MODE"))
    assert is_locked(refused.value)
    assert _refusal(refused.value) == "cơ sở dữ liệu đang bận nên chưa làm được việc này; hãy thử lại sau ít giây."
