"""Push channels: what goes out, in which order, and what each kind of answer leads to."""

from datetime import timedelta
from typing import Any

import pytest

from channels.contract import ChannelError, Continue, ErrorKind
from channels.words import Words
from scheduler import health
from scheduler.decisions.states import DeliveryState, Health, LatePolicy
from scheduler.orders import promises
from scheduler.storage.database import writing
from scheduler.storage.rates import account_of, drain, open_bucket
from scheduler.storage.vault import DatabaseVault, Keys
from tests.scheduler.conftest import House


def test_what_is_due_goes_out_once_and_keeps_its_receipt(house: House) -> None:
    channel, provider = house.memory()
    delivery = house.schedule(channel, "Tin một")
    assert house.worker().run_due() == 1
    assert house.worker().run_due() == 0
    row = house.row(delivery)
    assert row.state == DeliveryState.LIVE
    assert row.live_rendition_id == row.rendition_id
    assert row.provider_id == "item-1"
    assert row.link == "https://example.vn/item-1"
    assert (row.next_at, row.lease_owner, row.called_at) == (None, None, None)
    assert provider.calls == [("publish", row.key, "Tin một")]
    assert house.attempts(delivery) == [("publish", "done")]


def test_nothing_goes_out_before_its_time(house: House) -> None:
    channel, provider = house.memory()
    delivery = house.schedule(channel, "Tin", after=60)
    worker = house.worker()
    house.clock.turn(seconds=59)
    assert worker.run_due() == 0
    assert worker.next_wake() == house.row(delivery).scheduled_at
    house.clock.turn(seconds=1)
    assert worker.run_due() == 1
    assert len(provider.calls) == 1


def test_order_in_a_channel_is_the_order_of_the_times(house: House) -> None:
    channel, provider = house.memory()
    for text, after in (("ba", 3), ("một", 1), ("hai", 2), ("hai bis", 2)):
        house.schedule(channel, text, after=after)
    house.clock.turn(seconds=5)
    house.worker(lane_batch=2).run_due()
    assert [text for _, _, text in provider.calls] == ["một", "hai", "hai bis", "ba"]


def test_an_item_that_is_refused_fails_with_words_and_holds_up_nobody(house: House) -> None:
    channel, provider = house.memory()
    bad, good = house.schedule(channel, "Xấu"), house.schedule(channel, "Tốt", after=1)
    house.clock.turn(seconds=2)
    provider.next.append(ChannelError(ErrorKind.REJECTED, Words("Tiêu đề quá dài"), detail="-201"))
    house.worker().run_due()
    assert house.state(bad) is DeliveryState.FAILED
    assert house.row(bad).problem == {"kind": "rejected", "text": "Tiêu đề quá dài", "values": {}, "detail": "-201"}
    assert house.state(good) is DeliveryState.LIVE


def test_a_passing_failure_is_tried_again_later_and_the_next_item_goes_first(house: House) -> None:
    channel, provider = house.memory()
    poison = house.schedule(channel, "Hỏng tạm")
    later = house.schedule(channel, "Bình thường", after=1)
    house.clock.turn(seconds=2)
    provider.next.append(ChannelError(ErrorKind.TRANSIENT, Words("Kênh bận")))
    worker = house.worker()
    worker.run_due()
    assert house.state(poison) is DeliveryState.SCHEDULED
    assert house.row(poison).next_at == house.clock() + timedelta(seconds=15)
    assert house.row(poison).problem["text"] == "Kênh bận"
    assert house.state(later) is DeliveryState.LIVE
    house.clock.turn(seconds=15)
    worker.run_due()
    assert house.state(poison) is DeliveryState.LIVE
    assert house.row(poison).problem == {}
    assert house.attempts(poison) == [("publish", "transient"), ("publish", "done")]


def test_an_outage_rests_the_channel_instead_of_trying_every_item(house: House) -> None:
    channel, provider = house.memory()
    for number in range(10):
        house.schedule(channel, f"Tin {number}")
    provider.next.extend(ChannelError(ErrorKind.TRANSIENT, Words("Kênh bận")) for _ in range(10))
    worker = house.worker()
    worker.run_due()
    assert len(provider.calls) == 3
    assert house.channel_row(channel).resume_at == house.clock() + timedelta(seconds=15)
    assert worker.next_wake() == house.clock() + timedelta(seconds=15)


