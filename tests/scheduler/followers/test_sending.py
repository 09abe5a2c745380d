"""Broadcasts go out once, at their time, over real HTTP; whatever is unclear waits for a person."""

import json
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import Engine as Database
from sqlalchemy import update

from scheduler.followers import orders as desk
from scheduler.followers.sending import LEASE, Broadcasts, Point
from scheduler.followers.states import BroadcastState
from scheduler.storage.database import writing
from scheduler.storage.rows import CHANNEL
from tests.channels.zalo_oa.running import Running
from tests.scheduler.followers.conftest import HASTY, KEYS, LEAD, Desk, patience

FAULTS = ("timeout", "reset", "500", "html502", "empty", "429", "-32")
HOUR = timedelta(hours=1)


def test_it_goes_out_at_its_time_with_its_articles_to_its_readers(office: Desk) -> None:
    one, two = office.live("Một"), office.live("Hai")
    order = office.order(two, one, after=HOUR)
    office.work()
    assert (office.state(order), office.at_provider()) == (BroadcastState.WAITING, [])
    office.clock.advance(3600)
    office.work()
    row = office.row(order)
    assert (row.state, row.sent_at, row.called_at, row.problem) == ("sent", office.clock(), None, {})
    assert office.at_provider() == [[two[1], one[1]]], "in the order that the person chose"
    body = office.zalo.calls("oa/message")[0]["body"]
    assert body["recipient"] == {"target": {"gender": "2"}}
    assert office.outcomes(order) == ["done"]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("fault", [*FAULTS, "-216"])
