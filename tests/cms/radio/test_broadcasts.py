"""Logging what was on air: once each, by those who may, at times that can be true, and taken back with a reason."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from cms.core.database import changing, db
from cms.core.refusal import AlreadyKept, Conflict, Invalid, NotAllowed, NotFound, Refusal
from cms.models.audit import AuditEntry
from cms.models.people import Person
from cms.models.radio import Broadcast
from cms.models.roles import Role
from cms.radio.scripts import broadcast_log, logbook, queries
from cms.stories.publishing import scheduling
from scheduler.storage.tables import Channel, Delivery
from tests.cms.deliveries.press import audited, promised, work
from tests.cms.newsroom import Newsroom, actor, channel, newsroom, person, sign_in, unit
from tests.conftest import Clock


@pytest.fixture
def news(app: Flask) -> Newsroom:
    return newsroom()


@pytest.fixture
def chief(news: Newsroom) -> Person:
    """Schedules on every channel of the province."""
    return person("chi", (Role.LEAD, news.province))


@pytest.fixture
def loudspeaker(news: Newsroom) -> Channel:
    return channel("radio_script", news.district, "truyen-thanh", name="Truyền thanh huyện")


@pytest.fixture
def script(app: Flask, news: Newsroom, chief: Person, loudspeaker: Channel, clock: Clock) -> int:
    """A script that is live since 08:00."""
    made = promised(app, news, loudspeaker, by=chief)
    work(clock)
    clock.turn(hours=2)
    return made


def log(who: Person, script: int, clock: Clock, **more: Any) -> Broadcast:
    values = {"event_id": "may-phat-0001", "started_at": clock() - timedelta(hours=1), "duration_s": 95, "station": ""}
    with changing() as session:
        return broadcast_log.log_broadcast(session, actor(who), delivery_id=script, now=clock(), **{**values, **more})


def test_a_broadcast_counts_for_the_channels_unit_and_leaves_a_trace(news: Newsroom, script: int, clock: Clock) -> None:
    entry = log(news.broadcaster, script, clock, station="Đài xã  An Thạnh")
    assert (entry.unit_id, entry.duration_s, entry.station) == (news.district.id, 95, "Đài xã An Thạnh")
    assert entry.logged_by == news.broadcaster.id
    [row] = audited("broadcast.log")
    assert (row.unit_id, row.subject_id, row.detail["duration_s"]) == (news.district.id, entry.id, 95)


def test_the_same_event_is_logged_once_however_often_it_is_sent(news: Newsroom, script: int, clock: Clock) -> None:
    first = log(news.broadcaster, script, clock)
    for less in ({}, {"duration_s": None}):
        assert log(news.broadcaster, script, clock, **less).id == first.id
    assert len(audited("broadcast.log")) == 1
    log(news.broadcaster, script, clock, event_id="may-phat-0002", started_at=first.started_at + timedelta(minutes=5))
    assert len(audited("broadcast.log")) == 2


@pytest.mark.parametrize(
    "other", [{"duration_s": 300}, {"station": "Đài khác"}, {"minutes": 1}, {"duration_s": 300, "station": "Đài khác"}]
)
def test_an_event_that_was_logged_with_other_words_is_refused_with_what_is_there(
    news: Newsroom, script: int, clock: Clock, other: dict[str, Any]
) -> None:
    first = log(news.broadcaster, script, clock, station="Đài huyện")
    if minutes := other.get("minutes", 0):
        other = {"started_at": first.started_at + timedelta(minutes=minutes)}
    with pytest.raises(AlreadyKept, match="dài 95 giây") as refused:
        log(news.broadcaster, script, clock, **other)
    assert refused.value.existing["id"] == first.id
    assert refused.value.existing["duration_s"] == 95
    db.session.rollback()
    assert [one.duration_s for one in db.session.scalars(select(Broadcast))] == [95]


def test_a_station_has_one_voice(news: Newsroom, script: int, clock: Clock) -> None:
    at = clock() - timedelta(hours=1)
    log(news.broadcaster, script, clock, station="Đài xã", started_at=at, duration_s=300)
    for minutes, event_id in ((0, "trung-gio-1"), (2, "trung-gio-2"), (-2, "trung-gio-3")):
        with pytest.raises(Conflict, match="trùng giờ này"):
            log(
                news.broadcaster, script, clock, station="Đài xã", event_id=event_id, duration_s=300,
                started_at=at + timedelta(minutes=minutes),
            )  # fmt: skip
    with pytest.raises(Conflict, match="trùng giờ này"):
        log(news.broadcaster, script, clock, station="ĐÀI  xã", event_id="chu-hoa-01", started_at=at, duration_s=300)
    log(news.broadcaster, script, clock, station="Đài xã", event_id="lien-nhau-1", started_at=at + timedelta(minutes=5))
    log(news.broadcaster, script, clock, station="Đài khác", event_id="dai-khac-01", started_at=at, duration_s=300)


@pytest.mark.parametrize(("after_s", "duration_s"), [(0, 30), (5, 30), (-5, 30), (14, 30), (0, None), (10, None)])
def test_who_names_no_station_does_not_log_one_reading_twice(
    news: Newsroom, script: int, clock: Clock, after_s: int, duration_s: int | None
) -> None:
    """Short ones too: an airing of half a minute could be logged again every second."""
    at = clock() - timedelta(hours=1)
    log(news.broadcaster, script, clock, started_at=at, duration_s=30)
    more = {"started_at": at + timedelta(seconds=after_s), "duration_s": duration_s, "event_id": "lan-hai-01"}
    with pytest.raises(Conflict, match="hãy ghi tên trạm"):
        log(news.broadcaster, script, clock, **more)
    log(news.broadcaster, script, clock, **more, station="Đài xã")


def test_readings_one_after_the_other_are_logged(news: Newsroom, script: int, clock: Clock) -> None:
    at = clock() - timedelta(hours=1)
    for number in range(4):
        event_id, started_at = f"noi-nhau-{number}", at + timedelta(seconds=20 * number)
        log(news.broadcaster, script, clock, event_id=event_id, started_at=started_at, duration_s=30)
    assert len(audited("broadcast.log")) == 4


def test_an_event_id_is_not_taken_for_another_script(
    app: Flask, news: Newsroom, chief: Person, loudspeaker: Channel, script: int, clock: Clock
) -> None:
    log(news.broadcaster, script, clock)
    other = promised(app, news, loudspeaker, by=chief, title="Bài khác")
    work(clock)
    with pytest.raises(Conflict, match="đã dùng cho kịch bản khác"):
        log(news.broadcaster, other, clock, started_at=clock())


@pytest.mark.parametrize(
    ("more", "field", "sentence"),
    [
        ({"event_id": "ngắn"}, "event_id", "Mã sự kiện dài từ 8"),
        ({"event_id": "có dấu cách 1"}, "event_id", "Mã sự kiện dài từ 8"),
        ({"event_id": "x" * 81}, "event_id", "Mã sự kiện dài từ 8"),
        ({"hours": 1}, "started_at", "chưa tới"),
        ({"hours": -3}, "started_at", "sớm hơn lúc kịch bản được phát hành"),
        ({"hours": -24 * 100}, "started_at", "quá ba tháng"),
        ({"duration_s": 0}, "duration_s", "từ 1 giây đến 4 giờ"),
        ({"duration_s": 14_401}, "duration_s", "từ 1 giây đến 4 giờ"),
        ({"duration_s": -60}, "duration_s", "từ 1 giây đến 4 giờ"),
        ({"duration_s": 2 * 3600}, "duration_s", "chưa phát xong"),
        ({"duration_s": 3000, "hours": -1}, "duration_s", "ghi mỗi lần một dòng"),
        ({"duration_s": 1200, "hours": 0}, "duration_s", "chưa phát xong"),
        ({"station": "x" * 201}, "station", "dài quá 200"),
        ({"unit_id": 999}, "unit", "không dùng kênh phát thanh đó"),
    ],
)
def test_what_cannot_be_true_is_refused_with_one_sentence(
    news: Newsroom, script: int, clock: Clock, more: dict[str, Any], field: str, sentence: str
) -> None:
    if "hours" in more:
        more = {**more, "started_at": clock() + timedelta(hours=more["hours"])}
        del more["hours"]
    with pytest.raises(Invalid, match=sentence) as refused:
        log(news.broadcaster, script, clock, **more)
    assert refused.value.field == field
    assert db.session.scalars(select(Broadcast)).all() == []


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        ("broadcaster", True), ("admin", True), ("viewer", False), ("editor", False), ("lead", False),
        ("outsider", False),
    ],
)  # fmt: skip
def test_who_logs(news: Newsroom, script: int, clock: Clock, who: str, allowed: bool) -> None:
    someone = getattr(news, who)
    if allowed:
        assert log(someone, script, clock).unit_id == news.district.id
    else:
        with pytest.raises((NotAllowed, NotFound)):
            log(someone, script, clock)


def test_a_commune_airs_what_its_district_hands_out(news: Newsroom, script: int, clock: Clock) -> None:
    commune, other = unit("Xã An Thạnh", news.district), unit("Xã Tân Bửu", news.district)
    reader = person("loa-xa", (Role.BROADCASTER, commune))
    assert queries.script(db.session(), actor(reader), script).title == "Nộp hồ sơ từ nhà"
    assert log(reader, script, clock).unit_id == commune.id
    both = person("hai-xa", (Role.BROADCASTER, commune), (Role.BROADCASTER, other))
    with pytest.raises(Invalid, match="Hãy chọn đơn vị đã phát sóng"):
        log(both, script, clock, event_id="hai-xa-0001")
    assert log(both, script, clock, event_id="hai-xa-0001", unit_id=other.id).unit_id == other.id
    with pytest.raises(NotAllowed):
        log(reader, script, clock, event_id="hai-xa-0002", unit_id=other.id)


def test_a_district_beside_neither_reads_nor_logs(news: Newsroom, script: int, clock: Clock) -> None:
    stranger = person("huyen-ben", (Role.BROADCASTER, news.department))
    with pytest.raises(NotFound):
        queries.script(db.session(), actor(stranger), script)
    with pytest.raises(NotFound):
        log(stranger, script, clock)


def test_a_wrong_entry_is_voided_with_a_reason_and_stays(news: Newsroom, script: int, clock: Clock) -> None:
    entry = log(news.broadcaster, script, clock)
    with pytest.raises(Invalid, match="Hãy ghi lý do hủy"):
        void(news.broadcaster, entry.id, " ", clock)
    void(news.broadcaster, entry.id, "ghi nhầm ngày", clock)
    kept = db.session.get_one(Broadcast, entry.id, populate_existing=True)
    assert (kept.voided_at, kept.void_reason) == (clock(), "ghi nhầm ngày")
    with pytest.raises(Conflict, match="đã được hủy trước đó"):
        void(news.broadcaster, entry.id, "lại nữa", clock)
    [row] = audited("broadcast.void")
    assert row.detail["reason"] == "ghi nhầm ngày"


def test_nobody_voids_the_entries_of_others(news: Newsroom, script: int, clock: Clock) -> None:
    entry = log(news.broadcaster, script, clock)
    for someone in (news.viewer, news.editor, person("ben", (Role.BROADCASTER, news.paper))):
        with pytest.raises(Refusal):
            void(someone, entry.id, "không phải của tôi", clock)
    assert audited("broadcast.void") == []


def void(who: Person, entry: int, reason: str, clock: Clock) -> None:
    with changing() as session:
        broadcast_log.void_broadcast(session, actor(who), entry, reason=reason, now=clock())


def test_what_was_aired_after_a_retraction_can_still_be_told(
    app: Flask, news: Newsroom, chief: Person, script: int, clock: Clock
) -> None:
    story_id = db.session.get_one(Delivery, script).story_id
    with changing() as session:
        scheduling.retract(session, actor(chief), story_id, reason="sai số liệu", now=clock())
    work(clock)
    entry = log(news.broadcaster, script, clock, started_at=clock() + timedelta(minutes=1))
    assert queries.script(db.session(), actor(news.broadcaster), script).withdrawn
    assert entry.id in [one.entry.id for one in logbook.airings(db.session(), [script])[script]]
    [(line, _title)], _onward = logbook.log(db.session(), actor(news.broadcaster))
    assert line.after_retraction
    page = sign_in(app, news.broadcaster).get("/radio/log").text
    assert "phát sau khi thu hồi" in page
    void(news.broadcaster, entry.id, "ghi nhầm", clock)
    assert "phát sau khi thu hồi" not in sign_in(app, news.broadcaster).get("/radio/log").text


def test_a_script_that_never_went_out_cannot_be_logged(
    app: Flask, news: Newsroom, chief: Person, loudspeaker: Channel, clock: Clock
) -> None:
    waiting = promised(app, news, loudspeaker, by=chief, at=clock() + timedelta(days=1))
    with pytest.raises(NotFound):
        log(news.broadcaster, waiting, clock)


def test_a_download_is_noted_once_for_each_format(news: Newsroom, script: int, clock: Clock) -> None:
    first: list[bool] = []
    for wanted in ("docx", "docx", "txt", "exe"):
        with changing() as session:
            first.append(broadcast_log.note_download(session, actor(news.broadcaster), script, wanted, now=clock()))
    assert first == [True, False, True, False]
    assert [(name, fmt) for name, fmt, _at in logbook.takers(db.session(), script)] == [
        ("Ngô Mai Phương", "docx"), ("Ngô Mai Phương", "txt")
    ]  # fmt: skip


def test_refusals_leave_no_trace(news: Newsroom, script: int, clock: Clock) -> None:
    before = len(db.session.scalars(select(AuditEntry)).all())
    with pytest.raises(Refusal):
        log(news.viewer, script, clock)
    db.session.rollback()
    assert len(db.session.scalars(select(AuditEntry)).all()) == before
