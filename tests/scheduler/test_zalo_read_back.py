"""What the engine calls done is what Zalo shows: removals, corrections and late articles, read back from a strict Zalo.

Each case runs on a Zalo whose jobs end only when somebody asks, and on one whose jobs end by themselves.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from scheduler.decisions.states import DeliveryState
from scheduler.storage.vault import DatabaseVault
from tests.scheduler.conftest import House
from tests.scheduler.zalo import Newsroom, zalo_newsroom

pytestmark = pytest.mark.one_database

ZALOS: list[dict[str, Any]] = [
    {},
    {"jobs_end": "by themselves", "details": "none"},
    {"jobs_end_in_order": "newest first", "newest_first": False},
]


@pytest.fixture(params=ZALOS, ids=lambda one: ", ".join(f"{name} {value}" for name, value in one.items()) or "strict")
def news(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Newsroom]:
    with zalo_newsroom(house, tmp_path, monkeypatch) as made:
        made.zalo.config(**request.param)
        yield made


def published(news: Newsroom) -> int:
    delivery = news.schedule("Tin một")
    assert news.run(delivery) is DeliveryState.LIVE
    return delivery


def truth(news: Newsroom) -> tuple[str, str]:
    """Title and status of the one article after everything that Zalo was ever told has come to its end."""
    for _ in range(4):
        news.zalo.clock.advance(120)
        news.zalo.api("GET", "article/getslice", offset="0", limit="10", type="normal")
    (one,) = news.zalo.articles()
    return one["payload"]["title"], one["payload"]["status"]


def test_an_article_that_zalo_keeps_is_hidden_and_the_hiding_is_read_back(news: Newsroom) -> None:
    delivery = published(news)
    news.zalo.config(may_remove=False)
    polled = len(news.zalo.calls("article/verify"))
    news.house.withdraw(news.stories)
    assert news.run(delivery) is DeliveryState.WITHDRAWN
    assert truth(news) == ("Tin một", "hide")
    assert len(news.zalo.calls("article/update")) == 1
    assert len(news.zalo.calls("article/verify")) > polled


def test_a_hiding_that_never_comes_true_is_never_called_withdrawn(news: Newsroom) -> None:
    delivery = published(news)
    news.zalo.config(may_remove=False)
    news.zalo.fault("article/update", "never_ready", times=0)
    news.house.withdraw(news.stories)
    assert news.run(delivery, rounds=150) is DeliveryState.WITHDRAWING
    row = news.house.row(delivery)
    assert row.next_at is None
    assert "gỡ bài bằng tay" in row.problem["text"]
    assert len(news.zalo.calls("article/update")) <= 2
    assert truth(news)[1] == "show"


def test_the_last_correction_is_what_zalo_shows(news: Newsroom) -> None:
    for fault in ("reset", "html200"):
        delivery = news.schedule(f"Tin {fault}")
        news.run(delivery)
        news.zalo.fault("article/update", fault, "after")
        for title in ("Tin hai", "Tin ba"):
            news.correct(delivery, title)
            news.worker.run_due()
        assert news.run(delivery) is DeliveryState.LIVE
        row = news.house.row(delivery)
        assert row.live_rendition_id == row.rendition_id
        assert truth(news) == ("Tin ba", "show"), fault
        news.zalo.sim("DELETE", "faults")
        news.house.withdraw(news.stories)
        news.run(delivery)


@pytest.mark.both_databases
def test_a_locked_database_is_told_as_what_it_is(news: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(_vault: DatabaseVault) -> None:
        raise OperationalError("SELECT box", {}, Exception("database is locked"))

    with monkeypatch.context() as away:
        away.setattr(DatabaseVault, "read", locked)
        delivery = news.schedule("Tin một")
        news.worker.run_due()
        assert "Cơ sở dữ liệu bận" in news.house.row(delivery).problem["text"]
    assert news.run(delivery) is DeliveryState.LIVE
    with monkeypatch.context() as away:
        away.setattr(DatabaseVault, "read", locked)
        news.correct(delivery, "Tin hai")
        news.worker.run_due()
        said = news.house.row(delivery).problem["text"]
    assert "Cơ sở dữ liệu đang bận" in said
    assert "lỗi" not in said
    assert news.run(delivery) is DeliveryState.LIVE


@pytest.mark.both_databases
def test_a_correction_under_way_is_not_overtaken_by_its_own_replacement(news: Newsroom) -> None:
    delivery = published(news)
    news.correct(delivery, "Tin hai")
    news.worker.run_due()
    news.correct(delivery, "Tin ba")
    assert news.run(delivery) is DeliveryState.LIVE
    assert truth(news) == ("Tin ba", "show")
    assert len(news.zalo.calls("article/update")) == 2


@pytest.mark.parametrize("lost", [False, True])
def test_a_correction_under_way_does_not_show_a_hidden_article_again(news: Newsroom, lost: bool) -> None:
    delivery = published(news)
    news.zalo.config(may_remove=False)
    if lost:
        news.zalo.fault("article/update", "reset", "after")
    news.correct(delivery, "Tin hai")
    news.worker.run_due()
    news.house.withdraw(news.stories)
    assert news.run(delivery) is DeliveryState.WITHDRAWN
    assert truth(news)[1] == "hide"


@pytest.mark.parametrize("looks", [1, 2])
def test_an_article_that_is_listed_late_is_not_made_twice(news: Newsroom, looks: int) -> None:
    news.zalo.config(listed_after_looks=looks)
    news.zalo.fault("article/create", "reset", "after")
    delivery = news.schedule("Tin một")
    assert news.run(delivery) is DeliveryState.LIVE
    assert truth(news)[0] == "Tin một"
