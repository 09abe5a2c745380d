"""A worker dies at every point of every step of an article's way: one article, and the state tells the truth."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scheduler.decisions.states import DeliveryState
from scheduler.engine.context import Point
from tests.scheduler.conftest import House
from tests.scheduler.test_kill_points import PUSH_POINTS, Killed, Killer
from tests.scheduler.zalo import PASSPHRASE, Newsroom, zalo_newsroom

LEASE = 91
EVERY_POINT = pytest.mark.parametrize("point", PUSH_POINTS)


@pytest.fixture
def news(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Newsroom]:
    with zalo_newsroom(house, tmp_path, monkeypatch) as made:
        yield made


def dies(news: Newsroom, delivery: int, point: Point, nth: int) -> bool:
    """Let a worker go on until it dies at ``point`` for the ``nth`` time; return whether it came so far.

    Another worker is there once the dead one's lease has run out.
    """
    alive = news.worker
    news.worker = news.house.worker(Killer(point, nth), keys=(PASSPHRASE,))
    try:
        news.run(delivery)
    except Killed:
        news.zalo.clock.advance(LEASE)
        return True
    finally:
        news.worker = alive
    return False


def only_article(news: Newsroom) -> tuple[str, str]:
    """Id and title of the one article there is."""
    news.zalo.clock.advance(60)
    (article,) = news.zalo.articles()
    return article["id"], article["payload"]["title"]


@EVERY_POINT
def test_while_publishing(news: Newsroom, point: Point) -> None:
    died = 0
    for nth in range(1, 8):
        delivery = news.schedule(f"Tin {nth}")
        died += dies(news, delivery, point, nth)
        assert news.run(delivery) is DeliveryState.LIVE, nth
        assert only_article(news) == (news.house.row(delivery).provider_id, f"Tin {nth}"), nth
        news.house.withdraw(news.stories)
        assert news.run(delivery) is DeliveryState.WITHDRAWN
    assert died >= 4


@EVERY_POINT
@pytest.mark.parametrize("nth", [1, 2, 4])
def test_while_correcting(news: Newsroom, point: Point, nth: int) -> None:
    delivery = news.schedule("Cũ")
    news.run(delivery)
    news.correct(delivery, "Mới")
    dies(news, delivery, point, nth)
    assert news.run(delivery) is DeliveryState.LIVE
    assert only_article(news) == (news.house.row(delivery).provider_id, "Mới")


@EVERY_POINT
def test_while_removing(news: Newsroom, point: Point) -> None:
    delivery = news.schedule("Tin")
    news.run(delivery)
    news.house.withdraw(news.stories)
    assert dies(news, delivery, point, 1)
    assert news.run(delivery) is DeliveryState.WITHDRAWN
    assert news.titles() == []
