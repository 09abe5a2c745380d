"""Decisions about deliveries: who may take them, that they are carried out, and that each leaves its trace."""

from datetime import timedelta

import pytest
from flask import Flask

from cms.core.database import changing, db
from cms.core.refusal import Invalid, NotAllowed, NotFound, Refusal
from cms.deliveries import handling
from cms.models.audit import AuditEntry
from cms.models.roles import Role
from scheduler.decisions.states import DeliveryState
from scheduler.storage.tables import Channel, Delivery
from tests.cms.deliveries.press import audit_count, audited, bent, failed, promised, state, unclear, work
from tests.cms.newsroom import Newsroom, actor, channel, newsroom, person
from tests.conftest import Clock


@pytest.fixture
def news(app: Flask) -> Newsroom:
    return newsroom()


@pytest.fixture
def feed(news: Newsroom) -> Channel:
    return channel("portal_rss", news.paper, "bao-song-vam")


@pytest.fixture
def waiting(app: Flask, news: Newsroom, feed: Channel, clock: Clock) -> int:
    return promised(app, news, feed, at=clock() + timedelta(hours=5))


def test_unscheduling_publishes_nothing_even_after_the_old_hour(news: Newsroom, waiting: int, clock: Clock) -> None:
    with changing() as session:
        handling.cancel(session, actor(news.lead), waiting, reason="đổi kế hoạch", now=clock())
    clock.turn(hours=6)
    work(clock)
    assert state(waiting) == DeliveryState.CANCELLED
    assert db.session.get_one(Delivery, waiting).live_at is None
    [row] = audited("delivery.cancel")
    assert row.person_id == news.lead.id
    assert row.detail == {"story": row.detail["story"], "before": "scheduled", "reason": "đổi kế hoạch"}


def test_a_moved_delivery_goes_out_at_the_new_hour_and_not_at_the_old(
    news: Newsroom, waiting: int, clock: Clock
) -> None:
    with changing() as session:
        handling.move(session, actor(news.lead), waiting, at=clock() + timedelta(hours=8), now=clock())
    clock.turn(hours=6)
    work(clock)
    assert state(waiting) == DeliveryState.SCHEDULED
    clock.turn(hours=3)
    work(clock)
    assert state(waiting) == DeliveryState.LIVE
    [row] = audited("delivery.move")
    assert row.detail["before"] < row.detail["after"]


def test_a_move_from_an_old_page_is_refused_and_changes_nothing(news: Newsroom, waiting: int, clock: Clock) -> None:
    seen = db.session.get_one(Delivery, waiting).schedule_version
    with changing() as session:
        handling.move(session, actor(news.lead), waiting, at=clock() + timedelta(hours=8), version=seen, now=clock())
    with pytest.raises(Refusal, match="vừa thay đổi"):
        _move(news, waiting, clock, hours=9, version=seen)
    assert db.session.get_one(Delivery, waiting).scheduled_at == clock() + timedelta(hours=8)
    assert len(audited("delivery.move")) == 1


def _move(news: Newsroom, delivery_id: int, clock: Clock, *, hours: float, version: int | None = None) -> None:
    with changing() as session:
        handling.move(
            session, actor(news.lead), delivery_id, at=clock() + timedelta(hours=hours), version=version, now=clock()
        )


def test_a_past_hour_is_refused_at_its_field(news: Newsroom, waiting: int, clock: Clock) -> None:
    with pytest.raises(Refusal, match="đã qua") as refused:
        _move(news, waiting, clock, hours=-1)
    assert (refused.value.status, refused.value.field) == (422, "at")


def test_what_is_out_can_no_longer_be_moved_or_unscheduled(news: Newsroom, waiting: int, clock: Clock) -> None:
    clock.turn(hours=6)
    work(clock)
    before = audit_count()
    with pytest.raises(Refusal, match="đã được gửi lên kênh"):
        _move(news, waiting, clock, hours=1)
    with pytest.raises(Refusal, match="đã được gửi lên kênh"), changing() as session:
        handling.cancel(session, actor(news.lead), waiting, now=clock())
    assert audit_count() == before


DECISIONS = ("confirm_sent", "send_again", "confirm_not_sent")


@pytest.mark.parametrize("decision", DECISIONS)
def test_settling_an_unclear_call_needs_a_reason(news: Newsroom, waiting: int, clock: Clock, decision: str) -> None:
    unclear(waiting, clock())
    with pytest.raises(Invalid, match="Hãy ghi lý do") as refused, changing() as session:
        getattr(handling, decision)(session, actor(news.lead), waiting, reason="  ", now=clock())
    assert refused.value.field == "reason"
    assert state(waiting) == DeliveryState.UNKNOWN


