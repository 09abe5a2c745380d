"""One visit to a push channel: what is written when, what it leaves to the next, and what cannot stop it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from channels.contract import Account, ChannelError, ErrorKind, Order, Receipt, Rendition, RenditionFile
from channels.words import Words
from media.storage.store import Store
from scheduler.decisions.backoff import Bucket
from scheduler.decisions.next_step import Decision, Facts, decide
from scheduler.decisions.states import DeliveryState, LatePolicy
from scheduler.engine import outcome_writer, push
from scheduler.engine.calling import with_files
from scheduler.engine.claims import DeliveryClaim, begin
from scheduler.engine.context import Point
from scheduler.orders import promises
from scheduler.storage.database import writing
from scheduler.storage.rates import account_of, keep_bucket, open_bucket
from tests.scheduler.conftest import House
from tests.scheduler.fakes import MemoryPush


def test_an_outcome_is_committed_with_the_next_stamp_and_before_the_next_call(house: House) -> None:
    channel, provider = house.memory()
    deliveries = [house.schedule(channel, f"Tin {number}") for number in range(4)]
    seen: list[list[DeliveryState]] = []
    provider.call = lambda *_call: seen.append([house.state(delivery) for delivery in deliveries])
    commits: list[Connection] = []
    event.listen(house.database, "commit", commits.append)
    house.worker().run_due()
    live, sending, waiting = DeliveryState.LIVE, DeliveryState.SENDING, DeliveryState.SCHEDULED
    assert seen == [[live] * number + [sending] + [waiting] * (3 - number) for number in range(4)]
    assert len(commits) == 1 + 4 + 1, "the claim, four stamps with the outcomes before them, and the last outcome"


def test_an_outcome_does_not_wait_while_the_next_items_files_are_read(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, provider = house.memory()
    first = house.schedule(channel, "Chữ")
    house.schedule(channel, "Ảnh", after=1, files=(RenditionFile.of("a.png", "image/png", b"pixels"),))
    house.clock.turn(seconds=2)
    read: list[DeliveryState] = []

    def slowly(rendition: Rendition, store: Store) -> Rendition:
        read.append(house.state(first))
        return with_files(rendition, store)

    monkeypatch.setattr(push, "with_files", slowly)
    house.worker().run_due()
    assert read == [DeliveryState.LIVE]
    assert [text for _, _, text in provider.calls] == ["Chữ", "Ảnh"]


def test_a_removal_overtakes_what_a_slow_visit_has_in_hand(house: House) -> None:
    channel, provider = house.memory()
    wrong = house.schedule(channel, "Sai")
    worker = house.worker()
    worker.run_due()
    for number in range(4):
        house.schedule(channel, f"Chờ {number}", after=number)
    house.clock.turn(seconds=5)

    def slow(_what: str, _order: Order, _account: Account) -> None:
        if house.row(wrong).desired == "live":
            house.withdraw(house.row(wrong).story_id)
        house.clock.turn(seconds=1.5)

    provider.call = slow
    worker.run_due()
    made = [(what, text) for what, _, text in provider.calls][1:]
    assert made == [
        ("publish", "Chờ 0"), ("publish", "Chờ 1"), ("retract", "Sai"), ("publish", "Chờ 2"), ("publish", "Chờ 3"),
    ]  # fmt: skip


def test_what_a_visit_leaves_keeps_its_place_and_its_calls(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MemoryPush, "calls_per_minute", 60)
    channel, provider = house.memory()
    deliveries = [house.schedule(channel, f"Tin {number}", after=number) for number in range(6)]
    house.clock.turn(seconds=10)
    worker = house.worker()
    provider.call = lambda *_call: worker.stop()
    worker.run_due()
    assert [house.state(d) for d in deliveries] == [DeliveryState.LIVE, *[DeliveryState.SCHEDULED] * 5]
    rows = [house.row(delivery) for delivery in deliveries[1:]]
    assert [(row.next_at, row.lease_owner) for row in rows] == [(row.scheduled_at, None) for row in rows]
    assert tokens(house, channel) == 5, "six were there, one was used"


def test_a_pause_that_the_provider_asked_for_is_not_shortened_by_calls_given_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MemoryPush, "calls_per_minute", 60)
    channel, provider = house.memory()
    for number in range(4):
        house.schedule(channel, f"Tin {number}")
    provider.next.append(ChannelError(ErrorKind.RATE_LIMITED, Words("Gọi quá nhiều"), retry_after=120))
    house.worker().run_due()
    assert tokens(house, channel) == 0


def tokens(house: House, channel: int) -> int:
    with writing(house.database) as connection:
        account = account_of("fake_memory", channel, house.channel_row(channel).settings)
        bucket = open_bucket(connection, account, 60, house.clock())
        keep_bucket(connection, account, Bucket(bucket.tokens, bucket.filled_at))
    return int(bucket.tokens)


def test_a_worker_that_stood_still_after_its_stamp_does_not_call_any_more(house: House) -> None:
    """It slept (a paused virtual machine) while another took over, looked the item up in vain and sent it."""
    channel, provider = house.memory(late_policy=LatePolicy.AT_ONCE)
    delivery = house.schedule(channel, "Tin")
    slept: list[Point] = []

    def sleep(point: Point) -> None:
        if point is Point.STAMPED and not slept:
            slept.append(point)
            other = house.worker()
            for _ in range(4):
                house.clock.turn(seconds=91)
                other.run_due()

    house.worker(sleep).run_due()
    assert [what for what, _, _ in provider.calls] == ["find", "find", "publish"]
    assert house.state(delivery) is DeliveryState.LIVE
    assert len(provider.by_key()[house.row(delivery).key]) == 1


def test_a_worker_that_stood_still_alone_tries_again(house: House) -> None:
    channel, provider = house.memory()
    delivery = house.schedule(channel, "Tin")
    slept: list[Point] = []

    def sleep(point: Point) -> None:
        if point is Point.STAMPED and not slept:
            slept.append(point)
            house.clock.turn(seconds=60)

    worker = house.worker(sleep)
    worker.run_due()
    assert provider.calls == []
    assert house.row(delivery).problem["text"].startswith("Máy chủ bị dừng")
    house.clock.turn(seconds=15)
    worker.run_due()
    assert house.state(delivery) is DeliveryState.LIVE


def test_an_outcome_that_the_database_cannot_hold_is_looked_up_and_holds_up_nobody(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    channel, provider = house.memory()
    odd, good = house.schedule(channel, "Lạ"), house.schedule(channel, "Thường", after=1)
    publish = MemoryPush.publish

    def strangely(self: MemoryPush, order: Order, account: Account) -> Any:
        receipt = publish(self, order, account)
        assert isinstance(receipt, Receipt)
        strange = order.rendition.document["text"] == "Lạ"
        return Receipt(receipt.provider_id, receipt.link, {"answer": object()}) if strange else receipt

    monkeypatch.setattr(MemoryPush, "publish", strangely)
    house.clock.turn(seconds=2)
    worker = house.worker()
    worker.run_due()
    assert house.state(good) is DeliveryState.LIVE
    assert house.state(odd) is DeliveryState.SENDING
    assert "cannot be written as it is" in caplog.text
    house.clock.turn(seconds=15)
    worker.run_due()
    assert house.state(odd) is DeliveryState.LIVE
    assert house.attempts(odd) == [("publish", "uncertain"), ("find", "done")]
    assert [what for what, _, _ in provider.calls] == ["publish", "publish", "find"]


def test_a_fault_of_ours_in_one_delivery_is_its_own_failed_try(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    channel, provider = house.memory()
    poison, good = house.schedule(channel, "Độc"), house.schedule(channel, "Lành", after=1)
    house.clock.turn(seconds=5)

    def decides(facts: Facts, now: datetime) -> Decision:
        if facts.scheduled_at == house.row(poison).scheduled_at:
            raise RuntimeError("bug")
        return decide(facts, now)

    with monkeypatch.context() as patch:
        patch.setattr(push, "decide", decides)
        house.worker().run_due()
    assert house.state(good) is DeliveryState.LIVE
    assert house.attempts(poison) == [("publish", "transient")]
    assert house.row(poison).next_at == house.clock() + timedelta(seconds=15)
    house.clock.turn(seconds=15)
    house.worker().run_due()
    assert [text for _, _, text in provider.calls] == ["Lành", "Độc"]


def test_a_database_that_goes_away_in_the_middle_leaves_the_rest_in_its_place(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, provider = house.memory()
    deliveries = [house.schedule(channel, f"Tin {number}", after=number) for number in range(4)]
    house.clock.turn(seconds=5)
    gone = OperationalError("UPDATE", {}, Exception("server closed the connection unexpectedly"))
    begun: list[int] = []

    def refused(*arguments: Any, **more: Any) -> DeliveryClaim | None:
        begun.append(1)
        if len(begun) == 2:
            raise gone
        return begin(*arguments, **more)

    monkeypatch.setattr(push, "begin", refused)
    monkeypatch.setattr(outcome_writer, "PATIENCE", 0)
    worker = house.worker()
    worker.run_due()
    assert house.state(deliveries[0]) is DeliveryState.SENDING, "its outcome was lost with the database"
    assert [house.row(delivery).lease_owner for delivery in deliveries[2:]] == [None, None]
    for _ in range(3):
        house.clock.turn(seconds=91)
        worker.run_due()
    assert {house.state(delivery) for delivery in deliveries} == {DeliveryState.LIVE}
    assert [what for what, _, _ in provider.calls].count("publish") == 4


def test_a_decision_that_comes_before_the_stamp_is_obeyed(house: House) -> None:
    channel, provider = house.memory()
    first, second = house.schedule(channel, "Một"), house.schedule(channel, "Hai", after=1)
    house.clock.turn(seconds=2)

    def change_of_mind(_what: str, _order: Order, _account: Account) -> None:
        house.decide(promises.cancel, delivery_id=second)

    provider.call = change_of_mind
    house.worker().run_due()
    assert (house.state(first), house.state(second)) == (DeliveryState.LIVE, DeliveryState.CANCELLED)
    assert len(provider.calls) == 1
