"""The lexicon's pages: keeping entries, trying a text at once, listening, timing a reading."""

import io
import re
import wave

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, expect

from channels.radio_script.speech.voice import find_voice
from cms.lexicon.rate_views import TO_READ
from cms.models.roles import Role
from tests.cms.deliveries.press import promised, work
from tests.cms.newsroom import PASSWORD, Browser, Newsroom, channel, newsroom, person, sign_in
from tests.conftest import Clock

pytestmark = pytest.mark.one_database

ENTRY = {"kind": "abbreviation", "written": "XQZ", "say": "xe quét rác", "source": "Công văn 12 của Sở"}
HAS_VOICE = find_voice() is not None


@pytest.fixture
def news(app: Flask) -> Newsroom:
    return newsroom()


@pytest.fixture
def browser(app: Flask, news: Newsroom) -> Browser:
    return sign_in(app, news.broadcaster)


@pytest.mark.both_databases
def test_an_entry_is_added_changed_and_taken_out(browser: Browser, news: Newsroom) -> None:
    unit = {"unit": str(news.district.id)}
    page = browser.post("/lexicon/new", data={**ENTRY, **unit}, follow_redirects=True).text
    assert "Đã thêm vào từ điển" in page
    assert "xe quét rác" in page
    assert "Công văn 12 của Sở" in page
    link = re.search(r'href="(/lexicon/\d+)"', page)
    assert link is not None
    assert 'value="xe quét rác"' in browser.get(link[1]).text
    changed = browser.post(link[1], data={**ENTRY, **unit, "say": "xe quét đường"}, follow_redirects=True).text
    assert "xe quét đường" in changed
    assert "Đã xóa" in browser.post(f"{link[1]}/remove", follow_redirects=True).text
    assert browser.get(link[1]).status_code == 404


def test_a_refusal_stands_at_its_field_and_nothing_typed_is_lost(browser: Browser, news: Newsroom) -> None:
    answer = browser.post("/lexicon/new", data={**ENTRY, "unit": str(news.district.id), "say": "xe số 2"})
    assert answer.status_code == 422
    assert "không có số, ký hiệu hay chữ viết tắt: “2”" in answer.text
    assert 'value="xe số 2"' in answer.text
    assert 'value="XQZ"' in answer.text


def test_a_text_is_tried_with_the_entry_being_written(browser: Browser, news: Newsroom) -> None:
    form = {"text": "Đội XQZ, 24 xã, [a]", "unit": str(news.district.id)}
    assert "[XQZ?]" in browser.post("/lexicon/try", data=form).text
    page = browser.post("/lexicon/try", data={**form, **ENTRY, "source": ""}).text
    assert "xe quét rác" in page
    assert "hai mươi tư" in page
    assert "hai mươi bốn" in browser.post("/lexicon/try", data={**form, "dialect": "south"}).text
    assert browser.post("/lexicon/try", data={**form, "text": " "}).text.strip() == ""


def test_without_script_the_page_tries_a_text_itself(browser: Browser) -> None:
    page = browser.get("/lexicon", query_string={"text": "Gọi 1022 <b>"}).text
    assert "một không hai hai" in page
    assert "<b>" not in page.split("tried-words")[1].split("</div>")[0].replace("&lt;b&gt;", "")


def test_a_doubt_leads_to_a_new_entry_and_a_long_sentence_to_its_parts(browser: Browser) -> None:
    page = browser.get("/lexicon", query_string={"text": "XQZ đến. " + "Bà con nộp hồ sơ tại nhà, " * 8}).text
    assert "/lexicon/new?written=XQZ" in page
    assert "khó đọc một hơi" in page
    assert page.count("<li>Bà con nộp hồ sơ tại nhà") >= 2
    assert 'value="XQZ"' in browser.get("/lexicon/new?written=XQZ").text


@pytest.mark.both_databases
def test_searching_shows_what_ships_with_the_product(browser: Browser) -> None:
    page = browser.get("/lexicon?q=TTHC").text
    assert "Từ điển có sẵn đọc “TTHC”" in page
    assert "thủ tục hành chính" in page
    assert "Không có mục riêng nào khớp" in page


