"""A district's station with scripts to put together."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from cms.core.database import changing, db
from cms.models.people import Person
from cms.models.radio import Programme
from cms.models.roles import Role
from cms.radio.bulletins import programmes
from cms.radio.bulletins.programmes import ProgrammeFields
from cms.stories.publishing import scheduling
from scheduler.storage.tables import Channel, Delivery
from tests.cms.deliveries.press import promised, work
from tests.cms.newsroom import Browser, Newsroom, actor, channel, newsroom, person, sign_in
from tests.conftest import Clock

FIELDS = ProgrammeFields("Bản tin chiều", greeting="Kính chào bà con!", closing="Xin cảm ơn bà con.", slot_s=300)
TWICE_A_WEEK = [{"weekday": 1, "time": "17:30"}, {"weekday": 4, "time": "05:30"}]

Live = Callable[..., int]


@pytest.fixture
def news(app: Flask) -> Newsroom:
    return newsroom()


@pytest.fixture
def chief(news: Newsroom) -> Person:
    """Schedules on every channel of the province."""
    return person("chi", (Role.LEAD, news.province), name="Hồ Lan Chi")


@pytest.fixture
def loudspeaker(news: Newsroom) -> Channel:
    return channel("radio_script", news.district, "truyen-thanh", name="Truyền thanh huyện")


@pytest.fixture
def browser(app: Flask, news: Newsroom) -> Browser:
    return sign_in(app, news.broadcaster)


@pytest.fixture
def live(app: Flask, news: Newsroom, chief: Person, loudspeaker: Channel, clock: Clock) -> Live:
    """Makes a script live on the district's channel and lets a minute pass."""

    def make(title: str, **fields: Any) -> int:
        made = promised(app, news, loudspeaker, by=chief, title=title, **fields)
        work(clock)
        clock.turn(minutes=1)
        return made

    return make


@pytest.fixture
def programme(news: Newsroom, loudspeaker: Channel, clock: Clock) -> Programme:
    """The district's bulletin of five minutes, twice a week."""
    with changing() as session:
        return programmes.create(
            session, actor(news.broadcaster), unit_id=news.district.id, fields=FIELDS, weekly=TWICE_A_WEEK, now=clock()
        )


@pytest.fixture
def retract(chief: Person, clock: Clock) -> Callable[[int], None]:
    """Calls the story of a script back."""

    def call_back(script: int) -> None:
        with changing() as session:
            story_id = session.get_one(Delivery, script).story_id
            scheduling.retract(session, actor(chief), story_id, reason="Sai số điện thoại", now=clock())
        work(clock)
        db.session.rollback()

    return call_back
