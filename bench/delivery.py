"""The delivery engine: due pulls and pushes per second, beside the floor of this disk, APScheduler and Huey as shipped.

Medians of three rounds in one run; every guarantee is on (synchronous=FULL, leases, stamps, attempts). The provider
answers at once, from its own process. ``python -m bench.delivery 2000`` takes fewer deliveries than the usual 10,000.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import timedelta
from functools import partial
from statistics import median, quantiles
from typing import Any

from sqlalchemy import select

from bench import delivery_rivals as rivals
from bench.delivery_house import LANES, fresh, per_second, postgres
from bench.delivery_kinds import KINDS, provider
from bench.machine import describe
from channels import registry
from scheduler.rows import DELIVERY
from scheduler.states import DeliveryState
from scheduler.timer import Timer

ROUNDS = 3


def pull(count: int, server: Any = None) -> float:
    """(a) due pull deliveries on three channels per second, their documents made at the end."""
    with fresh(server) as bench:
        bench.fill(bench.channels("bench_pull", {}, 3), count)
        with closing(bench.engine()) as engine:
            rate = per_second(count, engine.run_due)
        assert bench.live() == count
        return rate


def push(count: int, port: int, lanes: int, server: Any = None) -> float:
    """(b) due push deliveries per second over ``lanes`` channels."""
    with fresh(server) as bench:
        bench.fill(bench.channels("bench_push", {"port": port}, lanes), count)
        with closing(bench.engine()) as engine:
            rate = per_second(count, engine.run_due)
        assert bench.live() == count
        return rate


def lateness(waiting: int, port: int, server: Any = None) -> tuple[float, float]:
    """Median and 99th percentile of seconds between promise and go-live, with ``waiting`` more in the queue."""
    with fresh(server) as bench:
        pulls, pushes = bench.channels("bench_pull", {}, 3), bench.channels("bench_push", {"port": port}, 5)
        bench.fill([*pulls, *pushes], waiting, after=timedelta(days=1))
        engine = bench.engine()
        timer = Timer(bench.database, engine)
        timer.start()
        bench.fill([*pulls, *pushes], 300, after=timedelta(seconds=2), spread=0.02)
        deadline = time.monotonic() + 60
        while bench.live() < 300 and time.monotonic() < deadline:
            time.sleep(0.2)
        timer.stop()
        times = select(DELIVERY.c.live_at, DELIVERY.c.scheduled_at).where(DELIVERY.c.state == DeliveryState.LIVE)
        with bench.database.connect() as connection:
            late = [(row.live_at - row.scheduled_at).total_seconds() for row in connection.execute(times)]
    return median(late), quantiles(late, n=100)[98]


IDLE = """
import sys, threading, time
from pathlib import Path
from channels import registry
from media.store import Store
from scheduler import timer
from scheduler.config import EngineConfig
from bench.delivery_kinds import KINDS
registry.KINDS = KINDS
def watch():
    time.sleep(3)
    before = time.process_time()
    time.sleep(20)
    print((time.process_time() - before) * 3, flush=True)
