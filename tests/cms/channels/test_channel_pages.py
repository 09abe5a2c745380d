"""The pages of channels: forms from any kind's settings, and no secret in any answer or log line."""

import logging
import re
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import event, select

from channels import registry
from cms.channels import queries as reading
from cms.core.database import changing, db
from cms.models.audit import AuditEntry
from scheduler.storage.tables import Channel
from tests.cms.deliveries.press import failed, promised, work
from tests.cms.newsroom import Browser, Newsroom, channel, newsroom, sign_in
from tests.conftest import Clock

pytestmark = pytest.mark.one_database

HIDDEN = {
    "secret-app_secret": "BI-MAT-APP-1",
    "secret-access_token": "BI-MAT-TOKEN-2",
    "secret-refresh_token": "BI-MAT-3",
}


@pytest.fixture
def news(app: Flask) -> Newsroom:
    return newsroom()


@pytest.fixture
def browser(app: Flask, news: Newsroom) -> Browser:
    return sign_in(app, news.admin)


def filled(page: str) -> dict[str, str]:
    """What a browser would send of a form as it stands."""
    sent = {}
    for control in re.findall(r"<select\b.*?</select>|<textarea\b.*?</textarea>|<input\b[^>]*>", page, re.S):
        name = re.search(r'name="([^"]+)"', control)
        if name is None or ('type="checkbox"' in control and " checked" not in control):
            continue
        chosen = re.search(r'<option value="([^"]*)" selected', control) or re.search(r'value="([^"]*)"', control)
        inside = re.search(r"<textarea[^>]*>(.*?)</textarea>", control, re.S)
        sent[name[1]] = unescape(inside[1] if inside else chosen[1] if chosen else "")
    return sent


@pytest.mark.both_databases
@pytest.mark.parametrize("kind", list(registry.KINDS))
def test_every_kind_is_made_by_its_form_and_saved_again_unchanged(browser: Browser, news: Newsroom, kind: str) -> None:
    page = browser.get(f"/channels/new?kind={kind}").text
    sent = filled(page) | {"name": "Kênh mới", "slug": "kenh-moi", "unit": str(news.paper.id)}
    made = browser.post("/channels/new", data=sent)
    assert made.status_code == 303, made.text
    again = browser.post(
        f"{made.headers['Location']}/edit", data=filled(browser.get(f"{made.headers['Location']}/edit").text)
    )
    assert again.status_code == 303, again.text
    db.session.rollback()
    assert db.session.scalars(select(AuditEntry.action)).all() == ["channel.create"]
    assert "Kênh mới" in browser.get("/channels").text


def test_each_wrong_field_has_one_sentence_and_keeps_what_was_typed(browser: Browser, news: Newsroom) -> None:
    sent = filled(browser.get("/channels/new?kind=portal_rss").text)
    wrong = sent | {"name": "Báo", "slug": "bao", "unit": str(news.paper.id), "set-max_items": "0", "set-link": "abc",
                    "late_minutes": "mười"}  # fmt: skip
    answer = browser.post("/channels/new", data=wrong)
    assert answer.status_code == 422
    for sentence in ("Hãy nhập số từ 1 trở lên.", "Phải là địa chỉ bắt đầu bằng http:// hoặc https://.",
                     "không phải số hợp lệ"):  # fmt: skip
        assert answer.text.count(sentence) == 2, "once above the form, once at the field"
    for typed in ('value="Báo"', 'value="bao"', 'value="abc"', 'value="mười"'):
        assert typed in answer.text
    taken = browser.post(
        "/channels/new", data=sent | {"name": "Báo", "slug": "Sai Địa Chỉ", "unit": str(news.paper.id)}
    )
    assert taken.status_code == 422
    assert "Địa chỉ kênh chỉ gồm chữ thường" in taken.text
    assert db.session.scalars(select(Channel)).all() == []


