"""The banner: impossible to miss, cheap to ask."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event

from cms.core.database import changing, db
from cms.deliveries.alarm import Reading, sentence
from scheduler.storage.tables import Worker
from tests.cms.deliveries.press import promised
from tests.cms.newsroom import channel, newsroom, sign_in
from tests.conftest import SUNDAY, Clock


@pytest.mark.parametrize(
    ("age", "overdue", "said"),
    [
        (3.0, 0, None),
        (59.0, 0, None),
        (60.0, 0, "không chạy đã 1 phút"),
        (3_725.0, 4, "không chạy đã 62 phút"),
        (None, 0, "chưa chạy lần nào"),
        (3.0, 4, "4 lượt phát hành đã quá giờ hẹn"),
    ],
)
def test_what_the_banner_says(age: float | None, overdue: int, said: str | None) -> None:
    words = sentence(Reading(SUNDAY, age, overdue))
    assert (words is None) if said is None else said in str(words)


def alive(clock: Clock) -> None:
    with changing() as session:
        session.merge(Worker(name="w", started_at=clock(), seen_at=clock(), host="", pid=1))


def test_every_page_says_that_the_scheduler_has_stopped(app: Flask, clock: Clock) -> None:
    news = newsroom()
    alive(clock)
    browser = sign_in(app, news.viewer)
    assert "strip-alarm" not in browser.get("/radio").text
    clock.turn(minutes=10)
    assert "Bộ phát hành không chạy đã 10 phút" in browser.get("/radio").text
    alive(clock)
    clock.turn(seconds=6)
    assert "strip-alarm" not in browser.get("/radio").text


def test_an_overdue_delivery_leads_to_the_list(app: Flask, clock: Clock) -> None:
    news = newsroom()
    promised(app, news, channel("portal_rss", news.paper, "bao"), at=clock() + timedelta(minutes=1), title="Bài trễ")
    promised(app, news, channel("portal_rss", news.paper, "bao-2"), at=clock() + timedelta(days=1), title="Bài mai")
    clock.turn(minutes=30)
    alive(clock)
    browser = sign_in(app, news.lead)
    page = browser.get("/deliveries?overdue=1").text
    assert 'href="/deliveries?overdue=1"' in page
    assert "Bài trễ" in page
    assert "Bài mai" not in page


def test_one_reading_serves_all_pages_for_a_few_seconds(app: Flask, clock: Clock) -> None:
    news = newsroom()
    browser = sign_in(app, news.viewer)
    browser.get("/radio")
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    browser.get("/radio")
    assert not [statement for statement in asked if "worker" in statement]


def test_a_channel_that_needs_its_admin_tells_the_admin_and_nobody_else(app: Flask, clock: Clock) -> None:
    news = newsroom()
    alive(clock)
    oa = channel("zalo_oa", news.paper, "zalo", name="Zalo Sông Vàm", health="needs_auth", health_words="Cần kết nối.")
    page = sign_in(app, news.admin).get("/radio").text
    assert f'<a href="/channels/{oa.id}">Kênh Zalo Sông Vàm: Cần kết nối.</a>' in page
    assert "strip-alarm" not in sign_in(app, news.editor).get("/radio").text
    channel("zalo_oa", news.paper, "zalo-2", health_words="Sắp hết hạn.")
    channel("zalo_oa", news.paper, "zalo-3", health_words="Đã đóng.", active=False)
    clock.turn(seconds=6)
    page = sign_in(app, news.admin).get("/radio").text
    assert '<a href="/channels">2 kênh cần người quản trị xem lại; hãy mở danh sách kênh.</a>' in page
