"""The delivery engine: due pulls and pushes per second, beside the floor of this disk, APScheduler and Huey as shipped.

Medians of three rounds in one run, in each of which everything has its turn; every guarantee is on (synchronous=FULL,
leases, stamps, attempts). The provider answers at once, from its own process. ``python -m bench.delivery 2000`` takes
fewer deliveries than the usual 10,000.
"""

import subprocess
import sys
import time
from contextlib import closing
from datetime import timedelta
from functools import partial
from statistics import median, quantiles
from typing import Any

from sqlalchemy import select

from bench import delivery_rivals as rivals
from bench.delivery_house import LANES, fresh, per_second, postgres
from bench.delivery_kinds import KINDS, provider
from bench.delivery_table import ROUNDS, goal, heading, ratio, rounds
from bench.machine import describe
from channels import registry
from scheduler.decisions.states import DeliveryState
from scheduler.storage.rows import DELIVERY
from scheduler.timer import Timer


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
    return median(late), quantiles(late, n=100, method="inclusive")[98]


IDLE = """
import sys, threading, time
from pathlib import Path
from channels import registry
from media.storage.store import Store
from scheduler import timer
from scheduler.engine.config import EngineConfig
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
from media.storage.store import Store
from scheduler import timer
from scheduler.engine.config import EngineConfig
registry.KINDS = KINDS
for kind in KINDS: registry.adapter(kind)
print("ready", flush=True)
sys.stdin.read()
timer.run(sys.argv[1], Store(Path(sys.argv[2])), EngineConfig(threads=LANES))
"""


def main(count: int = 10_000) -> None:
    """Print both tables."""
    registry.KINDS = KINDS
    with provider() as port, postgres() as server:
        on_sqlite(count, port)
        on_postgresql(count, port, server)


def on_sqlite(count: int, port: int) -> None:
    """The goals are for SQLite, the database of a single machine."""
    print(heading("deliveries per second, SQLite, synchronous=FULL"))
    found = rounds(
        {
            "(d) floor: claim and mark, one per commit": partial(rivals.floor, count, 1),
            "(d) floor: claim and mark, 100 per commit": partial(rivals.floor, count, 100),
            "(c) APScheduler, SQLAlchemy job store, no-op jobs": partial(rivals.apscheduler, count),
            "(c) Huey, SQLite store, no-op tasks": partial(rivals.huey, count),
            "(a) pull deliveries due at once": partial(pull, count),
            "(b) push deliveries, one channel": partial(push, count, port, 1),
            f"(b) push deliveries, {LANES} channels": partial(push, count, port, LANES),
        }
    )
    one, _, _, huey, pulls, single, many = found.values()
    print(goal("(a) pull deliveries : Huey", ratio(pulls, huey), 5))
    print(goal(f"(b) push deliveries, {LANES} channels : floor", ratio(many, one), 0.5))
    print(
        f"    on one channel alone, where each call waits for the commit before it: {ratio(single, one):.2f}",
        flush=True,
    )
    _waiting(port, None)


def on_postgresql(count: int, port: int, server: Any) -> None:
    """The same beside a server, and the push work shared by several processes."""
    print("\n" + heading("deliveries per second, PostgreSQL, synchronous commit"))
    several = {
        f"(b) push deliveries, {LANES} channels, {processes} scheduler process{'es' if processes > 1 else ''}": partial(
            shared_push, count, port, server, processes
        )
        for processes in (1, 2, 4)
    }
    rounds({"(a) pull deliveries due at once": partial(pull, count, server), **several})
    _waiting(port, server)


def _waiting(port: int, server: Any) -> None:
    """What a long queue costs."""
    found = [lateness(100_000, port, server) for _ in range(ROUNDS)]
    middle, late = (median(times) for times in zip(*found, strict=True))
    print(f"lateness with 100,000 waiting: median {middle * 1000:.0f} ms")
    print(goal("99th percentile of lateness, seconds", late, 1, below=True))
    seconds = median(idle(100_000, server) for _ in range(ROUNDS))
    print(goal("idle, 200 channels, 100,000 waiting: seconds of CPU a minute", seconds, 0.2, below=True), flush=True)


if __name__ == "__main__":
    print(describe(), flush=True)
    main(*(int(argument) for argument in sys.argv[1:]))
