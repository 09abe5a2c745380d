"""What somebody does to a live article at Zalo by hand is noticed, told to a person, and healed when it is undone."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from scheduler.decisions.outcomes import FIRST_LOOK
from scheduler.decisions.states import DeliveryState
from scheduler.engine.config import EngineConfig
from scheduler.engine.observing import EVERY_FRESH, SURE, Reconciliation
from scheduler.followers.accounts import Accounts
from scheduler.health import needs_person
from scheduler.orders import promises
from scheduler.storage.database import writing
from tests.scheduler.conftest import House
from tests.scheduler.zalo import PASSPHRASE, Newsroom, zalo_newsroom


@pytest.fixture
def news(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Newsroom]:
    with zalo_newsroom(house, tmp_path, monkeypatch) as made:
        yield made


def look(news: Newsroom, *, after: timedelta = EVERY_FRESH) -> int:
    """Let time pass, and look at all that is due, twice where bad news has to be made sure; return how often."""
    accounts = Accounts(news.house.database, EngineConfig(keys=(PASSPHRASE,)), news.house.clock)
    looks = 0
    for wait in (after, SURE):
        news.zalo.clock.advance(wait.total_seconds() + 1)
        while Reconciliation(accounts).look_once():
            looks += 1
    return looks


def published(news: Newsroom) -> tuple[int, str]:
    delivery = news.schedule("Tin một")
    news.run(delivery)
    return delivery, news.house.row(delivery).provider_id


def by_hand(news: Newsroom, article: str, **change: Any) -> None:
    """Somebody edits the article in Zalo's own pages."""
    payload = {**news.zalo.articles()[0]["payload"], **change, "id": article}
    token = news.zalo.api("POST", "article/update", payload, token=news.vault.read()["access_token"])["data"]["token"]
    for _ in range(3):
        news.zalo.api("POST", "article/verify", {"token": token}, token=news.vault.read()["access_token"])


def stands(news: Newsroom, delivery: int) -> tuple[DeliveryState, str, int]:
    with news.house.database.connect() as connection:
        waiting = needs_person(connection)
    return news.house.state(delivery), news.house.row(delivery).observed, waiting


def test_an_article_as_it_was_sent_is_looked_at_now_and_then_and_stays(news: Newsroom) -> None:
    delivery, _article = published(news)
    assert look(news, after=FIRST_LOOK - timedelta(minutes=3)) == 0
    assert look(news, after=FIRST_LOOK) == 1
    assert look(news, after=timedelta(minutes=30)) == 0
    assert look(news) == 1
    assert stands(news, delivery) == (DeliveryState.LIVE, "", 0)
    assert len(news.zalo.calls("article/update")) == 0


def test_one_removed_by_hand_is_live_no_longer(news: Newsroom) -> None:
    delivery, article = published(news)
    news.zalo.api("POST", "article/remove", {"id": article}, token=news.vault.read()["access_token"])
    assert look(news) == 2
    assert stands(news, delivery) == (DeliveryState.UNKNOWN, "gone", 1)
    assert "không còn trên kênh" in news.house.row(delivery).problem["text"]

    now = news.house.clock()
    with writing(news.house.database) as connection:
        promises.confirm_not_sent(connection, delivery_id=delivery, now=now)
    assert stands(news, delivery) == (DeliveryState.WITHDRAWN, "", 0)


def test_one_believed_gone_that_a_person_still_sees_is_live_since_when_it_was(news: Newsroom) -> None:
    delivery, article = published(news)
    since = news.house.row(delivery).live_at
    news.zalo.api("POST", "article/remove", {"id": article}, token=news.vault.read()["access_token"])
    look(news)
    with writing(news.house.database) as connection:
        promises.confirm_sent(connection, delivery_id=delivery, by=None, now=news.house.clock())
    assert (news.house.state(delivery), news.house.row(delivery).live_at) == (DeliveryState.LIVE, since)


def test_one_that_is_gone_can_be_sent_again(news: Newsroom) -> None:
    delivery, article = published(news)
    news.zalo.api("POST", "article/remove", {"id": article}, token=news.vault.read()["access_token"])
    look(news)
    now = news.house.clock()
    with writing(news.house.database) as connection:
        promises.send_again(connection, delivery_id=delivery, now=now, reason="bị xóa nhầm")
    assert news.run(delivery) is DeliveryState.LIVE
    [made] = news.zalo.articles()
    assert news.house.row(delivery).provider_id == made["id"] != article


@pytest.mark.parametrize(
    ("change", "mark"),
    [({"status": "hide"}, "hidden"), ({"title": "Tin bị sửa"}, "changed"), ({"comment": "hide"}, "changed")],
)
def test_one_changed_or_hidden_by_hand_is_told_and_put_back(news: Newsroom, change: dict[str, str], mark: str) -> None:
    delivery, article = published(news)
    before = news.zalo.articles()[0]["payload"]
    by_hand(news, article, **change)
    assert look(news) == 2
    assert stands(news, delivery) == (DeliveryState.LIVE, mark, 1)

    now = news.house.clock()
    with writing(news.house.database) as connection:
        promises.retry(connection, delivery_id=delivery, now=now)
    assert news.run(delivery) is DeliveryState.LIVE
    assert stands(news, delivery) == (DeliveryState.LIVE, "", 0)
    assert {**news.zalo.articles()[0]["payload"], "id": None} == {**before, "id": None}


def test_what_is_undone_by_hand_heals_by_itself(news: Newsroom) -> None:
    delivery, article = published(news)
    by_hand(news, article, status="hide")
    look(news)
    by_hand(news, article, status="show")
    look(news)
    assert stands(news, delivery) == (DeliveryState.LIVE, "", 0)
    assert news.house.row(delivery).problem == {}


def test_a_look_that_fails_and_one_bad_answer_prove_nothing(news: Newsroom) -> None:
    delivery, _article = published(news)
    for fault in ("html200", "empty", "500", "-32"):
        news.zalo.fault("article/getdetail", fault)
        look(news)
        assert stands(news, delivery)[:2] == (DeliveryState.LIVE, ""), fault


def test_the_engine_goes_before(news: Newsroom) -> None:
    delivery, article = published(news)
    news.zalo.api("POST", "article/remove", {"id": article}, token=news.vault.read()["access_token"])
    news.house.withdraw(news.stories)
    assert look(news) == 0
    assert news.run(delivery) is DeliveryState.WITHDRAWN
