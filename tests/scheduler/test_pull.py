"""Pull channels: going live is a transaction, and the documents that people fetch follow at once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from channels.contract import Document, Feed
from scheduler.decisions.states import DeliveryState, Health
from scheduler.documents.carried import read_channel
from scheduler.orders import promises
from tests.scheduler.conftest import House
from tests.scheduler.fakes import Pull


def test_an_item_goes_live_and_its_document_carries_it(house: House) -> None:
    channel = house.channel("fake_pull")
    delivery = house.schedule(channel, "Tin", after=60)
    worker = house.worker()
    assert worker.refresh_documents() == 1
    assert house.listed(channel) == {"name": "Kênh 1", "unit": "Báo Thử Nghiệm", "items": [], "gone": []}
    house.clock.turn(seconds=60)
    assert worker.run_due() == 1
    row = house.row(delivery)
    assert (row.state, row.live_at, row.live_rendition_id) == (DeliveryState.LIVE, house.clock(), row.rendition_id)
    assert house.attempts(delivery) == [("publish", "done")]
    assert house.listed(channel)["items"] == ["Tin"]
    assert worker.refresh_documents() == 0


def test_items_are_listed_newest_first(house: House) -> None:
    channel = house.channel("fake_pull")
    worker = house.worker(items_per_feed=3)
    for number in range(5):
        house.schedule(channel, f"Tin {number}")
        worker.run_due()
        house.clock.turn(seconds=1)
    assert house.listed(channel)["items"] == ["Tin 4", "Tin 3", "Tin 2"]


def test_a_withdrawn_item_leaves_a_tombstone_for_some_weeks(house: House) -> None:
    channel = house.channel("fake_pull")
    delivery = house.schedule(channel, "Tin sai")
    worker = house.worker()
    worker.run_due()
    house.clock.turn(minutes=1)
    assert house.withdraw(house.row(delivery).story_id) == [delivery]
    assert house.state(delivery) is DeliveryState.WITHDRAWING
    worker.run_due()
    row = house.row(delivery)
    assert (row.state, row.withdrawn_at, row.reason) == (DeliveryState.WITHDRAWN, house.clock(), "Sai số liệu")
    assert house.listed(channel) | {"items": [], "gone": ["Tin sai"]} == house.listed(channel)
    assert house.attempts(delivery)[-1] == ("retract", "done")
    for days, gone in ((30, ["Tin sai"]), (30, [])):
        house.clock.turn(days=days)
        house.schedule(channel, f"Tin sau {days} ngày")
        worker.run_due()
        assert house.listed(channel)["gone"] == gone


def test_documents_leave_a_withdrawn_item_out_even_before_the_engine_has_confirmed_it(house: House) -> None:
    channel = house.channel("fake_pull")
    delivery = house.schedule(channel, "Tin sai")
    worker = house.worker()
    worker.run_due()
    house.withdraw(house.row(delivery).story_id)
    assert worker.refresh_documents() == 1
    assert house.listed(channel)["items"] == []


def test_a_correction_replaces_the_text(house: House) -> None:
    channel = house.channel("fake_pull")
    delivery = house.schedule(channel, "Tin sai")
    worker = house.worker()
    worker.run_due()
    house.clock.turn(minutes=1)
    house.correct(delivery, "Tin đúng")
    worker.run_due()
    assert house.listed(channel)["items"] == ["Tin đúng"]
    assert house.row(delivery).corrected_at == house.clock()
    assert house.row(delivery).next_at is None


def test_an_item_ends_at_its_time(house: House) -> None:
    channel = house.channel("fake_pull")
    delivery = house.schedule(channel, "Tin", until=house.clock() + timedelta(hours=1))
    worker = house.worker()
    worker.run_due()
    assert worker.next_wake() == house.clock() + timedelta(hours=1)
    house.clock.turn(hours=1)
    worker.run_due()
    assert house.state(delivery) is DeliveryState.EXPIRED
    assert house.listed(channel) == {**house.listed(channel), "items": [], "gone": []}


def test_many_items_are_turned_in_batches(house: House) -> None:
    channels = [house.channel("fake_pull") for _ in range(2)]
    deliveries = [house.schedule(channels[number % 2], f"Tin {number}") for number in range(25)]
    worker = house.worker(pull_batch=10)
    assert worker.run_due() == 25
    assert {house.state(delivery) for delivery in deliveries} == {DeliveryState.LIVE}
    assert sorted(len(house.listed(channel)["items"]) for channel in channels) == [12, 13]


def test_equal_content_keeps_its_etag_and_time(house: House) -> None:
    channel = house.channel("fake_pull")
    worker = house.worker()
    worker.refresh_documents()
    before = house.document(channel)
    house.clock.turn(hours=1)
    house.set_channel(channel, version=7)
    assert worker.refresh_documents() == 1
    after = house.document(channel)
    assert before is not None
    assert after is not None
    assert (after.etag, after.modified, after.version) == (before.etag, before.modified, 7)


def test_documents_are_made_anew_when_their_time_is_up(house: House) -> None:
    stale_at = house.clock() + timedelta(minutes=5)
    channel = house.channel("fake_pull", {"stale_at": stale_at.isoformat()})
    worker = house.worker()
    worker.refresh_documents()
    assert worker.next_wake() == stale_at
    assert worker.refresh_documents() == 0
    house.clock.turn(minutes=5)
    assert worker.refresh_documents() == 1
    found = house.document(channel)
    assert found is not None
    assert found.stale_at > house.clock(), "a document that is stale at once would be made without end"


def test_one_broken_channel_does_not_hold_up_the_others(house: House, caplog: pytest.LogCaptureFixture) -> None:
    broken, sound = house.channel("fake_pull", {"broken": True}), house.channel("fake_pull")
    for channel in (broken, sound):
        house.schedule(channel, "Tin")
    worker = house.worker()
    assert worker.run_due() == 2
    assert house.listed(sound)["items"] == ["Tin"]
    assert "documents could not be made" in caplog.text
    assert worker.refresh_documents() == 0
    assert worker.next_wake() == house.clock() + timedelta(seconds=30)
    house.set_channel(broken, settings={})
    house.clock.turn(seconds=30)
    assert worker.refresh_documents() == 1
    assert house.listed(broken)["items"] == ["Tin"]


def test_an_inactive_channel_loses_its_documents(house: House) -> None:
    channel = house.channel("fake_pull")
    worker = house.worker()
    worker.refresh_documents()
    house.set_channel(channel, active=False)
    worker.refresh_documents()
    assert house.document(channel) is None


@pytest.mark.parametrize("changes", [{"health": Health.PAUSED}, {"active": False}])
def test_a_held_channel_publishes_nothing_but_still_takes_things_down(house: House, changes: dict[str, Any]) -> None:
    channel = house.channel("fake_pull")
    live = house.schedule(channel, "Đang có")
    worker = house.worker()
    worker.run_due()
    waiting = house.schedule(channel, "Đang chờ")
    house.set_channel(channel, **changes)
    house.withdraw(house.row(live).story_id)
    worker.run_due()
    assert house.state(live) is DeliveryState.WITHDRAWN
    assert house.state(waiting) is DeliveryState.SCHEDULED


def test_an_older_view_never_replaces_a_newer_document(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow worker read the channel before an item came; it stores its documents after another did."""
    channel = house.channel("fake_pull")
    house.schedule(channel, "Cũ")
    slow, quick = house.worker(), house.worker()
    make, overtaken = Pull.documents, list[bool]()

    def overtake(adapter: Pull, feed: Feed) -> Sequence[Document]:
        made = make(adapter, feed)
        if not overtaken:
            overtaken.append(True)
            house.schedule(channel, "Mới")
            quick.run_due()
        return made

    monkeypatch.setattr(Pull, "documents", overtake)
    slow.run_due()
    assert overtaken
    assert house.listed(channel)["items"] == ["Mới", "Cũ"]


