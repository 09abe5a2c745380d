"""Every fault at every step, before and after its effect, through engine, vault and adapter on both databases.

No second article with the same content, none lost, and the delivery's state is what is true at Zalo.
"""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from scheduler.decisions.states import DeliveryState, Health
from scheduler.storage.rows import ATTEMPT, CHANNEL, DELIVERY, RENDITION
from tests.scheduler.conftest import House
from tests.scheduler.zalo import HASTY, Newsroom, zalo_newsroom

pytestmark = pytest.mark.one_database

FAULTS = ("timeout", "slow", "reset", "500", "html502", "html200", "empty", "429", "-32")
FORMAT = logging.Formatter("%(name)s %(message)s")
WAITS = ("timeout", "slow")
WHEN = pytest.mark.parametrize("when", ["before", "after"])
NEW = [
    ("article/create", 1),
    ("article/verify", 1),
    ("article/verify", 2),
    ("article/verify", 3),
    ("article/getslice", 1),
]


@pytest.fixture
def news(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Iterator[Newsroom]:
    """The newsroom; whatever happens in a test, nothing secret is written anywhere but into the vault."""
    caplog.set_level(logging.DEBUG)
    with zalo_newsroom(house, tmp_path, monkeypatch) as made:
        yield made
        logged = "\n".join(FORMAT.format(record) for record in caplog.get_records("call"))
        assert "urllib3" in logged
        told = logged + kept_words(house) + str(made.zalo.calls())
        assert [secret for secret in made.secrets() if secret in told] == []


def kept_words(house: House) -> str:
    """Everything that the database says about deliveries, attempts and channels."""
    with house.database.connect() as connection:
        return str([connection.execute(select(one)).all() for one in (DELIVERY, ATTEMPT, CHANNEL, RENDITION)])


def plan(news: Newsroom, call: str, fault: str, when: str, nth: int = 1) -> None:
    """Plan one fault; the channel gives up soon only where it would be kept waiting."""
    news.hurry(fault in WAITS)
    news.zalo.sim("DELETE", "faults")
    news.zalo.fault(call, fault, when, nth=nth, **({"seconds": slow_for(call)} if fault == "slow" else {}))


def slow_for(call: str) -> float:
    """Longer than a hasty channel waits; for tokens it waits twice as long."""
    return HASTY * (3.0 if call == "oauth/access_token" else 1.5)


def calm(news: Newsroom) -> None:
    """No more faults."""
    news.zalo.sim("DELETE", "faults")
    news.hurry(False)


def require_true(news: Newsroom, delivery: int, title: str) -> None:
    """The delivery is live, and Zalo has exactly this one article of the title."""
    row = news.house.row(delivery)
    found = [one["id"] for one in news.zalo.articles() if one["payload"]["title"] == title]
    assert (DeliveryState(row.state), found) == (DeliveryState.LIVE, [row.provider_id])
    assert row.live_rendition_id == row.rendition_id


@WHEN
@pytest.mark.parametrize(("call", "nth"), NEW)
def test_publishing(news: Newsroom, call: str, nth: int, when: str) -> None:
    for fault in FAULTS:
        plan(news, call, fault, when, nth)
        delivery = news.schedule(f"Tin {fault}")
        news.run(delivery)
        require_true(news, delivery, f"Tin {fault}")
    assert sorted(news.titles()) == sorted(f"Tin {fault}" for fault in FAULTS)
    assert news.health is Health.OK


@WHEN
@pytest.mark.parametrize(("call", "nth"), [("article/update", 1), ("article/verify", 1)])
def test_correcting(news: Newsroom, call: str, nth: int, when: str) -> None:
    for fault in FAULTS:
        calm(news)
        delivery = news.schedule(f"Tin {fault}")
        news.run(delivery)
        plan(news, call, fault, when, nth)
        news.correct(delivery, f"Đã sửa {fault}")
        news.run(delivery)
        require_true(news, delivery, f"Đã sửa {fault}")
    assert sorted(news.titles()) == sorted(f"Đã sửa {fault}" for fault in FAULTS)


@WHEN
@pytest.mark.both_databases
def test_removing(news: Newsroom, when: str) -> None:
    for fault in FAULTS:
        calm(news)
        delivery = news.schedule(f"Tin {fault}")
        news.run(delivery)
        plan(news, "article/remove", fault, when)
        news.house.withdraw(news.stories)
        assert news.run(delivery) is DeliveryState.WITHDRAWN, fault
        assert news.titles() == [], fault


@pytest.mark.parametrize("fault", FAULTS)
def test_a_renewal_that_was_not_made_is_made_later(news: Newsroom, fault: str) -> None:
    news.zalo.clock.advance(26 * 3600)
    plan(news, "oauth/access_token", fault, "before")
    delivery = news.schedule("Tin sáng")
    state = news.run(delivery)
    if fault == "slow":  # carried out after we had left: that pair is lost like any other answer on its way
        require_held(news, state)
    else:
        require_true(news, delivery, "Tin sáng")
    assert len(news.titles()) == (0 if fault == "slow" else 1)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.both_databases
def test_a_pair_lost_on_its_way_holds_the_channel_until_its_admin_agrees_again(news: Newsroom, fault: str) -> None:
    news.zalo.clock.advance(26 * 3600)
    plan(news, "oauth/access_token", fault, "after")
    delivery = news.schedule("Tin sáng")
    require_held(news, news.run(delivery))
    assert news.titles() == []
    calm(news)
    news.connect()
    news.run(delivery)
    require_true(news, delivery, "Tin sáng")


def require_held(news: Newsroom, state: DeliveryState) -> None:
    row = news.house.channel_row(news.channel)
    assert (state, row.health) == (DeliveryState.SCHEDULED, Health.NEEDS_AUTH)
    assert "kết nối lại" in row.health_words


@WHEN
@pytest.mark.parametrize("second", ["article/getslice", "article/getdetail"])
def test_the_look_up_after_a_lost_answer_fails_too(news: Newsroom, second: str, when: str) -> None:
    for fault in FAULTS:
        plan(news, "article/create", "reset", "after")
        news.hurry(fault in WAITS)
        news.zalo.fault(second, fault, when, **({"seconds": HASTY * 1.5} if fault == "slow" else {}))
        delivery = news.schedule(f"Tin {fault}")
        news.run(delivery)
        require_true(news, delivery, f"Tin {fault}")