@pytest.mark.both_databases
def test_a_viewer_reads_and_tries_but_keeps_nothing(app: Flask, news: Newsroom) -> None:
    browser = sign_in(app, news.viewer)
    page = browser.get("/lexicon").text
    assert "Đọc thử" in page
    assert "/lexicon/new" not in page
    assert browser.get("/lexicon/new").status_code == 403
    assert browser.post("/lexicon/new", data=ENTRY).status_code in {403, 404}


@pytest.mark.parametrize("path", ["/lexicon", "/lexicon/new", "/lexicon/rates"])
def test_nobody_comes_in_without_signing_in(app: Flask, path: str) -> None:
    assert app.test_client().get(path).status_code in {302, 303, 401}


def sounded(data: bytes) -> float:
    with wave.open(io.BytesIO(data)) as sound:
        return float(sound.getnframes() / sound.getframerate())


@pytest.mark.skipif(not HAS_VOICE, reason="espeak-ng is not installed")
def test_a_text_is_heard_and_says_that_it_is_synthetic(browser: Browser) -> None:
    answer = browser.post("/lexicon/listen", data={"text": "Quyết định số 1588/QĐ-TTg"})
    assert answer.headers["Content-Type"] == "audio/wav"
    assert "giong-may-khong-phat-song.wav" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Synthetic"] == "espeak-ng"
    assert 2 < sounded(answer.data) < 8


@pytest.mark.skipif(not HAS_VOICE, reason="espeak-ng is not installed")
def test_a_script_is_heard_until_it_is_called_back(app: Flask, news: Newsroom, browser: Browser, clock: Clock) -> None:
    chief = person("chi", (Role.LEAD, news.province))
    loud = channel("radio_script", news.district, "loa")
    script = promised(app, news, loud, by=chief, title="Tin loa")
    work(clock)
    assert "Nghe thử" in browser.get(f"/radio/{script}").text
    assert sounded(browser.get(f"/lexicon/scripts/{script}.wav").data) > 5
    assert sign_in(app, news.outsider).get(f"/lexicon/scripts/{script}.wav").status_code == 404


def test_without_a_synthesiser_there_is_no_button(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: None)
    assert "Nghe thử" not in browser.get("/lexicon", query_string={"text": "một"}).text
    answer = browser.post("/lexicon/listen", data={"text": "một"})
    assert answer.status_code == 404
    assert "cài espeak-ng" in answer.text


@pytest.mark.both_databases
def test_a_reading_is_timed_and_can_be_dropped(browser: Browser, news: Newsroom) -> None:
    form = {"unit": str(news.district.id), "presenter": "Mai Phương", "text": TO_READ, "seconds": "0:42"}
    page = browser.post("/lexicon/rates", data=form, follow_redirects=True).text
    assert "tiếng mỗi giây. Thời lượng kịch bản từ nay" in page
    assert "Mai Phương" in page
    drop = re.search(r'action="(/lexicon/rates/\d+/void)"', page)
    assert drop is not None
    assert "Chưa đo lần nào" in browser.post(drop[1], follow_redirects=True).text


def test_a_wrong_time_is_told_at_its_field(browser: Browser, news: Newsroom) -> None:
    answer = browser.post("/lexicon/rates", data={"unit": str(news.district.id), "text": TO_READ, "seconds": "3"})
    assert answer.status_code == 422
    assert "hãy đo lại" in answer.text


def test_in_the_browser_the_reading_follows_what_is_typed_and_the_watch_fills_the_form(
    context: BrowserContext, news: Newsroom
) -> None:
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("[name=username]", news.broadcaster.username)
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    page.goto("/lexicon/new")
    page.fill("[name=written]", "XQZ")
    page.fill("[name=say]", "xe quét rác")
    page.fill("[name=text]", "Đội XQZ đến ngày 5/3")
    expect(page.locator("[data-tried]")).to_contain_text("Đội xe quét rác đến ngày mùng năm tháng ba")
    page.goto("/lexicon/rates")
    page.click("[data-start]")
    page.click("[data-stop]")
    assert re.fullmatch(r"\d+,\d", page.input_value("[name=seconds]"))