def test_cancelling_and_moving_never_publish(house: House) -> None:
    channel = house.channel("fake_pull")
    cancelled, moved = house.schedule(channel, "Bỏ", after=60), house.schedule(channel, "Dời", after=60)
    house.decide(promises.cancel, delivery_id=cancelled)
    house.decide(promises.move, delivery_id=moved, at=house.clock() + timedelta(hours=2))
    worker = house.worker()
    worker.refresh_documents()
    house.clock.turn(minutes=30)
    assert worker.run_due() == 0
    assert house.listed(channel)["items"] == []
    house.clock.turn(hours=2)
    worker.run_due()
    assert house.listed(channel)["items"] == ["Dời"]
    assert house.state(cancelled) is DeliveryState.CANCELLED


def test_a_channel_knows_when_it_last_changed_also_by_what_has_left_no_trace(house: House) -> None:
    channel = house.channel("fake_pull")
    began, worker = house.clock(), house.worker()

    def changed() -> datetime | None:
        with house.database.connect() as connection:
            snapshot = read_channel(connection, channel, worker.config, house.clock())
        assert snapshot is not None
        return snapshot.feed.changed

    assert changed() is None
    house.schedule(channel, "Ngắn", until=began + timedelta(minutes=5))
    gone = house.schedule(channel, "Gỡ")
    worker.run_due()
    assert changed() == began
    house.clock.turn(minutes=6)
    for _ in range(2):  # before and after the engine has noticed the end
        assert changed() == began + timedelta(minutes=5)
        worker.run_due()
    house.clock.turn(minutes=1)
    withdrawn_at = house.clock()
    house.withdraw(house.row(gone).story_id)
    worker.run_due()
    house.clock.turn(days=100)  # no tombstone is left
    assert changed() == withdrawn_at
