"""What the banner, the health page and the metrics count."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from channels.contract import ChannelError, ErrorKind
from channels.words import Words
from scheduler import health
from scheduler.decisions.states import DeliveryState, Health
from scheduler.storage.database import writing
from scheduler.storage.rows import DELIVERY, WORKER
from tests.scheduler.conftest import House


def counts(house: House) -> tuple[int, int]:
    with house.database.connect() as connection:
        return health.overdue(connection, house.clock()), health.needs_person(connection)


def test_the_heartbeat_is_that_of_the_youngest_worker(house: House) -> None:
    with writing(house.database) as connection:
        assert health.heartbeat_age(connection, house.clock()) is None
        for name, age in (("old", 500), ("young", 7)):
            seen = house.clock() - timedelta(seconds=age)
            connection.execute(insert(WORKER).values(name=name, started_at=seen, seen_at=seen))
        assert health.heartbeat_age(connection, house.clock()) == 7
        assert health.heartbeat_age(connection, house.clock() - timedelta(hours=1)) == 0


def test_a_quiet_newsroom_has_nothing_to_report(house: House) -> None:
    channel = house.channel("fake_pull")
    house.schedule(channel, "Sẽ đăng", after=3600)
    house.schedule(channel, "Đã đăng", until=house.clock() + timedelta(days=1))
    house.worker().run_due()
    assert counts(house) == (0, 0)


def test_what_was_promised_and_did_not_go_out_is_overdue(house: House) -> None:
    house.schedule(house.channel("fake_pull"), "Tin")
    house.clock.turn(seconds=119)
    assert counts(house) == (0, 0)
    house.clock.turn(seconds=2)
    assert counts(house) == (1, 0)


def test_what_a_channel_holds_back_is_overdue(house: House) -> None:
    channel, _ = house.memory(health=Health.NEEDS_AUTH)
    house.schedule(channel, "Tin")
    house.clock.turn(minutes=3)
    house.worker().run_due()
    assert counts(house) == (1, 0)


def test_what_is_tried_again_and_again_is_overdue_although_its_next_try_is_ahead(house: House) -> None:
    channel, provider = house.memory()
    delivery = house.schedule(channel, "Tin")
    worker = house.worker()
    for _ in range(6):
        provider.next.append(ChannelError(ErrorKind.TRANSIENT, Words("Bận")))
        worker.run_due()
        house.clock.turn(minutes=1)
    next_at = house.row(delivery).next_at
    assert next_at is not None
    assert next_at > house.clock()
    assert counts(house) == (1, 0)


def test_a_removal_that_failed_is_overdue_at_once(house: House) -> None:
    channel, provider = house.memory()
    delivery = house.schedule(channel, "Tin")
    worker = house.worker()
    worker.run_due()
    provider.next.append(ChannelError(ErrorKind.TRANSIENT, Words("Bận")))
    house.withdraw(house.row(delivery).story_id)
    worker.run_due()
    assert counts(house) == (1, 0)


@pytest.mark.parametrize("state", [DeliveryState.UNKNOWN, DeliveryState.FAILED, DeliveryState.MISSED])
def test_what_cannot_go_on_by_itself_waits_for_a_person(house: House, state: DeliveryState) -> None:
    delivery = house.schedule(house.channel("fake_pull"), "Tin")
    with writing(house.database) as connection:
        changes = {"state": state, "next_at": None}
        connection.execute(update(DELIVERY).where(DELIVERY.c.id == delivery).values(changes))
    house.clock.turn(hours=1)
    assert counts(house) == (0, 1)


def test_an_end_that_the_provider_refused_waits_for_a_person(house: House) -> None:
    channel, provider = house.memory()
    house.schedule(channel, "Tin", until=house.clock() + timedelta(minutes=1))
    worker = house.worker()
    worker.run_due()
    house.clock.turn(minutes=1)
    provider.next.append(ChannelError(ErrorKind.REJECTED, Words("Không xóa được")))
    worker.run_due()
    assert counts(house) == (0, 1)
