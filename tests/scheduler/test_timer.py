"""The scheduler process: it wakes for what is due and for news, lives through trouble, and stops in order."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from scheduler import clock, health, timer
from scheduler.clock import AGREE_EVERY, ServerClock, clock_for, ticks, utc_now
from scheduler.decisions.states import DeliveryState
from scheduler.engine.config import EngineConfig
from scheduler.engine.engine import Engine
from scheduler.storage.rows import WORKER
from scheduler.timer import Timer
from tests.scheduler.conftest import House
from tests.scheduler.fake_provider import Provider

HOUSE = Path(__file__).resolve().parents[2]


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


class Running:
    """A timer at work on the house's database, on real time."""

    def __init__(self, house: House) -> None:
        house.clock.at = utc_now()
        self.house = house
        self.engine = Engine(house.database, house.store, EngineConfig(worker="thợ", threads=1), utc_now)
        self.timer = Timer(house.database, self.engine)

    def schedule(self, channel: int, text: str, *, after: float = 0) -> int:
        self.house.clock.at = utc_now()
        return self.house.schedule(channel, text, after=after)

    def live(self, delivery: int) -> bool:
        return self.house.state(delivery) is DeliveryState.LIVE


@pytest.fixture
def running(house: House) -> Iterator[Running]:
    made = Running(house)
    made.timer.start()
    yield made
    made.timer.stop()


def test_what_is_scheduled_by_somebody_else_goes_out_without_a_word_to_the_timer(running: Running) -> None:
    channel, provider = running.house.memory()
    now, soon = running.schedule(channel, "Ngay"), running.schedule(channel, "Sau một giây", after=1)
    wait_for(lambda: running.live(now) and running.live(soon))
    assert [text for _, _, text in provider.calls] == ["Ngay", "Sau một giây"]
    row = running.house.row(soon)
    assert row.live_at >= row.scheduled_at


def test_documents_are_ready_when_the_scheduler_starts_and_follow_what_happens(running: Running) -> None:
    channel = running.house.channel("fake_pull")
    wait_for(lambda: running.house.document(channel) is not None)
    running.schedule(channel, "Tin")
    wait_for(lambda: running.house.listed(channel)["items"] == ["Tin"])


def test_the_heartbeat_comes_from_the_loop(running: Running) -> None:
    def age() -> float | None:
        with running.house.database.connect() as connection:
            return health.heartbeat_age(connection, utc_now())

    wait_for(lambda: age() is not None)
    with running.house.database.connect() as connection:
        row = connection.execute(select(WORKER)).one()
    assert (row.name, row.pid) == ("thợ", os.getpid())
    running.timer.stop()
    running.timer._beaten = None
    before = row.seen_at
    running.timer._beat()
    with running.house.database.connect() as connection:
        assert connection.execute(select(WORKER.c.seen_at)).scalar_one() > before


