"""An Official Account is connected by its admin's consent, against a simulator over real HTTP."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask

from channels.zalo_oa.api.consent import challenge_of
from channels.zalo_oa.api.tokens import TokenState
from cms.channels import service
from cms.core.channel_secrets import opened
from cms.core.database import changing, db
from cms.zalo import connecting
from scheduler.storage.tables import Channel
from scheduler.storage.vault import Keys
from tests.channels.zalo_oa.running import APP_ID, APP_SECRET, Clock, Running, running
from tests.cms.deliveries.press import audited
from tests.cms.newsroom import Browser, Newsroom, actor, channel, newsroom, sign_in
from tests.conftest import Clock as Turned

pytestmark = pytest.mark.one_database

KEYS = Keys(["k" * 32])


@pytest.fixture
def zalo(tmp_path: Path, clock: Turned) -> Iterator[Running]:
    with running(tmp_path / "zalo.sqlite", Clock(clock())) as run:
        yield run


@pytest.fixture
def news(app: Flask) -> Newsroom:
    return newsroom()


@pytest.fixture
def oa(news: Newsroom, zalo: Running) -> Channel:
    return channel(
        "zalo_oa", news.paper, "zalo", settings={"app_id": APP_ID, "api_url": zalo.url, "oauth_url": zalo.url}
    )


@pytest.fixture
def browser(app: Flask, news: Newsroom) -> Browser:
    return sign_in(app, news.admin)


def agreed(address: str) -> str:
    """Press the button on the simulator's consent page; return where the browser is sent back to."""
    answer = requests.post(address, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def with_app_secret(browser: Browser, oa: Channel) -> None:
    browser.post(f"/channels/{oa.id}/secrets", data={"secret-app_secret": APP_SECRET})


def standing(oa: Channel, clock: Turned) -> TokenState | None:
    db.session.rollback()
    found = db.session.get_one(Channel, oa.id, populate_existing=True)
    return connecting.state(db.session(), found, KEYS, clock())


def test_consent_puts_working_tokens_into_the_vault(
    browser: Browser, oa: Channel, zalo: Running, clock: Turned
) -> None:
    assert standing(oa, clock) is TokenState.MISSING
    with_app_secret(browser, oa)
    assert "Kết nối với Zalo" in browser.get(f"/channels/{oa.id}").text
    away = browser.get(f"/channels/{oa.id}/connect")
    assert away.headers["Location"].startswith(f"{zalo.url}/v4/oa/permission?app_id={APP_ID}")
    assert APP_SECRET not in away.headers["Location"]
    page = browser.get(agreed(away.headers["Location"]), follow_redirects=True).text
    assert "Đã kết nối với Zalo" in page
    assert standing(oa, clock) is TokenState.GOOD
    kept = opened(db.session(), oa.id, KEYS)
    assert kept is not None
    assert zalo.api("GET", "oa/getoa", token=kept["access_token"])["error"] == 0
    assert all(kept[name] not in page for name in ("app_secret", "access_token", "refresh_token"))
    assert audited("channel.connect")[0].detail == {}


@pytest.mark.both_databases
def test_a_channel_that_lost_its_authorisation_goes_on_after_consent(
    browser: Browser, oa: Channel, clock: Turned
) -> None:
    with_app_secret(browser, oa)
    with changing() as session:
        session.get_one(Channel, oa.id).health = "needs_auth"
    browser.get(agreed(browser.get(f"/channels/{oa.id}/connect").headers["Location"]))
    assert standing(oa, clock) is TokenState.GOOD
    with changing() as session:
        session.get_one(Channel, oa.id).health = "needs_auth"
    assert standing(oa, clock) is TokenState.RECONNECT
    browser.get(agreed(browser.get(f"/channels/{oa.id}/connect").headers["Location"]))
    db.session.rollback()
    assert db.session.get_one(Channel, oa.id, populate_existing=True).health == "ok"


def test_a_consent_that_was_not_asked_for_here_is_refused(
    app: Flask, news: Newsroom, browser: Browser, oa: Channel, clock: Turned
) -> None:
    """Else somebody could slip their own account under our channel by sending an admin a link."""
    with_app_secret(browser, oa)
    back = agreed(browser.get(f"/channels/{oa.id}/connect").headers["Location"])
    other = sign_in(app, news.admin)
    assert other.get(back).status_code == 409
    assert "không bắt đầu từ đây" in other.get(back).text
    forged = back.replace(parse_qs(urlsplit(back).query)["state"][0], "x" * 43)
    assert browser.get(forged).status_code == 409
    assert browser.get(back).status_code == 409
    assert standing(oa, clock) is TokenState.MISSING


def test_a_code_is_taken_once_and_an_old_one_says_what_to_do(
    browser: Browser, oa: Channel, zalo: Running, clock: Turned
) -> None:
    with_app_secret(browser, oa)
    back = agreed(browser.get(f"/channels/{oa.id}/connect").headers["Location"])
    zalo.clock.advance(11 * 60)
    page = browser.get(back, follow_redirects=True).text
    assert "Zalo không cấp token" in page
    assert standing(oa, clock) is TokenState.MISSING
    assert audited("channel.connect") == []


def test_the_account_that_agreed_is_remembered(browser: Browser, oa: Channel) -> None:
    with_app_secret(browser, oa)
    browser.get(agreed(browser.get(f"/channels/{oa.id}/connect").headers["Location"]))
    db.session.rollback()
    assert db.session.get_one(Channel, oa.id, populate_existing=True).settings["oa_id"] == "1430288419280015617"


def test_two_channels_on_one_account_are_warned_about(browser: Browser, news: Newsroom, oa: Channel) -> None:
    with_app_secret(browser, oa)
    for name, oa_id in (("Zalo cũ", "1430288419280015617"), ("Zalo khác", "99")):
        slug = f"zalo-{oa_id}"
        channel("zalo_oa", news.paper, slug, name=name, settings={**oa.settings, "oa_id": oa_id})
    back = agreed(browser.get(f"/channels/{oa.id}/connect").headers["Location"])
    page = browser.get(back, follow_redirects=True).text
    assert "Kênh “Zalo cũ” cũng dùng Official Account này" in page
    assert "Zalo khác" not in page


def without_state(address: str) -> str:
    return address.partition("&state=")[0]


def test_an_answer_without_state_is_believed_when_the_verifier_is_of_this_consent_alone(
    browser: Browser, oa: Channel, clock: Turned
) -> None:
    """The documents write the state in brackets."""
    with_app_secret(browser, oa)
    browser.get(without_state(agreed(browser.get(f"/channels/{oa.id}/connect").headers["Location"])))
    assert standing(oa, clock) is TokenState.GOOD


def test_a_fixed_challenge_is_shown_used_and_kept(browser: Browser, oa: Channel, clock: Turned) -> None:
    with_app_secret(browser, oa)
    page = browser.get(f"/channels/{oa.id}").text
    assert "/channels/zalo/callback" in page
    assert "zalo-challenge" not in page
    browser.post(f"/channels/{oa.id}/connect/challenge")
    kept = opened(db.session(), oa.id, KEYS) or {}
    challenge = challenge_of(kept["code_verifier"])
    page = browser.get(f"/channels/{oa.id}").text
    assert challenge in page
    assert kept["code_verifier"] not in page
    for _ in range(2):
        away = browser.get(f"/channels/{oa.id}/connect").headers["Location"]
        assert parse_qs(urlsplit(away).query)["code_challenge"] == [challenge]
        back = agreed(away)
        browser.get(without_state(back))
        assert browser.get(back).status_code == 409
        browser.get(agreed(browser.get(f"/channels/{oa.id}/connect").headers["Location"]))
        assert standing(oa, clock) is TokenState.GOOD
    db.session.rollback()
    assert (opened(db.session(), oa.id, KEYS) or {})["code_verifier"] == kept["code_verifier"]


def test_a_verifier_that_is_none_is_told(browser: Browser, oa: Channel) -> None:
    with_app_secret(browser, oa)
    browser.post(f"/channels/{oa.id}/secrets", data={"secret-code_verifier": "ngắn quá"})
    answer = browser.get(f"/channels/{oa.id}/connect")
    assert answer.status_code == 409
    assert "từ 43 đến 128 ký tự" in answer.text


def test_consent_for_another_account_is_refused(browser: Browser, oa: Channel, clock: Turned) -> None:
    with changing() as session:
        one = session.get_one(Channel, oa.id)
        one.settings = {**one.settings, "oa_id": "khác"}
    with_app_secret(browser, oa)
    back = agreed(browser.get(f"/channels/{oa.id}/connect").headers["Location"])
    assert "còn kênh này là khác" in browser.get(back, follow_redirects=True).text
    assert standing(oa, clock) is TokenState.MISSING


def test_what_is_missing_is_said_at_home(app: Flask, news: Newsroom, browser: Browser, oa: Channel) -> None:
    answer = browser.get(f"/channels/{oa.id}/connect")
    assert answer.status_code == 409
    assert "Hãy điền mã ứng dụng" in answer.text
    feed = channel("portal_rss", news.paper, "bao")
    assert browser.get(f"/channels/{feed.id}/connect").status_code == 409
    assert sign_in(app, news.lead).get(f"/channels/{oa.id}/connect").status_code == 403


def test_pasted_tokens_forget_when_the_old_ones_would_have_ended(news: Newsroom, oa: Channel, clock: Turned) -> None:
    old = {"app_secret": "a", "access_token": "b", "refresh_token": "c", "expires_at": "2030-01-01T00:00:00+00:00"}
    with changing() as session:
        service.replace_secrets(
            session,
            actor(news.admin),
            session.get_one(Channel, oa.id),
            old,
            KEYS,
            action="channel.connect",
            now=clock(),
        )
    with changing() as session:
        service.store_secrets(session, actor(news.admin), oa.id, {"access_token": "mới"}, KEYS, now=clock())
    db.session.rollback()
    assert opened(db.session(), oa.id, KEYS) == {"app_secret": "a", "access_token": "mới", "refresh_token": "c"}


def test_the_page_warns_before_a_refresh_token_ends(
    browser: Browser, news: Newsroom, oa: Channel, clock: Turned
) -> None:
    with_app_secret(browser, oa)
    browser.get(agreed(browser.get(f"/channels/{oa.id}/connect").headers["Location"]))
    clock.turn(days=81)
    assert standing(oa, clock) is TokenState.AGING
    browser = sign_in(browser.application, news.admin)
    assert "Sắp hết hạn: hãy cấp quyền lại" in browser.get(f"/channels/{oa.id}").text
