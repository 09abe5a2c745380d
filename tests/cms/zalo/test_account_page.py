"""A channel's page tells how the account stands without waiting for Zalo, and tries the whole way on demand."""

import time
from datetime import timedelta
from typing import Any

import pytest

from cms.core.channel_secrets import opened
from cms.core.database import changing, db
from cms.web.context import context
from cms.zalo.panel import token_ages
from scheduler.decisions.states import DeliveryState
from scheduler.followers.tables import ChannelTrial
from scheduler.storage.tables import Channel
from scheduler.storage.vault import Keys
from tests.cms.deliveries.press import audited, bent
from tests.cms.newsroom import Browser, actor, delivery, sign_in, story
from tests.cms.zalo.conftest import HOOK_KEY, Office

pytestmark = pytest.mark.one_database


@pytest.fixture
def admin(office: Office) -> Browser:
    return sign_in(office.app, office.news.admin)


def page(browser: Browser, office: Office) -> str:
    return browser.get(f"/channels/{office.oa.id}").text


def test_the_page_tells_what_zalo_said(admin: Browser, office: Office) -> None:
    assert "Chưa có câu trả lời nào của Zalo" in page(admin, office)
    office.zalo.config(broadcasts_per_month=4)
    office.work()
    text = page(admin, office)
    for said in ("Trang thông tin tỉnh Mẫu", "Đã xác thực", "Toàn diện", "1.250", "cơ quan nhà nước", "Zalo: còn 4/4"):
        assert said in text
    assert "kết nối lại trước" in text
    assert "20/02/2027" in text, "three months after the token was issued"
    assert "http://127.0.0.1:8000/hooks/zalo/zalo-bao" in text


def test_a_zalo_that_does_not_answer_holds_up_no_page(admin: Browser, office: Office) -> None:
    office.work()
    office.zalo.fault("*", "timeout", times=0, seconds=30)
    began = time.monotonic()
    assert "Trang thông tin tỉnh Mẫu" in page(admin, office)
    assert admin.post(f"/channels/{office.oa.id}/zalo/ask").status_code == 303
    assert "Đang hỏi Zalo" in page(admin, office)
    assert time.monotonic() - began < 5
    assert office.zalo.calls() == office.zalo.calls("oa/getoa") + office.zalo.calls("oa/quota")


@pytest.mark.both_databases
def test_trouble_is_told_in_words_beside_the_last_answer(admin: Browser, office: Office) -> None:
    office.work()
    office.zalo.config(package="Cơ bản")
    admin.post(f"/channels/{office.oa.id}/zalo/ask")
    office.work()
    text = page(admin, office)
    assert "Gói dịch vụ không có Open API" in text
    assert "Trang thông tin tỉnh Mẫu" in text


@pytest.mark.both_databases
def test_the_last_errors_lead_to_what_they_are_about(admin: Browser, office: Office) -> None:
    now = office.clock()
    made = story(office.news.editor, office.news.paper, now=now, title="Bài bị Zalo từ chối")
    failed = delivery(made, office.oa, DeliveryState.FAILED, now=now)
    bent(failed.id, problem={"kind": "rejected", "text": "Zalo không tải được ảnh của bài.", "values": {}})
    text = page(admin, office)
    assert "Zalo không tải được ảnh của bài." in text
    assert f"/deliveries/{failed.id}" in text


@pytest.mark.both_databases
def test_a_hidden_article_is_tried_and_each_step_is_told(admin: Browser, office: Office) -> None:
    assert admin.post(f"/channels/{office.oa.id}/zalo/trial").status_code == 303
    running = page(admin, office)
    assert "Đang tạo bài thử" in running
    assert f'data-refresh="/channels/{office.oa.id}/zalo"' in running
    assert admin.post(f"/channels/{office.oa.id}/zalo/trial").status_code == 409
    for _ in range(20):
        office.work()
        office.turn(seconds=10)
    part = admin.get(f"/channels/{office.oa.id}/zalo")
    assert "Thử thành công" in part.text
    assert "không còn trên kênh" in part.text
    assert "data-refresh" not in part.text, "nothing is under way, the page rests"
    assert [one for one in office.zalo.articles() if "Bài thử" in one["payload"]["title"]] == []
    assert audited("channel.trial")[0].detail["name"] == "Zalo Báo Sông Vàm"


@pytest.mark.both_databases
def test_a_trial_without_any_cover_says_what_to_do(admin: Browser, office: Office) -> None:
    with changing() as session:
        oa = session.get_one(Channel, office.oa.id)
        oa.settings = {**oa.settings, "api_url": "https://openapi.zalo.me"}
    answer = admin.post(f"/channels/{office.oa.id}/zalo/trial")
    assert answer.status_code == 409
    assert "Ảnh bìa mặc định" in answer.text
    assert db.session.query(ChannelTrial).count() == 0


def test_only_admins_of_the_unit_look_ask_and_try(office: Office) -> None:
    for someone in (office.news.lead, office.news.editor):
        browser = sign_in(office.app, someone)
        assert browser.get(f"/channels/{office.oa.id}/zalo").status_code == 403
        assert browser.post(f"/channels/{office.oa.id}/zalo/ask").status_code == 403
        assert browser.post(f"/channels/{office.oa.id}/zalo/trial").status_code == 403


def secrets(office: Office) -> dict[str, str]:
    db.session.rollback()
    found = opened(db.session(), office.oa.id, Keys(context().settings.encryption_keys))
    assert found is not None
    return found


@pytest.mark.both_databases
def test_new_tokens_keep_the_webhook_s_key_and_zalo_is_asked_at_once(admin: Browser, office: Office) -> None:
    office.work()
    asked = len(office.zalo.calls("oa/getoa"))
    admin.post(f"/channels/{office.oa.id}/secrets", data={"secret-app_secret": "bi-mat-cua-ung-dung"})
    assert secrets(office)["oa_secret_key"] == HOOK_KEY
    assert HOOK_KEY not in page(admin, office)
    office.work()
    assert len(office.zalo.calls("oa/getoa")) == asked + 1
    assert actor(office.news.admin).person_id == audited("channel.secrets")[-1].person_id


@pytest.mark.parametrize(
    ("secrets", "known"),
    [
        ({}, (False, False)),
        ({"expires_at": "hỏng", "refresh_issued_at": ""}, (False, False)),
        ({"expires_at": "2026-11-23T02:00:00+00:00"}, (True, False)),
        ({"refresh_issued_at": "2026-11-22T01:00:00+00:00"}, (False, True)),
    ],
)
def test_the_ages_of_tokens_are_told_where_they_are_known(secrets: Any, known: tuple[bool, bool]) -> None:
    found = token_ages(secrets)
    assert (found.access_until is not None, found.reconnect_before is not None) == known


def test_a_refresh_token_lives_three_months(office: Office) -> None:
    found = token_ages({"refresh_issued_at": office.clock().isoformat()})
    assert found.reconnect_before == office.clock() + timedelta(days=90)