def test_a_rate_limit_pauses_the_account_and_keeps_the_order(house: House) -> None:
    channel, provider = house.memory()
    first, second = house.schedule(channel, "Một"), house.schedule(channel, "Hai", after=1)
    house.clock.turn(seconds=2)
    provider.next.append(ChannelError(ErrorKind.RATE_LIMITED, Words("Gọi quá nhiều"), retry_after=120))
    worker = house.worker()
    worker.run_due()
    assert len(provider.calls) == 1
    assert [house.row(d).tries for d in (first, second)] == [0, 0]
    assert worker.next_wake() == house.clock() + timedelta(seconds=120)
    house.clock.turn(seconds=121)
    worker.run_due()
    assert [text for _, _, text in provider.calls] == ["Một", "Một", "Hai"]


def test_a_channel_that_must_wait_does_not_keep_others_waiting(house: House) -> None:
    limited, _ = house.memory()
    free, provider = house.memory()
    for channel in (limited, free):
        house.schedule(channel, "Tin")
    with writing(house.database) as connection:
        account = account_of("fake_memory", limited, house.channel_row(limited).settings)
        open_bucket(connection, account, 600_000, house.clock())
        drain(connection, account, house.clock() + timedelta(minutes=5))
    house.worker().run_due()
    assert len(provider.calls) == 1


def test_lost_authorisation_holds_the_channel_until_an_admin_has_acted(house: House) -> None:
    channel, provider = house.memory(late_policy=LatePolicy.AT_ONCE)
    held = [house.schedule(channel, f"Tin {number}") for number in range(3)]
    provider.next.append(ChannelError(ErrorKind.AUTH, Words("Hãy cấp quyền lại cho kênh")))
    worker = house.worker()
    worker.run_due()
    assert house.channel_row(channel).health == Health.NEEDS_AUTH
    assert house.channel_row(channel).health_words == "Hãy cấp quyền lại cho kênh"
    assert {house.state(delivery) for delivery in held} == {DeliveryState.SCHEDULED}
    house.clock.turn(hours=5)
    assert worker.run_due() == 0
    assert worker.next_wake() is None
    house.decide(promises.resume_channel, channel_id=channel)
    worker.run_due()
    assert {house.state(delivery) for delivery in held} == {DeliveryState.LIVE}
    assert [text for _, _, text in provider.calls] == ["Tin 0", "Tin 0", "Tin 1", "Tin 2"]


def test_a_pause_and_an_inactive_channel_hold_deliveries_back(house: House) -> None:
    for changes in ({"health": Health.PAUSED}, {"active": False}):
        channel, provider = house.memory()
        house.schedule(channel, "Tin")
        house.set_channel(channel, **changes)
        assert house.worker().run_due() == 0
        assert provider.calls == []


def test_steps_of_a_slow_provider_are_made_one_after_another(house: House) -> None:
    channel, provider = house.memory()
    delivery = house.schedule(channel, "Tin")
    provider.next.extend([Continue({"job": "1"}, 3, repeatable=True), Continue({"job": "1"}, 5, repeatable=True)])
    worker = house.worker()
    worker.run_due()
    row = house.row(delivery)
    assert (row.state, row.called_at) == (DeliveryState.SENDING, None)
    assert row.progress["step"] == {"job": "1"}
    assert worker.next_wake() == house.clock() + timedelta(seconds=3)
    house.clock.turn(seconds=3)
    worker.run_due()
    house.clock.turn(seconds=5)
    worker.run_due()
    assert house.state(delivery) is DeliveryState.LIVE
    assert [what for what, _, _ in provider.calls] == ["publish", "poll", "poll"]
    assert house.attempts(delivery) == [("publish", "progress"), ("publish", "progress"), ("publish", "done")]


