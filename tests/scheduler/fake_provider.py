"""A publishing service on loopback for tests of push kinds: keeps its own log and misbehaves as told."""

import json
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.scheduler.quiet import QuietServer


class Provider:
    """A publishing service on loopback that keeps its own log and misbehaves as told.

    ``faults`` are used up one by one: ``500``, ``502``, ``429``, ``401``, ``422`` refuse before anything happened;
    ``accept-500``, ``accept-timeout``, ``accept-reset`` and ``accept-garbage`` do the work and then fail to say so;
    ``accept-hold`` does so until ``release`` is set; ``slow`` waits ``delay`` seconds, ``hold`` for ``release`` before;
    ``continue`` accepts the item as a job that must be polled.
    """

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.log: list[tuple[str, str]] = []
        self.items: dict[str, dict[str, Any]] = {}
        self.faults: deque[str] = deque()
        self.choose: Callable[[str], str] = lambda _request: ""
        self.delay = 0.05
        self.retry_after = 30
        self.release = threading.Event()
        self.lock = threading.Lock()
        provider = self

        class Handler(_Handler):
            owner = provider

        self._server = QuietServer((host, 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://{host}:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @contextmanager
    def running(self) -> "Iterator[Provider]":
        self._thread.start()
        yield self
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def fault(self, request: str) -> str:
        with self.lock:
            return self.faults.popleft() if self.faults else self.choose(request)

    def created(self) -> list[str]:
        """The key of every creation that took place, in order."""
        with self.lock:
            return [key for verb, key in self.log if verb == "create"]

    def texts(self) -> dict[str, str]:
        """The text of every item that is there now, by key."""
        with self.lock:
            return {item["key"]: item["text"] for item in self.items.values()}


class _Handler(BaseHTTPRequestHandler):
    owner: Provider
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self._serve("create", self._create)

    def do_PUT(self) -> None:
        self._serve("update", self._update)

    def do_DELETE(self) -> None:
        self._serve("delete", self._delete)

    def do_GET(self) -> None:
        self._serve("find", self._find)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name in the base class
        """Say nothing."""

    def _serve(self, request: str, act: Callable[[dict[str, Any]], tuple[int, dict[str, Any]]]) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length) or b"{}")
        fault = self.owner.fault(request)
        if fault == "slow":
            time.sleep(self.owner.delay)
        if fault == "hold":
            self.owner.release.wait(30)
        if fault.isdigit():
            self._answer(int(fault), {"message": "no"}, retry_after=fault == "429")
            return
        with self.owner.lock:
            status, answer = act({**body, "job": fault == "continue"})
        if fault in ("accept-timeout", "accept-hold"):
            self.owner.release.wait(60 if fault == "accept-hold" else self.owner.delay)
        if fault == "accept-reset":
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()
            self.close_connection = True
            return
        if fault == "accept-garbage":
            self._raw(502, b"<html>Bad gateway</html>")
            return
        self._answer(500 if fault == "accept-500" else status, answer)

    def _create(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        name = f"item-{len(self.owner.log)}"
        self.owner.log.append(("create", body["key"]))
        self.owner.items[name] = {"key": body["key"], "text": body["text"]}
        return (202, {"job": name}) if body["job"] else (200, {"id": name})

    def _update(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        item = self.owner.items.get(self.path.removeprefix("/"))
        self.owner.log.append(("update", body["key"]))
        if item is None:
            return 404, {}
        item["text"] = body["text"]
        return 200, {"id": self.path.removeprefix("/")}

    def _delete(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        gone = self.owner.items.pop(self.path.removeprefix("/"), None)
        if gone is not None:
            self.owner.log.append(("delete", gone["key"]))
        return 200, {}

    def _find(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        key = self.path.removeprefix("/?key=")
        found = [name for name, item in self.owner.items.items() if item["key"] == key]
        return (200, {"id": found[0]}) if found else (404, {})

    def _answer(self, status: int, body: dict[str, Any], *, retry_after: bool = False) -> None:
        self._raw(
            status, json.dumps(body).encode(), {"Retry-After": str(self.owner.retry_after)} if retry_after else {}
        )

    def _raw(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        try:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True
