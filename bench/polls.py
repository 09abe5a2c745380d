"""What polls take over the loopback: as many as eight clients can ask for, and how late they come while others ask for
what is dear. The yardstick is a bare WSGI function on the same server."""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import requests

from cms.app.demo.newsroom import PASSWORD

GOAL_P99_MS = 200
CLIENTS, BURST_S, ROUNDS = 8, 2.0, 3
FEED, BOARD = "/feeds/bao-long-an.rss", "/boards/bang-so-tt-tt/playlist.json"
POLLED = (FEED, BOARD, "/healthz", "/sign-in")
WRITERS = ("tung", "phuoc", "duyen", "khoi")
DEAR = ("<a " * 33_333, "# a\n" * 25_000, "[" * 100_000, "![" * 50_000) * 2
"""Eight texts, each of which once took a thread for twenty seconds."""


def bare(_environ: Any, start: Callable[..., Any]) -> Iterable[bytes]:
    """The yardstick."""
    body = b"x" * 20_000
    start("200 OK", [("Content-Length", str(len(body)))])
    return [body]


def main() -> None:
    """Print both."""
    with tempfile.TemporaryDirectory(prefix="dakenh-bench-") as folder:
        with _server(
            folder, "-m", "granian", "--interface", "wsgi", "--blocking-threads", "64", "bench.polls:bare"
        ) as port:
            yardstick = _best_rate(port, "/")
        environment = _furnish(folder)
        with _server(folder, "-m", "cms.app.cli", "web", **environment) as port:
            rate = _best_rate(port, FEED)
            print(f"a feed, {CLIENTS} clients: {rate:,.0f} a second, {rate / yardstick:.2f} of a bare WSGI function")
            writers = [_sign_in(port, name) for name in WRITERS]
            print(f"{'':38}{'polls':>7}{'median ms':>11}{'p99 ms':>9}{'longest':>9}")
            _tell("at rest", _polls(port, until=time.monotonic() + 5))
            with ThreadPoolExecutor(len(DEAR)) as threads:
                asked = [threads.submit(_preview, writers[n % len(writers)], port, text) for n, text in enumerate(DEAR)]
                _tell("while eight dear previews are asked", _polls(port, tasks=asked))
            print("the previews:", ", ".join(sorted(f"{one.result()[0]} in {one.result()[1]:.1f} s" for one in asked)))


def _furnish(folder: str) -> dict[str, str]:
    nowhere = "http://127.0.0.1:9"
    environment = {
        "DAKENH_HOME": folder, "DAKENH_ZALO_API_URL": nowhere, "DAKENH_ZALO_OAUTH_URL": nowhere,
        "DAKENH_LOG_LEVEL": "ERROR",
    }  # fmt: skip
    for command in ("init", "demo"):
        subprocess.run([sys.executable, "-m", "cms.app.cli", command], env={**os.environ, **environment}, check=True,
                       capture_output=True)  # fmt: skip
    return environment


@contextmanager
def _server(folder: str, *command: str, **environment: str) -> Iterator[int]:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
    own = {**os.environ, **environment, "DAKENH_PORT": str(port), "GRANIAN_PORT": str(port)}
    with (Path(folder) / "server.log").open("ab") as log:
        process = subprocess.Popen([sys.executable, *command], env=own, stdout=log, stderr=log)
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def _wait(port: int) -> None:
    for _ in range(600):
        with socket.socket() as line:
            if line.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the server did not start")


def _best_rate(port: int, path: str) -> float:
    with ProcessPoolExecutor(2) as processes:

        def once() -> float:
            return sum(processes.map(_asked, [(port, path)] * 2)) / BURST_S

        once()
        return max(once() for _ in range(ROUNDS))


def _asked(what: tuple[int, str]) -> int:
    """How many answers half of the clients got."""
    port, path = what

    def ask(_number: int) -> int:
        line, count, end = HTTPConnection("127.0.0.1", port, timeout=30), 0, time.monotonic() + BURST_S
        while time.monotonic() < end:
            line.request("GET", path)
            answer = line.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{path}: {answer.status}")
            count += 1
        return count

    with ThreadPoolExecutor(CLIENTS // 2) as threads:
        return sum(threads.map(ask, range(CLIENTS // 2)))


def _sign_in(port: int, name: str) -> requests.Session:
    browser, base = requests.Session(), f"http://127.0.0.1:{port}"
    token = _token(browser.get(f"{base}/sign-in", timeout=60).text)
    browser.post(f"{base}/sign-in", {"username": name, "password": PASSWORD, "csrf_token": token}, timeout=60)
    token = _token(browser.get(f"{base}/stories/new", timeout=60).text)
    browser.headers.update({"Accept": "application/json", "X-CSRFToken": token})
    return browser


def _token(page: str) -> str:
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    if not found:
        raise RuntimeError("not signed in")
    return found[1]


def _preview(browser: requests.Session, port: int, text: str) -> tuple[int, float]:
    start = time.monotonic()
    form = {"kind": "article", "title": "x", "body": text}
    answer = browser.post(f"http://127.0.0.1:{port}/stories/preview", form, timeout=120)
    return answer.status_code, time.monotonic() - start


def _polls(port: int, *, until: float = 0, tasks: Iterable[Any] = ()) -> dict[str, list[float]]:
    """Milliseconds of polls, one after the other, for some time or until the tasks are done."""
    taken: dict[str, list[float]] = {path: [] for path in POLLED}
    waiting, browser = list(tasks), requests.Session()
    while time.monotonic() < until or any(not task.done() for task in waiting):
        for path, times in taken.items():
            start = time.perf_counter()
            status = browser.get(f"http://127.0.0.1:{port}{path}", timeout=60).status_code
            times.append((time.perf_counter() - start) * 1000)
            if status != 200:
                raise RuntimeError(f"{path}: {status}")
        time.sleep(0.01)
    return taken


def _tell(when: str, taken: dict[str, list[float]]) -> None:
    for path, times in taken.items():
        p99 = quantiles(times, n=100, method="inclusive")[-1] if len(times) > 1 else times[0]
        good = "" if p99 < GOAL_P99_MS else "   over the goal"
        print(f"{path:38}{len(times):>7}{median(times):>11.1f}{p99:>9.1f}{max(times):>9.1f}{good}  {when}")


if __name__ == "__main__":
    main()
