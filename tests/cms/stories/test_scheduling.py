"""Scheduling from the page: all chosen channels or none, times of Viet Nam, and everything filled in stays."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from cms.core.database import changing, db
from cms.models.roles import Role
from cms.models.stories import Story
from cms.stories.publishing import schedule_options, unscheduling
from cms.stories.publishing.schedule_options import Availability
from cms.web.context import store
from cms.web.input.dates import as_typed
from scheduler.decisions.states import DeliveryState
from scheduler.storage.tables import Channel, Delivery
from tests.cms import newsroom
from tests.cms.newsroom import Browser, Newsroom
from tests.cms.stories.writing_desk import saved, text
from tests.conftest import Clock

MONDAY = [{"weekday": 1, "time": "07:30"}]


@pytest.fixture
def house(app: Flask) -> Newsroom:
    return newsroom.newsroom()


@pytest.fixture
def portal(house: Newsroom) -> Channel:
    return newsroom.channel("portal_rss", house.paper, "bao", name="Báo điện tử", weekly_slots=MONDAY)


@pytest.fixture
def second(house: Newsroom) -> Channel:
    return newsroom.channel("portal_rss", house.paper, "trang-hai", name="Trang hai")


@pytest.fixture
def zalo(house: Newsroom) -> Channel:
    return newsroom.channel("zalo_oa", house.paper, "zalo", name="Zalo của báo", settings={"app_id": "1", "oa_id": "2"})


@pytest.fixture
def lead(app: Flask, house: Newsroom) -> Browser:
    return newsroom.sign_in(app, house.lead)


@pytest.fixture
def ready(house: Newsroom, clock: Clock) -> Story:
    return newsroom.approved(house.editor, house.lead, house.paper, now=clock())


def deliveries() -> list[Delivery]:
    db.session.rollback()
    return list(db.session.scalars(select(Delivery).order_by(Delivery.id).execution_options(populate_existing=True)))


def form(story: Story, *channels: Channel, **fields: str) -> dict[str, Any]:
    ids = sorted(one.id for one in channels)
    sure = ",".join(map(str, ids))
    return {"channels": ids, "when": "now", "version": saved(story.id).version, "confirmed": sure, **fields}


def test_nothing_that_publishes_at_once_is_chosen_beforehand(lead: Browser, ready: Story, portal: Channel) -> None:
    page = text(lead.get(f"/stories/{ready.id}/schedule"))
    assert not re.search(r'name="when" value="\w+" checked', page)
    answer = lead.post(f"/stories/{ready.id}/schedule", data=form(ready, portal, when=""))
    assert answer.status_code == 422
    assert "Hãy chọn khi nào phát hành" in text(answer)
    assert deliveries() == []


def test_publishing_at_once_names_the_channels_and_asks_once(
    lead: Browser, ready: Story, portal: Channel, second: Channel
) -> None:
    address = f"/stories/{ready.id}/schedule"
    asked = lead.post(address, data=form(ready, portal, second, confirmed=""))
    assert asked.status_code == 200
    page = text(asked)
    assert "Phát hành ngay trên 2 kênh này?" in page
    assert f'name="confirmed" value="{portal.id},{second.id}"' in page
    assert deliveries() == []
    other = lead.post(address, data=form(ready, portal, confirmed=f"{portal.id},{second.id}"))
    assert "Phát hành ngay trên 1 kênh này?" in text(other)
    assert deliveries() == []
    assert lead.post(address, data=form(ready, portal, second)).status_code == 303
    assert len(deliveries()) == 2


def test_a_time_that_is_to_come_is_not_asked_about(lead: Browser, ready: Story, portal: Channel) -> None:
    data = form(ready, portal, when="", at="17:30 22/11/2026", confirmed="")
    answer = lead.post(f"/stories/{ready.id}/schedule", data=data)
    assert answer.status_code == 303
    assert "Đã lên lịch trên 1 kênh." in text(lead.get(answer.location))


def test_now_on_two_channels(lead: Browser, ready: Story, portal: Channel, second: Channel, clock: Clock) -> None:
    answer = lead.post(f"/stories/{ready.id}/schedule", data=form(ready, portal, second))
    assert answer.status_code == 303
    assert [(one.channel_id, one.scheduled_at) for one in deliveries()] == [(portal.id, clock()), (second.id, clock())]
    told = text(lead.get(answer.location))
    assert "Đang phát hành ngay trên 2 kênh; kết quả ở mục “Trên các kênh”." in told
    assert "Đã lên lịch trên" not in told


def test_a_date_and_time_are_those_of_viet_nam(lead: Browser, ready: Story, portal: Channel) -> None:
    data = form(ready, portal, when="at", at="2026-11-22T17:30", until="2026-11-30T00:00")
    assert lead.post(f"/stories/{ready.id}/schedule", data=data).status_code == 303
    [made] = deliveries()
    assert made.scheduled_at == datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
    assert made.until == datetime(2026, 11, 29, 17, 0, tzinfo=UTC)


def test_the_next_free_slot_is_shown_before_it_is_taken(
    lead: Browser, ready: Story, portal: Channel, house: Newsroom, clock: Clock
) -> None:
    assert "07:30 23/11/2026" in text(lead.get(f"/stories/{ready.id}/schedule"))
    assert lead.post(f"/stories/{ready.id}/schedule", data=form(ready, portal, when="slot")).status_code == 303
    [made] = deliveries()
    assert made.scheduled_at == datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
    other = newsroom.approved(house.editor, house.lead, house.paper, now=clock())
    assert "07:30 30/11/2026" in text(lead.get(f"/stories/{other.id}/schedule"))


REFUSED: list[tuple[dict[str, Any], str]] = [
    (
        {"when": "at", "at": "2026-11-22T07:00"},
        "Thời điểm 07:00 ngày 22/11/2026 (GMT+7) đã qua; hãy chọn một thời điểm sắp tới.",
    ),
    ({"when": "at", "at": ""}, "Hãy chọn ngày và giờ phát hành."),
    ({"when": "at", "at": "mai"}, "“mai” không phải ngày giờ hợp lệ; hãy nhập như 22/11/2026 17:30."),
    ({"when": "at", "at": "2026-11-22T17:30Z"}, "không phải ngày giờ hợp lệ"),
    ({"until": "2026-11-22T07:00"}, "phải sau giờ đăng; hãy chọn hạn muộn hơn."),
    ({"version": "1"}, "Tin, bài vừa được người khác thay đổi; hãy tải lại để xem bản mới rồi làm tiếp."),
    ({"channels": []}, "Hãy chọn ít nhất một kênh để lên lịch."),
    ({"channels": ["999999"]}, "Không có kênh này hoặc kênh đã ngừng; hãy chọn kênh khác."),
]


def test_what_cannot_be_promised_is_said_and_the_form_stays_filled_in(
    lead: Browser, ready: Story, portal: Channel, second: Channel
) -> None:
    for fields, sentence in REFUSED:
        data = {**form(ready, portal, second), "until": "24/12/2026 18:45", **fields}
        answer = lead.post(f"/stories/{ready.id}/schedule", data=data)
        page = text(answer)
        assert sentence in page
        assert answer.status_code >= 400, sentence
        assert f'name="until" value="{as_typed(data["until"], moment=True)}"' in page, sentence
        assert f'name="at" value="{as_typed(data.get("at", ""), moment=True)}"' in page, sentence
        if "channels" not in fields:
            assert len(re.findall(r'name="channels" value="\d+" checked', page)) == 2, sentence
    assert deliveries() == []


def test_one_channel_in_the_way_stops_all(lead: Browser, ready: Story, portal: Channel, zalo: Channel) -> None:
    answer = lead.post(f"/stories/{ready.id}/schedule", data=form(ready, portal, zalo))
    assert answer.status_code == 422
    assert "Zalo của báo: Zalo không nhận bài không có ảnh bìa." in text(answer)
    assert deliveries() == []


def test_a_channel_that_carries_the_story_already_is_not_promised_twice(
    lead: Browser, ready: Story, portal: Channel
) -> None:
    lead.post(f"/stories/{ready.id}/schedule", data=form(ready, portal))
    answer = lead.post(f"/stories/{ready.id}/schedule", data=form(ready, portal))
    assert answer.status_code == 409
    assert "Báo điện tử: Bài đã có lịch lên kênh này" in text(answer)
    assert len(deliveries()) == 1


def test_an_unapproved_text_is_not_scheduled(lead: Browser, house: Newsroom, portal: Channel, clock: Clock) -> None:
    draft = newsroom.submitted(house.editor, house.paper, now=clock())
    assert "chưa được duyệt nên chưa lên lịch được" in text(lead.get(f"/stories/{draft.id}/schedule"))
    answer = lead.post(f"/stories/{draft.id}/schedule", data=form(draft, portal))
    assert answer.status_code == 409
    assert "Bản mới nhất của bài chưa được duyệt nên chưa lên lịch được; hãy gửi duyệt trước." in text(answer)
    assert deliveries() == []


@pytest.mark.parametrize("role", ["editor", "viewer", "broadcaster", "admin"])
def test_who_does_not_schedule_is_told_so(
    app: Flask, house: Newsroom, ready: Story, portal: Channel, role: str
) -> None:
    client = newsroom.sign_in(app, getattr(house, role))
    with changing() as session:
        session.get_one(Story, ready.id)
    assert client.get(f"/stories/{ready.id}/schedule").status_code == 403
    answers = [
        client.post(f"/stories/{ready.id}/schedule", data=form(ready, portal)),
        client.post(f"/stories/{ready.id}/retract", data={"reason": "Sai."}),
    ]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert deliveries() == []
    assert saved(ready.id).state == "approved"


def test_a_lead_schedules_on_channels_of_their_units_only(app: Flask, house: Newsroom, ready: Story) -> None:
    theirs = newsroom.channel("portal_rss", house.district, "huyen", name="Trang huyện")
    client = newsroom.sign_in(app, house.lead)
    assert "Trang huyện" not in text(client.get(f"/stories/{ready.id}/schedule"))
    answer = client.post(f"/stories/{ready.id}/schedule", data=form(ready, theirs))
    assert answer.status_code == 403
    assert "Chỉ lãnh đạo duyệt bài của đơn vị quản lý kênh mới được lên lịch" in text(answer)


def test_taking_a_schedule_back_publishes_nothing_and_unlocks(
    lead: Browser, ready: Story, portal: Channel, second: Channel
) -> None:
    data = form(ready, portal, second, when="at", at="2026-11-23T09:00")
    lead.post(f"/stories/{ready.id}/schedule", data=data)
    answer = lead.post(f"/stories/{ready.id}/unschedule")
    assert [one.state for one in deliveries()] == ["cancelled", "cancelled"]
    page = text(lead.get(answer.location))
    assert "Đã bỏ lịch trên: Báo điện tử, Trang hai." in page
    assert "<textarea" in page
    again = lead.post(
        f"/stories/{ready.id}/unschedule", headers={"Referer": "http://localhost/"}, follow_redirects=True
    )
    assert "Bài không có lịch nào đang chờ" in text(again)


def test_only_ones_own_channels_are_unscheduled(
    app: Flask, house: Newsroom, ready: Story, portal: Channel, clock: Clock
) -> None:
    theirs = newsroom.channel("portal_rss", house.district, "huyen", name="Trang huyện")
    for channel in (portal, theirs):
        newsroom.delivery(ready, channel, DeliveryState.SCHEDULED, now=clock())
    with changing() as session:
        names = unscheduling.unschedule(session, newsroom.actor(house.lead), ready.id, now=clock())
    assert names == ["Báo điện tử"]
    assert sorted(one.state for one in deliveries()) == ["cancelled", "scheduled"]
    with changing() as session, pytest.raises(Exception, match="Chỉ lãnh đạo duyệt bài"):
        unscheduling.unschedule(session, newsroom.actor(house.lead), ready.id, now=clock())


def test_retracting_names_the_channels_and_wants_a_reason(
    lead: Browser, ready: Story, portal: Channel, second: Channel, clock: Clock
) -> None:
    newsroom.delivery(ready, portal, DeliveryState.LIVE, now=clock())
    newsroom.delivery(ready, second, DeliveryState.SCHEDULED, now=clock())
    page = text(lead.get(f"/stories/{ready.id}/retract"))
    assert "Báo điện tử" in page
    assert "Trang hai" in page
    empty = lead.post(f"/stories/{ready.id}/retract", data={"reason": " "})
    assert (empty.status_code, saved(ready.id).state) == (422, "approved")
    assert "Hãy ghi lý do thu hồi; lý do được lưu cùng nhật ký thay đổi." in text(empty)
    done = lead.post(f"/stories/{ready.id}/retract", data={"reason": "Sai số liệu."})
    assert done.status_code == 303
    assert saved(ready.id).state == "retracted"
    assert [(one.state, one.desired) for one in deliveries()] == [
        ("withdrawing", "withdrawn"),
        ("cancelled", "withdrawn"),
    ]
    again = lead.post(f"/stories/{ready.id}/retract", data={"reason": "Lần nữa."})
    assert "Bài đã được thu hồi trước đó." in text(again)
    assert ">Lần nữa.</textarea>" in text(again)


def test_the_preview_of_one_channel_is_what_it_would_carry(lead: Browser, ready: Story, portal: Channel) -> None:
    page = text(lead.get(f"/stories/{ready.id}/channels/{portal.id}"))
    assert "Người dân đăng nhập bằng VNeID rồi nộp hồ sơ." in page
    assert lead.get(f"/stories/{ready.id}/channels/999").status_code == 404


def test_places_tell_what_scheduling_on_each_channel_would_do(
    app: Flask, house: Newsroom, ready: Story, zalo: Channel, clock: Clock
) -> None:
    lead = newsroom.actor(newsroom.person("truong", (Role.LEAD, house.province)))
    standings = {
        Availability.FREE: None,
        Availability.THERE: (DeliveryState.LIVE, ready.current_id),
        Availability.CORRECTS: (DeliveryState.LIVE, ready.current_id or 0),
        Availability.WAITING: (DeliveryState.SCHEDULED, ready.current_id),
        Availability.BUSY: (DeliveryState.SENDING, ready.current_id),
    }
    for name, held in standings.items():
        channel = newsroom.channel("portal_rss", house.district, f"kenh-{name}", name=name)
        if held and name is not Availability.CORRECTS:
            newsroom.delivery(ready, channel, held[0], now=clock(), revision_id=held[1])
    older = newsroom.story(house.editor, house.paper, now=clock())
    corrected = db.session.scalars(select(Channel).where(Channel.name == Availability.CORRECTS)).one()
    newsroom.delivery(ready, corrected, DeliveryState.LIVE, now=clock(), revision_id=older.current_id)
    ended = newsroom.channel("portal_rss", house.district, "kenh-cu", name="ended")
    newsroom.delivery(ready, ended, DeliveryState.WITHDRAWN, now=clock())
    session, story = db.session(), saved(ready.id)
    found = schedule_options.places(session, store(), "http://x", lead, _with_unit(story), story.current, clock())  # type: ignore[arg-type]
    assert {place.name: place.standing for place in found["portal_rss"]} == {
        **{str(name): name for name in standings},
        "ended": Availability.FREE,
    }
    assert [place.standing for place in found["zalo_oa"]] == [Availability.REFUSED]
    assert {
        place.open for place in found["portal_rss"] if place.standing in {Availability.FREE, Availability.CORRECTS}
    } == {True}


def _with_unit(story: Story) -> Story:
    options = [db.joinedload(Story.unit), db.joinedload(Story.current)]
    return db.session.get_one(Story, story.id, options=options, populate_existing=True)


def test_the_page_of_two_hundred_channels_asks_as_often_as_that_of_one(
    app: Flask, house: Newsroom, lead: Browser, ready: Story, portal: Channel, clock: Clock
) -> None:
    url, unit_id = f"/stories/{ready.id}/schedule", house.paper.id
    lead.get(url)
    with newsroom.counted() as few:
        lead.get(url)
    with changing() as session:
        session.add_all(
            Channel(
                kind="portal_rss",
                unit_id=unit_id,
                slug=f"k{n}",
                name=f"k{n}",
                created_at=clock(),
            )
            for n in range(200)
        )
    with newsroom.counted() as many:
        assert text(lead.get(url)).count('name="channels"') == 201
    assert len(many) == len(few)
