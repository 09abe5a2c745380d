"""A simulator that really runs on loopback, under a clock that only the test moves."""

import contextlib
import json
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests

from channels.zalo_oa.simulator import Server, make_app, seed
from channels.zalo_oa.simulator.app import Simulator

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from werkzeug.serving import BaseWSGIServer

START = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
APP_ID, APP_SECRET = "4012345678901234567", "bi-mat-cua-ung-dung"
OA_NAME = "Trang thông tin tỉnh Mẫu"


class Clock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self, now: datetime = START) -> None:
        self.time = now
        self.rest: Callable[[], object] = lambda: None

    def __call__(self) -> datetime:
        return self.time

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass, once everything that is under way has come to its end."""
        self.rest()
        self.time += timedelta(seconds=seconds)


class Counted:
    """A WSGI application that knows how many requests are inside it."""

    def __init__(self, app: Simulator) -> None:
        self.app = app
        self.inside = 0
        self.change = threading.Condition()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        with self.change:
            self.inside += 1
        try:
            return self.app(environ, start_response)
        finally:
            with self.change:
                self.inside -= 1
                self.change.notify_all()

    def rest(self) -> None:
        """Wait until nobody is inside."""
        with self.change:
            assert self.change.wait_for(lambda: self.inside == 0, timeout=20)


@dataclass
class Running:
    """A simulator at ``url`` with one seeded account, and short ways to its control addresses."""

    url: str
    clock: Clock
    path: Path
    app: Simulator
    access: str = "access-1"
    refresh: str = "refresh-1"
    session: requests.Session = field(default_factory=requests.Session)

    def sim(self, method: str, name: str, body: object = None, **query: str) -> Any:
        """Call ``/_sim/<name>``."""
        answer = self.session.request(method, f"{self.url}/_sim/{name}", json=body, params=query, timeout=10)
        assert answer.ok, answer.text
        return answer.json()

    def fault(self, call: str, fault: str, when: str = "before", **more: object) -> None:
        """Plan a fault."""
        self.sim("POST", "faults", {"call": call, "fault": fault, "when": when, **more})

    def config(self, **change: object) -> None:
        """Turn switches."""
        self.sim("PUT", "config", change)

    def calls(self, call: str = "") -> list[dict[str, Any]]:
        """The calls that came in."""
        return list(self.sim("GET", "log", call=call))

    def articles(self) -> list[dict[str, Any]]:
        """The articles that exist now."""
        return [one for one in self.sim("GET", "articles") if one["removed_ms"] is None]

    def api(self, method: str, path: str, body: object = None, *, token: str | None = None, **query: str) -> Any:
        """Call the API as a client that knows nothing of the adapter; return the decoded answer."""
        headers = {"access_token": self.access if token is None else token}
        url = f"{self.url}/v2.0/{path}"
        answer = self.session.request(method, url, json=body, params=query, headers=headers, timeout=10)
        return json.loads(answer.text)

    def token(self, **form: str) -> requests.Response:
        """Call the token address of the OAuth server."""
        url = f"{self.url}/v4/oa/access_token"
        headers = {"secret_key": APP_SECRET}
        return self.session.post(url, data={"app_id": APP_ID, **form}, headers=headers, timeout=10)


@contextlib.contextmanager
def serving(server: "BaseWSGIServer") -> Iterator[None]:
    """Let ``server`` answer in a thread of its own until the block ends."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextlib.contextmanager
def running(path: Path, clock: Clock) -> Iterator[Running]:
    """Run a simulator over ``path`` until the block ends."""
    seed(
        path,
        app_id=APP_ID,
        app_secret=APP_SECRET,
        access_token="access-1",
        refresh_token="refresh-1",
        oa_name=OA_NAME,
        clock=clock,
    )
    app = make_app(path, clock=clock)
    counted = Counted(app)
    clock.rest = counted.rest
    server = Server("127.0.0.1", 0, counted)
    server.daemon_threads = False  # closing it waits for every request, before the database below it is gone
    run = Running(server.url, clock, path, app)
    run.session.trust_env = False
    with serving(server), contextlib.closing(run.session):
        yield run
