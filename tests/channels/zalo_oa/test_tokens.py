"""Tokens: early, once, under the lock, and never worse than before."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from channels.contract import Account, ChannelError, ErrorKind
from channels.zalo_oa.adapter import ZaloOa
from channels.zalo_oa.api import consent, tokens
from channels.zalo_oa.api.client import Client
from channels.zalo_oa.api.connection import connected
from channels.zalo_oa.api.tokens import TokenState, token_state
from tests.channels.zalo_oa.driving import (
    HASTY,
    PATIENT,
    MemoryVault,
    account_for,
    connected_vault,
    engine,
    settings_for,
)
from tests.channels.zalo_oa.running import APP_ID, APP_SECRET, Running

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def ask(account: Account) -> None:
    with connected(account) as api:
        api.get("oa/getoa")


def refreshes(simulator: Running) -> int:
    return len(simulator.calls("oauth/access_token"))


def test_ten_workers_with_one_expired_token_refresh_once(simulator: Running) -> None:
    simulator.clock.advance(26 * 3600)
    account = account_for(simulator)

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda _: ask(account), range(10)))

    assert refreshes(simulator) == 1


def test_ten_workers_with_one_refused_token_refresh_once(simulator: Running) -> None:
    # Its end lies in the future, as a pasted pair may claim, yet Zalo refuses it.
    vault = connected_vault(simulator, access_token="da-bi-thay")
    account = account_for(simulator, vault)

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda _: ask(account), range(10)))

    assert refreshes(simulator) == 1


def test_ten_workers_with_a_spent_refresh_token_all_say_so_and_ask_once(simulator: Running) -> None:
    simulator.token(grant_type="refresh_token", refresh_token="refresh-1")
    simulator.sim("DELETE", "log")
    account = account_for(simulator)

    def kind_of_failure(_: int) -> ErrorKind | None:
        try:
            ask(account)
        except ChannelError as error:
            return error.kind
        return None

    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(kind_of_failure, range(10))) == {ErrorKind.AUTH}
    assert refreshes(simulator) == 2  # an empty answer is asked for once more, by the same worker


@pytest.mark.parametrize(("hours", "calls"), [(19, 0), (21, 1), (26, 1)])
def test_a_token_is_renewed_early(simulator: Running, hours: int, calls: int) -> None:
    simulator.clock.advance(hours * 3600)
    ask(account_for(simulator))
    assert refreshes(simulator) == calls


def test_a_pasted_pair_is_renewed_on_first_use_and_then_known(simulator: Running) -> None:
    vault = MemoryVault(**consent.from_pair(f" {APP_SECRET} ", "access-1", "refresh-1\n"))
    account = account_for(simulator, vault)

    ask(account)
    ask(account)

    assert refreshes(simulator) == 1
    assert vault.values["expires_at"] == (NOW + timedelta(seconds=90_000)).isoformat()
    assert vault.values["refresh_issued_at"] == NOW.isoformat()
    assert vault.values["previous_refresh_token"] == "refresh-1"
    assert vault.values["previous_access_token"] == "access-1"


@pytest.mark.parametrize("fault", ["500", "html502", "429", "-32", "timeout", "reset"])
def test_a_server_in_trouble_overwrites_nothing_and_a_living_token_goes_on(simulator: Running, fault: str) -> None:
    simulator.fault("oauth/access_token", fault, times=0)
    simulator.clock.advance(21 * 3600)
    vault = connected_vault(simulator)
    before = vault.read()

    ask(account_for(simulator, vault, timeout_s=4 * HASTY if fault == "timeout" else PATIENT))

    assert vault.read() == before


def test_an_empty_answer_may_be_a_stumble(simulator: Running) -> None:
    simulator.fault("oauth/access_token", "empty")
    simulator.clock.advance(26 * 3600)
    ask(account_for(simulator))
    assert refreshes(simulator) == 2


@pytest.mark.parametrize("switch", [{}, {"refresh_reuse": "-14020"}])
def test_a_spent_refresh_token_is_never_asked_for_again(simulator: Running, switch: dict[str, Any]) -> None:
    simulator.config(**switch)
    simulator.token(grant_type="refresh_token", refresh_token="refresh-1")
    vault = connected_vault(simulator)
    account = account_for(simulator, vault)
    for _ in range(3):
        with pytest.raises(ChannelError) as raised:
            ask(account)
        assert raised.value.kind is ErrorKind.AUTH
    seen = refreshes(simulator)
    assert seen <= 3
    assert vault.values["refresh_token"] == "refresh-1"
    assert token_state(vault.read(), APP_ID, simulator.clock()) is TokenState.RECONNECT

    vault.values = {**vault.values, "refresh_token": "refresh-moi"}
    with pytest.raises(ChannelError):
        ask(account)
    assert refreshes(simulator) == seen + 1


@pytest.mark.parametrize("as_string", [True, False])
def test_an_unknown_refresh_token_is_a_refusal_however_it_is_written(simulator: Running, as_string: bool) -> None:
    simulator.config(refresh_error_as_string=as_string)
    simulator.clock.advance(26 * 3600)
    vault = connected_vault(simulator, refresh_token="khong-co")
    with pytest.raises(ChannelError) as raised:
        ask(account_for(simulator, vault))
    assert raised.value.kind is ErrorKind.AUTH


def test_a_refresh_without_a_new_refresh_token_keeps_the_old_one(simulator: Running) -> None:
    simulator.config(rotate_refresh_token=False)
    simulator.clock.advance(26 * 3600)
    vault = connected_vault(simulator)
    ask(account_for(simulator, vault))
    assert vault.values["refresh_token"] == "refresh-1"
    assert vault.values["access_token"] != "access-1"


def test_a_channel_without_tokens_asks_for_them(simulator: Running) -> None:
    with pytest.raises(ChannelError, match="chưa được kết nối"):
        ask(account_for(simulator, MemoryVault(app_secret="x")))
    assert simulator.calls() == []


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({}, TokenState.GOOD),
        ({"expires_at": (NOW + timedelta(hours=4)).isoformat()}, TokenState.DUE),
        ({"expires_at": ""}, TokenState.DUE),
        ({"expires_at": "hôm nào đó"}, TokenState.DUE),
        ({"refresh_issued_at": (NOW - timedelta(days=81)).isoformat()}, TokenState.AGING),
        ({"refresh_token": ""}, TokenState.MISSING),
    ],
)
def test_token_states(change: dict[str, str], wanted: TokenState) -> None:
    secrets = {
        "app_secret": "s",
        "access_token": "a",
        "refresh_token": "r",
        "expires_at": (NOW + timedelta(hours=20)).isoformat(),
        "refresh_issued_at": NOW.isoformat(),
        **change,
    }
    assert token_state(secrets, APP_ID, NOW) is wanted


def test_a_silent_channel_can_be_kept_connected(simulator: Running) -> None:
    account = account_for(simulator)
    for _ in range(5):
        simulator.clock.advance(20.5 * 3600)
        assert ZaloOa().keep_connected(account) is None
    assert refreshes(simulator) == 5


def test_a_silent_channel_says_weeks_before_that_it_needs_its_admin(simulator: Running) -> None:
    simulator.config(rotate_refresh_token=False)
    account = account_for(simulator)
    said = []
    for day in range(1, 75):
        simulator.clock.advance(86_400)
        if ZaloOa().keep_connected(account):
            said.append(day)
    assert said == list(range(69, 75))


def test_a_refused_renewal_is_told_while_the_old_token_still_works(simulator: Running) -> None:
    account = account_for(simulator, connected_vault(simulator, refresh_token="khong-co"))
    simulator.clock.advance(22 * 3600)
    assert "cấp quyền lại ngay" in str(ZaloOa().keep_connected(account))
    ask(account)
    simulator.clock.advance(3 * 3600)
    with pytest.raises(ChannelError) as raised:
        ZaloOa().keep_connected(account)
    assert raised.value.kind is ErrorKind.AUTH


def test_a_channel_that_was_never_connected_is_left_alone(simulator: Running) -> None:
    assert ZaloOa().keep_connected(account_for(simulator, MemoryVault(app_secret="x"))) is None
    assert simulator.calls() == []


def test_nothing_secret_is_logged(simulator: Running, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    simulator.clock.advance(26 * 3600)
    vault = connected_vault(simulator)
    run = engine(simulator, vault=vault)
    run.run()
    simulator.token(grant_type="refresh_token", refresh_token=vault.values["refresh_token"])
    with pytest.raises(ChannelError) as raised:
        ask(run.account)
    told = caplog.text + repr(raised.value) + raised.value.detail
    secrets = {"access-1", "refresh-1", APP_SECRET, vault.values["access_token"], vault.values["refresh_token"]}
    assert not [secret for secret in secrets if secret in told]


def test_consent_connects_a_channel(simulator: Running) -> None:
    settings = settings_for(simulator.url)
    verifier = consent.new_verifier()
    assert len(verifier) == 43
    url = consent.consent_url(settings, "http://127.0.0.1:1/cb", verifier, "trang-thai")
    back = simulator.session.post(url, allow_redirects=False, timeout=10).headers["Location"]
    assert back.endswith("state=trang-thai")
    code = back.partition("code=")[2].partition("&")[0]

    secrets = consent.from_code(settings, APP_SECRET, code, verifier, simulator.clock())
    ask(account_for(simulator, MemoryVault(**secrets)))

    with pytest.raises(ChannelError) as raised:
        consent.from_code(settings, APP_SECRET, code, verifier, simulator.clock())
    assert raised.value.kind is ErrorKind.AUTH


@pytest.mark.parametrize(
    ("change", "app_secret", "said"),
    [
        ({"app_id": "khong-co"}, APP_SECRET, "mã ứng dụng (App ID)"),
        ({}, "sai", "Zalo không cấp token: -14004 Invalid secret key. Kiểm tra mã ứng dụng"),
        ({}, APP_SECRET, "Zalo không cấp token: -14019 Invalid authorization code. Kiểm tra"),
    ],
)
def test_a_consent_that_comes_to_nothing_says_what_to_look_at(
    simulator: Running, change: dict[str, str], app_secret: str, said: str
) -> None:
    with pytest.raises(ChannelError) as raised:
        consent.from_code(settings_for(simulator.url, **change), app_secret, "x", "v" * 43, simulator.clock())
    assert said in str(raised.value.words)


def test_an_empty_answer_to_a_consent_is_told(simulator: Running) -> None:
    simulator.fault("oauth/access_token", "empty")
    with pytest.raises(ChannelError, match="trả lời rỗng"):
        consent.from_code(settings_for(simulator.url), APP_SECRET, "x", "v" * 43, simulator.clock())


def test_an_address_where_nobody_listens_was_surely_not_reached() -> None:
    settings = settings_for("http://127.0.0.1:9")
    with Client(settings) as client, pytest.raises(ChannelError) as raised:
        client.post("article/create", {}, {}, once=True)
    assert raised.value.kind is ErrorKind.TRANSIENT
    assert tokens.is_alive({}, NOW)
