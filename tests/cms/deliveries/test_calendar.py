"""The week: lanes, days at Vietnamese midnights, intentions apart from promises, free times."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from cms.core import periods
from cms.core.database import changing, db
from cms.deliveries.calendar import CalendarChoice, Gap, Grouping, Intention, Promise, asked_week, lay_out, week
from cms.deliveries.queries import ChannelPlace, DeliveryRow
from cms.models.stories import Story
from cms.models.story_states import Stage
from scheduler.storage.tables import Channel, Delivery
from tests.cms.deliveries.press import bent, promised
from tests.cms.newsroom import Newsroom, actor, channel, newsroom, story
from tests.conftest import SUNDAY, Clock

WEEK = periods.parse("2026-W47")
PAPER = ChannelPlace(1, "Báo", "portal_rss", "bao", 1, "Báo Sông Vàm", "/1/", True)
ZALO = ChannelPlace(2, "Zalo", "zalo_oa", "zalo", 1, "Báo Sông Vàm", "/1/", True)


def promise(at: datetime, place: ChannelPlace = PAPER, unit: str = "Báo Sông Vàm") -> Promise:
    return Promise(DeliveryRow(Delivery(scheduled_at=at), "Bài", 1, unit, place))


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2026-W47", "2026-W47"),
        ("2026-11-22", "2026-W47"),
        ("2026-11-23", "2026-W48"),
        ("", "2026-W47"),
    ],
)
def test_a_week_is_asked_for_by_its_number_or_any_day_of_it(written: str, code: str) -> None:
    found = asked_week(written, SUNDAY)
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize("written", ["tuần này", "2026-W99", "32/13/2026", "31/12/9999", "29/02/2026"])
def test_what_names_no_week_is_none(written: str) -> None:
    assert asked_week(written, SUNDAY) is None


def test_an_entry_belongs_to_the_day_on_vietnamese_clocks() -> None:
    late_monday = promise(datetime(2026, 11, 16, 16, 59, tzinfo=UTC))
    early_tuesday = promise(datetime(2026, 11, 16, 17, 0, tzinfo=UTC))
    [lane] = lay_out(WEEK, Grouping.CHANNEL, [late_monday, early_tuesday], [], []).lanes
    assert [len(day.timed) for day in lane.days] == [1, 1, 0, 0, 0, 0, 0]


def test_lanes_are_channels_or_the_writing_units() -> None:
    entries = [promise(SUNDAY), promise(SUNDAY, ZALO), promise(SUNDAY, ZALO, "Sở Thông tin")]
    by_channel = lay_out(WEEK, Grouping.CHANNEL, entries, [], [])
    by_unit = lay_out(WEEK, Grouping.UNIT, entries, [], [])
    assert [lane.name for lane in by_channel.lanes] == ["Báo", "Zalo"]
    by_name = {lane.name: len(lane.days[6].timed) for lane in by_unit.lanes}
    assert by_name == {"Báo Sông Vàm": 2, "Sở Thông tin": 1}


def test_an_intention_has_no_channel_yet() -> None:
    meant = Intention(7, "Bài dự kiến", Stage.DRAFT, "Báo Sông Vàm", date(2026, 11, 18))
    laid = lay_out(WEEK, Grouping.CHANNEL, [promise(SUNDAY)], [meant], [])
    assert [(lane.name, lane.place) for lane in laid.lanes] == [("", None), ("Báo", PAPER)]
    assert lay_out(WEEK, Grouping.UNIT, [promise(SUNDAY)], [meant], []).lanes[0].days[2].intentions == [meant]
    assert laid.by_day[2].intentions == [meant]


def test_a_day_is_in_order_of_time_with_promises_before_gaps() -> None:
    noon = datetime(2026, 11, 17, 5, 0, tzinfo=UTC)
    entries: list[Any] = [Gap(noon, PAPER), promise(noon), promise(noon - timedelta(hours=1))]
    laid = lay_out(WEEK, Grouping.CHANNEL, entries[1:], [], entries[:1])
    shown = laid.lanes[0].days[1].timed
    assert shown == [entries[2], entries[1], entries[0]]


@pytest.fixture
def news(app: Flask) -> Newsroom:
    return newsroom()


@pytest.fixture
def feed(news: Newsroom) -> Channel:
    slots = [{"weekday": day, "time": "07:30"} for day in (1, 4, 7)]
    return channel("portal_rss", news.paper, "bao-song-vam", weekly_slots=slots)


NEXT = periods.parse("2026-W48")
MONDAY_0730 = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)


def gaps(news: Newsroom, clock: Clock, choice: CalendarChoice = CalendarChoice()) -> list[datetime]:  # noqa: B008  # frozen
    shown = week(db.session(), actor(news.lead), NEXT, choice, clock())
    return [entry.at for day in shown.by_day for entry in day.timed if isinstance(entry, Gap)]


def test_a_weekly_time_is_free_until_something_is_promised_for_it(
    app: Flask, news: Newsroom, feed: Channel, clock: Clock
) -> None:
    assert MONDAY_0730 in gaps(news, clock)
    delivery = promised(app, news, feed, at=MONDAY_0730)
    assert MONDAY_0730 not in gaps(news, clock)
    assert len(gaps(news, clock)) == 2
    bent(delivery, state="cancelled", next_at=None)
    assert MONDAY_0730 in gaps(news, clock)


def test_times_that_have_passed_are_not_offered(news: Newsroom, feed: Channel, clock: Clock) -> None:
    clock.turn(days=2)
    assert min(gaps(news, clock)) > clock()
    clock.turn(days=14)
    assert gaps(news, clock) == []


def test_a_planned_story_leaves_the_intentions_once_it_is_promised(
    app: Flask, news: Newsroom, feed: Channel, clock: Clock
) -> None:
    made = story(news.editor, news.paper, now=clock(), title="Dự kiến")
    delivery = promised(app, news, feed, at=MONDAY_0730, title="Đã hẹn")
    with changing() as session:
        session.get_one(Story, made.id).planned_for = date(2026, 11, 25)
        promised_story = session.get_one(Delivery, delivery).story_id
        session.get_one(Story, promised_story).planned_for = date(2026, 11, 25)
    shown = week(db.session(), actor(news.editor), NEXT, CalendarChoice(), clock())
    assert [one.title for day in shown.by_day for one in day.intentions] == ["Dự kiến"]


def test_a_week_shows_only_what_the_person_may_see(app: Flask, news: Newsroom, feed: Channel, clock: Clock) -> None:
    promised(app, news, feed, at=MONDAY_0730)
    assert week(db.session(), actor(news.outsider), NEXT, CalendarChoice(), clock()).lanes == []
    assert len(week(db.session(), actor(news.editor), NEXT, CalendarChoice(), clock()).lanes) == 1
