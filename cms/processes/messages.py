"""Requests and answers between a web worker and its helpers: a head as JSON, and a body, over a pair of sockets."""

import json
import socket
import struct
from dataclasses import dataclass, field
from typing import Any

SIZES = struct.Struct("!II")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: the strings of its WSGI environment, and its body."""

    environ: dict[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes = field(repr=False)


def send_asked(line: socket.socket, asked: Asked) -> None:
    """Send a request."""
    _send(line, asked.environ, asked.body)


def receive_asked(line: socket.socket) -> Asked:
    """Wait for a request; raise ``EOFError`` when the other side is gone."""
    head, body = _receive(line)
    return Asked(head, body)


def send_answer(line: socket.socket, answer: Answer) -> None:
    """Send an answer."""
    _send(line, {"status": answer.status, "headers": answer.headers}, answer.body)


def receive_answer(line: socket.socket) -> Answer:
    """Wait for an answer; raise ``TimeoutError``, or ``EOFError`` when the other side is gone."""
    head, body = _receive(line)
    return Answer(head["status"], [(name, value) for name, value in head["headers"]], body)


def _send(line: socket.socket, head: Any, body: bytes) -> None:
    told = json.dumps(head).encode()
    line.sendall(SIZES.pack(len(told), len(body)) + told)
    line.sendall(body)


def _receive(line: socket.socket) -> tuple[Any, bytes]:
    head, body = SIZES.unpack(_exactly(line, SIZES.size))
    return json.loads(_exactly(line, head)), bytes(_exactly(line, body))


def _exactly(line: socket.socket, size: int) -> bytearray:
    got = bytearray(size)
    view, have = memoryview(got), 0
    while have < size:
        count = line.recv_into(view[have:])
        if not count:
            raise EOFError
        have += count
    return got