@pytest.mark.parametrize(
    ("decision", "then"),
    [
        ("confirm_sent", DeliveryState.LIVE),
        ("send_again", DeliveryState.SCHEDULED),
        ("confirm_not_sent", DeliveryState.CANCELLED),
    ],
)
def test_an_unclear_call_is_settled_as_the_person_says(
    news: Newsroom, waiting: int, clock: Clock, decision: str, then: DeliveryState
) -> None:
    unclear(waiting, clock())
    with changing() as session:
        getattr(handling, decision)(session, actor(news.lead), waiting, reason="đã xem trang", now=clock())
    assert state(waiting) == then
    [row] = audited(f"delivery.{decision}")
    assert row.detail["reason"] == "đã xem trang"


def test_only_an_unclear_call_can_be_vouched_for(news: Newsroom, waiting: int, clock: Clock) -> None:
    with pytest.raises(Refusal), changing() as session:
        handling.confirm_sent(session, actor(news.lead), waiting, reason="đã xem", now=clock())
    assert audited("delivery.confirm_sent") == []


def test_a_link_that_is_no_web_address_is_refused(news: Newsroom, waiting: int, clock: Clock) -> None:
    unclear(waiting, clock())
    with pytest.raises(Invalid, match="http") as refused, changing() as session:
        handling.confirm_sent(
            session, actor(news.lead), waiting, reason="đã xem", link="javascript:alert(1)", now=clock()
        )
    assert refused.value.field == "link"


def test_bulk_retry_revives_what_failed_and_leaves_the_unclear_alone(
    app: Flask, news: Newsroom, feed: Channel, clock: Clock
) -> None:
    one, two, third = (promised(app, news, feed, at=clock() + timedelta(hours=1), title=f"Bài {n}") for n in range(3))
    failed(one)
    bent(two, state=DeliveryState.MISSED, next_at=None)
    unclear(third, clock())
    with changing() as session:
        assert handling.retry_channel(session, actor(news.lead), feed.id, now=clock()) == [one, two]
    work(clock)
    assert [state(one), state(two), state(third)] == ["live", "live", "unknown"]
    [row] = audited("delivery.retry_channel")
    assert row.detail["count"] == 2


def test_a_retry_of_nothing_leaves_no_trace(news: Newsroom, feed: Channel, clock: Clock) -> None:
    with changing() as session:
        assert handling.retry_channel(session, actor(news.lead), feed.id, now=clock()) == []
    assert audited("delivery.retry_channel") == []


def test_a_paused_channel_goes_on_when_somebody_says_so(news: Newsroom, feed: Channel, clock: Clock) -> None:
    with changing() as session:
        session.get_one(Channel, feed.id).health = "paused"
    with changing() as session:
        handling.resume_channel(session, actor(news.lead), feed.id, now=clock())
    assert db.session.get_one(Channel, feed.id, populate_existing=True).health == "ok"
    assert audited("channel.resume")[0].detail == {"before": "paused"}


ROLES = [("editor", False), ("colleague", False), ("lead", True), ("viewer", False), ("broadcaster", False)]


@pytest.mark.parametrize(("who", "allowed"), ROLES)
def test_who_may_unschedule(news: Newsroom, waiting: int, clock: Clock, who: str, allowed: bool) -> None:
    someone = actor(getattr(news, who))
    if allowed:
        with changing() as session:
            handling.cancel(session, someone, waiting, now=clock())
    else:
        with pytest.raises((NotAllowed, NotFound)), changing() as session:
            handling.cancel(session, someone, waiting, now=clock())
        assert state(waiting) == DeliveryState.SCHEDULED


@pytest.mark.parametrize(
    ("who", "allowed"),
    [("editor", False), ("lead", True), ("admin", True), ("outsider", False), ("viewer", False)],
)
def test_who_may_settle(news: Newsroom, waiting: int, clock: Clock, who: str, allowed: bool) -> None:
    failed(waiting)
    someone = actor(getattr(news, who))
    if allowed:
        with changing() as session:
            handling.retry(session, someone, waiting, now=clock())
        assert state(waiting) == DeliveryState.SCHEDULED
    else:
        with pytest.raises((NotAllowed, NotFound)), changing() as session:
            handling.retry(session, someone, waiting, now=clock())
        assert state(waiting) == DeliveryState.FAILED


def test_the_lead_of_the_storys_unit_may_unschedule_it_from_anothers_channel(
    app: Flask, news: Newsroom, clock: Clock
) -> None:
    other = channel("portal_rss", news.department, "so-thong-tin")
    chief = person("chi", (Role.LEAD, news.province))
    delivery = promised(app, news, other, at=clock() + timedelta(hours=1), by=chief)
    with changing() as session:
        handling.cancel(session, actor(news.lead), delivery, now=clock())
    assert state(delivery) == DeliveryState.CANCELLED
    row: AuditEntry = audited("delivery.cancel")[0]
    assert row.unit_id == news.department.id
