"""Putting a bulletin together: who may, from what, in which order, against which slot, and repeated."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from cms.core.database import changing, db
from cms.core.refusal import Conflict, Invalid, NotAllowed, NotFound
from cms.models.people import Person
from cms.models.radio import Bulletin, Programme
from cms.models.roles import Role
from cms.radio.bulletins import composing, programmes, rundown
from cms.radio.bulletins.programmes import ProgrammeFields
from cms.radio.bulletins.rundown import Rundown
from scheduler.storage.tables import Channel
from tests.cms.deliveries.press import audited, promised, work
from tests.cms.newsroom import Newsroom, actor, channel, counted, person, unit
from tests.cms.radio.conftest import FIELDS, Live
from tests.conftest import Clock

pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
"""Logging and classes are tried on both databases."""

MONDAY = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
"""17:30 on Monday in Viet Nam."""


@pytest.fixture
def three(live: Live) -> list[int]:
    return [live(title) for title in ("Một", "Hai", "Ba")]


@pytest.fixture
def bulletin(news: Newsroom, programme: Programme, three: list[int], clock: Clock) -> int:
    """A bulletin of three items, begun by the presenter."""
    with changing() as session:
        return composing.begin(
            session, actor(news.broadcaster), programme_id=programme.id, air_at=MONDAY, items=three, now=clock()
        ).id


def do(what: Callable[..., Any], who: Person, *args: Any, clock: Clock, **more: Any) -> Any:
    with changing() as session:
        return what(session, actor(who), *args, now=clock(), **more)


def fill(who: Person, bulletin: int, clock: Clock) -> tuple[Bulletin, int]:
    found = composing.fitting(db.session(), actor(who), bulletin)
    filled: tuple[Bulletin, int] = do(composing.fill, who, bulletin, found, clock=clock)
    return filled


def repeat(who: Person, bulletin: int, clock: Clock) -> Bulletin:
    items = composing.still_live(db.session(), actor(who), bulletin)
    later: Bulletin = do(composing.repeat, who, bulletin, items, clock=clock)
    return later


def read(who: Person, bulletin: int) -> Rundown:
    db.session.rollback()
    db.session.expire_all()
    return rundown.read(db.session(), actor(who), bulletin)


def order(news: Newsroom, bulletin: int) -> list[int]:
    return [row.script.delivery_id for row in read(news.broadcaster, bulletin).rows]


def test_a_bulletin_is_begun_once_for_each_time(
    news: Newsroom, programme: Programme, bulletin: int, clock: Clock
) -> None:
    again = do(composing.begin, news.broadcaster, programme_id=programme.id, air_at=MONDAY, clock=clock)
    assert again.id == bulletin
    assert len(db.session.scalars(select(Bulletin)).all()) == 1
    [row] = audited("bulletin.begin")
    assert row.unit_id == news.district.id


def test_the_total_is_told_against_the_slot(news: Newsroom, bulletin: int) -> None:
    found = read(news.broadcaster, bulletin)
    assert [row.script.title for row in found.rows] == ["Một", "Hai", "Ba"]
    assert found.sums.slot_s == 300
    assert found.sums.seconds == found.whole.estimate.seconds
    assert found.sums.off < 0
    assert [row.at for row in found.rows] == sorted(row.at or 0 for row in found.rows)


def test_items_are_moved_arranged_taken_out_and_in(
    news: Newsroom, bulletin: int, three: list[int], live: Live, clock: Clock
) -> None:
    one, two, last = three
    do(composing.move, news.broadcaster, bulletin, last, -1, clock=clock)
    assert order(news, bulletin) == [one, last, two]
    do(composing.arrange, news.broadcaster, bulletin, [two, one, last], clock=clock)
    assert order(news, bulletin) == [two, one, last]
    do(composing.remove, news.broadcaster, bulletin, one, clock=clock)
    more = live("Bốn")
    do(composing.add, news.broadcaster, bulletin, more, clock=clock)
    do(composing.add, news.broadcaster, bulletin, more, clock=clock)
    assert order(news, bulletin) == [two, last, more]
    do(composing.compose, news.broadcaster, bulletin, [more, one, two], clock=clock)
    assert order(news, bulletin) == [more, one, two]
    assert len(audited("bulletin.change")) == 5


def test_of_two_people_the_second_sees_what_the_first_did(
    news: Newsroom, bulletin: int, three: list[int], clock: Clock
) -> None:
    seen = read(news.broadcaster, bulletin).bulletin.version
    do(composing.remove, news.broadcaster, bulletin, three[0], version=seen, clock=clock)
    with pytest.raises(Conflict, match="vừa được người khác sửa"):
        do(composing.move, news.broadcaster, bulletin, three[2], -1, version=seen, clock=clock)
    with pytest.raises(Conflict, match="vừa được người khác sửa"):
        do(composing.arrange, news.broadcaster, bulletin, three, clock=clock)
    assert order(news, bulletin) == three[1:]


def test_the_slot_is_filled_with_what_was_not_aired(
    news: Newsroom, programme: Programme, three: list[int], clock: Clock
) -> None:
    made = do(composing.begin, news.broadcaster, programme_id=programme.id, air_at=MONDAY, clock=clock)
    _bulletin, count = fill(news.broadcaster, made.id, clock)
    assert count == 3
    assert order(news, made.id) == three[::-1]
    assert fill(news.broadcaster, made.id, clock)[1] == 0


def test_what_was_chosen_for_another_arrangement_is_not_taken_in(
    news: Newsroom, bulletin: int, three: list[int], clock: Clock
) -> None:
    found = composing.fitting(db.session(), actor(news.broadcaster), bulletin)
    do(composing.remove, news.broadcaster, bulletin, three[0], clock=clock)
    with pytest.raises(Conflict, match="vừa được người khác sửa"):
        do(composing.fill, news.broadcaster, bulletin, found, clock=clock)
    assert order(news, bulletin) == three[1:]


def test_what_was_called_back_is_cut_and_said(
    news: Newsroom, bulletin: int, three: list[int], retract: Callable[[int], None]
) -> None:
    retract(three[1])
    found = read(news.broadcaster, bulletin)
    assert [row.script.delivery_id for row in found.gone] == [three[1]]
    assert [row.at is None for row in found.rows] == [False, True, False]
    assert "TIN 2: Ba" in [line.cue for line in found.whole.lines]


def test_a_week_later_it_is_the_same_without_what_is_gone(
    news: Newsroom, bulletin: int, three: list[int], retract: Callable[[int], None], clock: Clock
) -> None:
    retract(three[0])
    later = repeat(news.broadcaster, bulletin, clock)
    assert later.air_at == MONDAY + timedelta(days=7)
    assert order(news, later.id) == three[1:]
    assert repeat(news.broadcaster, bulletin, clock).id == later.id


def test_a_bulletin_keeps_the_words_it_was_begun_with(
    news: Newsroom, programme: Programme, bulletin: int, clock: Clock
) -> None:
    new = ProgrammeFields("Bản tin mới", greeting="Xin chào!", slot_s=600)
    do(programmes.edit, news.broadcaster, programme.id, fields=new, weekly=[], clock=clock)
    found = read(news.broadcaster, bulletin)
    assert (found.frame.greeting, found.bulletin.slot_s) == ("Kính chào bà con!", 300)


def test_time_slot_and_title_of_one_bulletin_can_be_changed(
    news: Newsroom, programme: Programme, bulletin: int, clock: Clock
) -> None:
    at = MONDAY + timedelta(hours=1)
    do(composing.retime, news.broadcaster, bulletin, title="Bản tin  bão", air_at=at, slot_s=900, clock=clock)
    found = read(news.broadcaster, bulletin).bulletin
    assert (found.title, found.air_at, found.slot_s) == ("Bản tin bão", at, 900)
    other = do(composing.begin, news.broadcaster, programme_id=programme.id, air_at=MONDAY, clock=clock)
    with pytest.raises(Conflict, match="bản tin khác vào giờ này"):
        do(composing.retime, news.broadcaster, other.id, title="x", air_at=at, slot_s=300, clock=clock)
    for wrong, field in (
        ({"title": " "}, "title"),
        ({"slot_s": 30}, "slot_minutes"),
        ({"slot_s": 3660}, "slot_minutes"),
    ):
        values = {"title": "x", "air_at": MONDAY, "slot_s": 300, **wrong}
        with pytest.raises(Invalid) as refused:
            do(composing.retime, news.broadcaster, bulletin, clock=clock, **values)
        assert refused.value.field == field


def test_a_bulletin_is_thrown_away_and_its_scripts_stay(news: Newsroom, bulletin: int, clock: Clock) -> None:
    do(composing.discard, news.broadcaster, bulletin, clock=clock)
    with pytest.raises(NotFound):
        read(news.broadcaster, bulletin)
    assert [row.detail["title"] for row in audited("bulletin.discard")]


@pytest.mark.parametrize(("who", "allowed"), [("broadcaster", True), ("admin", True), ("viewer", False)])
def test_who_puts_bulletins_together(news: Newsroom, bulletin: int, clock: Clock, who: str, allowed: bool) -> None:
    someone = getattr(news, who)
    if allowed:
        do(composing.move, someone, bulletin, order(news, bulletin)[0], 1, clock=clock)
        return
    assert read(someone, bulletin).rows
    with pytest.raises(NotAllowed, match="biên tập viên hoặc phát thanh viên"):
        do(composing.move, someone, bulletin, order(news, bulletin)[0], 1, clock=clock)


def test_a_commune_puts_the_districts_scripts_together_and_the_next_one_sees_nothing_of_it(
    news: Newsroom, three: list[int], clock: Clock
) -> None:
    here, there = unit("Xã An Thạnh", news.district), unit("Xã Tân Bửu", news.district)
    mine, other = person("xa-mot", (Role.BROADCASTER, here)), person("xa-hai", (Role.BROADCASTER, there))
    made = do(programmes.create, mine, unit_id=here.id, fields=FIELDS, weekly=[], clock=clock)
    bulletin = do(composing.begin, mine, programme_id=made.id, air_at=MONDAY, items=three, clock=clock).id
    assert read(mine, bulletin).frame.station == "Xã An Thạnh"
    with pytest.raises(NotFound):
        read(other, bulletin)
    assert read(news.broadcaster, bulletin).rows


def test_only_scripts_of_the_own_station_are_taken_in(
    app: Flask, news: Newsroom, bulletin: int, chief: Person, clock: Clock
) -> None:
    elsewhere = channel("radio_script", news.department, "noi-khac")
    foreign = promised(app, news, elsewhere, by=chief, title="Của nơi khác")
    waiting = promised(
        app, news, db.session.get_one(Channel, 1), by=chief, title="Chưa", at=clock() + timedelta(days=1)
    )
    work(clock)
    for one in (foreign, waiting, 9_999):
        with pytest.raises(Invalid, match="không còn phát hành cho đài của bạn"):
            do(composing.add, news.broadcaster, bulletin, one, clock=clock)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"), ({"name": "x" * 121}, "name"), ({"station": "x" * 161}, "station"),
        ({"greeting": "x" * 501}, "greeting"), ({"closing": "x" * 501}, "closing"), ({"slot_s": 0}, "slot_minutes"),
        ({"tune_s": 61}, "tune_s"), ({"jingle_s": -1}, "jingle_s"), ({"rate": 9}, "rate"),
        ({"dialect": "x"}, "dialect"),
    ],
)  # fmt: skip
def test_a_programme_that_cannot_be_aired_is_refused(
    news: Newsroom, loudspeaker: Channel, clock: Clock, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        do(
            programmes.create, news.broadcaster, unit_id=news.district.id, fields=replace(FIELDS, **change), weekly=[],
            clock=clock,
        )  # fmt: skip
    assert refused.value.field == field


def test_coming_times_are_those_without_a_bulletin(programme: Programme, bulletin: int, clock: Clock) -> None:
    begun = programmes.begun(db.session(), [programme.id], clock())
    coming = programmes.coming(programme.weekly_slots, begun[programme.id], clock())
    assert [f"{at:%a %H:%M}" for at in coming] == ["Wed 22:30"]
    clock.turn(days=2)
    assert len(programmes.coming(programme.weekly_slots, set(), clock())) == 2


def test_the_rundown_asks_the_database_as_often_for_one_item_as_for_many(
    news: Newsroom, bulletin: int, three: list[int], live: Live, clock: Clock
) -> None:
    live("Bốn")

    def asked() -> int:
        db.session.rollback()
        db.session.expire_all()
        with counted() as statements:
            rundown.choices(db.session(), rundown.read(db.session(), actor(news.broadcaster), bulletin))
        return len(statements)

    many = asked()
    do(composing.compose, news.broadcaster, bulletin, three[:1], clock=clock)
    assert asked() == many <= 11
