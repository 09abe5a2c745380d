"""A hidden trial article is made, found and removed again over real HTTP under every fault; nothing is left behind."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine as Database
from sqlalchemy import select

from channels.followers import followers_of
from channels.zalo_oa.settings import Settings
from scheduler.followers import orders
from scheduler.followers.looking import EVERY
from scheduler.followers.rows import DAY, STANDING
from scheduler.followers.trying import LEASE, Trials
from scheduler.storage.database import writing
from tests.channels.zalo_oa.running import Running
from tests.scheduler.followers.conftest import Desk, patience

pytestmark = pytest.mark.one_database

FAULTS = ("timeout", "reset", "500", "html502", "empty", "429", "-32")
CALLS = ("article/create", "article/verify", "article/remove", "article/getslice", "article/getdetail")
COVER = "https://tinh.example.vn/thu.jpg"


def begun(office: Desk, **settings: Any) -> int:
    kind = followers_of("zalo_oa")
    assert kind is not None
    known = Settings(app_id="a", api_url=office.zalo.url, oauth_url=office.zalo.url, **settings)
    document = kind.trial(f"thử-{office.clock()}", COVER, known).document
    with writing(office.database) as connection:
        return orders.begin_trial(connection, office.channel, document, by=None, now=office.clock())


def run(office: Desk, steps: int = 80) -> str:
    """Let time pass until the trial has ended."""
    trials = Trials(office.accounts())
    for _ in range(steps):
        while trials.work_one():
            pass
        if office.trial().state != "running":
            break
        office.clock.advance(15)
    return str(office.trial().state)


def made_and_left(office: Desk) -> tuple[int, int]:
    """Articles that Zalo ever had, and those it still has."""
    with closing(sqlite3.connect(office.zalo.path)) as book:
        row = book.execute("SELECT count(*), count(*) - count(removed_ms) FROM articles").fetchone()
    return int(row[0]), int(row[1])


def told(office: Desk) -> str:
    return "\n".join(step["text"] % step["values"] if step["values"] else step["text"] for step in office.trial().steps)


@pytest.mark.both_databases
def test_it_goes_the_whole_way_hidden_and_leaves_nothing(office: Desk) -> None:
    begun(office)
    assert run(office) == "done"
    assert made_and_left(office) == (1, 0)
    with closing(sqlite3.connect(office.zalo.path)) as book:
        assert '"status": "hide"' in book.execute("SELECT payload FROM articles").fetchone()[0]
    said = told(office)
    for words in ("đã nhận bài thử", "đang ẩn", "lệnh gỡ", "không còn trên kênh"):
        assert words in said
    assert all(step["good"] for step in office.trial().steps)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("call", CALLS)
def test_one_fault_anywhere_leaves_nothing_behind(
    engine: Database, zalo: Running, call: str, fault: str, when: str
) -> None:
    office = Desk(engine, zalo, patience(fault))
    begun(office)
    zalo.fault(call, fault, when, seconds=5)
    state = run(office)
    zalo.clock.rest()
    made, left = made_and_left(office)
    assert (made <= 1, left) == (True, 0), told(office)
    assert state in {"done", "failed"}
    assert state == "done" or made == 0, "what was made is told as made"


def test_a_removal_that_zalo_refuses_is_told_with_what_to_do(office: Desk) -> None:
    begun(office)
    office.zalo.fault("article/remove", "500", times=0)
    assert run(office) == "left"
    assert made_and_left(office) == (1, 1)
    said = told(office)
    assert "Bài thử kết nối" in said
    assert "xóa bài này" in said


@pytest.mark.both_databases
def test_a_worker_that_dies_after_the_creation_makes_no_second_one(
    office: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """The worker's process ends here."""

    begun(office)
    trials = Trials(office.accounts())

    def dies(*_: object) -> None:
        raise Killed

    monkeypatch.setattr(trials, "_going_on", dies)  # the answer came, and was never written down
    with pytest.raises(Killed):
        trials.work_one()
    office.clock.advance(LEASE.total_seconds() + 1)
    assert run(office) == "done"
    assert made_and_left(office) == (1, 0)


@pytest.mark.both_databases
def test_one_trial_at_a_time(office: Desk) -> None:
    begun(office)
    with pytest.raises(orders.TrialRunning):
        begun(office)


def test_without_permission_it_says_so_and_that_nothing_is_left(office: Desk) -> None:
    office.zalo.config(may_manage_articles=False)
    begun(office)
    assert run(office) == "failed"
    assert "quyền" in told(office)
    assert "không cần dọn gì" in told(office)


# How accounts stand


def looks(office: Desk) -> None:
    office.worker().run_due()


@pytest.mark.both_databases
def test_the_account_is_asked_by_itself_and_its_followers_are_kept_by_day(office: Desk) -> None:
    office.zalo.config(followers=1250, broadcasts_per_month=4)
    looks(office)
    found = office.standing()
    assert found.looked_at == office.clock()
    assert {name: found.facts[name] for name in ("name", "verified", "package", "followers", "left", "total")} == {
        "name": "Trang thông tin tỉnh Mẫu", "verified": True, "package": "Toàn diện", "followers": 1250, "left": 4,
        "total": 4,
    }  # fmt: skip
    asked = len(office.zalo.calls("oa/getoa"))
    looks(office)
    assert len(office.zalo.calls("oa/getoa")) == asked, "not again so soon"
    office.clock.advance(EVERY.total_seconds() + 1)
    office.zalo.config(followers=1260)
    looks(office)
    with office.database.connect() as connection:
        days = connection.execute(select(DAY.c.day, DAY.c.followers)).all()
    assert [tuple(day) for day in days] == [(office.clock().date(), 1260)]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.both_databases
def test_trouble_keeps_the_last_answer_and_is_told_beside_it(engine: Database, zalo: Running, fault: str) -> None:
    office = Desk(engine, zalo, patience(fault))
    looks(office)
    before = office.standing()
    zalo.fault("oa/getoa", fault, seconds=5)
    office.clock.advance(EVERY.total_seconds() + 1)
    looks(office)
    after = office.standing()
    assert (after.facts, after.looked_at) == (before.facts, before.looked_at)
    assert after.problem["text"]
    office.clock.advance(EVERY.total_seconds() + 1)
    looks(office)
    assert office.standing().problem == {}


def test_a_quota_that_zalo_does_not_tell_hides_nothing_else(office: Desk) -> None:
    office.zalo.fault("oa/quota", "500")
    looks(office)
    found = office.standing()
    assert found.facts["name"]
    assert found.facts["missing"]["text"]
    assert "left" not in found.facts


def test_a_person_who_asks_need_not_wait_half_an_hour(office: Desk) -> None:
    looks(office)
    office.clock.advance(60)
    with writing(office.database) as connection:
        orders.ask(connection, office.channel, office.clock())
    looks(office)
    assert office.standing().looked_at == office.clock()


@pytest.mark.both_databases
def test_a_silent_account_keeps_fresh_tokens(office: Desk) -> None:
    """The look renews what is due: nobody published for a day, and the token is another."""
    looks(office)
    office.clock.advance(timedelta(hours=22).total_seconds())
    looks(office)
    assert len(office.zalo.calls("oauth/access_token")) == 1
    assert office.standing().problem == {}


@pytest.mark.both_databases
def test_closed_channels_and_those_without_tokens_are_left_alone(office: Desk) -> None:
    closed = office.add_channel("dong", active=False)
    looks(office)
    with office.database.connect() as connection:
        known = connection.execute(select(STANDING.c.channel_id)).scalars().all()
    assert closed not in known
