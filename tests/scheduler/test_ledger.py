"""Group commit: writes of several threads share a transaction and still stand or fall each alone."""

from threading import Barrier, Event, Thread

import pytest
from sqlalchemy import Connection, event, insert, select
from sqlalchemy.exc import IntegrityError, OperationalError

from scheduler.storage.group_commit import GroupCommit
from scheduler.storage.rows import BUCKET
from tests.scheduler.conftest import House


def account(house: House, name: str) -> dict[str, object]:
    return {"account": name, "tokens": 1.0, "filled_at": house.clock()}


def names(house: House) -> set[str]:
    with house.database.connect() as connection:
        return set(connection.execute(select(BUCKET.c.account)).scalars())


def test_a_write_returns_after_its_commit(house: House) -> None:
    ledger = GroupCommit(house.database)
    added = insert(BUCKET).values(account(house, "a")).returning(BUCKET.c.account)
    assert ledger.write(lambda connection: connection.execute(added).scalar()) == "a"
    assert names(house) == {"a"}


def together(house: House, ledger: GroupCommit, rows: list[dict[str, object]]) -> list[BaseException]:
    """Write ``rows`` from one thread each, all of which queue behind a write that waits for them."""
    go, failures = Event(), list[BaseException]()
    ready = Barrier(len(rows) + 1)

    def one(row: dict[str, object]) -> None:
        ready.wait()
        try:
            ledger.write(lambda c: c.execute(insert(BUCKET).values(row)))
        except IntegrityError as error:
            failures.append(error)

    holder = Thread(target=lambda: ledger.write(lambda _c: go.wait(10)))
    holder.start()
    threads = [Thread(target=one, args=(row,)) for row in rows]
    for thread in threads:
        thread.start()
    ready.wait()
    while len(ledger._queue) < len(rows):
        pass
    go.set()
    for thread in (holder, *threads):
        thread.join()
    return failures


def test_waiting_writes_share_one_commit(house: House) -> None:
    commits: list[Connection] = []
    event.listen(house.database, "commit", commits.append)
    failures = together(house, GroupCommit(house.database), [account(house, f"a{n}") for n in range(6)])
    assert failures == []
    assert len(names(house)) == 6
    assert len(commits) == 2, "the one they waited for, and theirs"


def test_one_bad_write_does_not_spoil_the_others(house: House) -> None:
    rows = [account(house, name) for name in ("a", "b", "a")]
    failures = together(house, GroupCommit(house.database), rows)
    assert len(failures) == 1
    assert names(house) == {"a", "b"}


def test_what_must_be_written_is_tried_until_the_lock_is_gone(house: House, caplog: pytest.LogCaptureFixture) -> None:
    ledger, tries = GroupCommit(house.database), list[int]()

    def work(connection: Connection) -> None:
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("UPDATE", {}, Exception("database is locked"))
        connection.execute(insert(BUCKET).values(account(house, "a")))

    ledger.write_surely(work, patience=5)
    assert names(house) == {"a"}
    assert caplog.text.count("database is locked") == 1, "one line when the trouble begins"
    assert "the database took the write after" in caplog.text, "and one when it is over"


def test_patience_ends(house: House) -> None:
    def work(_connection: Connection) -> None:
        raise OperationalError("UPDATE", {}, Exception("database is locked"))

    with pytest.raises(OperationalError):
        GroupCommit(house.database).write_surely(work, patience=0)


def test_a_broken_transaction_leaves_nothing(house: House) -> None:
    def work(connection: Connection) -> None:
        connection.execute(insert(BUCKET).values(account(house, "a")))
        raise RuntimeError

    with pytest.raises(RuntimeError):
        GroupCommit(house.database).write(work)
    assert names(house) == set()
