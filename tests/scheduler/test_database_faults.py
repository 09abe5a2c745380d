"""The database fails in every way it can: locked, full, cut off in a transaction, restarted. No loss, a clear log."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, text

from channels.contract import Account, Order
from scheduler.clock import utc_now
from scheduler.decisions.states import DeliveryState
from scheduler.engine.config import EngineConfig
from scheduler.engine.context import Point
from scheduler.engine.engine import Engine
from scheduler.storage.database import LIMITS, engine_options, open_engine, writing
from scheduler.timer import Timer
from tests.scheduler.conftest import House
from tests.scheduler.fakes import PROVIDERS, MemoryProvider
from tests.scheduler.proxy import Proxy
from tests.scheduler.server import Server, running
from tests.scheduler.test_faults import lock, wait_for


def recover(house: House) -> None:
    """Other workers look as often as needed after the leases have run out."""
    worker = house.worker()
    for _ in range(6):
        house.clock.turn(seconds=91)
        worker.run_due()


def all_live_once(house: House, provider: MemoryProvider, deliveries: list[int]) -> None:
    assert {house.state(delivery) for delivery in deliveries} == {DeliveryState.LIVE}
    published = sorted(key for what, key, _ in provider.calls if what == "publish")
    assert published == sorted(house.row(delivery).key for delivery in deliveries), "each exactly once"


def test_a_lock_that_outlasts_every_patience_delays_and_is_told(house: House, caplog: pytest.LogCaptureFixture) -> None:
    limit = "PRAGMA busy_timeout = 20" if house.database.dialect.name == "sqlite" else "SET lock_timeout = '20ms'"

    def impatient(connection: Any, _record: object) -> None:
        connection.cursor().execute(limit)
        if house.database.dialect.name != "sqlite":
            connection.commit()

    house.clock.at = utc_now()
    channel, provider = house.memory()
    delivery = house.schedule(channel, "Tin")
    house.database.dispose()
    event.listen(house.database, "connect", impatient)
    holder = lock(house.database, 1.0)
    engine = Engine(house.database, house.store, EngineConfig(threads=1), utc_now)
    timer = Timer(house.database, engine)
    timer.start()
    holder.join()
    wait_for(lambda: house.state(delivery) is DeliveryState.LIVE)
    timer.stop()
    assert len(provider.calls) == 1
    assert "lock" in caplog.text


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 MB."""
    made = tmp_path / "disk"
    made.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "none", str(made)], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"file systems cannot be mounted here: {mounted.stderr.decode().strip()}")
    yield made
    subprocess.run(["umount", "--lazy", str(made)], check=True)


def fill(disk: Path) -> None:
    """Leave not one free byte."""
    with (disk / "ballast").open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))


@pytest.mark.parametrize("kept_full", [False, True])
def test_a_full_disk_after_the_call_loses_no_outcome(
    small_disk: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    kept_full: bool,
) -> None:  # fmt: skip
    """SQLite needs space in its journal even to clear a column; the outcome waits, or is found out at the provider."""
    shutil.copy(sqlite_template, small_disk / "dakenh.db")
    database = open_engine(f"sqlite:///{small_disk / 'dakenh.db'}")
    house = House(database, small_disk)
    channel, provider = house.memory()
    deliveries = [house.schedule(channel, f"Tin {number}", after=number) for number in range(3)]
    house.clock.turn(seconds=5)

    def fills(_what: str, _order: Order, _account: Account) -> None:
        if not caplog.text:
            fill(small_disk)

    provider.call = fills
    if not kept_full:
        patience = "scheduler.storage.group_commit.time.sleep"
        monkeypatch.setattr(patience, lambda _seconds: (small_disk / "ballast").unlink(missing_ok=True))
    house.worker(lease=timedelta(seconds=1)).run_due()
    assert "database or disk is full" in caplog.text
    (small_disk / "ballast").unlink(missing_ok=True)
    if kept_full:
        assert house.state(deliveries[0]) is DeliveryState.SENDING
        recover(house)
    else:
        assert house.attempts(deliveries[0]) == [("publish", "done")]
    all_live_once(house, provider, deliveries)
    with database.connect() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    house.close()
    database.dispose()
    PROVIDERS.clear()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running() as made:
        yield made


@pytest.fixture
def hall(server: Server, tmp_path: Path) -> Iterator[House]:
    """A newsroom on a server that may be treated badly."""
    yield from furnished(server, server.url(), tmp_path)


