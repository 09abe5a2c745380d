"""Broadcasts to followers and events to the webhook."""

import hashlib
import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from channels.zalo_oa.simulator.server import Handler
from tests.channels.zalo_oa.running import APP_ID, Running
from tests.channels.zalo_oa.test_simulator_articles import article, ready

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


def broadcast(simulator: Running, *ids: str) -> Any:
    elements = [{"media_type": "article", "attachment_id": one} for one in ids]
    attachment = {"type": "template", "payload": {"template_type": "media", "elements": elements}}
    body = {"recipient": {"target": {"gender": "0"}}, "message": {"attachment": attachment}}
    return simulator.api("POST", "oa/message", body)


def test_a_broadcast_is_accepted_with_an_id(simulator: Running) -> None:
    made = ready(simulator, article())
    assert broadcast(simulator, made)["data"]["message_id"]


@pytest.mark.parametrize(
    ("switch", "count", "code"),
    [
        ({}, 0, -201),
        ({}, 6, -201),
        ({"is_verified": False}, 1, -221),
        ({"package": "Cơ bản"}, 1, -224),
        ({"broadcasts_per_month": 0}, 1, -211),
        ({"may_send_messages": False}, 1, -223),
    ],
)
def test_a_broadcast_is_refused(simulator: Running, switch: dict[str, Any], count: int, code: int) -> None:
    made = ready(simulator, article())
    simulator.config(**switch)
    assert broadcast(simulator, *[made] * count)["error"] == code


def test_an_article_that_is_not_there_cannot_be_broadcast(simulator: Running) -> None:
    assert broadcast(simulator, "khong-co")["error"] == -201


@pytest.mark.parametrize(("hour", "minute", "code"), [(22, 59, -234), (23, 0, 0), (14, 59, 0), (15, 0, -234)])
def test_nothing_is_sent_at_night_in_vietnam(simulator: Running, hour: int, minute: int, code: int) -> None:
    made = ready(simulator, article())
    simulator.config(calls_per_minute=1000)
    simulator.clock.time = datetime(2026, 11, 23, hour, minute, tzinfo=UTC)
    assert broadcast(simulator, made)["error"] == code


class Hook:
    """A webhook that fails until it is told to answer."""

    def __init__(self) -> None:
        self.status = 500
        self.seen: list[tuple[bytes, str | None, str | None]] = []

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        self.seen.append(
            (request.get_data(), request.headers.get("X-ZEvent-Signature"), request.headers.get("num_retry"))
        )
        return Response(status=self.status)(environ, start_response)


@pytest.fixture
def hook(simulator: Running) -> Iterator[Hook]:
    made = Hook()
    server = make_server("127.0.0.1", 0, made, request_handler=Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    simulator.config(webhook_url=f"http://127.0.0.1:{server.port}/", webhook_secret="khoa-oa")
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_event_is_signed_over_its_raw_body_and_repeated(simulator: Running, hook: Hook) -> None:
    simulator.sim("POST", "events", {"event_name": "follow", "follower": {"id": "77"}})
    simulator.clock.advance(29)
    simulator.sim("POST", "events", {})
    simulator.clock.advance(1)
    hook.status = 200
    simulator.sim("POST", "events", {})

    (body, signature, first), (again, _, retry) = hook.seen
    timestamp = simulator.sim("GET", "events")[0]["body"]["timestamp"]
    wanted = hashlib.sha256(APP_ID.encode() + body + timestamp.encode() + b"khoa-oa").hexdigest()
    assert signature == f"mac={wanted}"
    assert body == again
    assert (first, retry) == (None, "1")
    assert simulator.sim("GET", "events")[0]["state"] == "done"


def test_after_five_repeats_the_webhook_is_switched_off(simulator: Running, hook: Hook) -> None:
    simulator.sim("POST", "events", {"event_name": "unfollow"})
    for wait in (30, 300, 900, 1800, 3600, 7200):
        simulator.clock.advance(wait)
        simulator.sim("POST", "events", {})
    assert len(hook.seen) == 6
    assert simulator.sim("GET", "config")["webhook_url"] == ""
