"""A kind whose provider is called needs a folder and a line: sent once, looked up when unclear, called back."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from flask import Flask

from cms.core.refusal import Refusal
from scheduler.decisions.states import DeliveryState
from tests.channels.toys.walking import Walk
from tests.cms.quotas.province import Province
from tests.conftest import Clock

NAMED = "Nộp hồ sơ từ nhà"


@dataclass
class Loft:
    """A provider that really listens. With ``deaf`` set it keeps the letter and hangs up without a word."""

    letters: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    deaf: bool = False
    address: str = ""


@pytest.fixture
def loft() -> Iterator[Loft]:
    made = Loft()

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            made.letters[self.path] = body["letter"]
            self._answer("PUT")

        def do_GET(self) -> None:
            self._answer("GET")

        def do_DELETE(self) -> None:
            made.letters.pop(self.path, None)
            self._answer("DELETE")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def _answer(self, method: str) -> None:
            made.calls.append(method)
            if made.deaf:
                made.deaf = False
                self.close_connection = True
                return
            there = self.path in made.letters or method == "DELETE"
            body = json.dumps({"id": self.path}).encode()
            self.send_response(200 if there else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.address = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_story_goes_all_the_way_and_back(app: Flask, there: Province, clock: Clock, loft: Loft) -> None:
    walk = Walk.begin(app, there, clock)
    channel = walk.channel("pigeon", **{"set-loft": loft.address})
    assert "đã có" in walk.admin.post(
        f"/channels/{channel.id}/secrets", data={"secret-seed": "thóc"}, follow_redirects=True
    ).text  # fmt: skip

    made = walk.schedule(channel, title=NAMED)

    assert list(loft.letters.values()) == [NAMED]
    assert walk.delivery(made).state == DeliveryState.LIVE
    assert "1/2" in walk.counted()
    for address in (f"/channels/{channel.id}", f"/deliveries/{made}"):
        assert NAMED in walk.admin.get(address).text
    assert "Chim ở lại chuồng." in walk.admin.get(f"/channels/{channel.id}").text

    walk.retract(made)

    assert loft.letters == {}
    assert "1/2" not in walk.counted()


def test_an_answer_that_is_lost_makes_no_second_letter(app: Flask, there: Province, clock: Clock, loft: Loft) -> None:
    walk = Walk.begin(app, there, clock)
    channel = walk.channel("pigeon", **{"set-loft": loft.address})
    walk.admin.post(f"/channels/{channel.id}/secrets", data={"secret-seed": "thóc"})
    loft.deaf = True
    made = walk.schedule(channel, title=NAMED)
    assert walk.delivery(made).state == DeliveryState.SENDING
    clock.turn(hours=1)
    walk.work()
    assert walk.delivery(made).state == DeliveryState.LIVE
    assert loft.calls == ["PUT", "GET"]


def test_what_is_too_long_is_refused_before_anything_is_promised(
    app: Flask, there: Province, clock: Clock, loft: Loft
) -> None:
    walk = Walk.begin(app, there, clock)
    channel = walk.channel("pigeon", **{"set-loft": loft.address})
    with pytest.raises(Refusal, match="Thư quá nặng"):
        walk.schedule(channel, title="Nộp hồ sơ trực tuyến từ nhà không phải chờ đợi gì cả")
    assert loft.calls == []
