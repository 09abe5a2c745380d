"""What the figures were measured on, and how they are told: medians and 95th percentiles of repeated calls."""

import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import pysqlite3

GOAL_MEDIAN_MS, GOAL_P95_MS = 50, 150


@dataclass(frozen=True, slots=True)
class Figure:
    """Milliseconds of repeated calls."""

    name: str
    median: float
    p95: float
    calls: int


def describe() -> str:
    """One line about the machine."""
    cores = len(os.sched_getaffinity(0))
    return (
        f"{_processor()}, {cores} cores, Python {platform.python_version()}, SQLite {pysqlite3.sqlite_version}, "
        f"load {os.getloadavg()[0]:.1f}"
    )


def measure(name: str, call: Callable[[], object], rounds: int = 60, warm_up: int = 5) -> Figure:
    """Time ``call`` ``rounds`` times by the wall clock, after a warm-up."""
    for _ in range(warm_up):
        call()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        times.append((time.perf_counter() - start) * 1000)
    return Figure(name, median(times), quantiles(times, n=20, method="inclusive")[-1], rounds)


def table(figures: list[Figure], yardstick: Figure) -> str:
    """The figures, each with its ratio to the yardstick of the same run."""
    width = max(len(figure.name) for figure in (*figures, yardstick))
    rows = [f"{'':<{width}}  {'median ms':>10}  {'p95 ms':>8}  {'× yardstick':>11}"]
    for figure in (yardstick, *figures):
        ratio = figure.median / yardstick.median
        good = figure.median < GOAL_MEDIAN_MS and figure.p95 < GOAL_P95_MS
        rows.append(
            f"{figure.name:<{width}}  {figure.median:>10.2f}  {figure.p95:>8.2f}  {ratio:>11.1f}"
            f"{'' if good else '   over the goal'}"
        )
    rows.append(f"goal: median under {GOAL_MEDIAN_MS} ms, 95th percentile under {GOAL_P95_MS} ms")
    return "\n".join(rows)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown processor"
    )
