"""What people decide: schedule, move, cancel, withdraw, correct, and what to do with an unclear call."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from channels.contract import ChannelError, ErrorKind, Rendition, RenditionFile
from channels.words import Words
from media.errors import NotStored
from scheduler import health
from scheduler.decisions.states import DeliveryState, Desired
from scheduler.orders import promises
from scheduler.storage.database import writing
from scheduler.storage.rows import RENDITION
from tests.scheduler.conftest import House
from tests.scheduler.fakes import MemoryProvider


def unknown(house: House) -> tuple[int, MemoryProvider]:
    """A delivery that went out, whose answer was lost and which the provider cannot look up."""
    channel, provider = house.memory()
    delivery = house.schedule(channel, "Tin")
    provider.findable = False
    provider.next.append("lost")
    worker = house.worker()
    for _ in range(3):
        worker.run_due()
        house.clock.turn(seconds=65)
    assert house.state(delivery) is DeliveryState.UNKNOWN
    return delivery, provider


def test_equal_content_is_frozen_once_with_its_files_in_the_store(house: House) -> None:
    channel = house.channel("fake_pull")
    file = RenditionFile.of("anh.png", "image/png", b"pixels")
    rendition = Rendition("fake", {"text": "Tin"}, (file,))
    more: dict[str, Any] = {"channel_id": channel, "story_id": 1, "revision_id": 1, "revision": 1, "title": "Tin"}
    promises.keep_files(house.store, rendition)
    with writing(house.database) as connection:
        ids = [promises.freeze(connection, rendition=rendition, now=house.clock(), **more) for _ in range(2)]
        rows = connection.execute(select(func.count()).select_from(RENDITION)).scalar()
    assert ids[0] == ids[1]
    assert rows == 1
    assert house.store.read(file.sha256) == b"pixels"


def test_a_file_without_its_bytes_is_refused(house: House) -> None:
    file = RenditionFile("anh.png", "image/png", "0" * 64, 6)
    with pytest.raises(NotStored):
        promises.keep_files(house.store, Rendition("fake", {}, (file,)))


def test_a_story_is_scheduled_once_on_a_channel(house: House) -> None:
    channel = house.channel("fake_pull")
    house.schedule(channel, "Tin", after=3600, story_id=1)
    with pytest.raises(promises.AlreadyScheduled) as refusal:
        house.schedule(channel, "Tin", after=60, story_id=1)
    assert str(refusal.value) == (
        "Bài đã có lịch lên kênh này lúc 09:00 ngày 10/03/2025 (GMT+7); hãy dời lịch đó thay vì đặt thêm."
    )
    house.clock.turn(hours=1)
    house.worker().run_due()
    with pytest.raises(promises.AlreadyScheduled, match="đính chính"):
        house.schedule(channel, "Tin", story_id=1)
    house.schedule(house.channel("fake_pull"), "Tin", story_id=1)


def test_after_its_end_a_story_may_be_scheduled_again(house: House) -> None:
    channel = house.channel("fake_pull")
    first = house.schedule(channel, "Tin", after=60, story_id=1)
    house.decide(promises.cancel, delivery_id=first)
    second = house.schedule(channel, "Tin", after=60, story_id=1)
    assert house.row(first).key != house.row(second).key


def test_times_that_make_no_sense_are_refused(house: House) -> None:
    channel = house.channel("fake_pull")
    with pytest.raises(promises.TimeInPast, match=r"06:59 ngày 10/03/2025 \(GMT\+7\)"):
        house.schedule(channel, "Tin", after=-3660)
    with pytest.raises(promises.EndTooEarly):
        house.schedule(channel, "Tin", after=60, until=house.clock() + timedelta(seconds=60))
    house.set_channel(channel, active=False)
    with pytest.raises(promises.ChannelClosed):
        house.schedule(channel, "Tin")


def test_the_running_minute_counts_as_now(house: House) -> None:
    delivery = house.schedule(house.channel("fake_pull"), "Tin", after=-59)
    assert house.row(delivery).scheduled_at == house.clock()


def test_a_moved_item_goes_out_at_its_new_time_only(house: House) -> None:
    channel, provider = house.memory()
    delivery = house.schedule(channel, "Tin", after=60)
    until = house.clock() + timedelta(days=1)
    house.decide(promises.move, delivery_id=delivery, at=house.clock() + timedelta(seconds=120), until=until)
    worker = house.worker()
    house.clock.turn(seconds=60)
    assert worker.run_due() == 0
    house.clock.turn(seconds=60)
    assert worker.run_due() == 1
    assert len(provider.calls) == 1
    assert house.row(delivery).until == until


def test_a_decision_on_an_old_page_is_refused(house: House) -> None:
    delivery = house.schedule(house.channel("fake_pull"), "Tin", after=60)
    seen = house.row(delivery).schedule_version
    later = house.clock() + timedelta(hours=1)
    house.decide(promises.move, delivery_id=delivery, at=later, version=seen)
    with pytest.raises(promises.ChangedMeanwhile):
        house.decide(promises.cancel, delivery_id=delivery, version=seen)
    assert house.row(delivery).scheduled_at == later


def test_what_is_out_can_neither_be_moved_nor_cancelled(house: House) -> None:
    channel, _ = house.memory()
    delivery = house.schedule(channel, "Tin")
    house.worker().run_due()
    with pytest.raises(promises.AlreadyOut, match="thu hồi"):
        house.decide(promises.cancel, delivery_id=delivery)
    with pytest.raises(promises.AlreadyOut):
        house.decide(promises.move, delivery_id=delivery, at=house.clock() + timedelta(hours=1))
    assert house.state(delivery) is DeliveryState.LIVE


def test_decisions_about_nothing_are_refused(house: House) -> None:
    delivery = house.schedule(house.channel("fake_pull"), "Tin", after=60)
    house.decide(promises.cancel, delivery_id=delivery)
    for what, more in (
        (promises.cancel, {}),
        (promises.retry, {}),
        (promises.correct, {"rendition_id": house.row(delivery).rendition_id}),
        (promises.confirm_sent, {}),
        (promises.send_again, {"reason": "thử"}),
    ):
        with pytest.raises(promises.NothingToDo):
            house.decide(what, delivery_id=delivery, **more)
    with pytest.raises(promises.NoSuchDelivery):
        house.decide(promises.cancel, delivery_id=999)


def test_a_withdrawal_reaches_every_channel_and_each_in_its_own_way(house: House) -> None:
    push, provider = house.memory()
    pull, other = house.channel("fake_pull"), house.channel("fake_pull")
    live = [house.schedule(channel, "Tin", story_id=1) for channel in (push, pull)]
    waiting = house.schedule(other, "Tin", after=3600, story_id=1)
    stranger = house.schedule(push, "Khác", after=3600, story_id=2)
    worker = house.worker()
    worker.run_due()
    assert house.withdraw(1, " Sai tên ") == [*live, waiting]
    assert [house.state(d) for d in (*live, waiting)] == [
        DeliveryState.WITHDRAWING,
        DeliveryState.WITHDRAWING,
        DeliveryState.CANCELLED,
    ]
    worker.run_due()
    assert {house.state(d) for d in live} == {DeliveryState.WITHDRAWN}
    assert provider.items == {}
    assert {house.row(d).reason for d in (*live, waiting)} == {"Sai tên"}
    assert house.state(stranger) is DeliveryState.SCHEDULED
    assert house.withdraw(1) == []


def test_a_withdrawal_needs_a_reason(house: House) -> None:
    with pytest.raises(promises.ReasonMissing):
        house.withdraw(1, "  ")


def test_what_is_withdrawn_while_it_is_being_sent_is_taken_down_when_that_is_known(house: House) -> None:
    channel, provider = house.memory()
    delivery = house.schedule(channel, "Tin", story_id=1)

    def withdraw(what: str, *_more: object) -> None:
        if what == "publish":
            assert house.withdraw(1) == [delivery]
            assert house.state(delivery) is DeliveryState.SENDING
            assert house.row(delivery).desired == Desired.WITHDRAWN

    provider.call = withdraw
    house.worker().run_due()
    assert house.state(delivery) is DeliveryState.WITHDRAWN
    assert provider.items == {}
    assert [what for what, _, _ in provider.calls] == ["publish", "retract"]


def test_what_is_withdrawn_while_its_outcome_is_unclear_is_found_and_taken_down(house: House) -> None:
    channel, provider = house.memory()
    delivery = house.schedule(channel, "Tin", story_id=1)
    provider.next.append("lost")
    worker = house.worker()
    worker.run_due()
    house.withdraw(1)
    house.clock.turn(seconds=5)
    worker.run_due()
    assert house.state(delivery) is DeliveryState.WITHDRAWN
    assert [what for what, _, _ in provider.calls] == ["publish", "find", "retract"]


def test_what_never_went_out_is_cancelled_when_its_unclear_call_is_not_found(house: House) -> None:
    channel, provider = house.memory()
    delivery = house.schedule(channel, "Tin", story_id=1)
    provider.next.append(ChannelError(ErrorKind.UNCERTAIN, Words("Quá thời gian")))
    worker = house.worker()
    worker.run_due()
    house.withdraw(1)
    for _ in range(2):
        house.clock.turn(seconds=65)
        worker.run_due()
    assert house.state(delivery) is DeliveryState.CANCELLED
    assert [what for what, _, _ in provider.calls] == ["publish", "find", "find"]


def test_a_correction_before_the_sending_changes_what_is_sent(house: House) -> None:
    channel, provider = house.memory()
    delivery = house.schedule(channel, "Cũ", after=60)
    house.correct(delivery, "Mới")
    house.clock.turn(seconds=60)
    house.worker().run_due()
    assert [text for _, _, text in provider.calls] == ["Mới"]


def test_a_correction_during_the_sending_follows_it(house: House) -> None:
    channel, provider = house.memory()
    delivery = house.schedule(channel, "Cũ")

    def correct(what: str, *_more: object) -> None:
        if what == "publish":
            house.correct(delivery, "Mới")

    provider.call = correct
    house.worker().run_due()
    assert [(what, text) for what, _, text in provider.calls] == [("publish", "Cũ"), ("correct", "Mới")]
    assert house.row(delivery).live_rendition_id == house.row(delivery).rendition_id


def test_a_person_confirms_that_an_unclear_item_is_there(house: House) -> None:
    delivery, provider = unknown(house)
    house.decide(promises.confirm_sent, delivery_id=delivery, provider_id=" item-1 ", link="", reason="thấy trên kênh")
    row = house.row(delivery)
    assert (row.state, row.provider_id, row.next_at, row.called_at) == (DeliveryState.LIVE, "item-1", None, None)
    assert row.live_at is not None
    assert house.worker().run_due() == 0
    house.withdraw(row.story_id)
    house.worker().run_due()
    assert provider.items == {}


def test_a_person_sends_an_unclear_item_again_and_gives_a_reason(house: House) -> None:
    delivery, provider = unknown(house)
    key = house.row(delivery).key
    provider.items.clear()
    with pytest.raises(promises.ReasonMissing):
        house.decide(promises.send_again, delivery_id=delivery, reason=" ")
    house.decide(promises.send_again, delivery_id=delivery, reason="không thấy trên kênh")
    house.worker().run_due()
    row = house.row(delivery)
    assert (row.state, row.key, row.reason) == (DeliveryState.LIVE, key, "không thấy trên kênh")
    assert provider.by_key() == {key: ["Tin"]}


def test_a_withdrawn_unclear_item_is_not_sent_again(house: House) -> None:
    delivery, provider = unknown(house)
    house.withdraw(house.row(delivery).story_id)
    house.worker().run_due()
    assert house.state(delivery) is DeliveryState.UNKNOWN
    with pytest.raises(promises.NotWanted):
        house.decide(promises.send_again, delivery_id=delivery, reason="thử")
    house.decide(promises.confirm_sent, delivery_id=delivery, provider_id="item-1", link="")
    house.worker().run_due()
    assert house.state(delivery) is DeliveryState.WITHDRAWN
    assert provider.items == {}


def test_a_person_says_that_an_unclear_item_is_not_there_and_shall_not_go(house: House) -> None:
    delivery, _ = unknown(house)
    house.decide(promises.confirm_not_sent, delivery_id=delivery, reason="bỏ")
    assert house.state(delivery) is DeliveryState.CANCELLED
    assert house.worker().run_due() == 0


def test_failed_and_missed_items_can_be_tried_again_or_dropped(house: House) -> None:
    channel, provider = house.memory()
    failed = house.schedule(channel, "Hỏng", story_id=1)
    provider.next.append(ChannelError(ErrorKind.REJECTED, Words("Không")))
    worker = house.worker()
    worker.run_due()
    house.clock.turn(hours=3)
    house.decide(promises.retry, delivery_id=failed)
    worker.run_due()
    assert house.state(failed) is DeliveryState.LIVE
    missed = house.schedule(channel, "Lỡ", story_id=2)
    house.clock.turn(hours=3)
    worker.run_due()
    assert house.state(missed) is DeliveryState.MISSED
    house.decide(promises.cancel, delivery_id=missed)
    assert house.state(missed) is DeliveryState.CANCELLED


def test_a_failed_item_is_not_revived_beside_a_new_one(house: House) -> None:
    channel, provider = house.memory()
    failed = house.schedule(channel, "Hỏng", story_id=1)
    provider.next.append(ChannelError(ErrorKind.REJECTED, Words("Không")))
    house.worker().run_due()
    house.schedule(channel, "Mới", after=60, story_id=1)
    with pytest.raises(promises.AlreadyScheduled):
        house.decide(promises.retry, delivery_id=failed)


def test_a_whole_channel_is_tried_again_at_once(house: House) -> None:
    channel, provider = house.memory()
    deliveries = [house.schedule(channel, f"Tin {number}") for number in range(4)]
    kinds = (ErrorKind.REJECTED, ErrorKind.TRANSIENT)
    provider.next.extend(ChannelError(kinds[number % 2], Words("Không")) for number in range(4))
    worker = house.worker()
    worker.run_due()
    assert house.decide(promises.retry_channel, channel_id=channel) == deliveries
    worker.run_due()
    assert {house.state(delivery) for delivery in deliveries} == {DeliveryState.LIVE}


def test_a_removal_that_was_refused_can_be_retried_or_confirmed_by_hand(house: House) -> None:
    channel, provider = house.memory()
    delivery = house.schedule(channel, "Tin")
    worker = house.worker()
    worker.run_due()
    for _ in range(2):
        provider.next.append(ChannelError(ErrorKind.REJECTED, Words("Không xóa được")))
    house.withdraw(house.row(delivery).story_id)
    worker.run_due()
    assert (house.state(delivery), house.row(delivery).next_at) == (DeliveryState.WITHDRAWING, None)
    with house.database.connect() as connection:
        assert health.needs_person(connection) == 1
    house.decide(promises.retry, delivery_id=delivery)
    worker.run_due()
    assert house.state(delivery) is DeliveryState.WITHDRAWING
    house.decide(promises.confirm_withdrawn, delivery_id=delivery)
    assert house.state(delivery) is DeliveryState.WITHDRAWN


def test_every_decision_raises_the_version_of_the_schedule(house: House) -> None:
    channel, _ = house.memory()
    delivery = house.schedule(channel, "Tin", after=60)
    seen = [house.row(delivery).schedule_version]
    house.decide(promises.move, delivery_id=delivery, at=house.clock() + timedelta(seconds=90))
    seen.append(house.row(delivery).schedule_version)
    house.correct(delivery, "Khác")
    seen.append(house.row(delivery).schedule_version)
    house.withdraw(house.row(delivery).story_id)
    seen.append(house.row(delivery).schedule_version)
    assert seen == [1, 2, 3, 4]
