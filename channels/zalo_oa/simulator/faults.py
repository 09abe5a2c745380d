"""Trouble on demand: at which call, before or after its effect, which kind and how often."""

import select
import socket
import struct
import time
from collections.abc import Callable, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from werkzeug.wrappers import Request, Response

from channels.zalo_oa.simulator.answers import refusal
from channels.zalo_oa.simulator.store import State

Kind = Literal[
    "timeout", "reset", "500", "html502", "html200", "empty", "429", "-32", "-216", "slow", "never_ready", "image_fails"
]  # fmt: skip
PLAYED_BY_HANDLER = frozenset({"never_ready", "image_fails"})
"""Faults of a job and not of an answer: ``articles`` plays them."""

MAINTENANCE = "<html><head><title>Bảo trì</title></head><body><h1>Hệ thống đang bảo trì</h1></body></html>"
BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


class Fault(BaseModel):
    """Trouble at the ``nth`` matching call and the ``times`` - 1 after it (0: for ever). ``call`` "*" is any call.

    ``when`` says whether the call has its effect first. ``seconds`` is how long ``slow`` waits before it answers and
    how long ``timeout`` holds the line if the caller does not hang up.
    """

    model_config = ConfigDict(extra="forbid")

    call: str = "*"
    fault: Kind
    when: Literal["before", "after"] = "before"
    nth: int = Field(1, ge=1)
    times: int = Field(1, ge=0)
    seconds: float = Field(60.0, ge=0)


def add(state: State, fault: Fault) -> None:
    """Plan a fault."""
    with state.transaction() as db:
        db.execute(
            "INSERT INTO faults (call, fault, moment, nth, times, seconds) VALUES (?, ?, ?, ?, ?, ?)",
            (fault.call, fault.fault, fault.when, fault.nth, fault.times, fault.seconds),
        )


def clear(state: State) -> None:
    """Forget every planned fault."""
    with state.transaction() as db:
        db.execute("DELETE FROM faults")


def planned(state: State) -> list[dict[str, Any]]:
    """Every fault, with how many matching calls it has seen."""
    with state.transaction() as db:
        return [dict(row) for row in db.execute("SELECT * FROM faults ORDER BY id")]


def take(state: State, call: str) -> Fault | None:
    """Count this call for every fault that matches it and return the first that strikes now."""
    with state.transaction() as db:
        rows = db.execute("UPDATE faults SET seen = seen + 1 WHERE call IN (?, '*') RETURNING *", (call,)).fetchall()
    for row in sorted(rows, key=lambda one: int(one["id"])):
        past = row["seen"] - row["nth"]
        if past >= 0 and (row["times"] == 0 or past < row["times"]):
            named = {name: row[name] for name in ("call", "fault", "nth", "times", "seconds")}
            return Fault(when=row["moment"], **named)
    return None


def strike(fault: Fault, request: Request, answer: Response | None) -> Response:
    """Answer as ``fault`` says; ``answer`` is what the call would have said, if it was carried out.

    Raises ``ConnectionError`` when nothing at all is to be answered, which makes the server drop the line.
    """
    match fault.fault:
        case "timeout":
            hold(request, fault.seconds)
            raise ConnectionAbortedError
        case "reset":
            _reset_on_close(request)
            raise ConnectionResetError
        case "slow":
            time.sleep(fault.seconds)
    return _INSTEAD[fault.fault]() if fault.fault in _INSTEAD else answer or Response(b"")


def _limited() -> Response:
    answer = refusal(-32, "Your application reached limit call api")
    answer.headers["X-RateLimit-Remain"] = "0"
    return answer


_INSTEAD: Mapping[str, Callable[[], Response]] = {
    "500": lambda: Response("Internal Server Error", 500),
    "html502": lambda: Response(BAD_GATEWAY, 502, content_type="text/html"),
    "html200": lambda: Response(MAINTENANCE, content_type="text/html; charset=utf-8"),
    "empty": lambda: Response(b"", content_type="application/json"),
    "429": lambda: Response("Too Many Requests", 429, {"Retry-After": "30"}),
    "-32": _limited,
    "-216": lambda: refusal(-216, "Access token is invalid"),
}
"""Faults that answer with something else than what the call would have said."""


def hold(request: Request, seconds: float) -> None:
    """Keep silent until the caller hangs up, at most ``seconds``."""
    line: socket.socket | None = request.environ.get("werkzeug.socket")
    if line is None:
        time.sleep(seconds)
        return
    select.select([line], [], [], seconds)


def _reset_on_close(request: Request) -> None:
    """Make the operating system answer with a reset when the line is closed."""
    line: socket.socket | None = request.environ.get("werkzeug.socket")
    if line is not None:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
