"""What the engine is compared with: bare SQL on this disk, and APScheduler and Huey as they are shipped."""

import time

import pysqlite3

from bench.delivery_house import per_second, scratch


def floor(count: int, batch: int) -> float:
    """(d) rows that bare SQL claims and marks on this disk each second, ``batch`` rows in each of two commits."""
    with scratch("floor") as folder:
        connection = pysqlite3.connect(str(folder / "floor.db"), isolation_level=None)
        for line in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL"):
            connection.execute(line)
        connection.execute(
            "CREATE TABLE d (id INTEGER PRIMARY KEY, next_at REAL, state TEXT, token INTEGER, owner TEXT)"
        )
        connection.execute("CREATE INDEX due ON d (next_at) WHERE next_at IS NOT NULL")
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO d VALUES (?, ?, 'scheduled', 0, NULL)", [(n, n) for n in range(count)])
        connection.execute("COMMIT")
        claim = (
            "UPDATE d SET token = token + 1, owner = 'w', next_at = 1e9 WHERE id IN "
            "(SELECT id FROM d WHERE next_at < 1e8 ORDER BY next_at LIMIT ?) RETURNING id, token"
        )

        def work() -> None:
            for _ in range(count // batch):
                connection.execute("BEGIN IMMEDIATE")
                held = connection.execute(claim, (batch,)).fetchall()
                connection.execute("COMMIT")
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany(
                    "UPDATE d SET state = 'live', next_at = NULL, owner = NULL WHERE id = ? AND token = ?", held
                )
                connection.execute("COMMIT")

        rate = per_second(count, work)
        connection.close()
        return rate


def apscheduler(count: int) -> float:
    """(c) no-op jobs that APScheduler fires each second with its SQLAlchemy job store, as shipped."""
    from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
    from apscheduler.schedulers.background import BackgroundScheduler

    with scratch("aps") as folder:
        store = SQLAlchemyJobStore(url=f"sqlite:///{folder / 'jobs.db'}")
        scheduler = BackgroundScheduler(jobstores={"default": store}, timezone="UTC")
        scheduler.start(paused=True)
        _DONE.clear()
        for _ in range(count):
            scheduler.add_job(_no_op, misfire_grace_time=None)

        def work() -> None:
            scheduler.resume()
            while len(_DONE) < count:
                time.sleep(0.005)

        rate = per_second(count, work)
        scheduler.shutdown(wait=True)
        return rate


_DONE: list[int] = []


def _no_op() -> None:
    _DONE.append(1)


def huey(count: int) -> float:
    """(c) no-op tasks that Huey runs each second with its SQLite store and two threads, as shipped."""
    from huey import SqliteHuey  # type: ignore[import-untyped]  # huey has no types

    with scratch("huey") as folder:
        queue = SqliteHuey(filename=str(folder / "huey.db"))
        done: list[int] = []

        @queue.task()  # type: ignore[untyped-decorator]  # huey has no types
        def no_op() -> None:
            done.append(1)

        for _ in range(count):
            no_op()
        consumer = queue.create_consumer(workers=2, worker_type="thread", initial_delay=0.001)

        def work() -> None:
            consumer.start()
            while len(done) < count:
                time.sleep(0.005)

        rate = per_second(count, work)
        consumer.stop(graceful=True)
        return rate
