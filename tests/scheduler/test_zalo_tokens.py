"""One refresh token, one call: with many processes, with a killed one, with a database that is away, and unattended."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from channels.zalo_oa.api.tokens import TokenState, token_state
from cms.app import scheduler_process
from cms.core.settings import Settings
from scheduler import timer
from scheduler.decisions.states import DeliveryState, Health
from scheduler.engine.config import EngineConfig
from scheduler.engine.upkeep import Upkeep
from scheduler.storage.database import writing
from scheduler.storage.rows import SECRET
from scheduler.storage.vault import LOCK, DatabaseVault, Keys
from tests.channels.zalo_oa.running import APP_ID
from tests.scheduler.conftest import House
from tests.scheduler.zalo import PASSPHRASE, Newsroom, zalo_newsroom

HOUSE = Path(__file__).resolve().parents[2]
DAY = 24 * 3600


@pytest.fixture
def news(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Newsroom]:
    with zalo_newsroom(house, tmp_path, monkeypatch) as made:
        made.zalo.sim("DELETE", "log")
        yield made


def refreshes(news: Newsroom) -> int:
    return len(news.zalo.calls("oauth/access_token"))


def workers(news: Newsroom, url: str, count: int, *how: str) -> int:
    """Let real processes make one call each; return how many failed."""
    asked = [sys.executable, "-m", "tests.scheduler.zalo_workers", url, str(news.channel)]
    asked += [news.house.clock().isoformat(), str(count), *how]
    return subprocess.run(asked, cwd=HOUSE, timeout=120, check=False).returncode


def state(news: Newsroom) -> TokenState:
    return token_state(news.vault.read(), APP_ID, news.house.clock())


def upkeep(news: Newsroom) -> Upkeep:
    return Upkeep(news.house.database, EngineConfig(keys=(PASSPHRASE,)), news.house.clock)


def test_ten_processes_with_one_expired_token_make_exactly_one_refresh_call(news: Newsroom, url: str) -> None:
    news.zalo.clock.advance(26 * 3600)
    assert workers(news, url, 10) == 0
    assert refreshes(news) == 1
    assert len(news.zalo.calls("oa/getoa")) == 10


def test_ten_processes_with_one_refused_token_make_exactly_one_refresh_call(news: Newsroom, url: str) -> None:
    """Its end is said to lie ahead, as of a pasted pair, yet Zalo refuses it."""
    news.vault.write({**news.vault.read(), "access_token": "cua-lan-truoc"})
    assert workers(news, url, 10) == 0
    assert refreshes(news) == 1


def test_a_worker_killed_with_the_new_pair_in_hand_leads_to_a_named_state(news: Newsroom, url: str) -> None:
    news.zalo.clock.advance(26 * 3600)
    before = news.vault.read()
    assert workers(news, url, 1, "die") == 1
    assert news.vault.read() == before
    news.zalo.clock.advance(LOCK.total_seconds() + 1)
    delivery = news.schedule("Tin sáng")
    assert news.run(delivery) is DeliveryState.SCHEDULED
    assert (news.health, state(news)) == (Health.NEEDS_AUTH, TokenState.RECONNECT)
    news.connect()
    assert news.run(delivery) is DeliveryState.LIVE
    assert news.titles() == ["Tin sáng"]


def test_a_new_pair_waits_for_a_database_that_is_away(news: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    away = iter([True] * 5)
    stored = DatabaseVault._replaced

    def at_times(vault: DatabaseVault, *values: object) -> bool:
        if next(away, False):
            raise OperationalError("UPDATE", {}, Exception("database is locked"))
        return stored(vault, *values)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(DatabaseVault, "_replaced", at_times)
    slept: list[float] = []
    vault = DatabaseVault(
        news.house.database, news.channel, Keys([PASSPHRASE]), clock=news.house.clock, sleep=slept.append
    )
    vault.renew(vault.read(), lambda _current: {"access_token": "moi", "refresh_token": "moi-nua"})
    assert vault.read()["refresh_token"] == "moi-nua"
    assert len(slept) == 5


@pytest.mark.parametrize(
    ("meanwhile", "wins"), [({"refused": "xyz"}, "r2"), ({"refresh_token": "r3", "access_token": "a3"}, "r3")]
)
def test_a_new_pair_outweighs_a_note_about_the_old_one_but_no_newer_consent(
    news: Newsroom, meanwhile: dict[str, str], wins: str
) -> None:
    """A worker slept through its lock: another one found the token spent, or the admin connected anew."""
    seen = news.vault.read()

    def slow(current: object) -> dict[str, str]:
        news.vault.write({**seen, **meanwhile})
        return {"access_token": "a2", "refresh_token": "r2"}

    assert news.vault.renew(seen, slow)["refresh_token"] == wins
    assert news.vault.read()["refresh_token"] == wins
    assert ("refused" in news.vault.read()) is False


def test_an_account_that_publishes_nothing_for_a_year_stays_connected(news: Newsroom) -> None:
    for _ in range(30):
        news.zalo.clock.advance(12 * DAY + 3600)
        assert upkeep(news).run() == 1
    assert (state(news), news.health) == (TokenState.GOOD, Health.OK)
    assert refreshes(news) == 30
    assert news.run(news.schedule("Sau một năm")) is DeliveryState.LIVE


def test_two_rounds_at_once_renew_once(news: Newsroom) -> None:
    news.zalo.clock.advance(21 * 3600)
    threads = [threading.Thread(target=upkeep(news).run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refreshes(news) == 1


def test_a_round_says_what_its_admin_has_to_do_soon_and_takes_it_back(news: Newsroom) -> None:
    news.zalo.config(rotate_refresh_token=False)
    news.zalo.clock.advance(70 * DAY)
    upkeep(news).run()
    row = news.house.channel_row(news.channel)
    assert (row.health, "sắp hết hạn" in row.health_words) == (Health.OK, True)
    assert news.run(news.schedule("Vẫn đăng")) is DeliveryState.LIVE
    news.zalo.config(rotate_refresh_token=True)
    news.zalo.clock.advance(DAY)
    upkeep(news).run()
    assert news.house.channel_row(news.channel).health_words == ""


def test_a_round_stops_a_channel_whose_tokens_are_spent_and_asks_no_more(news: Newsroom) -> None:
    news.zalo.clock.advance(100 * DAY)
    for _ in range(3):
        upkeep(news).run()
    row = news.house.channel_row(news.channel)
    assert (row.health, "kết nối lại" in row.health_words) == (Health.NEEDS_AUTH, True)
    assert refreshes(news) == 1


@pytest.mark.parametrize("fault", ["500", "html200", "timeout", "reset"])
def test_a_round_in_trouble_changes_nothing_and_reaches_the_next_channel(news: Newsroom, fault: str) -> None:
    news.hurry(fault == "timeout")
    news.zalo.clock.advance(26 * 3600)
    news.zalo.fault("oauth/access_token", fault, times=1)
    other = news.house.channel("zalo_oa", {**news.settings, "timeout_s": 0.3})
    before = news.vault.read()
    DatabaseVault(news.house.database, other, Keys([PASSPHRASE])).write({**before, "refresh_token": "khong-co"})
    assert upkeep(news).run() == 2
    assert news.vault.read() == before
    assert news.health is Health.OK
    assert news.house.channel_row(other).health == Health.NEEDS_AUTH


def test_a_channel_without_tokens_or_with_a_lost_key_is_left_as_it_is(news: Newsroom) -> None:
    news.vault.write({"app_secret": "x"})
    upkeep(news).run()
    assert news.health is Health.OK
    with writing(news.house.database) as connection:
        connection.execute(SECRET.delete())
    assert upkeep(news).run() == 0


def test_a_round_that_is_told_to_stop_asks_no_further_channel(news: Newsroom) -> None:
    stopped = upkeep(news)
    stopped.stop()
    assert stopped.run() == 0


def wait_until_renewed(news: Newsroom) -> None:
    for _ in range(600):
        if refreshes(news):
            return
        threading.Event().wait(0.05)
    raise AssertionError("nobody looked after the tokens")


def test_the_scheduler_process_looks_after_tokens_although_nothing_is_due(
    news: Newsroom, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduler.engine.upkeep.FIRST", timedelta())
    monkeypatch.setattr(timer, "run", lambda *_: wait_until_renewed(news))
    news.vault.write({**news.vault.read(), "expires_at": "2020-01-01T00:00:00+00:00", "renew_at": ""})
    scheduler_process.run(Settings(home=tmp_path, secret_key=PASSPHRASE, database_url=url))
    assert refreshes(news) == 1
