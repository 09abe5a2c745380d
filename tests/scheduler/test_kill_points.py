"""A worker dies at each named point between claim and commit: nothing is lost and nothing goes out twice."""

from datetime import timedelta

import pytest

from scheduler.decisions.states import DeliveryState
from scheduler.engine.context import Point
from scheduler.engine.engine import Engine
from tests.scheduler.conftest import House


class Killed(BaseException):
    """The worker's process ends here."""


class Killer:
    """Kills the worker the ``nth`` time it reaches ``point``."""

    def __init__(self, point: Point, nth: int = 1) -> None:
        self.point = point
        self.left = nth

    def __call__(self, point: Point) -> None:
        if point is self.point:
            self.left -= 1
            if self.left == 0:
                raise Killed


PUSH_POINTS = [Point.CLAIMED, Point.DECIDED, Point.STAMPED, Point.ANSWERED, Point.RECORDING, Point.RECORDED]


def dies(engine: Engine) -> None:
    with pytest.raises(Killed):
        engine.run_due()


def recover(house: House) -> None:
    """Another worker comes after the leases have run out, and looks as often as needed."""
    worker = house.worker()
    for _ in range(8):
        house.clock.turn(seconds=91)
        worker.run_due()
        worker.refresh_documents()


@pytest.mark.parametrize(("point", "nth"), [*((point, 1) for point in PUSH_POINTS), *((p, 2) for p in PUSH_POINTS[1:])])
def test_a_push_worker_dies(house: House, point: Point, nth: int) -> None:
    channel, provider = house.memory()
    deliveries = [house.schedule(channel, f"Tin {number}") for number in range(3)]
    dies(house.worker(Killer(point, nth)))
    recover(house)
    assert {house.state(delivery) for delivery in deliveries} == {DeliveryState.LIVE}
    published = [key for what, key, _ in provider.calls if what == "publish"]
    assert sorted(published) == sorted({house.row(delivery).key for delivery in deliveries}), "each exactly once"
    assert {len(texts) for texts in provider.by_key().values()} == {1}


@pytest.mark.parametrize("point", PUSH_POINTS)
@pytest.mark.parametrize("what", ["correct", "retract", "expire", "find"])
def test_a_worker_dies_during_other_steps(house: House, what: str, point: Point) -> None:
    channel, provider = house.memory()
    until = house.clock() + timedelta(minutes=1) if what == "expire" else None
    delivery = house.schedule(channel, "Cũ", until=until)
    if what == "find":
        provider.next.append("lost")
    house.worker().run_due()
    if what == "correct":
        house.correct(delivery, "Mới")
    if what == "retract":
        house.withdraw(house.row(delivery).story_id)
    house.clock.turn(minutes=1)
    dies(house.worker(Killer(point)))
    recover(house)
    expected = {
        "correct": (DeliveryState.LIVE, ["Mới"]),
        "retract": (DeliveryState.WITHDRAWN, None),
        "expire": (DeliveryState.EXPIRED, None),
        "find": (DeliveryState.LIVE, ["Cũ"]),
    }[what]
    assert (house.state(delivery), provider.by_key().get(house.row(delivery).key)) == expected
    assert [call for call, _, _ in provider.calls].count("publish") == 1


@pytest.mark.parametrize("point", [Point.CHANGING, Point.CHANGED])
@pytest.mark.parametrize("what", ["publish", "retract"])
def test_a_pull_worker_dies(house: House, what: str, point: Point) -> None:
    channel = house.channel("fake_pull")
    deliveries = [house.schedule(channel, f"Tin {number}") for number in range(3)]
    if what == "retract":
        house.worker().run_due()
        for delivery in deliveries:
            house.withdraw(house.row(delivery).story_id)
    dies(house.worker(Killer(point)))
    recover(house)
    state = DeliveryState.LIVE if what == "publish" else DeliveryState.WITHDRAWN
    assert {house.state(delivery) for delivery in deliveries} == {state}
    assert len(house.listed(channel)["items"]) == (3 if what == "publish" else 0)
    tried = [house.attempts(delivery)[-1] for delivery in deliveries]
    assert tried == [(what, "done")] * 3


def test_the_audit_tells_of_the_worker_that_died(house: House) -> None:
    channel, _ = house.memory()
    delivery = house.schedule(channel, "Tin")
    dies(house.worker(Killer(Point.ANSWERED)))
    recover(house)
    assert house.attempts(delivery) == [("publish", "lost"), ("find", "done")]


def test_a_worker_that_dies_before_the_stamp_costs_no_question_to_the_provider(house: House) -> None:
    channel, provider = house.memory()
    house.schedule(channel, "Tin")
    dies(house.worker(Killer(Point.DECIDED)))
    recover(house)
    assert [what for what, _, _ in provider.calls] == ["publish"]
