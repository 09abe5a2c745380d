"""News: schedulers hear of a decision when it is committed, and of nothing that was not."""

from collections.abc import Iterator
from threading import Event

import pytest

from scheduler.clock import utc_now
from scheduler.orders import promises
from scheduler.storage.watch import Watch
from tests.scheduler.conftest import House


class Ear:
    """Counts what is heard."""

    def __init__(self, house: House) -> None:
        self.heard = Event()
        self.watch = Watch(house.database, self.heard.set, lambda: False)

    def hears(self) -> bool:
        """Whether something is heard from now on; a minute is only waited for when it never comes."""
        came = self.heard.wait(60)
        self.heard.clear()
        return came


@pytest.fixture
def ear(house: House) -> Iterator[Ear]:
    house.clock.at = utc_now()
    made = Ear(house)
    made.watch.start()
    if house.database.dialect.name == "postgresql":
        assert made.hears(), "what happened before we listened is looked at"
    yield made
    made.watch.stop()


def test_every_decision_is_heard_by_processes_that_did_not_take_it(house: House, ear: Ear) -> None:
    if house.database.dialect.name == "sqlite":
        for _ in range(60):  # the first change may come before the first glance
            house.channel("fake_pull")
            if ear.heard.wait(1):
                return
        raise AssertionError("a file that somebody else changed")
    channel, _ = house.memory()
    assert not ear.heard.is_set(), "a new channel alone is no news"
    delivery = house.schedule(channel, "Tin", after=600)
    assert ear.hears()
    house.decide(promises.move, delivery_id=delivery, at=house.clock())
    assert ear.hears()
    house.decide(promises.cancel, delivery_id=delivery)
    assert ear.hears()
    house.decide(promises.resume_channel, channel_id=channel)
    assert ear.hears()
