"""A broadcast on an API that answers in every way the document leaves open."""

from typing import Any

import pytest
from werkzeug.serving import make_server
from werkzeug.wrappers import Request

from channels.contract import Account, ChannelError, ErrorKind
from channels.followers import BroadcastArticle, BroadcastOrder
from channels.words import Words
from channels.zalo_oa.api.errors import RULES, WRONG_ADDRESS, Refusal, rule_for
from channels.zalo_oa.audience.followers import QUOTA_UNKNOWN, ZaloFollowers
from tests.channels.zalo_oa.driving import MemoryVault, account_for, settings_for
from tests.channels.zalo_oa.running import Clock, Running, serving
from tests.channels.zalo_oa.test_another_reading import delivery
from tests.channels.zalo_oa.test_client import PAGE, Scripted

FOLLOWERS = ZaloFollowers()
GOOD = {
    "app_secret": "s", "access_token": "a", "refresh_token": "r", "expires_at": "2026-11-30T04:00:00+00:00",
}  # fmt: skip


@pytest.mark.parametrize("manners", [{}, {"gives_details": False}, {"ids_as": int}, {"flat": True}, {"zipped": True}])
def test_it_is_required_and_sent(manners: dict[str, Any]) -> None:
    with delivery(manners) as (api, run):
        run.run()
        assert run.live is not None
        order = BroadcastOrder((BroadcastArticle(run.live.provider_id, "Tin"),))
        FOLLOWERS.require(order, run.account)
        assert FOLLOWERS.broadcast(order, run.account) == "1"
        assert api.sent == [[api.number]]


@pytest.mark.parametrize("gives_details", [True, False])
def test_an_article_that_is_gone_is_not_sent(gives_details: bool) -> None:
    with delivery({"gives_details": gives_details}) as (api, run):
        order = BroadcastOrder((BroadcastArticle("42", "Tin"),))
        ask = FOLLOWERS.require if gives_details else FOLLOWERS.broadcast
        with pytest.raises(ChannelError) as raised:
            ask(order, run.account)
        assert raised.value.kind is ErrorKind.REJECTED
        assert api.sent == []


@pytest.mark.parametrize(
    ("status", "kind"),
    [(403, ErrorKind.UNCERTAIN), (400, ErrorKind.UNCERTAIN), (413, ErrorKind.UNCERTAIN), (404, ErrorKind.AUTH)],
)
def test_a_gateways_page_does_not_say_whether_it_went_out(status: int, kind: ErrorKind) -> None:
    scripted = Scripted()
    scripted.status, scripted.text = status, PAGE
    server = make_server("127.0.0.1", 0, Request.application(scripted.answer), threaded=True)
    with serving(server):
        address = settings_for(f"http://127.0.0.1:{server.port}")
        account = Account(5, "Zalo tỉnh Mẫu", address, MemoryVault(**GOOD), Clock())
        with pytest.raises(ChannelError) as raised:
            FOLLOWERS.broadcast(BroadcastOrder((BroadcastArticle("1", "Tin"),)), account)
    assert raised.value.kind is kind
    assert len(scripted.requests) == 1


@pytest.mark.parametrize("trouble", ["200", "404", "html200", "empty", "500"])
def test_a_quota_that_zalo_does_not_tell_is_unknown_and_nothing_else_is_wrong(simulator: Running, trouble: str) -> None:
    if trouble.isdecimal() and trouble != "500":
        simulator.config(tells_quota=False, unknown_path_status=int(trouble))
    else:
        simulator.fault("oa/quota", trouble)
    standing = FOLLOWERS.look(account_for(simulator))
    assert (standing.name != "", standing.left, standing.problem) == (True, None, Words(QUOTA_UNKNOWN))


def test_a_call_that_zalo_does_not_have_is_not_a_wrong_address() -> None:
    assert rule_for(Refusal(404, "You are accessing an empty or invalid API...")) is RULES[404]
    assert "Địa chỉ" not in RULES[404].text
    assert rule_for(Refusal(404, "HTTP 404")) is WRONG_ADDRESS
