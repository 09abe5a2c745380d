"""Nothing slow while a writing transaction is open: who holds one is known, whatever becomes of it."""

import logging
import socket
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from channels import registry
from media import underlock
from media.storage.bucket import BucketStore
from media.storage.store import Store
from media.underlock import SlowUnderLock, slow
from scheduler.storage.database import BUSY_WAIT, IMMEDIATE, open_engine, writing, writing_soon


def test_a_writing_transaction_is_known_until_it_ends(engine: Engine) -> None:
    with writing(engine):
        assert underlock.held()
    assert not underlock.held()
    with pytest.raises(ZeroDivisionError), writing(engine):
        _ = 1 / 0
    assert not underlock.held()
    with writing_soon(engine, 50):
        assert underlock.held()
    assert not underlock.held()
    with Session(engine) as session:
        session.connection(execution_options=IMMEDIATE)
        assert underlock.held()
    assert not underlock.held(), "a session that is closed rolls back"


def test_reading_holds_nobody_up(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        assert not underlock.held()


def test_the_end_of_one_transaction_is_not_the_end_of_another(url: str, engine: Engine, tmp_path: Path) -> None:
    other = open_engine(f"sqlite:///{tmp_path}/other.db")
    with writing(engine):
        with writing(other):
            assert underlock.held()
        assert underlock.held()
    assert not underlock.held()
    other.dispose()


def test_a_statement_that_fails_leaves_no_mark(engine: Engine) -> None:
    with pytest.raises(Exception, match="nothing_of_the_kind"), writing(engine) as connection:
        connection.execute(text("SELECT * FROM nothing_of_the_kind"))
    assert not underlock.held()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_who_did_not_get_the_lock_does_not_hold_it(url: str, engine: Engine) -> None:
    other, seen = open_engine(url), []

    def refused() -> None:
        with pytest.raises(OperationalError, match="locked"), writing_soon(other, 10):
            pass
        seen.append(underlock.held())

    with writing(engine):
        thread = Thread(target=refused)
        thread.start()
        thread.join()
    assert seen == [False]
    other.dispose()


def test_other_threads_hold_nothing(engine: Engine) -> None:
    seen: list[bool] = []
    with writing(engine):
        thread = Thread(target=lambda: seen.append(underlock.held()))
        thread.start()
        thread.join()
    assert seen == [False]


def test_what_is_slow_is_refused_under_the_lock(engine: Engine, tmp_path: Path) -> None:
    store, calls = Store(tmp_path / "media"), []
    kept = store.put(b"x").sha256
    marked = slow(lambda: calls.append(1))
    for work in (
        marked, lambda: store.put(b"y"), lambda: store.read(kept), lambda: kept in store, lambda: list(store),
        lambda: (tmp_path / "a").write_text("a"), lambda: socket.create_connection(("127.0.0.1", 1), 0.1),
        *(getattr(registry.adapter(kind), name) for kind in registry.KINDS for name in ("check", "render")),
    ):  # fmt: skip
        with writing(engine), pytest.raises(SlowUnderLock):
            work()
    assert calls == []
    marked()
    assert calls == [1]


def test_at_work_it_is_done_all_the_same_and_told(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What was overlooked must not stop a newsroom; it is told with the place where it happened."""
    monkeypatch.setattr(underlock.strictness, "refuses", False)
    with writing(engine), caplog.at_level(logging.ERROR):
        assert slow(lambda: 7)() == 7
    assert "while a writing transaction is open" in caplog.text
    assert "test_underlock.py" in caplog.text


@pytest.mark.parametrize("kind", [Store, BucketStore])
@pytest.mark.parametrize("name", ["put", "read", "path", "__iter__", "__contains__"])
def test_every_way_to_a_file_is_slow(kind: type[Store], name: str) -> None:
    assert vars(kind)[name].is_slow


def test_everything_that_an_adapter_does_is_slow() -> None:
    for kind in registry.KINDS:
        adapter = registry.adapter(kind)
        work = registry.worked(adapter)
        assert {"check", "render"} <= set(work)
        assert all(getattr(getattr(adapter, name), "is_slow", False) for name in work), kind


def test_a_lock_is_waited_for_as_long_on_both_databases(engine: Engine) -> None:
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == BUSY_WAIT * 1000
        else:
            assert connection.exec_driver_sql("SHOW lock_timeout").scalar() == f"{BUSY_WAIT}s"
    with writing_soon(engine, 30) as connection:
        pass
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == BUSY_WAIT * 1000, "as before"
