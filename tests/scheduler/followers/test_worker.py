"""The threads beside the engine: they find work, share it, outlive a fault and stop when told."""

from threading import Event

import pytest
from sqlalchemy.exc import OperationalError

from scheduler.followers import worker
from scheduler.followers.worker import FollowersWorker

LONG = 30


class Pieces:
    """So many pieces of work; ``done`` is set with the last."""

    def __init__(self, count: int) -> None:
        self.left = count
        self.done = Event()

    def work_one(self) -> bool:
        if not self.left:
            return False
        self.left -= 1
        if not self.left:
            self.done.set()
        return True


class Slow:
    """One quick piece, then one that lasts until somebody else works."""

    def __init__(self, helped: Event) -> None:
        self.helped = helped
        self.calls = 0

    def work_one(self) -> bool:
        self.calls += 1
        if self.calls > 1:
            self.helped.wait(LONG)
        return self.calls == 1


class Help:
    """Nothing to do, but it was looked for."""

    def __init__(self, helped: Event) -> None:
        self.helped = helped

    def work_one(self) -> bool:
        self.helped.set()
        return False


class Faulty(Pieces):
    """The first tries fail."""

    def __init__(self, count: int, *errors: Exception) -> None:
        super().__init__(count)
        self.errors = list(errors)

    def work_one(self) -> bool:
        if self.errors:
            raise self.errors.pop(0)
        return super().work_one()


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "PATIENCE", 0.01)
    monkeypatch.setattr(worker, "IN_TROUBLE", 0.01)


def finished(made: FollowersWorker, done: Event) -> bool:
    made.start()
    try:
        return done.wait(LONG)
    finally:
        made.stop()


def test_work_is_found_and_done() -> None:
    pieces = Pieces(5)
    assert finished(FollowersWorker([[pieces], [pieces]]), pieces.done)


def test_found_work_wakes_the_second_thread() -> None:
    helped = Event()
    assert finished(FollowersWorker([[Slow(helped)], [Help(helped)]]), helped)


def test_while_nothing_is_found_the_second_thread_asks_nothing() -> None:
    asked, looked = Event(), Event()
    made = FollowersWorker([[Pieces(0), Help(looked)], [Help(asked)]])
    assert finished(made, looked)
    assert not asked.is_set()


def test_a_fault_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    pieces = Faulty(3, OSError("a fault of ours"))
    assert finished(FollowersWorker([[pieces], [pieces]]), pieces.done)
    assert "Traceback" in caplog.text


def test_a_database_that_is_away_is_told_in_one_line_and_once(caplog: pytest.LogCaptureFixture) -> None:
    away = [OperationalError("SELECT 1", {}, Exception("database is locked\nand more")) for _ in range(5)]
    pieces = Faulty(3, *away)
    assert finished(FollowersWorker([[pieces], []]), pieces.done)
    told = [one.getMessage() for one in caplog.records]
    assert len(told) == 2
    assert told[0].endswith("database is locked")
    assert "answers again" in told[1]
    assert "Traceback" not in caplog.text


def test_idle_threads_stop_at_once() -> None:
    made = FollowersWorker([[Pieces(0)], [Pieces(0)]])
    made.start()
    made.stop()


def test_all_that_is_due_can_be_done_in_the_callers_thread() -> None:
    one, other = Pieces(2), Pieces(3)
    FollowersWorker([[one], [other]]).run_due()
    assert (one.left, other.left) == (0, 0)