@pytest.mark.both_databases
def test_no_secret_and_no_key_in_any_answer_or_log_line(
    app: Flask, browser: Browser, news: Newsroom, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    zalo, board = channel("zalo_oa", news.paper, "zalo"), channel("led_board", news.paper, "bang")
    stored = browser.post(f"/channels/{zalo.id}/secrets", data=HIDDEN, follow_redirects=True)
    assert "không hiện lại" in stored.text
    assert stored.text.count("đã có") == 3
    issued = browser.post(f"/channels/{board.id}/board-key")
    assert issued.headers["Cache-Control"] == "no-store"
    key = re.search(r'value="(bk_[^"]+)"', issued.text)
    assert key is not None
    pages = ["/channels", f"/channels/{zalo.id}", f"/channels/{zalo.id}/edit", f"/channels/{board.id}", "/audit",
             "/audit.csv", "/deliveries", f"/boards/{board.slug}/player"]  # fmt: skip
    for path in pages:
        answer = browser.get(path)
        assert answer.status_code == 200, path
        assert "BI-MAT" not in answer.text
        assert key[1] not in answer.text
    assert "BI-MAT" not in stored.text
    assert "BI-MAT" not in caplog.text
    assert key[1] not in caplog.text


@pytest.mark.both_databases
def test_wrong_weekly_times_are_told_at_their_day(browser: Browser, news: Newsroom) -> None:
    feed = channel("portal_rss", news.paper, "bao")
    wrong = browser.post(f"/channels/{feed.id}/slots", data={"slot-1": "07:30", "slot-3": "sáng sớm"})
    assert wrong.status_code == 422
    assert "“sáng” không phải giờ trong ngày" in wrong.text
    assert 'value="07:30"' in wrong.text
    right = browser.post(f"/channels/{feed.id}/slots", data={"slot-1": "7h30"}, follow_redirects=True)
    assert 'value="07:30"' in right.text


@pytest.mark.both_databases
def test_the_page_gives_addresses_and_what_readers_get_now(
    app: Flask, browser: Browser, news: Newsroom, clock: Clock
) -> None:
    feed = channel("portal_rss", news.paper, "bao")
    promised(app, news, feed, title="Bài đang đọc được")
    promised(app, news, channel("portal_rss", news.paper, "bao-khac"), title="Bài của kênh khác")
    work(clock)
    assert "Bài của kênh khác" not in browser.get(f"/channels/{feed.id}").text
    page = browser.get(f"/channels/{feed.id}").text
    for address in reading.addresses("portal_rss", "bao", "http://127.0.0.1:8000").values():
        assert f'value="{address}"' in page
    assert "&lt;rss" in page
    assert page.count("Bài đang đọc được") > 2
    browser.post(f"/channels/{feed.id}/deactivate")
    assert browser.get("/feeds/bao.rss").status_code == 404
    assert "Đã ngừng" in browser.get(f"/channels/{feed.id}").text
    browser.post(f"/channels/{feed.id}/activate")
    work(clock)
    assert "Bài đang đọc được" in browser.get("/feeds/bao.rss").text


@pytest.mark.both_databases
def test_the_list_tells_health_what_waits_and_what_is_stuck(
    app: Flask, browser: Browser, news: Newsroom, clock: Clock
) -> None:
    feed = channel("portal_rss", news.paper, "bao", medium="portal")
    promised(app, news, feed, title="Chờ", at=clock() + timedelta(hours=1))
    failed(promised(app, news, feed, title="Hỏng", at=clock() + timedelta(hours=2)))
    with changing() as session:
        session.get_one(Channel, feed.id).health = "paused"
        session.get_one(Channel, feed.id).health_words = "Kênh tạm dừng vì lỗi liên tiếp."
    page = browser.get("/channels").text
    for words in (
        "Tạm dừng",
        "Kênh tạm dừng vì lỗi liên tiếp.",
        "1 lượt cần xử lý",
        f"channel={feed.id}&amp;state=scheduled",
    ):
        assert words in page
    assert browser.post(f"/channels/{feed.id}/resume").status_code == 303
    assert "Hoạt động" in browser.get("/channels").text


def test_a_simulated_zalo_is_labelled_wherever_it_is_shown(browser: Browser, news: Newsroom) -> None:
    model = registry.adapter("zalo_oa").Settings
    local = model(api_url="http://127.0.0.1:9", oauth_url="http://127.0.0.1:9").model_dump(mode="json")
    real = model(api_url="https://openapi.zalo.me", oauth_url="https://oauth.zaloapp.com").model_dump(mode="json")
    one, two = (channel("zalo_oa", news.paper, slug, settings=s) for slug, s in (("thu", local), ("that", real)))
    assert browser.get("/channels").text.count("Zalo mô phỏng") == 1
    assert "Zalo mô phỏng" in browser.get(f"/channels/{one.id}").text
    assert "Zalo mô phỏng" in browser.get(f"/channels/{one.id}/edit").text
    assert "Zalo mô phỏng" not in browser.get(f"/channels/{two.id}").text


def test_the_list_asks_one_number_of_questions(app: Flask, browser: Browser, news: Newsroom) -> None:
    def queries() -> int:
        sent: list[str] = []

        def note(*args: object) -> None:
            sent.append(str(args[2]))

        event.listen(db.engine, "before_cursor_execute", note)
        assert browser.get("/channels").status_code == 200
        event.remove(db.engine, "before_cursor_execute", note)
        return len(sent)

    channel("portal_rss", news.paper, "bao-0")
    queries()
    before = queries()
    for number in range(1, 9):
        channel("portal_rss", news.paper, f"bao-{number}")
    assert queries() == before


@pytest.mark.both_databases
@pytest.mark.parametrize("who", ["editor", "lead", "viewer", "broadcaster"])
def test_others_open_none_of_it(app: Flask, news: Newsroom, who: str) -> None:
    feed = channel("zalo_oa", news.paper, "zalo")
    other = sign_in(app, getattr(news, who))
    for path in ("/channels", "/channels/new", f"/channels/{feed.id}", f"/channels/{feed.id}/edit"):
        assert other.get(path).status_code == 403
    for path in ("secrets", "slots", "deactivate", "board-key"):
        assert other.post(f"/channels/{feed.id}/{path}", data=HIDDEN).status_code == 403
    db.session.rollback()
    assert db.session.scalars(select(AuditEntry)).all() == []


def test_the_list_is_searched_without_diacritics_and_stepped_through(browser: Browser, news: Newsroom) -> None:
    for number in range(60):
        channel("portal_rss", news.paper, f"bao-{number:02}", name=f"Báo điện tử {number:02}")
    channel("led_board", news.district, "bang", name="Bảng quảng trường")
    first, second = browser.get("/channels").text, browser.get("/channels?page=2").text
    assert (first.count('class="row-title"'), second.count('class="row-title"')) == (50, 11)
    assert browser.get("/channels?q=quang+truong").text.count('class="row-title"') == 1
    assert browser.get("/channels?kind=led_board").text.count('class="row-title"') == 1
    assert browser.get(f"/channels?unit={news.district.id}").text.count('class="row-title"') == 1
    assert "Không có kênh nào như vậy" in browser.get("/channels?q=khong-co").text
