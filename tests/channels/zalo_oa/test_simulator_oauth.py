"""The simulator's OAuth server: codes, and refresh tokens that work once."""

import json
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest

from channels.zalo_oa.simulator.oauth import challenge_of
from tests.channels.zalo_oa.running import APP_ID, Running


def refresh(simulator: Running, token: str) -> str:
    return simulator.token(grant_type="refresh_token", refresh_token=token).text


def test_a_refresh_answers_flat_with_the_lifetime_as_a_string(simulator: Running) -> None:
    body = json.loads(refresh(simulator, "refresh-1"))
    assert set(body) == {"access_token", "refresh_token", "expires_in"}
    assert body["expires_in"] == "90000"


def test_the_old_access_token_dies_with_the_refresh(simulator: Running) -> None:
    fresh = json.loads(refresh(simulator, "refresh-1"))["access_token"]
    assert simulator.api("GET", "oa/getoa")["error"] == -220
    assert simulator.api("GET", "oa/getoa", token=fresh)["error"] == 0


def test_a_used_refresh_token_gets_an_empty_answer(simulator: Running) -> None:
    refresh(simulator, "refresh-1")
    assert simulator.token(grant_type="refresh_token", refresh_token="refresh-1").status_code == 200
    assert refresh(simulator, "refresh-1") == ""


def test_the_other_answers_on_record_can_be_switched_on(simulator: Running) -> None:
    refresh(simulator, "refresh-1")
    simulator.config(refresh_reuse="-14020", refresh_error_as_string=True)
    assert json.loads(refresh(simulator, "refresh-1"))["error"] == -14020
    assert json.loads(refresh(simulator, "khong-co"))["error"] == "-14014"


def test_a_refresh_token_may_be_kept_instead_of_rotated(simulator: Running) -> None:
    simulator.config(rotate_refresh_token=False)
    assert "refresh_token" not in json.loads(refresh(simulator, "refresh-1"))
    assert "access_token" in json.loads(refresh(simulator, "refresh-1"))


def test_an_access_token_lives_twenty_five_hours(simulator: Running) -> None:
    simulator.clock.advance(25 * 3600 - 1)
    assert simulator.api("GET", "oa/getoa")["error"] == 0
    simulator.clock.advance(1)
    assert simulator.api("GET", "oa/getoa")["error"] == -220


def test_of_two_refreshes_at_once_exactly_one_wins(simulator: Running) -> None:
    with ThreadPoolExecutor(6) as pool:
        bodies = list(pool.map(lambda _: refresh(simulator, "refresh-1"), range(6)))
    assert sum(bool(body) for body in bodies) == 1


@pytest.mark.parametrize(
    ("headers", "app_id", "code"),
    [({}, APP_ID, -14004), ({"secret_key": "sai"}, APP_ID, -14004), ({"secret_key": "sai"}, "1", -14002)],
)
def test_a_stranger_gets_no_token(simulator: Running, headers: dict[str, str], app_id: str, code: int) -> None:
    form = {"app_id": app_id, "grant_type": "refresh_token", "refresh_token": "refresh-1"}
    body = simulator.session.post(f"{simulator.url}/v4/oa/access_token", form, headers=headers, timeout=10).json()
    assert (body["error"], body["access_token"]) == (code, "")


def consent(simulator: Running, verifier: str) -> dict[str, list[str]]:
    query = {"app_id": APP_ID, "redirect_uri": "http://127.0.0.1:1/cb", "code_challenge": challenge_of(verifier)}
    page = simulator.session.get(f"{simulator.url}/v4/oa/permission", params=query, timeout=10)
    assert "MÔ PHỎNG" in page.text
    back = simulator.session.post(
        f"{simulator.url}/v4/oa/permission",
        params=query | {"state": "s1"},
        allow_redirects=False,
        timeout=10,
    )
    return parse_qs(urlsplit(back.headers["Location"]).query)


def test_consent_gives_a_code_that_works_once(simulator: Running) -> None:
    answer = consent(simulator, "v" * 43)
    form = {"grant_type": "authorization_code", "code": answer["code"][0], "code_verifier": "v" * 43}

    first, second = simulator.token(**form).json(), simulator.token(**form).json()

    assert answer["state"] == ["s1"]
    assert simulator.api("GET", "oa/getoa", token=first["access_token"])["error"] == 0
    assert "access_token" in first
    assert not second["access_token"]


def test_a_code_needs_its_verifier(simulator: Running) -> None:
    code = consent(simulator, "v" * 43)["code"][0]
    body = simulator.token(grant_type="authorization_code", code=code, code_verifier="w" * 43).json()
    assert not body["access_token"]


def test_a_callback_other_than_the_registered_one_is_refused(simulator: Running) -> None:
    simulator.config(redirect_uri="https://toa-soan.example.vn/zalo")
    query = {"app_id": APP_ID, "redirect_uri": "https://khac.example.vn/zalo", "code_challenge": "x"}
    body = simulator.session.get(f"{simulator.url}/v4/oa/permission", params=query, timeout=10).json()
    assert body["error"] == -14003
