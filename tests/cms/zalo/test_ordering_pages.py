"""A lead writes to an account's followers: chosen, seen whole, confirmed, sent, and settled when it is unclear."""

import re
from typing import Any

import pytest
from werkzeug.test import TestResponse

from cms.core.database import changing, db
from cms.core.permissions import Action
from cms.models.roles import Role
from cms.stories.publishing import scheduling
from scheduler.followers.tables import FollowerBroadcast
from scheduler.storage.tables import Channel
from tests.cms.deliveries.press import audited
from tests.cms.newsroom import Browser, actor, person, sign_in
from tests.cms.zalo.conftest import Office

pytestmark = pytest.mark.one_database


@pytest.fixture
def lead(office: Office) -> Browser:
    return sign_in(office.app, office.news.lead)


def reviewed(browser: Browser, office: Office, *deliveries: int, **more: Any) -> TestResponse:
    form = {"channel": office.oa.id, "articles": list(deliveries), "gender": "0", "when": "soonest", **more}
    return browser.post("/followers/review", data=form)


def confirmed(browser: Browser, page: TestResponse) -> TestResponse:
    """Press the button of the review page: its hidden fields are sent as they stand."""
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
    form: dict[str, list[str]] = {}
    for name, value in fields:
        form.setdefault(name, []).append(value)
    return browser.post("/followers", data=form)


def ordered(browser: Browser, office: Office, *deliveries: int, **more: Any) -> int:
    answer = confirmed(browser, reviewed(browser, office, *deliveries, **more))
    assert answer.status_code == 303, answer.text
    return int(answer.headers["Location"].rsplit("/", 1)[1])


def row(broadcast_id: int) -> FollowerBroadcast:
    db.session.rollback()
    return db.session.get_one(FollowerBroadcast, broadcast_id, populate_existing=True)


@pytest.mark.both_databases
def test_a_lead_sees_the_whole_before_it_is_promised(lead: Browser, office: Office) -> None:
    office.zalo.config(broadcasts_per_month=4)
    office.work()
    one, two = office.live("Nộp hồ sơ tại nhà"), office.live("Gọi 1022")
    assert "Gọi 1022" in lead.get(f"/followers/new?channel={office.oa.id}").text
    page = reviewed(lead, office, one.id, two.id, gender="2", ages=["3", "4"], cities=["48"])
    assert page.status_code == 200
    for said in ("Nộp hồ sơ tại nhà", "Gọi 1022", "Nữ; 25–34 tuổi, 35–44 tuổi; Long An", "08:40 22/11/2026", "4 lượt"):
        assert said in page.text
    assert db.session.query(FollowerBroadcast).count() == 0
    made = confirmed(lead, page)
    broadcast = row(int(made.headers["Location"].rsplit("/", 1)[1]))
    assert (broadcast.state, broadcast.target) == ("waiting", {"gender": "2", "ages": "3,4", "cities": "48"})
    assert confirmed(lead, page).headers["Location"] == made.headers["Location"], "pressed twice, promised once"
    entry = audited("follower_broadcast.order")
    assert len(entry) == 1
    assert entry[0].detail["articles"] == ["Nộp hồ sơ tại nhà", "Gọi 1022"]
    office.work()
    shown = lead.get(f"/followers/{broadcast.id}").text
    assert "Zalo đã nhận" in shown
    assert len(office.zalo.calls("oa/message")) == 1
    assert "Nộp hồ sơ tại nhà" in lead.get("/followers").text


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-11-22T08:30", "giờ sớm nhất chọn được bây giờ là 08:40 22/11/2026"),
        ("2026-11-22T22:00", "chọn giờ từ 06:40 đến 21:59"),
        ("2026-11-23T06:30", "chọn giờ từ 06:40 đến 21:59"),
        ("2027-11-22T10:00", "Chỉ đặt trước được 60 ngày"),
        ("hôm nay", "không phải ngày giờ hợp lệ"),
        ("", "Hãy chọn ngày giờ gửi"),
    ],
)
def test_a_time_that_zalo_does_not_take_is_said_before(lead: Browser, office: Office, at: str, said: str) -> None:
    one = office.live("Nộp hồ sơ tại nhà")
    page = reviewed(lead, office, one.id, when="at", at=at)
    assert page.status_code == 422
    assert said in page.text
    assert "Xác nhận gửi" not in page.text
    assert confirmed(lead, page).status_code == 422
    assert db.session.query(FollowerBroadcast).count() == 0


@pytest.mark.both_databases
def test_only_one_to_five_live_shown_articles_of_this_account(lead: Browser, office: Office) -> None:
    six = [office.live(f"Bài {number}").id for number in range(6)]
    assert "tối đa 5 bài" in reviewed(lead, office, *six).text
    nothing = reviewed(lead, office)
    assert (nothing.status_code, "Hãy chọn ít nhất một bài" in nothing.text) == (422, True)
    hidden = office.live("Bài ẩn", evidence={"status": "hide"})
    assert "Bài ẩn" not in lead.get(f"/followers/new?channel={office.oa.id}").text
    assert "đang ẩn" in reviewed(lead, office, hidden.id).text
    gone = office.live("Bài đã gỡ", state="withdrawn")
    assert "không còn phát hành" in reviewed(lead, office, gone.id).text
    ends = office.live("Bài sắp hết hạn", until=office.clock())
    assert "được gỡ trước giờ gửi" in reviewed(lead, office, ends.id).text
    assert reviewed(lead, office, 10**8).status_code == 422


