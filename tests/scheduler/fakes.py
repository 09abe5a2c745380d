"""Channel kinds for tests: a push kind over real HTTP, one in memory, and a pull kind."""

import hashlib
import json
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any, ClassVar

import requests
from pydantic import BaseModel

from channels.contract import (
    Account,
    ChannelError,
    Continue,
    Document,
    ErrorKind,
    Evidence,
    Feed,
    Finding,
    Order,
    Piece,
    Receipt,
    Rendition,
    StoryKind,
    Transport,
)
from channels.words import Words
from tests.scheduler.quiet import QuietServer

KINDS = {
    "fake_http": "tests.scheduler.fakes:HttpPush",
    "fake_memory": "tests.scheduler.fakes:MemoryPush",
    "fake_pull": "tests.scheduler.fakes:Pull",
}


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


class _Plain:
    """What all fake kinds share."""

    evidence: ClassVar[Evidence] = Evidence.RECEIPT
    story_kinds: ClassVar[frozenset[StoryKind]] = frozenset(StoryKind)
    texts: ClassVar[frozenset[str]] = frozenset(("title", "summary", "body"))
    label: ClassVar[Words] = Words("Kênh thử")
    secrets: ClassVar[Mapping[str, Words]] = {}

    def check(self, piece: Piece, settings: BaseModel) -> Sequence[Finding]:
        return ()

    def render(self, piece: Piece, settings: BaseModel) -> Rendition:
        return Rendition("fake", {"text": piece.title})


class HttpSettings(BaseModel):
    url: str
    timeout: float = 1.0
    can_find: bool = True


class HttpPush(_Plain):
    """A provider over HTTP: creations are not repeatable, everything else is."""

    kind: ClassVar[str] = "fake_http"
    transport: ClassVar[Transport] = Transport.PUSH
    Settings: ClassVar[type[BaseModel]] = HttpSettings
    calls_per_minute: ClassVar[int] = 600_000

    def publish(self, order: Order, account: Account) -> Receipt | Continue:
        body = {"key": order.key, "text": order.rendition.document["text"]}
        if order.progress:
            found = self._look(order, account)
            if found is None:
                raise ChannelError(ErrorKind.REJECTED, Words("Việc đã mất"))
            return found
        if order.live is not None:
            answer = self._call("PUT", f"/{order.live.provider_id}", body, account, sends=True)
            return Receipt(answer["id"], f"https://example.vn/{answer['id']}")
        answer = self._call("POST", "/", body, account, sends=True)
        if "job" in answer:
            return Continue({"job": answer["job"]}, 3, repeatable=True)
        return Receipt(answer["id"], f"https://example.vn/{answer['id']}")

    def find(self, order: Order, account: Account) -> Receipt | None:
        if not _settings(account).can_find:
            raise ChannelError(ErrorKind.UNCERTAIN, Words("Kênh không tra được"))
        return self._look(order, account)

    def _look(self, order: Order, account: Account) -> Receipt | None:
        answer = self._call("GET", f"/?key={order.key}", {}, account, sends=False)
        return Receipt(answer["id"], f"https://example.vn/{answer['id']}") if answer else None

    def retract(self, order: Order, account: Account) -> None:
        assert order.live is not None
        self._call("DELETE", f"/{order.live.provider_id}", {}, account, sends=False)

    def _call(self, method: str, path: str, body: dict[str, Any], account: Account, *, sends: bool) -> dict[str, Any]:
        settings = _settings(account)
        unclear = ErrorKind.UNCERTAIN if sends else ErrorKind.TRANSIENT
        try:
            answer = requests.request(method, settings.url + path, json=body, timeout=settings.timeout)
        except requests.ConnectionError as error:
            kind = ErrorKind.TRANSIENT if "refused" in str(error) else unclear
            raise ChannelError(kind, Words("Mất kết nối"), detail=str(error)) from error
        except requests.Timeout as error:
            raise ChannelError(unclear, Words("Quá thời gian chờ"), detail=str(error)) from error
        refused = {401: ErrorKind.AUTH, 422: ErrorKind.REJECTED, 429: ErrorKind.RATE_LIMITED}.get(answer.status_code)
        if refused is not None:
            after = answer.headers.get("Retry-After")
            raise ChannelError(refused, Words("Kênh từ chối"), detail=answer.text, retry_after=float(after or 0))
        if answer.status_code == 404:
            return {}
        if answer.status_code >= 500:
            raise ChannelError(unclear, Words("Kênh báo lỗi"), detail=answer.text)
        found: dict[str, Any] = answer.json()
        return found


def _settings(account: Account) -> HttpSettings:
    assert isinstance(account.settings, HttpSettings)
    return account.settings


class MemorySettings(BaseModel):
    name: str


