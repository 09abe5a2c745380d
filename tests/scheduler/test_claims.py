"""Claims: one worker at a time, and a worker that lost its lease changes nothing."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

from sqlalchemy import insert, select, update

from channels.contract import Receipt, Transport
from scheduler.decisions.backoff import Bucket
from scheduler.decisions.next_step import ChannelPolicy, Step
from scheduler.decisions.outcomes import Moment, Result
from scheduler.decisions.states import DeliveryState, Outcome
from scheduler.engine.channel_queues import head
from scheduler.engine.claims import (
    DeliveryClaim,
    Lease,
    begin,
    claim,
    clock_was_put_back,
    current,
    extend,
    give_back,
    put_down,
    recover_clock,
)
from scheduler.engine.finishing import Tried, finish
from scheduler.orders import promises
from scheduler.storage.database import writing
from scheduler.storage.rates import account_of, drain, keep_bucket, open_bucket
from scheduler.storage.rows import ATTEMPT, CHANNEL, DELIVERY
from tests.scheduler.conftest import House

PUSH = ChannelPolicy(Transport.PUSH)
ANNA = Lease("anna", timedelta(seconds=90))
BINH = Lease("binh", timedelta(seconds=90))


def claimed(house: House, channel: int, lease: Lease, limit: int = 10) -> Sequence[DeliveryClaim]:
    with writing(house.database) as connection:
        return claim(connection, channel, PUSH, lease, house.clock(), limit)


def begun(house: House, held: DeliveryClaim, lease: Lease) -> DeliveryClaim | None:
    with writing(house.database) as connection:
        return begin(connection, held, lease, house.clock(), stamp=True)


def finished(house: House, held: DeliveryClaim, lease: Lease) -> bool:
    now = house.clock()
    result = Result(Outcome.DONE, held.facts.rendition_id, receipt=Receipt("bài-1"))
    tried = Tried(Step.PUBLISH, result, now, now, lease.worker)
    with writing(house.database) as connection:
        return finish(connection, held, tried, Moment(now, timedelta(seconds=60), lambda low, _: low), "account")


def test_a_claim_raises_the_token_and_comes_back_by_itself(house: House) -> None:
    channel, _ = house.memory()
    delivery = house.schedule(channel, "Tin")
    (held,) = claimed(house, channel, ANNA)
    row = house.row(delivery)
    assert (row.token, row.lease_owner, held.token) == (1, "anna", 1)
    assert row.next_at == row.lease_until == house.clock() + timedelta(seconds=90)
    assert row.state == DeliveryState.SCHEDULED, "nothing has been sent yet"


def test_a_channel_in_hand_is_left_to_its_worker(house: House) -> None:
    channel, _ = house.memory()
    for number in range(3):
        house.schedule(channel, f"Tin {number}")
    assert len(claimed(house, channel, ANNA, limit=1)) == 1
    assert claimed(house, channel, BINH) == []
    house.clock.turn(seconds=90)
    assert len(claimed(house, channel, BINH)) == 3


def test_a_worker_whose_lease_was_taken_over_can_neither_call_nor_write(house: House) -> None:
    channel, _ = house.memory()
    delivery = house.schedule(channel, "Tin")
    (slow,) = claimed(house, channel, ANNA)
    house.clock.turn(seconds=90)
    (quick,) = claimed(house, channel, BINH)
    assert begun(house, slow, ANNA) is None
    stamped = begun(house, quick, BINH)
    assert stamped is not None
    assert finished(house, stamped, BINH)
    assert house.state(delivery) is DeliveryState.LIVE


def test_a_late_outcome_is_kept_as_an_attempt_and_changes_nothing(house: House) -> None:
    channel, _ = house.memory()
    delivery = house.schedule(channel, "Tin")
    (slow,) = claimed(house, channel, ANNA)
    stamped = begun(house, slow, ANNA)
    assert stamped is not None
    house.clock.turn(seconds=90)
    (other,) = claimed(house, channel, BINH)
    assert other.facts.called_at is not None, "the other worker knows that a call was made"
    assert not finished(house, stamped, ANNA)
    assert house.state(delivery) is DeliveryState.SENDING
    assert house.attempts(delivery) == [("publish", "lost"), ("publish", "lost")]
    with house.database.connect() as connection:
        details = connection.execute(select(ATTEMPT.c.detail).order_by(ATTEMPT.c.id)).scalars().all()
    assert details == ["", "bài-1"], "what the late worker learnt is there for people to read"


def test_an_outcome_written_twice_is_recorded_once(house: House) -> None:
    """The answer to a commit was lost and the worker wrote again."""
    channel, _ = house.memory()
    delivery = house.schedule(channel, "Tin")
    (held,) = claimed(house, channel, ANNA)
    stamped = begun(house, held, ANNA)
    assert stamped is not None
    assert finished(house, stamped, ANNA)
    assert not finished(house, stamped, ANNA)
    assert house.attempts(delivery) == [("publish", "done")]


def test_a_worker_that_died_before_the_stamp_leaves_nothing_behind(house: House) -> None:
    channel, _ = house.memory()
    delivery = house.schedule(channel, "Tin")
    claimed(house, channel, ANNA)
    house.clock.turn(seconds=90)
    (again,) = claimed(house, channel, BINH)
    assert again.facts.called_at is None
    assert house.attempts(delivery) == []


def test_a_person_is_faster_than_a_worker_that_has_not_begun(house: House) -> None:
    decisions: list[Callable[[int], object]] = [
        lambda d: house.decide(promises.cancel, delivery_id=d),
        lambda d: house.decide(promises.move, delivery_id=d, at=house.clock() + timedelta(hours=1)),
        lambda d: house.correct(d, "Khác"),
        lambda d: house.withdraw(house.row(d).story_id),
    ]
    for decide in decisions:
        channel, _ = house.memory()
        delivery = house.schedule(channel, "Tin")
        (held,) = claimed(house, channel, ANNA)
        decide(delivery)
        before = house.row(delivery)
        assert begun(house, held, ANNA) is None
        assert house.row(delivery) == before


def test_what_was_not_begun_goes_back_to_its_place(house: House) -> None:
    channel, _ = house.memory()
    first, second = house.schedule(channel, "Một"), house.schedule(channel, "Hai", after=1)
    house.clock.turn(seconds=5)
    before = [house.row(d).next_at for d in (first, second)]
    held = claimed(house, channel, ANNA)
    with writing(house.database) as connection:
        give_back(connection, held, "anna")
    assert [house.row(d).next_at for d in (first, second)] == before
    assert [h.id for h in claimed(house, channel, BINH)] == [first, second]


def test_a_lease_is_prolonged_only_by_its_owner(house: House) -> None:
    channel, _ = house.memory()
    delivery = house.schedule(channel, "Tin")
    claimed(house, channel, ANNA)
    house.clock.turn(seconds=60)
    for lease, seconds in ((BINH, 30), (ANNA, 90)):
        with writing(house.database) as connection:
            extend(connection, [delivery], lease, house.clock())
        assert house.row(delivery).lease_until == house.clock() + timedelta(seconds=seconds)


def test_leases_from_before_the_clock_was_put_back_end(house: House) -> None:
    channel, _ = house.memory()
    delivery = house.schedule(channel, "Tin")
    claimed(house, channel, ANNA)
    house.clock.turn(hours=-1)
    with writing(house.database) as connection:
        assert clock_was_put_back(connection, BINH, house.clock())
        assert recover_clock(connection, BINH, house.clock()) == 1
        assert not clock_was_put_back(connection, BINH, house.clock())
    assert house.row(delivery).next_at == house.clock()


def test_a_removal_does_not_wait_for_the_clock_to_be_where_it_was(house: House) -> None:
    channel, _ = house.memory()
    live, planned = house.schedule(channel, "Tin"), house.schedule(channel, "Ngày mai", after=86_400)
    worker = house.worker()
    worker.run_due()
    house.withdraw(house.row(live).story_id)
    house.clock.turn(hours=-3)
    worker.run_due()
    house.clock.turn(seconds=1)
    worker.run_due()
    assert house.state(live) is DeliveryState.WITHDRAWN
    assert house.state(planned) is DeliveryState.SCHEDULED


def test_an_account_whose_calls_were_counted_by_a_clock_ahead_goes_on(house: House) -> None:
    channel, provider = house.memory()
    house.schedule(channel, "Một")
    worker = house.worker()
    worker.run_due()
    house.clock.turn(hours=-3)
    house.schedule(channel, "Hai")
    worker.run_due()
    house.clock.turn(seconds=1)
    worker.run_due()
    assert len(provider.calls) == 2


def test_removals_come_first_then_corrections_then_what_waits(house: House) -> None:
    channel, _ = house.memory()
    states = {"chờ": DeliveryState.SCHEDULED, "sửa": DeliveryState.LIVE, "gỡ": DeliveryState.WITHDRAWING}
    ids = {name: house.schedule(channel, name) for name in states}
    with writing(house.database) as connection:
        for name, state in states.items():
            live = None if name == "chờ" else house.row(ids[name]).rendition_id
            changes = {"state": state, "live_rendition_id": live}
            connection.execute(update(DELIVERY).where(DELIVERY.c.id == ids[name]).values(changes))
    assert [held.id for held in claimed(house, channel, ANNA)] == [ids["gỡ"], ids["sửa"], ids["chờ"]]


def test_put_down_and_current_want_token_and_owner(house: House) -> None:
    channel, _ = house.memory()
    house.schedule(channel, "Tin")
    (held,) = claimed(house, channel, ANNA)
    with writing(house.database) as connection:
        assert current(connection, held, "binh") is None
        assert not put_down(connection, held, "binh", {"tries": 5}, version=False)
        assert current(connection, held, "anna") == held.facts
        assert put_down(connection, held, "anna", {"tries": 5}, version=True)
        assert current(connection, held, "anna") is None


def test_workers_that_start_together_share_the_work_without_a_double(house: House) -> None:
    channels = [house.memory() for _ in range(4)]
    for number in range(40):
        house.schedule(channels[number % 4][0], f"Tin {number}")
    workers = [house.worker(lane_batch=3) for _ in range(3)]
    start = Barrier(len(workers))

    def work(number: int) -> None:
        start.wait()
        while workers[number].run_due():
            pass

    threads = [Thread(target=work, args=(number,)) for number in range(len(workers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    house.worker().run_due()
    for number, (_, provider) in enumerate(channels):
        assert [text for _, _, text in provider.calls] == [f"Tin {n}" for n in range(40) if n % 4 == number]


def test_an_account_is_shared_by_its_channels(house: House) -> None:
    settings: tuple[dict[str, Any], ...] = ({"oa_id": "123"}, {"oa_id": "123"}, {"oa_id": "9"}, {})
    accounts = [account_of("zalo_oa", number, setting) for number, setting in enumerate(settings)]
    assert accounts == ["zalo_oa:123", "zalo_oa:123", "zalo_oa:9", "zalo_oa#3"]


def test_the_account_lets_only_so_many_calls_through(house: House) -> None:
    channel, provider = house.memory()
    account = account_of("fake_memory", channel, house.channel_row(channel).settings)
    for number in range(5):
        house.schedule(channel, f"Tin {number}")
    with writing(house.database) as connection:
        open_bucket(connection, account, 600_000, house.clock())
        keep_bucket(connection, account, Bucket(2.0, house.clock()))
    worker = house.worker()
    worker.run_due()
    assert len(provider.calls) == 2
    wake = worker.next_wake()
    assert wake is not None
    assert wake > house.clock()
    house.clock.turn(seconds=1)
    worker.run_due()
    assert len(provider.calls) == 5


def test_a_drained_account_stops_its_other_channels_too(house: House) -> None:
    with writing(house.database) as connection:
        open_bucket(connection, "zalo_oa:123", 60, house.clock())
        drain(connection, "zalo_oa:123", house.clock() + timedelta(seconds=30))
        assert open_bucket(connection, "zalo_oa:123", 60, house.clock()).tokens == 0
        house.clock.turn(seconds=31)
        assert 0 < open_bucket(connection, "zalo_oa:123", 60, house.clock()).tokens < 1


def test_a_hundred_thousand_waiting_deliveries_do_not_slow_the_look(house: House) -> None:
    """The queue itself is never read: the plan uses the lane's index."""
    channel, _ = house.memory()
    delivery = house.schedule(channel, "Tin", after=3600)
    row = house.row(delivery)._asdict()
    rows = [{**row, "id": None, "key": f"k{n}", "story_id": 1000 + n} for n in range(2000)]
    with writing(house.database) as connection:
        connection.execute(insert(DELIVERY), [{k: v for k, v in r.items() if k != "id"} for r in rows])
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("ANALYZE delivery")
    wanted = select(CHANNEL.c.id, head(DeliveryState.SCHEDULED)).compile(
        house.database, compile_kwargs={"literal_binds": True}
    )
    explain = "EXPLAIN QUERY PLAN " if house.database.dialect.name == "sqlite" else "EXPLAIN "
    with house.database.connect() as connection:
        plan = str(connection.exec_driver_sql(explain + str(wanted)).all())
    assert "Index" in plan or "ix_delivery_lane" in plan
    assert "SCAN delivery" not in plan
    assert "Seq Scan on delivery" not in plan