threading.Thread(target=watch, daemon=True).start()
timer.run(sys.argv[1], Store(Path(sys.argv[2])), EngineConfig())
"""


def idle(waiting: int, server: Any = None) -> float:
    """Seconds of CPU that a scheduler process needs for a minute in which nothing is due."""
    with fresh(server) as bench:
        channels = [*bench.channels("bench_pull", {}, 20), *bench.channels("bench_push", {"port": 1}, 180)]
        bench.fill(channels, waiting, after=timedelta(days=1))
        with closing(bench.engine()) as engine:
            engine.refresh_documents()
        command = [sys.executable, "-c", IDLE, bench.url, str(bench.folder / "media")]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        seconds = float(process.stdout.readline())
        process.terminate()
        process.communicate()
        return seconds


def told(name: str, rates: Sequence[float], compared: str = "") -> str:
    """A line of the table: the median of the rounds, and all of them."""
    rounds = " ".join(f"{rate:,.0f}" for rate in rates)
    return f"{name:<58} {median(rates):>10,.0f}   ({rounds}) {compared}"


def rounds(work: Callable[[], float]) -> list[float]:
    """Run ``work`` three times."""
    return [work() for _ in range(ROUNDS)]


def times(rates: Sequence[float], others: Sequence[float], name: str, goal: float) -> str:
    """How the medians compare, beside the goal."""
    return f"{median(rates) / median(others):.2f} x {name} (goal {goal})"


def shared_push(count: int, port: int, server: Any, processes: int) -> float:
    """(b) by several scheduler processes that share the work."""
    with fresh(server) as bench:
        bench.fill(bench.channels("bench_push", {"port": port}, LANES), count)
        command = [sys.executable, "-c", WORKER, bench.url, str(bench.folder / "media")]
        team = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(processes)
        ]
        for worker in team:
            assert worker.stdout is not None
            worker.stdout.readline()

        def work() -> None:
            for worker in team:
                assert worker.stdin is not None
                worker.stdin.close()
            while bench.live() < count:
                time.sleep(0.02)

        rate = per_second(count, work)
        for worker in team:
            assert worker.stdout is not None
            worker.terminate()
            worker.wait()
            worker.stdout.close()
        return rate


WORKER = """
import sys
from pathlib import Path
from bench.delivery_house import LANES
from bench.delivery_kinds import KINDS
from channels import registry
from media.store import Store
from scheduler import timer
from scheduler.config import EngineConfig
registry.KINDS = KINDS
for kind in KINDS: registry.adapter(kind)
print("ready", flush=True)
sys.stdin.read()
timer.run(sys.argv[1], Store(Path(sys.argv[2])), EngineConfig(threads=LANES))
"""


def main(count: int = 10_000) -> None:
    """Print the table."""
    registry.KINDS = KINDS
    with provider() as port, postgres() as server:
        on_sqlite(count, port)
        on_postgresql(count, port, server)


def on_sqlite(count: int, port: int) -> None:
    """The goals are for SQLite, the database of a single machine."""
    one, hundred = (rounds(partial(rivals.floor, count, batch)) for batch in (1, 100))
    jobs, tasks = rounds(partial(rivals.apscheduler, count)), rounds(partial(rivals.huey, count))
    pulls = rounds(partial(pull, count))
    single, many = (rounds(partial(push, count, port, lanes)) for lanes in (1, LANES))
    print(f"{'deliveries per second, SQLite, synchronous=FULL':<58} {'median':>10}")
    print(told("(d) floor: claim and mark, one per commit", one))
    print(told("(d) floor: claim and mark, 100 per commit", hundred))
    print(told("(c) APScheduler, SQLAlchemy job store, no-op jobs", jobs))
    print(told("(c) Huey, SQLite store, no-op tasks", tasks))
    print(told("(a) pull deliveries due at once", pulls, times(pulls, tasks, "Huey", 5)))
    print(told("(b) push deliveries, one channel", single, times(single, one, "floor", 0.5)))
    print(told(f"(b) push deliveries, {LANES} channels", many, times(many, one, "floor", 0.5)), flush=True)
    _waiting(port, None)


def on_postgresql(count: int, port: int, server: Any) -> None:
    """The same beside a server, and the push work shared by several processes."""
    print(f"\n{'deliveries per second, PostgreSQL, synchronous commit':<58} {'median':>10}")
    print(told("(a) pull deliveries due at once", rounds(partial(pull, count, server))))
    for processes in (1, 2, 4):
        name = f"(b) push deliveries, {LANES} channels, {processes} scheduler processes"
        print(told(name, rounds(partial(shared_push, count, port, server, processes))), flush=True)
    _waiting(port, server)


def _waiting(port: int, server: Any) -> None:
    """What a long queue costs."""
    middle, late = lateness(100_000, port, server)
    print(f"lateness, 100,000 waiting: median {middle * 1000:.0f} ms, 99th percentile {late * 1000:.0f} ms (goal 1 s)")
    print(f"idle, 200 channels, 100,000 waiting: {idle(100_000, server):.2f} s CPU a minute (goal 0.2)", flush=True)


if __name__ == "__main__":
    print(describe(), flush=True)
    main(*(int(argument) for argument in sys.argv[1:]))