class MemoryProvider:
    """A provider that is an object: what it holds, what it was asked, and what it will do next."""

    def __init__(self) -> None:
        self.items: dict[str, tuple[str, str]] = {}
        self.calls: list[tuple[str, str, str]] = []
        self.next: deque[Exception | Continue | str] = deque()
        self.findable = True
        self.made = 0
        self.late: list[tuple[datetime, Order]] = []
        self.call: Callable[[str, Order, Account], None] = lambda _what, _order, _account: None

    def act(self, what: str, order: Order, account: Account) -> Continue | str | None:
        """Take note of a call and return what was planned for it; a planned exception is raised."""
        self.arrive(account.now())
        self.calls.append((what, order.key, str(order.rendition.document["text"])))
        self.call(what, order, account)
        planned = self.next.popleft() if self.next else None
        if what == "poll" and isinstance(planned, ChannelError) and planned.kind is ErrorKind.REJECTED:
            self.items = {name: item for name, item in self.items.items() if item[0] != order.key}
        if isinstance(planned, Exception):
            raise planned
        return planned

    def arrive(self, now: datetime) -> None:
        """Bring about what was accepted without an answer and took its time."""
        for at, order in self.late:
            if at <= now:
                self.put(order)
        self.late = [(at, order) for at, order in self.late if at > now]

    def put(self, order: Order) -> Receipt:
        self.made += 1
        name = order.live.provider_id if order.live else f"item-{self.made}"
        self.items[name] = (order.key, str(order.rendition.document["text"]))
        return Receipt(name, f"https://example.vn/{name}")

    def by_key(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for key, text in self.items.values():
            found.setdefault(key, []).append(text)
        return found


PROVIDERS: dict[str, MemoryProvider] = {}
"""Memory providers by the name in their channels' settings."""


class MemoryPush(_Plain):
    """A push kind whose provider is a ``MemoryProvider``.

    A planned ``"lost"`` does the work and loses the answer; ``"late"`` loses it and does the work 30 seconds later.
    """

    kind: ClassVar[str] = "fake_memory"
    transport: ClassVar[Transport] = Transport.PUSH
    Settings: ClassVar[type[BaseModel]] = MemorySettings
    calls_per_minute: ClassVar[int] = 600_000

    def publish(self, order: Order, account: Account) -> Receipt | Continue:
        provider = _provider(account)
        planned = provider.act("correct" if order.live else "poll" if order.progress else "publish", order, account)
        if isinstance(planned, Continue):
            if not order.progress:
                provider.put(order)
            return planned
        if order.progress and not order.live:
            found = _found(provider, order)
            if found is None:
                raise ChannelError(ErrorKind.REJECTED, Words("Việc đã mất"))
            return found
        if planned == "late" and not order.live:
            provider.late.append((account.now() + timedelta(seconds=30), order))
            raise ChannelError(ErrorKind.UNCERTAIN, Words("Mất trả lời"))
        receipt = provider.put(order)
        if planned in ("lost", "late"):
            raise ChannelError(ErrorKind.UNCERTAIN, Words("Mất trả lời"))
        return receipt

    def find(self, order: Order, account: Account) -> Receipt | None:
        provider = _provider(account)
        provider.act("find", order, account)
        if not provider.findable:
            raise ChannelError(ErrorKind.UNCERTAIN, Words("Kênh không tra được"))
        return _found(provider, order)

    def retract(self, order: Order, account: Account) -> None:
        provider = _provider(account)
        assert order.live is not None
        provider.act("retract", order, account)
        provider.items.pop(order.live.provider_id, None)


def _provider(account: Account) -> MemoryProvider:
    assert isinstance(account.settings, MemorySettings)
    return PROVIDERS[account.settings.name]


def _found(provider: MemoryProvider, order: Order) -> Receipt | None:
    names = [name for name, (key, _) in provider.items.items() if key == order.key]
    return Receipt(names[0], f"https://example.vn/{names[0]}") if names else None


class PullSettings(BaseModel):
    broken: bool = False
    stale_at: datetime | None = None


class Pull(_Plain):
    """A pull kind whose one document lists what is there and what was withdrawn."""

    kind: ClassVar[str] = "fake_pull"
    transport: ClassVar[Transport] = Transport.PULL
    Settings: ClassVar[type[BaseModel]] = PullSettings

    def documents(self, feed: Feed) -> Sequence[Document]:
        assert isinstance(feed.settings, PullSettings)
        if feed.settings.broken:
            raise RuntimeError("broken")
        content = {
            "name": feed.name,
            "unit": feed.unit,
            "items": [item.rendition.document["text"] for item in feed.items],
            "gone": [stone.title for stone in feed.tombstones],
        }
        body = json.dumps(content, ensure_ascii=False).encode()
        ends = [item.until for item in feed.items if item.until]
        stale_at = min([*ends, *([feed.settings.stale_at] if feed.settings.stale_at else [])], default=None)
        etag = hashlib.sha256(body).hexdigest()[:20]
        return [Document("list.json", "application/json", body, etag, feed.now, stale_at)]