def furnished(server: Server, url: str, folder: Path) -> Iterator[House]:
    with psycopg.connect(server.url().replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("TRUNCATE unit, channel, rate_bucket, worker CASCADE")
    database = open_engine(url)
    made = House(database, folder)
    yield made
    made.close()
    database.dispose()
    PROVIDERS.clear()


def test_postgresql_refuses_a_write_for_want_of_space(hall: House, caplog: pytest.LogCaptureFixture) -> None:
    """A trigger says what a full disk says, with PostgreSQL's own error code for it."""
    full = "RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'"
    with writing(hall.database) as connection:
        connection.execute(
            text(f"CREATE FUNCTION full_disk() RETURNS trigger AS $$ BEGIN {full}; END $$ LANGUAGE plpgsql")
        )
        connection.execute(text("CREATE TRIGGER full_disk BEFORE INSERT ON attempt EXECUTE FUNCTION full_disk()"))
    channel, provider = hall.memory()
    deliveries = [hall.schedule(channel, f"Tin {number}", after=number) for number in range(3)]
    hall.clock.turn(seconds=5)
    hall.worker(lease=timedelta(seconds=1)).run_due()
    assert "No space left on device" in caplog.text
    with writing(hall.database) as connection:
        connection.execute(text("DROP FUNCTION full_disk CASCADE"))
    recover(hall)
    all_live_once(hall, provider, deliveries)


END_ALL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'dakenh' AND pid <> pg_backend_pid()"


@pytest.mark.parametrize("kind", ["push", "pull"])
def test_a_connection_that_is_ended_in_a_transaction(
    hall: House, server: Server, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    ended: list[Point] = []

    def end(point: Point) -> None:
        if point in (Point.RECORDING, Point.CHANGING) and not ended:
            ended.append(point)
            with psycopg.connect(server.url().replace("+psycopg", ""), autocommit=True) as other:
                other.execute(END_ALL)

    channel, provider = hall.memory() if kind == "push" else (hall.channel("fake_pull"), MemoryProvider())
    deliveries = [hall.schedule(channel, f"Tin {number}", after=number) for number in range(3)]
    hall.clock.turn(seconds=5)
    worker = hall.worker(end)
    if kind == "pull":
        with pytest.raises(Exception, match="terminating connection"):
            worker.run_due()
        worker.run_due()
        assert {hall.state(delivery) for delivery in deliveries} == {DeliveryState.LIVE}
    else:
        worker.run_due()
        assert "terminating connection" in caplog.text
        all_live_once(hall, provider, deliveries)
    assert [hall.attempts(delivery) for delivery in deliveries] == [[("publish", "done")]] * 3, "written once"


@pytest.mark.parametrize("heard", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("nth", range(1, 6))
def test_the_cable_breaks_at_each_commit(server: Server, tmp_path: Path, nth: int, heard: bool) -> None:
    """Whether the server heard the commit or not, what was in hand is neither lost nor made twice."""
    socket = Path(server.url().partition("host=")[2]) / ".s.PGSQL.5432"
    with Proxy(socket).running() as proxy:
        made = furnished(server, server.url("127.0.0.1", port=proxy.port), tmp_path)
        house = next(made)
        channel, provider = house.memory()
        deliveries = [house.schedule(channel, f"Tin {number}", after=number) for number in range(3)]
        house.clock.turn(seconds=5)
        proxy.break_at(nth, heard=heard)
        house.worker().run_due()
        assert proxy.broken == 1
        recover(house)
        all_live_once(house, provider, deliveries)
        outcomes = [outcome for delivery in deliveries for _, outcome in house.attempts(delivery)]
        assert outcomes.count("done") == 3
        next(made, None)


def test_postgresql_is_restarted_while_deliveries_are_made(
    hall: House, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    hall.clock.at = utc_now()
    made = [hall.memory() for _ in range(3)]
    for _, provider in made:
        provider.call = lambda *_call: time.sleep(0.01)
    deliveries = [hall.schedule(made[number % 3][0], f"Tin {number}") for number in range(60)]
    config = EngineConfig(
        threads=3, lease=timedelta(seconds=3), settle=timedelta(seconds=1), draw=lambda low, _high: low
    )
    timer = Timer(hall.database, Engine(hall.database, hall.store, config, utc_now))
    timer.start()
    wait_for(lambda: sum(len(provider.calls) for _, provider in made) > 10)
    server.stop("immediate")
    server.start()
    wait_for(lambda: {hall.state(delivery) for delivery in deliveries} == {DeliveryState.LIVE})
    timer.stop()
    for _, provider in made:
        assert {len(texts) for texts in provider.by_key().values()} == {1}
        published = [key for what, key, _ in provider.calls if what == "publish"]
        assert len(published) == len(set(published))
    assert "trying again" in caplog.text
    assert "Traceback" not in caplog.text, "one line for each trouble is enough"


def test_a_session_lets_go_of_what_it_holds_when_its_machine_is_gone(hall: House) -> None:
    with hall.database.connect() as connection:
        for limit in LIMITS:
            name, wanted = limit.removeprefix("SET ").split(" = ")
            if not name.startswith("tcp_"):  # these are told only over TCP
                assert connection.execute(text(f"SHOW {name}")).scalar() in (wanted.strip("'"), "1min")


def test_the_address_may_say_how_patient_we_are() -> None:
    options = engine_options("postgresql+psycopg://x@db/dakenh?tcp_user_timeout=60000")
    assert "tcp_user_timeout" not in options["connect_args"]
    assert options["connect_args"]["connect_timeout"] == 10
