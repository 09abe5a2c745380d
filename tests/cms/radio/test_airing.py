"""Logging a whole bulletin: one entry for each of its items, once, in the order and with the share of time of each."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from cms.core.database import changing, db
from cms.core.refusal import AlreadyKept, Conflict, Invalid, NotAllowed, NotFound
from cms.models.people import Person
from cms.models.radio import Broadcast, BulletinAiring, Programme
from cms.models.roles import Role
from cms.radio.bulletins import airing, composing
from cms.radio.scripts import broadcast_log
from scheduler.storage.tables import Delivery, StoredRendition
from tests.cms.deliveries.press import audited
from tests.cms.newsroom import Newsroom, actor, person, unit
from tests.cms.radio.conftest import Live
from tests.conftest import Clock

pytestmark = pytest.mark.one_database

TODAY = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
"""17:30 on Sunday in Viet Nam."""


@pytest.fixture
def three(live: Live) -> list[int]:
    return [live(title) for title in ("Một", "Hai", "Ba")]


@pytest.fixture
def bulletin(news: Newsroom, programme: Programme, three: list[int], clock: Clock) -> int:
    """A bulletin of three items whose time is over."""
    with changing() as session:
        made = composing.begin(
            session, actor(news.broadcaster), programme_id=programme.id, air_at=TODAY, items=three, now=clock()
        ).id
    clock.turn(hours=11)
    return made


def log(who: Person, bulletin: int, clock: Clock, **more: Any) -> BulletinAiring:
    values: dict[str, Any] = {"event_id": "dai-huyen-0001", "started_at": TODAY, "duration_s": 240, **more}
    read = airing.as_aired(db.session(), actor(who), bulletin, values.pop("aired", None), values["started_at"])
    with changing() as session:
        return airing.log_bulletin(session, actor(who), read, bulletin_id=bulletin, now=clock(), **values)


def entries() -> list[Broadcast]:
    db.session.rollback()
    return list(db.session.scalars(select(Broadcast).order_by(Broadcast.started_at, Broadcast.id)))


def test_each_item_gets_its_start_and_its_share(news: Newsroom, bulletin: int, three: list[int], clock: Clock) -> None:
    made = log(news.broadcaster, bulletin, clock, station="Đài huyện")
    found = entries()
    assert [one.delivery_id for one in found] == three
    assert {(one.unit_id, one.station, one.airing_id) for one in found} == {(news.district.id, "Đài huyện", made.id)}
    starts = [(one.started_at - TODAY).total_seconds() for one in found]
    assert 0 < starts[0] < starts[1] < starts[2] < 240
    lengths = [one.duration_s or 0 for one in found]
    assert all(length > 10 for length in lengths)
    assert starts[1] - starts[0] > lengths[0]
    assert starts[2] + lengths[2] < 240
    assert len(audited("broadcast.log")) == 3
    assert len(audited("bulletin.air")) == 1


def test_without_a_measured_length_the_items_have_none(news: Newsroom, bulletin: int, clock: Clock) -> None:
    log(news.broadcaster, bulletin, clock, duration_s=None)
    assert [one.duration_s for one in entries()] == [None, None, None]


@pytest.mark.both_databases
def test_sent_again_nothing_happens(news: Newsroom, bulletin: int, clock: Clock) -> None:
    first = log(news.broadcaster, bulletin, clock)
    assert log(news.broadcaster, bulletin, clock).id == first.id
    assert len(entries()) == 3


@pytest.mark.parametrize("other", [{"duration_s": 250}, {"station": "Đài khác"}, {"aired": []}])
def test_an_event_of_other_words_is_refused_with_what_is_there(
    news: Newsroom, bulletin: int, clock: Clock, other: dict[str, Any]
) -> None:
    first = log(news.broadcaster, bulletin, clock)
    with pytest.raises(AlreadyKept, match="dài 240 giây") as refused:
        log(news.broadcaster, bulletin, clock, **other)
    assert refused.value.existing["id"] == first.id
    assert len(entries()) == 3


@pytest.mark.parametrize("seconds", [0, -5, 5 * 3600, 24 * 3600])
def test_a_bulletin_is_not_on_air_for_a_day(news: Newsroom, bulletin: int, clock: Clock, seconds: int) -> None:
    with pytest.raises(Invalid):
        log(news.broadcaster, bulletin, clock, duration_s=seconds)
    db.session.rollback()
    assert db.session.scalars(select(BulletinAiring)).all() == []


def test_only_what_was_read_is_logged(news: Newsroom, bulletin: int, three: list[int], clock: Clock) -> None:
    log(news.broadcaster, bulletin, clock, aired=[three[2], three[0]])
    assert [one.delivery_id for one in entries()] == [three[0], three[2]]


@pytest.mark.parametrize("aired", [[], [9_999]])
def test_somebody_must_have_read_something(news: Newsroom, bulletin: int, clock: Clock, aired: list[int]) -> None:
    with pytest.raises(Invalid, match="Hãy chọn những tin đã đọc"):
        log(news.broadcaster, bulletin, clock, aired=aired)
    assert entries() == []


def test_what_was_called_back_before_is_left_out_and_what_was_later_counts_as_read(
    news: Newsroom, bulletin: int, three: list[int], retract: Callable[[int], None], clock: Clock
) -> None:
    clock.turn(hours=-2)
    retract(three[0])
    clock.turn(hours=2, minutes=5)
    retract(three[1])
    log(news.broadcaster, bulletin, clock)
    assert [one.delivery_id for one in entries()] == three[1:]


def test_an_item_that_was_read_after_all_can_be_told(
    news: Newsroom, bulletin: int, three: list[int], retract: Callable[[int], None], clock: Clock
) -> None:
    clock.turn(hours=-2)
    retract(three[0])
    clock.turn(hours=2)
    log(news.broadcaster, bulletin, clock, aired=three)
    assert [one.delivery_id for one in entries()] == three


@pytest.mark.parametrize(
    ("more", "error", "sentence"),
    [
        ({"event_id": "ngắn"}, Invalid, "từ 8 đến 68"),
        ({"event_id": "x" * 69}, Invalid, "từ 8 đến 68"),
        ({"started_at": TODAY + timedelta(days=1)}, Invalid, "chưa tới"),
        ({"started_at": TODAY - timedelta(days=1)}, Invalid, "sớm hơn lúc kịch bản được phát hành"),
        ({"duration_s": 20_000}, Invalid, "từ 1 giây đến 4 giờ|chưa tới"),
        ({"station": "x" * 201}, Invalid, "dài quá 200"),
        ({"unit_id": 999}, Invalid, "Hãy chọn đơn vị"),
    ],
)
def test_what_cannot_be_true_leaves_no_entry_at_all(
    news: Newsroom, bulletin: int, clock: Clock, more: dict[str, Any], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        log(news.broadcaster, bulletin, clock, **more)
    assert entries() == []
    assert db.session.scalars(select(BulletinAiring)).all() == []


@pytest.mark.both_databases
def test_a_commune_logs_what_the_district_put_together(news: Newsroom, bulletin: int, clock: Clock) -> None:
    commune = unit("Xã An Thạnh", news.district)
    reader = person("loa-xa", (Role.BROADCASTER, commune))
    assert log(reader, bulletin, clock).unit_id == commune.id
    assert {one.unit_id for one in entries()} == {commune.id}
    with pytest.raises(NotAllowed):
        log(reader, bulletin, clock, event_id="dai-huyen-0002", unit_id=news.district.id)


def test_others_do_not_log(news: Newsroom, bulletin: int, clock: Clock) -> None:
    with pytest.raises(NotAllowed):
        log(news.viewer, bulletin, clock)
    with pytest.raises(NotFound):
        log(news.outsider, bulletin, clock)


def test_an_event_id_is_not_taken_for_another_bulletin(
    news: Newsroom, programme: Programme, bulletin: int, three: list[int], clock: Clock
) -> None:
    log(news.broadcaster, bulletin, clock)
    with changing() as session:
        other = composing.begin(
            session, actor(news.broadcaster), programme_id=programme.id, air_at=TODAY + timedelta(hours=1),
            items=three[:1], now=clock(),
        ).id  # fmt: skip
    with pytest.raises(Conflict, match="đã dùng cho bản tin khác"):
        log(news.broadcaster, other, clock)


@pytest.mark.both_databases
def test_a_wrong_entry_is_voided_with_those_of_its_items(
    news: Newsroom, bulletin: int, three: list[int], clock: Clock
) -> None:
    made = log(news.broadcaster, bulletin, clock)
    with changing() as session:
        broadcast_log.void_broadcast(session, actor(news.broadcaster), entries()[0].id, reason="không đọc", now=clock())
    for reason, error in ((" ", Invalid), ("x" * 1_001, Invalid)):
        with pytest.raises(error), changing() as session:
            airing.void_airing(session, actor(news.broadcaster), made.id, reason=reason, now=clock())
    with changing() as session:
        airing.void_airing(session, actor(news.broadcaster), made.id, reason="nhầm ngày", now=clock())
    assert [one.void_reason for one in entries()] == ["không đọc", "nhầm ngày", "nhầm ngày"]
    with pytest.raises(Conflict, match="đã được hủy"), changing() as session:
        airing.void_airing(session, actor(news.broadcaster), made.id, reason="lại", now=clock())
    assert log(news.broadcaster, bulletin, clock, event_id="dai-huyen-0002").id != made.id
    assert sum(one.voided_at is None for one in entries()) == 3


@pytest.mark.both_databases
def test_a_bulletin_that_was_aired_is_kept(news: Newsroom, bulletin: int, clock: Clock) -> None:
    log(news.broadcaster, bulletin, clock)
    with pytest.raises(Conflict, match="được giữ lại"), changing() as session:
        composing.discard(session, actor(news.broadcaster), bulletin, now=clock())


def test_what_changed_while_the_bulletin_was_composed_is_not_logged_as_it_was(
    news: Newsroom, bulletin: int, three: list[int], clock: Clock, retract: Callable[[int], None]
) -> None:
    """It is composed before the database is locked: inside, only what it was made from is compared."""
    who = actor(news.broadcaster)
    read = airing.as_aired(db.session(), who, bulletin, None, TODAY)
    retract(three[1])
    with pytest.raises(Conflict, match="vừa được người khác sửa"), changing() as session:
        airing.log_bulletin(
            session, who, read, bulletin_id=bulletin, event_id="dai-huyen-0009", started_at=TODAY, duration_s=240,
            now=clock(),
        )  # fmt: skip
    assert entries() == []


def test_an_item_that_is_damaged_keeps_no_other_from_being_logged(
    news: Newsroom, bulletin: int, three: list[int], clock: Clock
) -> None:
    with changing() as session:
        rendition_id = session.get_one(Delivery, three[1]).live_rendition_id
        session.get_one(StoredRendition, rendition_id).document = {"version": "?"}
    log(news.broadcaster, bulletin, clock)
    assert [one.delivery_id for one in entries()] == [three[0], three[2]]
    log(news.broadcaster, bulletin, clock, event_id="dai-huyen-0002", aired=three, station="Đài khác")
    assert {one.delivery_id for one in entries()} == set(three)
