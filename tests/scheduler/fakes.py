"""Channel kinds for tests: a push kind over real HTTP, one in memory, and a pull kind."""

import hashlib
import json
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
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

KINDS = {
    "fake_http": "tests.scheduler.fakes:HttpPush",
    "fake_memory": "tests.scheduler.fakes:MemoryPush",
    "fake_pull": "tests.scheduler.fakes:Pull",
}


class _Plain:
    """What all fake kinds share."""

    evidence: ClassVar[Evidence] = Evidence.RECEIPT
    story_kinds: ClassVar[frozenset[StoryKind]] = frozenset(StoryKind)
    texts: ClassVar[frozenset[str]] = frozenset(("title", "summary", "body"))
    label: ClassVar[Words] = Words("Kênh thử")
    short_label: ClassVar[Words] = Words("Thử")
    icon: ClassVar[str] = "broadcast"
    secrets: ClassVar[Mapping[str, Words]] = {}
    stopping: ClassVar[Words] = Words("Dừng “%(name)s”?")
    public_paths: ClassVar[Mapping[str, str]] = {}
    public_pages: ClassVar[Mapping[str, str]] = {}
    page_template: ClassVar[str] = ""
    priorities: ClassVar[Mapping[str, Words]] = {}

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
        self.calls.append((what, order.key, str(order.rendition.document.get("text", ""))))
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