def test_an_unclear_answer_goes_to_a_person_and_is_never_sent_again(
    engine: Database, zalo: Running, fault: str, when: str
) -> None:
    office = Desk(engine, zalo, patience(fault))
    order = office.order()
    zalo.fault("oa/message", fault, when, seconds=5)
    for _ in range(4):
        office.work()
        office.clock.advance(LEASE.total_seconds() + 1)
    assert office.state(order) is BroadcastState.UNKNOWN
    assert len(zalo.calls("oa/message")) == 1, "one call, whatever became of it"
    assert len(office.at_provider()) == (1 if when == "after" else 0)
    assert office.row(order).called_at is not None
    assert office.outcomes(order) == ["uncertain"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_answer_that_comes_too_late_is_unclear(engine: Database, zalo: Running, when: str) -> None:
    office = Desk(engine, zalo, HASTY)
    order = office.order()
    zalo.fault("oa/message", "slow", when, seconds=2 * HASTY)
    office.work()
    assert office.state(order) is BroadcastState.UNKNOWN
    office.work()
    zalo.clock.rest()
    assert len(office.at_provider()) == 1


@pytest.mark.parametrize("call", ["article/getdetail", "oa/quota"])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("fault", FAULTS)
def test_trouble_in_the_checks_before_costs_nothing(
    engine: Database, zalo: Running, fault: str, when: str, call: str
) -> None:
    """Nothing has gone out yet, so the same broadcast is tried again by itself, and goes out once."""
    office = Desk(engine, zalo, patience(fault))
    order = office.order()
    zalo.fault(call, fault, when, seconds=5)
    office.work()
    assert office.state(order) is BroadcastState.WAITING
    assert office.row(order).next_at > office.clock()
    for _ in range(5):  # on a busy machine the next call may be too slow as well
        office.clock.advance(120)
        office.work()
    assert (office.state(order), len(office.at_provider())) == (BroadcastState.SENT, 1)


class Killed(BaseException):
    """The worker's process ends here."""


@pytest.mark.parametrize(
    ("point", "sent", "calls"),
    [
        (Point.CLAIMED, BroadcastState.SENT, 1),
        (Point.CHECKED, BroadcastState.SENT, 1),
        (Point.STAMPED, BroadcastState.UNKNOWN, 0),
        (Point.ANSWERED, BroadcastState.UNKNOWN, 1),
        (Point.RECORDED, BroadcastState.SENT, 1),
    ],
)
def test_a_worker_dies(office: Desk, point: Point, sent: BroadcastState, calls: int) -> None:
    def kill(reached: Point) -> None:
        if reached is point:
            raise Killed

    order = office.order()
    with pytest.raises(Killed):
        office.work(kill)
    for _ in range(4):
        office.clock.advance(LEASE.total_seconds() + 1)
        office.work()
    assert office.state(order) is sent
    assert len(office.at_provider()) == calls
    if sent is BroadcastState.UNKNOWN:
        assert office.outcomes(order) == ["lost"]


def test_a_worker_that_stood_still_after_its_stamp_does_not_call(office: Desk) -> None:
    """Its machine slept: another took it for dead, a person looked, saw nothing and had it sent again."""
    order = office.order()

    def sleeps(point: Point) -> None:
        if point is Point.STAMPED:
            office.clock.advance(LEASE.total_seconds() + 1)
            office.work()
            assert office.state(order) is BroadcastState.UNKNOWN
            now = office.clock()
            office.decide(desk.send_again, order, reason="Không thấy", wanted_at=now + LEAD, call_at=now)
            office.work()

    office.work(sleeps)
    assert (office.state(order), len(office.at_provider())) == (BroadcastState.SENT, 1)


def test_a_short_sleep_costs_nothing(office: Desk) -> None:
    order, naps = office.order(), [100]
    office.work(lambda point: office.clock.advance(naps.pop()) if point is Point.STAMPED and naps else None)
    assert (office.state(order), len(office.at_provider())) == (BroadcastState.SENT, 1)
    assert office.outcomes(order) == ["transient", "done"]


WORKER = """
import sys
from datetime import datetime
from scheduler.engine.config import EngineConfig
from scheduler.storage.database import open_engine
from scheduler.followers.accounts import Accounts
from scheduler.followers.worker import FollowersWorker, lanes
at = datetime.fromisoformat(sys.argv[2])
FollowersWorker(lanes(Accounts(open_engine(sys.argv[1]), EngineConfig(keys=(sys.argv[3],)), lambda: at))).run_due()
"""


def test_a_process_killed_in_the_middle_of_the_call_never_makes_two(engine: Database, url: str, zalo: Running) -> None:
    office = Desk(engine, zalo, 30.0)
    order = office.order()
    zalo.fault("oa/message", "timeout", "after", seconds=30)
    process = subprocess.Popen([sys.executable, "-c", WORKER, url, office.clock().isoformat(), KEYS[0]])
    try:
        give_up = time.monotonic() + 60
        while not office.at_provider():
            assert process.poll() is None
            assert time.monotonic() < give_up
            time.sleep(0.05)
    finally:
        process.kill()
        process.wait()
    for _ in range(3):
        office.clock.advance(LEASE.total_seconds() + 1)
        office.work()
    assert (office.state(order), office.outcomes(order)) == (BroadcastState.UNKNOWN, ["lost"])
    assert len(office.at_provider()) == 1


def test_many_workers_send_it_once(office: Desk) -> None:
    orders = [office.order() for _ in range(3)]
    start = threading.Barrier(6)

    def work() -> None:
        sender = Broadcasts(office.accounts())
        start.wait()
        while sender.work_one():
            pass

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [office.state(order) for order in orders] == [BroadcastState.SENT] * 3
    assert len(office.at_provider()) == 3


def test_a_retracted_article_stops_it_before_and_at_the_last_moment(office: Desk) -> None:
    article = office.live("Sai số liệu")
    order = office.order(office.live(), article, after=HOUR)
    office.retract(article[0])
    office.work()
    row = office.row(order)
    assert (row.state, row.next_at) == ("stopped", None)
    assert row.problem["values"] == {"title": "Sai số liệu"}
    late = office.live("Sai tên người")
    second = office.order(late)
    office.work(lambda point: office.retract(late[0]) if point is Point.CHECKED else None)
    assert office.state(second) is BroadcastState.STOPPED
    assert office.zalo.calls("oa/message") == []


def test_a_retraction_after_the_call_does_not_hide_that_it_went_out(office: Desk) -> None:
    article = office.live()
    order = office.order(article)
    office.work(lambda point: office.retract(article[0]) if point is Point.STAMPED else None)
    assert office.state(order) is BroadcastState.SENT


def test_a_person_is_faster_than_the_worker(office: Desk) -> None:
    order = office.order()

    def cancel(point: Point) -> None:
        if point is Point.CHECKED:
            office.decide(desk.cancel, order, reason="Đổi kế hoạch")

    office.work(cancel)
    assert (office.state(order), office.at_provider()) == (BroadcastState.CANCELLED, [])


def test_an_article_that_is_gone_at_zalo_stops_it(office: Desk) -> None:
    article = office.live("Bài bị xóa tay")
    office.zalo.api("POST", "article/remove", {"id": article[1]})
    order = office.order(article)
    office.work()
    row = office.row(order)
    assert (row.state, row.problem["values"]) == ("failed", {"title": "Bài bị xóa tay"})
    assert office.zalo.calls("oa/message") == []


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"broadcasts_per_month": 0}, "không còn lượt gửi"),
        ({"is_verified": False}, "chưa được xác thực"),
        ({"may_send_messages": False}, "quyền gửi tin"),
    ],
)
def test_a_clear_no_is_told_in_words(office: Desk, config: dict[str, object], said: str) -> None:
    order = office.order()
    office.zalo.config(**config)
    office.work()
    row = office.row(order)
    assert (row.state, row.next_at, office.at_provider()) == ("failed", None, [])
    assert said in row.problem["text"]


