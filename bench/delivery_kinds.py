"""A push and a pull kind that do as little as such kinds can, and a provider that answers at once."""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import ClassVar

from pydantic import BaseModel

from channels.contract import (
    Account,
    ChannelError,
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

KINDS = {"bench_push": "bench.delivery_kinds:BenchPush", "bench_pull": "bench.delivery_kinds:BenchPull"}


class _Plain:
    evidence: ClassVar[Evidence] = Evidence.RECEIPT
    story_kinds: ClassVar[frozenset[StoryKind]] = frozenset(StoryKind)
    texts: ClassVar[frozenset[str]] = frozenset(("title", "summary", "body"))
    label: ClassVar[Words] = Words("đo")
    secrets: ClassVar[Mapping[str, Words]] = {}

    def check(self, piece: Piece, settings: BaseModel) -> Sequence[Finding]:
        return ()

    def render(self, piece: Piece, settings: BaseModel) -> Rendition:
        return Rendition("bench", {"text": piece.title})


class PushSettings(BaseModel):
    port: int


class BenchPush(_Plain):
    """A push kind over HTTP with a connection kept per thread, and as little of a client as HTTP allows."""

    kind: ClassVar[str] = "bench_push"
    transport: ClassVar[Transport] = Transport.PUSH
    Settings: ClassVar[type[BaseModel]] = PushSettings
    calls_per_minute: ClassVar[int] = 100_000_000
    _kept = threading.local()

    def publish(self, order: Order, account: Account) -> Receipt:
        assert isinstance(account.settings, PushSettings)
        connection = self._connection(account.settings.port)
        body = json.dumps({"key": order.key, **order.rendition.document}).encode()
        try:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: bench\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
            answer = connection.recv(4096)
        except OSError as error:
            raise ChannelError(ErrorKind.UNCERTAIN, Words("đứt")) from error
        return Receipt(str(json.loads(answer.partition(b"\r\n\r\n")[2])["id"]))

    def find(self, order: Order, account: Account) -> Receipt | None:
        raise ChannelError(ErrorKind.UNCERTAIN, Words("không tra"))

    def retract(self, order: Order, account: Account) -> None:
        raise ChannelError(ErrorKind.REJECTED, Words("không gỡ"))

    def _connection(self, port: int) -> socket.socket:
        kept: tuple[int, socket.socket] | None = getattr(self._kept, "connection", None)
        if kept is None or kept[0] != port:
            made = socket.create_connection(("127.0.0.1", port), timeout=10)
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            kept = self._kept.connection = (port, made)
        return kept[1]


class PullSettings(BaseModel):
    pass


class BenchPull(_Plain):
    """A pull kind whose document lists everything."""

    kind: ClassVar[str] = "bench_pull"
    transport: ClassVar[Transport] = Transport.PULL
    Settings: ClassVar[type[BaseModel]] = PullSettings

    def documents(self, feed: Feed) -> Sequence[Document]:
        body = json.dumps([item.rendition.document for item in feed.items]).encode()
        return [Document("list.json", "application/json", body, str(hash(body)), feed.now)]


PROVIDER = """
import asyncio, sys
ANSWER = b"HTTP/1.1 200 OK\\r\\nContent-Length: 8\\r\\n\\r\\n" + b'{"id":1}'
class Provider(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.seen = transport, b""
    def data_received(self, data):
        self.seen += data
        while b"\\r\\n\\r\\n" in self.seen:
            head, _, rest = self.seen.partition(b"\\r\\n\\r\\n")
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\\r\\n")[0] or 0)
            if len(rest) < length:
                return
            self.seen = rest[length:]
            self.transport.write(ANSWER)
async def main():
    server = await asyncio.get_running_loop().create_server(Provider, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


@contextmanager
def provider() -> Iterator[int]:
    """A provider in its own process that accepts everything at once; yields its port."""
    process = subprocess.Popen([sys.executable, "-c", PROVIDER], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()
