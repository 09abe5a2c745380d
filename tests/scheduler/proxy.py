"""A cable to PostgreSQL that breaks at a chosen commit: before the server hears of it, or before we hear the answer."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ABORT = struct.pack("ii", 1, 0)


class Proxy:
    """Passes on what both sides say; the ``nth`` commit from now on (counted from 1) is where it breaks, once."""

    def __init__(self, server: Path) -> None:
        self._server = str(server)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._left = 0
        self._heard = False
        self.broken = 0
        self.port: int = self._listener.getsockname()[1]

    def break_at(self, nth: int, *, heard: bool) -> None:
        """Break at the ``nth`` commit; ``heard`` tells whether the server gets it."""
        with self._lock:
            self._left, self._heard = nth, heard

    @contextmanager
    def running(self) -> "Iterator[Proxy]":
        threading.Thread(target=self._accept, daemon=True).start()
        yield self
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._server)
            deaf = threading.Event()
            for work in (self._speak, self._answer):
                threading.Thread(target=work, args=(client, server, deaf), daemon=True).start()

    def _speak(self, client: socket.socket, server: socket.socket, deaf: threading.Event) -> None:
        for said in _words(client):
            if b"COMMIT" in said and self._is_the_one():
                if not self._heard:
                    break
                deaf.set()  # the answer will not be passed on
            server.sendall(said)
        else:
            _close(server)
            return
        _reset(client)
        _close(server)

    def _answer(self, client: socket.socket, server: socket.socket, deaf: threading.Event) -> None:
        for said in _words(server):
            if deaf.is_set():
                break
            try:
                client.sendall(said)
            except OSError:
                break
        _reset(client)
        _close(server)

    def _is_the_one(self) -> bool:
        with self._lock:
            self._left -= 1
            self.broken += self._left == 0
            return self._left == 0


def _words(side: socket.socket) -> Iterator[bytes]:
    try:
        while said := side.recv(65536):
            yield said
    except OSError:
        return


def _reset(side: socket.socket) -> None:
    with suppress(OSError):
        side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
        side.shutdown(socket.SHUT_RDWR)
    side.close()


def _close(side: socket.socket) -> None:
    with suppress(OSError):
        side.shutdown(socket.SHUT_RDWR)
    side.close()