def test_the_period_s_quota_is_kept_by_our_own_count_too(lead: Browser, office: Office) -> None:
    with changing() as session:
        oa = session.get_one(Channel, office.oa.id)
        oa.settings = {**oa.settings, "broadcasts_per_period": 1}
    one, two = office.live("Một"), office.live("Hai")
    ordered(lead, office, one.id)
    page = reviewed(lead, office, two.id)
    assert (page.status_code, "1/1 đã dùng" in page.text) == (422, True)
    assert "Hôm ấy Official Account đã có lượt gửi khác" in page.text


def test_only_leads_of_the_account_s_unit_may(office: Office) -> None:
    one = office.live("Nộp hồ sơ tại nhà")
    stranger = person("la", (Role.LEAD, office.news.department))
    for someone in (office.news.editor, office.news.admin, office.news.viewer, stranger):
        browser = sign_in(office.app, someone)
        assert browser.get(f"/followers/new?channel={office.oa.id}").status_code == 403
        assert reviewed(browser, office, one.id).status_code == 403
        form = {"channel": office.oa.id, "articles": [one.id], "key": "a" * 32}
        assert browser.post("/followers", data=form).status_code == 403
    assert db.session.query(FollowerBroadcast).count() == 0
    assert actor(office.news.lead).may(Action.BROADCAST, office.news.paper.path)


@pytest.mark.both_databases
def test_a_retracted_story_stops_the_broadcast_that_waits(lead: Browser, office: Office) -> None:
    one = office.live("Sai số liệu")
    broadcast_id = ordered(lead, office, one.id, when="at", at="2026-11-22T17:00")
    with changing() as session:
        scheduling.retract(session, actor(office.news.lead), one.story_id, reason="Sai số liệu", now=office.clock())
    office.work()
    assert row(broadcast_id).state == "stopped"
    assert "đã bị thu hồi hoặc gỡ nên cả lượt gửi đã dừng" in lead.get(f"/followers/{broadcast_id}").text
    office.turn(hours=10)
    office.work()
    assert office.zalo.calls("oa/message") == []


@pytest.mark.both_databases
def test_one_that_waits_is_called_off_with_a_reason(lead: Browser, office: Office) -> None:
    broadcast_id = ordered(lead, office, office.live("Một").id)
    assert lead.post(f"/followers/{broadcast_id}/cancel", data={"reason": " "}).status_code == 422
    assert lead.post(f"/followers/{broadcast_id}/cancel", data={"reason": "Đổi kế hoạch"}).status_code == 303
    office.work()
    assert row(broadcast_id).state == "cancelled"
    assert office.zalo.calls("oa/message") == []
    assert audited("follower_broadcast.cancel")[0].detail["reason"] == "Đổi kế hoạch"
    assert lead.post(f"/followers/{broadcast_id}/sent", data={"reason": "x"}).status_code == 409


def unclear(lead: Browser, office: Office, when: str) -> int:
    broadcast_id = ordered(lead, office, office.live("Nộp hồ sơ tại nhà").id)
    office.zalo.fault("oa/message", "500", when)
    office.work()
    page = lead.get(f"/followers/{broadcast_id}").text
    assert "Chưa rõ đã gửi hay chưa" in page
    assert "Đã gửi</button>" in page
    assert "Chưa gửi, gửi lại</button>" in page
    return broadcast_id


@pytest.mark.both_databases
def test_an_unclear_one_is_settled_by_a_person_as_sent(lead: Browser, office: Office) -> None:
    broadcast_id = unclear(lead, office, "after")
    assert "cần người quyết định" in lead.get("/followers").text
    assert "1 lượt gửi tới người theo dõi chưa rõ" in lead.get("/deliveries/attention").text
    lead.post(f"/followers/{broadcast_id}/sent", data={"reason": "Thấy trong mục đã gửi"})
    office.turn(hours=1)
    office.work()
    assert row(broadcast_id).state == "sent"
    assert len(office.zalo.calls("oa/message")) == 1
    assert audited("follower_broadcast.confirm_sent")[0].detail == {
        "channel": "Zalo Báo Sông Vàm", "reason": "Thấy trong mục đã gửi", "before": "unknown",
    }  # fmt: skip


@pytest.mark.both_databases
def test_an_unclear_one_is_sent_again_only_by_a_lead(lead: Browser, office: Office) -> None:
    broadcast_id = unclear(lead, office, "before")
    admin = sign_in(office.app, office.news.admin)
    assert admin.post(f"/followers/{broadcast_id}/again", data={"reason": "x"}).status_code == 403
    assert lead.post(f"/followers/{broadcast_id}/again", data={"reason": ""}).status_code == 422
    lead.post(f"/followers/{broadcast_id}/again", data={"reason": "Không thấy"})
    assert lead.post(f"/followers/{broadcast_id}/again", data={"reason": "Bấm lần nữa"}).status_code == 409
    office.work()
    assert row(broadcast_id).state == "sent"
    assert len(office.zalo.calls("oa/message")) == 2
    assert len(audited("follower_broadcast.send_again")) == 1


def test_an_admin_who_sends_nothing_may_say_that_it_went_out(lead: Browser, office: Office) -> None:
    broadcast_id = unclear(lead, office, "after")
    admin = sign_in(office.app, office.news.admin)
    page = admin.get(f"/followers/{broadcast_id}").text
    assert "Chưa gửi, gửi lại</button>" not in page
    assert admin.post(f"/followers/{broadcast_id}/sent", data={"reason": "Thấy rồi"}).status_code == 303