def test_night_at_zalo_is_no_reason_to_send_later_by_itself(office: Desk) -> None:
    """Zalo's clock says 23:00 while ours says 10:00: it refuses, nobody got it, a person orders anew."""
    order = office.order()
    office.zalo.sim("POST", "clock", {"advance": 13 * 3600})
    office.work()
    assert office.state(order) is BroadcastState.FAILED
    assert "ban ngày" in office.row(order).problem["text"]


def test_it_is_missed_rather_than_sent_at_night_or_hours_late(office: Desk) -> None:
    at_ten = office.order(after=timedelta(hours=11, minutes=55))
    office.clock.advance(12 * 3600 + 60)
    office.work()
    assert office.state(at_ten) is BroadcastState.MISSED
    office.clock.advance(12 * 3600)
    late = office.order()
    office.clock.advance(2 * 3600)
    office.work()
    assert office.state(late) is BroadcastState.MISSED
    assert office.at_provider() == []


def test_a_channel_that_is_closed_holds_it_until_it_opens(office: Desk) -> None:
    order = office.order()
    with writing(office.database) as connection:
        connection.execute(update(CHANNEL).values(active=False))
    office.work()
    assert office.state(order) is BroadcastState.WAITING
    with writing(office.database) as connection:
        connection.execute(update(CHANNEL).values(active=True))
    office.clock.advance(61)
    office.work()
    assert office.state(order) is BroadcastState.SENT


def test_the_same_form_orders_once(office: Desk) -> None:
    article = office.live()
    assert office.order(article, key="form-1") == office.order(article, key="form-1")
    office.work()
    assert len(office.at_provider()) == 1


def unclear(office: Desk, when: str) -> int:
    order = office.order()
    office.zalo.fault("oa/message", "500", when)
    office.work()
    assert office.state(order) is BroadcastState.UNKNOWN
    return order


def test_a_person_says_it_went_out(office: Desk) -> None:
    order = unclear(office, "after")
    office.decide(desk.confirm_sent, order, reason="Thấy trong mục đã gửi")
    office.clock.advance(3600)
    office.work()
    assert (office.state(order), len(office.at_provider())) == (BroadcastState.SENT, 1)


def test_a_person_says_it_did_not_and_sends_it_again_or_not(office: Desk) -> None:
    again, dropped = unclear(office, "before"), unclear(office, "before")
    now = office.clock()
    office.decide(desk.send_again, again, reason="Không thấy", wanted_at=now + LEAD, call_at=now)
    office.decide(desk.confirm_not_sent, dropped, reason="Không thấy, thôi")
    office.work()
    assert (office.state(again), office.state(dropped)) == (BroadcastState.SENT, BroadcastState.CANCELLED)
    assert len(office.at_provider()) == 1
    with pytest.raises(desk.WrongMoment):
        office.decide(desk.send_again, again, reason="Nữa", wanted_at=now, call_at=now)


def test_it_is_not_sent_again_with_an_article_that_was_called_back(office: Desk) -> None:
    article = office.live()
    order = office.order(article)
    office.zalo.fault("oa/message", "500")
    office.work()
    office.retract(article[0])
    with pytest.raises(desk.ItemGone):
        office.decide(desk.send_again, order, reason="x", wanted_at=office.clock(), call_at=office.clock())
    assert office.state(order) is BroadcastState.UNKNOWN


def test_after_a_restore_a_person_looks_what_may_have_gone_out_since(office: Desk) -> None:
    due, later = office.order(), office.order(after=HOUR)
    with writing(office.database) as connection:
        desk.doubt(connection, office.clock() - HOUR, office.clock())
    office.work()
    assert (office.state(due), office.state(later)) == (BroadcastState.UNKNOWN, BroadcastState.WAITING)
    assert office.at_provider() == []


def test_no_secret_is_kept_in_what_is_told(office: Desk) -> None:
    order = office.order()
    office.zalo.fault("oa/message", "html502")
    office.work()
    said = json.dumps(office.row(order).problem)
    assert office.zalo.access not in said
    assert office.zalo.refresh not in said