def test_an_unclear_answer_is_looked_up_and_never_sent_again_blindly(house: House) -> None:
    channel, provider = house.memory()
    delivery = house.schedule(channel, "Tin")
    provider.next.append("lost")
    worker = house.worker()
    worker.run_due()
    assert house.state(delivery) is DeliveryState.SENDING
    called_at = house.row(delivery).called_at
    assert called_at is not None
    house.clock.turn(seconds=5)
    worker.run_due()
    row = house.row(delivery)
    assert (row.state, row.live_at, row.called_at) == (DeliveryState.LIVE, called_at, None)
    assert [what for what, _, _ in provider.calls] == ["publish", "find"]
    assert house.attempts(delivery) == [("publish", "uncertain"), ("find", "done")]


def test_an_unclear_call_that_had_no_effect_is_made_again_after_two_looks(house: House) -> None:
    channel, provider = house.memory()
    delivery = house.schedule(channel, "Tin")
    provider.next.append(ChannelError(ErrorKind.UNCERTAIN, Words("Quá thời gian chờ")))
    worker = house.worker(settle=timedelta(seconds=60))
    worker.run_due()
    house.clock.turn(seconds=5)
    worker.run_due()
    assert house.state(delivery) is DeliveryState.SENDING
    house.clock.turn(seconds=59)
    assert worker.run_due() == 0
    house.clock.turn(seconds=1)
    worker.run_due()
    assert house.state(delivery) is DeliveryState.LIVE
    assert [what for what, _, _ in provider.calls] == ["publish", "find", "find", "publish"]


def test_a_person_is_asked_when_the_provider_cannot_tell(house: House) -> None:
    channel, provider = house.memory()
    delivery = house.schedule(channel, "Tin")
    provider.findable = False
    provider.next.append("lost")
    worker = house.worker(settle=timedelta(seconds=60))
    for _ in range(3):
        worker.run_due()
        house.clock.turn(seconds=65)
    row = house.row(delivery)
    assert (row.state, row.next_at) == (DeliveryState.UNKNOWN, None)
    house.clock.turn(days=1)
    assert worker.run_due() == 0
    assert [what for what, _, _ in provider.calls] == ["publish", "find", "find"]


def test_a_bug_after_the_stamp_is_an_unclear_call(house: House, caplog: pytest.LogCaptureFixture) -> None:
    channel, provider = house.memory()
    delivery = house.schedule(channel, "Tin")
    provider.next.append(KeyError("data"))
    house.worker().run_due()
    assert house.state(delivery) is DeliveryState.SENDING
    assert house.row(delivery).problem["kind"] == "uncertain"
    assert house.row(delivery).problem["detail"] == "KeyError: 'data'"
    assert "unexpected KeyError" in caplog.text


def test_a_bug_in_a_repeatable_step_is_tried_again(house: House) -> None:
    channel, provider = house.memory()
    delivery = house.schedule(channel, "Tin")
    provider.next.extend([Continue({"job": "1"}, 0, repeatable=True), KeyError("data")])
    worker = house.worker()
    worker.run_due()
    assert house.attempts(delivery) == [("publish", "progress"), ("publish", "transient")]
    house.clock.turn(seconds=15)
    worker.run_due()
    assert house.state(delivery) is DeliveryState.LIVE


def test_settings_that_the_adapter_refuses_pause_the_channel(house: House) -> None:
    channel = house.channel("fake_memory", {})
    delivery = house.schedule(channel, "Tin")
    house.worker().run_due()
    assert house.channel_row(channel).health == Health.PAUSED
    assert house.channel_row(channel).health_words.startswith("Cấu hình của kênh chưa hợp lệ")
    assert house.state(delivery) is DeliveryState.SCHEDULED


def test_a_kind_without_an_adapter_is_parked_and_visible(house: House) -> None:
    delivery = house.schedule(house.channel("sms"), "Tin")
    worker = house.worker()
    house.clock.turn(minutes=5)
    assert worker.run_due() == 0
    assert house.state(delivery) is DeliveryState.SCHEDULED
    with house.database.connect() as connection:
        assert health.overdue(connection, house.clock()) == 1


