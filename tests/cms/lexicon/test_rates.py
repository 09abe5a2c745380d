"""Read rates: from one timed reading to the length of every script of the station."""

import pytest
from flask import Flask

from channels.radio_script.reading import built_in, read_aloud
from channels.radio_script.settings import StationSettings
from channels.radio_script.speech.length import STOP_S, measure
from cms.core.database import changing, db
from cms.core.refusal import Invalid, NotAllowed
from cms.lexicon import rates
from cms.lexicon.rate_views import TO_READ, seconds_of
from cms.lexicon.rates import Rates, rates_of
from cms.lexicon.stations import settings_of
from cms.models.lexicon import TimedReading
from cms.models.people import Person, Unit
from scheduler.storage.tables import Channel
from tests.cms.newsroom import Newsroom, actor, channel, newsroom
from tests.conftest import SUNDAY


@pytest.fixture
def news(app: Flask) -> Newsroom:
    return newsroom()


def reading(presenter: str, rate: float, *, voided: bool = False) -> TimedReading:
    return TimedReading(presenter=presenter, rate=rate, voided_at=SUNDAY if voided else None)


@pytest.mark.parametrize(
    ("readings", "found"),
    [
        ([], None),
        ([reading("", 4.0)], Rates(4.0)),
        ([reading("", 4.0), reading("", 3.8)], Rates(3.8)),
        ([reading("An", 4.0)], Rates(4.0)),
        ([reading("An", 4.0), reading("Bình", 5.0)], Rates(4.5, 4.0, 5.0)),
        ([reading("An", 4.0), reading("Bình", 5.0), reading("an", 4.4)], Rates(4.7, 4.4, 5.0)),
        ([reading("An", 4.0), reading("Bình", 5.0), reading("", 4.2)], Rates(4.2, 4.0, 5.0)),
        ([reading("An", 4.0, voided=True)], None),
    ],
)
def test_the_newest_of_each_counts_and_the_stations_own_goes_first(
    readings: list[TimedReading], found: Rates | None
) -> None:
    assert rates_of(readings) == found


def test_a_rate_gives_back_the_time_it_was_measured_in() -> None:
    length, rate = rates.timed_rate(TO_READ, 40.0, built_in(), "north")
    assert length == measure(read_aloud(TO_READ).spoken)
    assert length.seconds(rate) - STOP_S == pytest.approx(40.0)


@pytest.mark.parametrize(
    ("text", "seconds", "field"),
    [("Chỉ vài tiếng.", 3, "text"), (TO_READ, 5, "seconds"), (TO_READ, 500, "seconds"), ("", 30, "text")],
)
def test_what_cannot_be_a_reading_is_refused(text: str, seconds: float, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        rates.timed_rate(text, seconds, built_in(), "north")
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("written", "seconds"), [("58", 58), (" 58,4 ", 58.4), ("58.4", 58.4), ("1:05", 65), ("1'05\"", 65), ("2’3", 123)]
)
def test_seconds_are_read_as_people_write_them(written: str, seconds: float) -> None:
    assert seconds_of(written) == pytest.approx(seconds)


@pytest.mark.parametrize("written", ["", "abc", "-3", "0", "1:xx", "99:00:00", "4000", "nan", "inf"])
def test_seconds_that_are_none_are_refused(written: str) -> None:
    with pytest.raises(Invalid):
        seconds_of(written)


def timed(who: Person, where: Unit, seconds: float, presenter: str = "") -> TimedReading:
    length, rate = rates.timed_rate(TO_READ, seconds, built_in(), "north")
    with changing() as session:
        return rates.add(session, actor(who), where.id, presenter, length, seconds, rate, now=SUNDAY)


def station_of(made: Channel) -> StationSettings:
    db.session.rollback()
    found = settings_of(db.session.get_one(Channel, made.id))
    assert isinstance(found, StationSettings)
    return found


def test_a_station_reads_at_its_timed_rate_and_its_presenters_give_the_range(news: Newsroom) -> None:
    loud = channel("radio_script", news.district, "loa")
    assert station_of(loud).reading_rate() == 4.2
    own = timed(news.broadcaster, news.district, 45)
    assert station_of(loud).reading_rate() == pytest.approx(own.rate, abs=0.01)
    fast, slow = timed(news.broadcaster, news.district, 38, "An"), timed(news.broadcaster, news.district, 47, "Bình")
    assert station_of(loud).measured == (slow.rate, fast.rate)
    with changing() as session:
        rates.void(session, actor(news.broadcaster), own.id, now=SUNDAY)
    assert station_of(loud).reading_rate() == pytest.approx((fast.rate + slow.rate) / 2, abs=0.01)


def test_another_unit_is_not_touched(news: Newsroom) -> None:
    loud = channel("radio_script", news.paper, "loa")
    timed(news.broadcaster, news.district, 45)
    assert station_of(loud).rate is None


def test_only_people_of_the_station_time_it(news: Newsroom) -> None:
    for who in (news.viewer, news.outsider):
        with pytest.raises(NotAllowed):
            timed(who, news.district, 45)
