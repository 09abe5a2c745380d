"""A provider over real HTTP that misbehaves, and a database that is locked."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine as Database
from sqlalchemy.exc import OperationalError

from scheduler.decisions.states import DeliveryState, Health
from scheduler.engine import push
from scheduler.engine.engine import Engine
from scheduler.engine.finishing import finish
from scheduler.storage.database import writing
from tests.scheduler.conftest import House
from tests.scheduler.fake_provider import Provider


def channel_at(house: House, provider: Provider, **settings: Any) -> int:
    return house.channel("fake_http", {"url": provider.url, "timeout": 0.4, **settings}, late_minutes=600)


def settle(house: House) -> None:
    """Give the engine the time and the looks that it needs."""
    worker = house.worker()
    for _ in range(8):
        worker.run_due()
        house.clock.turn(seconds=91)


@pytest.mark.parametrize("fault", ["accept-500", "accept-timeout", "accept-reset", "accept-garbage"])
def test_work_done_without_a_clear_answer_is_found_and_not_done_twice(
    house: House, provider: Provider, fault: str
) -> None:
    provider.delay = 0.6
    delivery = house.schedule(channel_at(house, provider), "Tin")
    provider.faults.append(fault)
    settle(house)
    key = house.row(delivery).key
    assert house.state(delivery) is DeliveryState.LIVE
    assert provider.created() == [key]
    assert house.attempts(delivery) == [("publish", "uncertain"), ("find", "done")]
    assert house.row(delivery).link == f"https://example.vn/{house.row(delivery).provider_id}"


@pytest.mark.parametrize("fault", ["500", "502"])
def test_an_error_without_any_effect_is_sent_again_once_that_is_sure(
    house: House, provider: Provider, fault: str
) -> None:
    delivery = house.schedule(channel_at(house, provider), "Tin")
    provider.faults.append(fault)
    settle(house)
    assert house.state(delivery) is DeliveryState.LIVE
    assert provider.created() == [house.row(delivery).key]


def test_without_a_way_to_look_it_up_a_person_decides(house: House, provider: Provider) -> None:
    delivery = house.schedule(channel_at(house, provider, can_find=False), "Tin")
    provider.faults.append("accept-reset")
    settle(house)
    assert house.state(delivery) is DeliveryState.UNKNOWN
    assert len(provider.created()) == 1


def test_a_refusal_is_final_and_a_rate_limit_is_not(house: House, provider: Provider) -> None:
    channel = channel_at(house, provider)
    refused, limited = house.schedule(channel, "Một"), house.schedule(channel, "Hai")
    provider.faults.extend(["422", "429"])
    settle(house)
    assert (house.state(refused), house.state(limited)) == (DeliveryState.FAILED, DeliveryState.LIVE)
    assert provider.created() == [house.row(limited).key]


def test_a_refused_token_stops_the_channel(house: House, provider: Provider) -> None:
    channel = channel_at(house, provider)
    delivery = house.schedule(channel, "Tin")
    provider.faults.append("401")
    settle(house)
    assert house.channel_row(channel).health == Health.NEEDS_AUTH
    assert house.state(delivery) is DeliveryState.SCHEDULED
    assert provider.created() == []


def test_a_provider_that_is_down_was_surely_not_reached(house: House) -> None:
    gone = Provider()
    gone._server.server_close()
    delivery = house.schedule(channel_at(house, gone), "Tin")
    house.worker().run_due()
    assert house.state(delivery) is DeliveryState.SCHEDULED
    assert house.attempts(delivery) == [("publish", "transient")]


def test_a_job_is_polled_until_the_item_is_there(house: House, provider: Provider) -> None:
    delivery = house.schedule(channel_at(house, provider), "Tin")
    provider.faults.append("continue")
    settle(house)
    assert house.state(delivery) is DeliveryState.LIVE
    assert provider.created() == [house.row(delivery).key]


@contextmanager
def held_call(house: House, provider: Provider, delivery: int, worker: Engine) -> Iterator[threading.Thread]:
    """The worker works in a thread and its first call hangs at the provider until the block ends."""
    provider.faults.append("hold")
    running = threading.Thread(target=worker.run_due)
    running.start()
    wait_for(lambda: house.row(delivery).called_at is not None and not provider.faults)
    try:
        yield running
    finally:
        provider.release.set()
        running.join()


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait for something that another thread brings about; a minute is only reached when it never comes."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_slow_provider_holds_up_neither_another_channel_nor_a_retraction(house: House, provider: Provider) -> None:
    board = house.channel("fake_pull")
    shown = house.schedule(board, "Đang chiếu")
    house.worker().run_due()
    slow = house.schedule(channel_at(house, provider, timeout=60), "Chậm")
    worker = house.worker(threads=2)
    with held_call(house, provider, slow, worker):
        house.withdraw(house.row(shown).story_id)
        worker.stir()
        wait_for(lambda: house.listed(board)["items"] == [])
        assert house.state(shown) is DeliveryState.WITHDRAWN
        assert house.state(slow) is DeliveryState.SENDING, "the slow one is still at it"
    assert house.state(slow) is DeliveryState.LIVE


def test_a_long_call_keeps_its_lease(house: House, provider: Provider) -> None:
    """The heartbeat prolongs what is in hand while the clock goes on."""
    delivery = house.schedule(channel_at(house, provider, timeout=60), "Chậm")
    worker, other = house.worker(threads=1), house.worker()
    with held_call(house, provider, delivery, worker):
        for _ in range(3):
            house.clock.turn(seconds=60)
            worker.stir()
            wait_for(lambda: house.row(delivery).lease_until == house.clock() + timedelta(seconds=90))
            assert other.run_due() == 0
    assert house.attempts(delivery) == [("publish", "done")]


def test_stopping_finishes_the_call_in_hand_and_gives_the_rest_back(house: House, provider: Provider) -> None:
    channel = channel_at(house, provider, timeout=60)
    deliveries = [house.schedule(channel, f"Tin {number}", after=number) for number in range(3)]
    house.clock.turn(seconds=10)
    worker = house.worker(threads=1)
    with held_call(house, provider, deliveries[0], worker):
        worker.stop()
    assert [house.state(d) for d in deliveries] == [DeliveryState.LIVE, *[DeliveryState.SCHEDULED] * 2]
    for delivery in deliveries:
        row = house.row(delivery)
        assert row.lease_owner is None
        assert row.next_at == (None if row.state == DeliveryState.LIVE else row.scheduled_at)
    assert len(provider.created()) == 1


def lock(database: Database, seconds: float) -> threading.Thread:
    """Hold the write lock of the whole delivery table from another connection for a while."""
    held = threading.Event()

    def hold() -> None:
        with writing(database) as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("LOCK TABLE delivery IN ACCESS EXCLUSIVE MODE")
            held.set()
            time.sleep(seconds)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    return thread


def test_a_database_that_is_locked_for_a_while_delays_and_loses_nothing(house: House, provider: Provider) -> None:
    delivery = house.schedule(channel_at(house, provider), "Tin")
    holder = lock(house.database, 1.0)
    house.worker().run_due()
    holder.join()
    assert house.state(delivery) is DeliveryState.LIVE
    assert provider.created() == [house.row(delivery).key]


def test_an_outcome_outlives_a_database_that_refuses_it_at_first(
    house: House, provider: Provider, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    refusals = list[int]()

    def refuse_twice(*arguments: Any) -> bool:
        if len(refusals) < 2:
            refusals.append(1)
            raise OperationalError("UPDATE delivery", {}, Exception("database is locked"))
        return finish(*arguments)

    monkeypatch.setattr(push, "finish", refuse_twice)
    delivery = house.schedule(channel_at(house, provider), "Tin")
    house.worker().run_due()
    assert len(refusals) == 2
    assert house.state(delivery) is DeliveryState.LIVE
    assert provider.created() == [house.row(delivery).key]
    assert "trying again" in caplog.text


def test_an_outcome_that_could_never_be_written_is_found_out_by_the_next_worker(
    house: House, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: Any) -> bool:
        raise OperationalError("UPDATE delivery", {}, Exception("disk full"))

    delivery = house.schedule(channel_at(house, provider), "Tin")
    with monkeypatch.context() as patch:
        patch.setattr(push, "finish", refuse)
        house.worker(lease=timedelta(seconds=1)).run_due()
    assert house.state(delivery) is DeliveryState.SENDING
    house.clock.turn(seconds=91)
    settle(house)
    assert house.state(delivery) is DeliveryState.LIVE
    assert provider.created() == [house.row(delivery).key]
    assert house.attempts(delivery) == [("publish", "lost"), ("find", "done")]