@pytest.mark.parametrize(
    ("policy", "minutes", "down", "state"),
    [
        (LatePolicy.AT_ONCE, 0, timedelta(days=3), DeliveryState.LIVE),
        (LatePolicy.WITHIN, 60, timedelta(minutes=59), DeliveryState.LIVE),
        (LatePolicy.WITHIN, 60, timedelta(minutes=61), DeliveryState.MISSED),
        (LatePolicy.MISSED, 60, timedelta(minutes=10), DeliveryState.MISSED),
    ],
)
def test_after_downtime_the_channels_late_policy_decides(
    house: House, policy: LatePolicy, minutes: int, down: timedelta, state: DeliveryState
) -> None:
    for kind in ("push", "pull"):
        settings: dict[str, Any] = {"late_policy": policy, "late_minutes": minutes}
        channel = house.memory(**settings)[0] if kind == "push" else house.channel("fake_pull", **settings)
        delivery = house.schedule(channel, "Tin")
        house.clock.turn(seconds=down.total_seconds())
        house.worker().run_due()
        assert house.state(delivery) is state
        if state is DeliveryState.MISSED:
            assert "Đã quá giờ hẹn" in house.row(delivery).problem["text"]


def test_an_item_is_taken_down_at_its_end(house: House) -> None:
    channel, provider = house.memory()
    delivery = house.schedule(channel, "Tin", until=house.clock() + timedelta(hours=1))
    worker = house.worker()
    worker.run_due()
    assert worker.next_wake() == house.row(delivery).until
    house.clock.turn(hours=1)
    worker.run_due()
    assert house.state(delivery) is DeliveryState.EXPIRED
    assert provider.items == {}
    assert house.attempts(delivery) == [("publish", "done"), ("expire", "done")]


def test_a_correction_changes_the_item_in_its_place(house: House) -> None:
    channel, provider = house.memory()
    delivery = house.schedule(channel, "Tin sai")
    worker = house.worker()
    worker.run_due()
    house.correct(delivery, "Tin đúng")
    worker.run_due()
    row = house.row(delivery)
    assert provider.items == {"item-1": (row.key, "Tin đúng")}
    assert row.live_rendition_id == row.rendition_id
    assert row.corrected_at == house.clock()
    assert house.attempts(delivery)[-1] == ("correct", "done")


def test_a_refused_correction_leaves_the_old_text_and_asks_a_person(house: House) -> None:
    channel, provider = house.memory()
    delivery = house.schedule(channel, "Tin sai")
    worker = house.worker()
    worker.run_due()
    house.correct(delivery, "Tin quá dài")
    provider.next.append(ChannelError(ErrorKind.REJECTED, Words("Quá dài")))
    worker.run_due()
    assert house.state(delivery) is DeliveryState.LIVE
    with house.database.connect() as connection:
        assert health.needs_person(connection) == 1
    house.decide(promises.retry, delivery_id=delivery)
    worker.run_due()
    assert provider.by_key()[house.row(delivery).key] == ["Tin quá dài"]
    with house.database.connect() as connection:
        assert health.needs_person(connection) == 0


def test_removals_and_corrections_overtake_what_is_waiting(house: House) -> None:
    channel, provider = house.memory()
    wrong, old = house.schedule(channel, "Sai"), house.schedule(channel, "Cũ")
    worker = house.worker()
    worker.run_due()
    for number in range(3):
        house.schedule(channel, f"Chờ {number}", after=number)
    house.clock.turn(seconds=10)
    house.correct(old, "Mới")
    house.withdraw(house.row(wrong).story_id)
    worker.run_due()
    assert [what for what, _, _ in provider.calls] == ["publish", "publish", "retract", "correct"] + ["publish"] * 3


def test_secrets_do_not_reach_the_attempts(house: House) -> None:
    channel, provider = house.memory()
    DatabaseVault(house.database, channel, Keys(["khóa"])).write({"token": "bí-mật-123"})
    delivery = house.schedule(channel, "Tin")
    provider.next.append(ChannelError(ErrorKind.REJECTED, Words("Không"), detail="token bí-mật-123 is bad"))
    house.worker(keys=("khóa",)).run_due()
    assert house.row(delivery).problem["detail"] == "token ••• is bad"
