"""One answer of an unknown server at a time, and what the adapter makes of it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from channels.contract import ChannelError, Continue, ErrorKind, Receipt
from channels.zalo_oa.adapter import ZaloOa
from channels.zalo_oa.api.client import Client, NoToken
from channels.zalo_oa.api.errors import Refusal
from tests.channels.zalo_oa.driving import account_for, engine, settings_for
from tests.channels.zalo_oa.running import START, Running, serving

SECRETS = {"access_token": "a"}
PAGE = "<html><body><h1>Bảo trì</h1></body></html>"


class Scripted:
    """Gives one answer to everybody and remembers the requests."""

    def __init__(self) -> None:
        self.status, self.text, self.headers = 200, "", dict[str, str]()
        self.requests: list[Request] = []

    def answer(self, request: Request) -> Response:
        request.get_data(parse_form_data=False)
        self.requests.append(request)
        return Response(self.text, self.status, self.headers)


@pytest.fixture
def scripted() -> Iterator[tuple[Scripted, Client]]:
    one = Scripted()
    server = make_server("127.0.0.1", 0, Request.application(one.answer), threaded=True)
    with serving(server), Client(settings_for(f"http://127.0.0.1:{server.port}")) as client:
        yield one, client


def said(scripted: tuple[Scripted, Client], once: bool) -> Any:
    """What a call with this answer comes to: the data, an error code or a kind of error."""
    try:
        return scripted[1].post("article/create", SECRETS, {}, once=once)
    except Refusal as refusal:
        return refusal.code
    except ChannelError as error:
        return error.kind


TRANSIENT, UNCERTAIN = ErrorKind.TRANSIENT, ErrorKind.UNCERTAIN
ANSWERS: list[tuple[int, str, Any, Any]] = [
    (200, '{"error":0,"message":"Success","data":{"token":"t"}}', {"token": "t"}, {"token": "t"}),
    (200, '{"error":"0","data":{"token":"t"}}', {"token": "t"}, {"token": "t"}),
    (200, '{"data":{"token":"t"}}', {"token": "t"}, {"token": "t"}),
    (201, '{"error":0,"data":null}', {}, {}),
    (200, '{"error":0}', {}, {}),
    (200, '{"error":0,"message":"Success","token":"t"}', {"token": "t"}, {"token": "t"}),
    (200, '{"error":0,"data":[]}', {}, {}),
    (200, '{"error":0,"data":[{"remain":3}]}', {"": [{"remain": 3}]}, {"": [{"remain": 3}]}),
    (200, '{"data":[]}', TRANSIENT, UNCERTAIN),
    (200, '{"message":"Success"}', {}, {}),
    (200, '{"error":-201,"message":null}', -201, -201),
    (200, '{"error":"-220","message":"hết hạn"}', -220, -220),
    (404, '{"error":404,"message":"You are accessing an empty or invalid API..."}', 404, 404),
    (200, '{"error":404,"message":"You are accessing an empty or invalid API..."}', 404, 404),
    (404, '{"error":-209,"message":"API is not support"}', -209, -209),
    (400, '{"error":-201,"message":"title is invalid"}', -201, -201),
    (401, '{"error":-216,"message":"Access token is invalid"}', -216, -216),
    (401, "", -216, -216),
    (403, PAGE, 403, 403),
    (413, PAGE, 413, 413),
    (408, PAGE, TRANSIENT, UNCERTAIN),
    (425, PAGE, TRANSIENT, UNCERTAIN),
    (200, PAGE, TRANSIENT, UNCERTAIN),
    (200, "", TRANSIENT, UNCERTAIN),
    (200, "null", TRANSIENT, UNCERTAIN),
    (200, "[]", TRANSIENT, UNCERTAIN),
    (200, '{"error":null}', TRANSIENT, UNCERTAIN),
    (200, '{"error":0,"data":{"tok', TRANSIENT, UNCERTAIN),
    (301, "", TRANSIENT, UNCERTAIN),
    (308, "", TRANSIENT, UNCERTAIN),
    (500, '{"error":-201,"message":"x"}', TRANSIENT, UNCERTAIN),
    (502, PAGE, TRANSIENT, UNCERTAIN),
    (504, "", TRANSIENT, UNCERTAIN),
    (429, "", ErrorKind.RATE_LIMITED, UNCERTAIN),
]


@pytest.mark.parametrize(("status", "text", "wanted", "wanted_once"), ANSWERS)
def test_an_answer(
    scripted: tuple[Scripted, Client], status: int, text: str, wanted: object, wanted_once: object
) -> None:
    scripted[0].status, scripted[0].text = status, text
    assert said(scripted, once=False) == wanted
    assert said(scripted, once=True) == wanted_once


OAUTH: list[tuple[int, str, object]] = [
    (200, '{"access_token":"a","refresh_token":"r","expires_in":"90000"}', "a"),
    (200, '{"access_token":"a","refresh_token":null,"expires_in":90000,"x":{"y":1}}', "a"),
    (200, "", ("", "empty answer")),
    (200, " \n", ("", "empty answer")),
    (200, '{"error":-14014,"error_name":"Invalid refresh token.","access_token":""}', "-14014"),
    (200, '{"error":"-14014","error_name":"Invalid refresh token."}', "-14014"),
    (400, '{"error":-14002,"error_name":"Invalid app id"}', "-14002"),
    (200, '{"message":"invalid code verifier"}', ""),
    (200, PAGE, TRANSIENT),
    (200, "null", TRANSIENT),
    (404, PAGE, TRANSIENT),
    (302, "", TRANSIENT),
    (502, PAGE, TRANSIENT),
    (503, '{"error":-14014}', TRANSIENT),
    (200, '{"error":-32,"message":"limit"}', TRANSIENT),
]


@pytest.mark.parametrize(("status", "text", "wanted"), OAUTH)
def test_an_answer_about_tokens(scripted: tuple[Scripted, Client], status: int, text: str, wanted: object) -> None:
    server, client = scripted
    server.status, server.text = status, text
    try:
        found: object = client.token("s", {"grant_type": "refresh_token", "refresh_token": "r"})["access_token"]
    except NoToken as refusal:
        found = (refusal.code, refusal.name) if isinstance(wanted, tuple) else refusal.code
    except ChannelError as error:
        found = error.kind
    assert found == wanted


def test_a_call_is_made_as_written_down(scripted: tuple[Scripted, Client]) -> None:
    server, client = scripted
    server.text = '{"error":0,"data":{}}'
    client.post("article/remove", SECRETS, {"id": "5"})
    client.get("article/getslice", SECRETS, offset=0, limit=10, type="normal")
    post, get = server.requests
    assert (post.path, post.mimetype, json.loads(post.get_data())) == (
        "/v2.0/article/remove", "application/json", {"id": "5"}
    )  # fmt: skip
    assert (get.path, get.args.to_dict()) == (
        "/v2.0/article/getslice", {"offset": "0", "limit": "10", "type": "normal"}
    )  # fmt: skip
    assert "Authorization" not in post.headers


def test_tokens_are_asked_for_as_written_down(scripted: tuple[Scripted, Client]) -> None:
    server, client = scripted
    server.text = '{"access_token":"a","refresh_token":"r","expires_in":"90000"}'
    client.token("khoa", {"grant_type": "refresh_token", "refresh_token": "r0"})
    (asked,) = server.requests
    assert (asked.path, asked.mimetype) == ("/v4/oa/access_token", "application/x-www-form-urlencoded")
    assert asked.get_data(as_text=True) == f"app_id={client.settings.app_id}&grant_type=refresh_token&refresh_token=r0"


@pytest.mark.parametrize("secret", ["tôken", "a\nb", "a\u00a0b", "a\x00"])
def test_a_secret_that_no_header_can_carry_is_told_and_not_sent(scripted: tuple[Scripted, Client], secret: str) -> None:
    server, client = scripted
    for call in (lambda: client.get("oa/getoa", {"access_token": secret}), lambda: client.token(secret, {})):
        with pytest.raises(ChannelError) as raised:
            call()
        assert raised.value.kind is ErrorKind.AUTH
        assert "ký tự lạ" in str(raised.value.words)
        assert secret not in repr(raised.value)
    assert server.requests == []


def test_after_the_last_call_of_a_minute_the_next_waits_for_a_new_one(simulator: Running) -> None:
    simulator.config(calls_per_minute=1)
    run = engine(simulator)
    simulator.clock.advance(20)
    begun = run.adapter.publish(run.order(), run.account)
    assert isinstance(begun, Continue)
    assert begun.after == 40.0
    assert [one["error"] for one in simulator.calls()] == ["0"]


def test_no_call_is_made_that_would_surely_be_refused(simulator: Running) -> None:
    simulator.config(calls_per_minute=1)
    account = account_for(simulator)
    order = engine(simulator).order()
    with pytest.raises(ChannelError) as raised:  # whether a refused id is gone takes a second call
        ZaloOa().retract(replace(order, live=Receipt("khong-co")), account)
    assert raised.value.kind is ErrorKind.RATE_LIMITED
    assert raised.value.retry_after == 60.0 - START.second
    assert len(simulator.calls()) == 1