def test_no_error_stops_the_loop(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    running = Running(house)
    run_due, errors = running.engine.run_due, list[Exception]()

    def sometimes() -> int:
        if len(errors) < 2:
            errors.append(OperationalError("UPDATE", {}, Exception("database is locked")))
            raise errors[-1]
        return run_due()

    monkeypatch.setattr(running.engine, "run_due", sometimes)
    channel, _ = house.memory()
    delivery = running.schedule(channel, "Tin")
    running.timer.start()
    wait_for(lambda: running.live(delivery))
    running.timer.stop()
    assert len(errors) == 2
    assert caplog.text.count("deliveries: the database cannot be worked with") == 1, "told once, not at every try"
    assert "deliveries: the database answers again" in caplog.text


def test_a_heartbeat_that_cannot_be_written_does_not_stop_the_work(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def locked(*_arguments: Any) -> None:
        raise OperationalError("INSERT", {}, Exception("database is locked"))

    running = Running(house)
    channel, _ = house.memory()
    delivery = running.schedule(channel, "Tin")
    monkeypatch.setattr(timer, "writing", locked)
    running.timer.start()
    wait_for(lambda: running.live(delivery))
    running.timer.stop()
    assert "heartbeat: the database cannot be worked with" in caplog.text


def test_a_timer_that_overslept_is_woken(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock was put back: APScheduler would wait for hours."""
    running = Running(house)
    running.timer.start()
    wait_for(lambda: not running.timer._news and health_is_there(house))
    running.timer._scheduler.modify_job(timer.JOB, next_run_time=utc_now() + timedelta(hours=3))
    running.timer._looked = time.monotonic() - 60
    before = running.timer._looked
    wait_for(lambda: running.timer._looked != before)
    running.timer.stop()


def health_is_there(house: House) -> bool:
    with house.database.connect() as connection:
        return health.heartbeat_age(connection, utc_now()) is not None


@pytest.mark.parametrize(
    ("wake", "done", "vain", "delay"),
    [
        (None, 0, 0, timedelta(seconds=5)),
        (timedelta(hours=1), 0, 0, timedelta(seconds=5)),
        (timedelta(seconds=2), 0, 0, timedelta(seconds=2)),
        (timedelta(0), 5, 7, timedelta(milliseconds=20)),
        (timedelta(0), 0, 0, timedelta(milliseconds=40)),
        (timedelta(0), 0, 30, timedelta(seconds=1)),
    ],
)
def test_how_long_the_timer_sleeps(
    house: House, monkeypatch: pytest.MonkeyPatch, wake: timedelta | None, done: int, vain: int, delay: timedelta
) -> None:
    running = Running(house)
    engine = running.engine
    monkeypatch.setattr(engine, "clock", house.clock)
    monkeypatch.setattr(engine, "next_wake", lambda **_how: house.clock() + wake if wake is not None else None)
    running.timer._vain = vain
    assert running.timer._delay(done) == delay


PROCESS = """
import sys
from pathlib import Path
from channels import registry
from media.storage.store import Store
from scheduler import timer
from scheduler.engine.config import EngineConfig
from tests.scheduler.fakes import KINDS
registry.KINDS = KINDS
timer.run(sys.argv[1], Store(Path(sys.argv[2])), EngineConfig(threads=1), ready=lambda: print("ready", flush=True))
"""


def test_a_scheduler_process_ends_on_sigterm_with_its_call_finished(
    house: House, url: str, tmp_path: Path, provider: Provider
) -> None:
    house.clock.at = utc_now()
    channel = house.channel("fake_http", {"url": provider.url, "timeout": 60})
    deliveries = [house.schedule(channel, f"Tin {number}") for number in range(3)]
    provider.faults.append("hold")
    process = subprocess.Popen(
        [sys.executable, "-c", PROCESS, url, str(tmp_path / "media")], cwd=HOUSE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process.stdout:
        assert process.stdout.readline() == "ready\n"
    wait_for(lambda: house.row(deliveries[0]).called_at is not None)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.2)
    assert process.poll() is None, "it finishes what it has in hand"
    provider.release.set()
    assert process.wait(60) == 0
    assert [house.state(d) for d in deliveries] == [DeliveryState.LIVE, *[DeliveryState.SCHEDULED] * 2]
    assert len(provider.created()) == 1
    assert {house.row(d).lease_owner for d in deliveries} == {None}


def test_workers_on_postgresql_share_the_servers_clock(house: House) -> None:
    shared = clock_for(house.database)
    assert abs(shared() - utc_now()) < timedelta(minutes=1)
    if house.database.dialect.name == "sqlite":
        assert shared is utc_now
        return
    assert isinstance(shared, ServerClock)
    first = shared()
    assert shared() >= first
    shared._asked = ticks() - AGREE_EVERY - 1
    house.database.dispose()
    assert abs(shared() - utc_now()) < timedelta(minutes=1)


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_machine_that_slept_asks_the_server_what_time_it_is(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """On SQLite there is one machine, and its own clock is the clock."""
    server = ServerClock(house.database)
    server()
    asked = server._asked
    monkeypatch.setattr(clock, "ticks", lambda: ticks() + 3600)
    assert abs(server() - utc_now()) < timedelta(minutes=1), "an hour of sleep is not added to a stale answer"
    assert server._asked != asked
