"""The pages of bulletins: coming times, the rundown with its buttons, its files, its log."""

import io
import json
import re
from collections.abc import Callable

import docx
import pypdf
import pytest
from flask import Flask
from sqlalchemy import func, select

from cms.core.database import changing, db
from cms.models.lexicon import TimedReading
from cms.models.radio import Broadcast, BulletinAiring, Download, Programme
from tests.cms.newsroom import Browser, Newsroom, counted, sign_in
from tests.cms.radio.conftest import Live
from tests.conftest import Clock

pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


@pytest.fixture
def three(live: Live) -> list[int]:
    return [live(title, body=f"Nội dung tin {title}. Gọi số 0272 3822 822.") for title in ("Một", "Hai", "Ba")]


@pytest.fixture
def bulletin(browser: Browser, programme: Programme, three: list[int], clock: Clock) -> str:
    """The address of a bulletin that the presenter began for today at 09:00, with three items."""
    begun = browser.post("/radio/bulletins", data={"programme": programme.id, "air_at": "2026-11-22T09:00"})
    assert begun.status_code == 303
    address = begun.headers["Location"]
    for one in three:
        browser.post(f"{address}/items", data={"do": "add", "delivery": one})
    return address


def items(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'<li class="rundown-item[^"]*" data-item="(\d+)"', page)]


def test_a_new_programme_is_read_at_the_rate_that_was_timed_at_the_station(
    news: Newsroom, loudspeaker: object, browser: Browser, clock: Clock
) -> None:
    assert 'value="4,2"' in browser.get("/radio/programmes/new").text
    with changing() as session:
        session.add(TimedReading(unit_id=news.district.id, syllables=300, seconds=65.0, rate=4.9, measured_at=clock()))
    assert 'value="4,9"' in browser.get("/radio/programmes/new").text


def test_a_programme_is_made_and_its_times_wait_to_be_filled(
    news: Newsroom, loudspeaker: object, browser: Browser
) -> None:
    assert "Tạo chương trình" in browser.get("/radio/bulletins").text
    form = {
        "unit": news.district.id, "name": "Bản tin sáng", "slot_minutes": "15", "tune_s": "8", "jingle_s": "3",
        "rate": "4,5", "dialect": "south", "headlines": "y", "greeting": "Chào bà con!", "slot-1": "5h30, 17:30",
    }  # fmt: skip
    wrong = browser.post("/radio/programmes/new", data={**form, "slot-2": "sáng"})
    assert wrong.status_code == 422
    assert "“sáng” không phải giờ trong ngày" in wrong.text
    assert 'value="Bản tin sáng"' in wrong.text
    assert "5h30, 17:30" in wrong.text
    assert browser.post("/radio/programmes/new", data={**form, "rate": "nhanh"}).status_code == 422
    made = browser.post("/radio/programmes/new", data=form, follow_redirects=True).text
    assert "Đã lưu chương trình" in made
    assert [found in made for found in ("05:30 23/11/2026", "17:30 23/11/2026", "khung 15 phút")] == [True] * 3
    shown = browser.get("/radio/programmes/1").text
    assert 'value="4,5"' in shown
    assert 'value="05:30, 17:30"' in shown
    browser.post("/radio/programmes/1", data={**form, "name": "Bản tin trưa"})
    assert "Bản tin trưa" in browser.get("/radio/bulletins").text
    browser.post("/radio/programmes/1/stop")
    assert "Bản tin trưa" not in browser.get("/radio/bulletins").text


def test_the_buttons_change_the_order_and_the_total(browser: Browser, bulletin: str, three: list[int]) -> None:
    one, two, last = three
    page = browser.get(bulletin).text
    assert items(page) == three
    assert "trên khung 5'00" in page
    assert "còn trống" in page
    for do, item, order in (
        ("up", last, [one, last, two]),
        ("down", one, [last, one, two]),
        ("remove", one, [last, two]),
    ):
        browser.post(f"{bulletin}/items", data={"do": do, "delivery": item})
        assert items(browser.get(bulletin).text) == order
    filled = browser.post(f"{bulletin}/items", data={"do": "fill"}, follow_redirects=True)
    assert items(filled.text) == [last, two, one]


def test_a_script_of_the_page_gets_the_rundown_alone(browser: Browser, bulletin: str, three: list[int]) -> None:
    alone = {"X-Part": "rundown"}
    order = {"do": "order", "order": ",".join(map(str, three[::-1])), "version": 4}
    part = browser.post(f"{bulletin}/items", data=order, headers=alone)
    assert part.status_code == 200
    assert "<html" not in part.text
    assert items(part.text) == three[::-1]
    late = browser.post(f"{bulletin}/items", data=order, headers=alone)
    assert late.status_code == 409
    assert "vừa được người khác sửa" in late.text
    assert items(late.text) == three[::-1]
    assert browser.post(f"{bulletin}/items", data={"do": "x"}, headers=alone).status_code == 422
    flashed = browser.post(f"{bulletin}/items", data={**order}, follow_redirects=True)
    assert "vừa được người khác sửa" in flashed.text


def test_who_only_reads_sees_no_buttons(app: Flask, news: Newsroom, bulletin: str) -> None:
    page = sign_in(app, news.viewer).get(bulletin).text
    assert len(items(page)) == 3
    assert "data-grip" not in page
    assert "Ghi đã phát" not in page
    assert sign_in(app, news.outsider).get(bulletin).status_code == 404


def test_the_whole_bulletin_comes_as_four_files_and_each_script_counts_as_taken(
    browser: Browser, bulletin: str, three: list[int]
) -> None:
    files = {name: browser.get(f"{bulletin}.{name}") for name in ("txt", "docx", "pdf", "json")}
    assert {answer.status_code for answer in files.values()} == {200}
    assert files["docx"].headers["Content-Disposition"].endswith('-ban-tin-chieu-09-00-22-11-2026.docx"')
    said = files["txt"].text
    assert [said.index(f"Nội dung tin {title}.") for title in ("Một", "Hai", "Ba")] == sorted(
        said.index(f"Nội dung tin {title}.") for title in ("Một", "Hai", "Ba")
    )
    assert said.count("Kính chào bà con!") == 1
    assert "0272" not in said
    word = "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(files["docx"].data)).paragraphs)
    assert "Phát lúc: 09:00 22/11/2026 GMT+7" in word
    assert "TIN 3: Ba" in word
    pages = pypdf.PdfReader(io.BytesIO(files["pdf"].data)).pages
    assert all("Bản tin chiều, 09:00 22/11/2026" in page.extract_text() for page in pages)
    told = json.loads(files["json"].data)
    assert [item["script"] for item in told["items"]] == three
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Download)) == 12


def test_an_item_that_was_called_back_is_cut_from_every_later_file(
    browser: Browser, bulletin: str, three: list[int], retract: Callable[[int], None]
) -> None:
    retract(three[1])
    page = browser.get(bulletin).text
    assert "1 tin đã thu hồi sau khi đưa vào bản tin" in page
    assert "Nội dung tin Hai" not in browser.get(f"{bulletin}.txt").text
    word = docx.Document(io.BytesIO(browser.get(f"{bulletin}.docx").data))
    red = [run.text for p in word.paragraphs for run in p.runs if str(run.font.color.rgb) == "C00000"]
    assert red == ["ĐÃ CẮT 1 TIN THU HỒI – BỎ MỌI BẢN IN TRƯỚC", "TIN ĐÃ THU HỒI – KHÔNG ĐỌC: Hai"]
    pages = pypdf.PdfReader(io.BytesIO(browser.get(f"{bulletin}.pdf").data)).pages
    assert all("ĐÃ CẮT 1 TIN THU HỒI" in one.extract_text() for one in pages)
    assert json.loads(browser.get(f"{bulletin}.json").data)["items"][1]["withdrawn"]
    prompter = browser.get(f"{bulletin}/prompter").text
    assert "KHÔNG ĐỌC: Hai" in prompter
    assert "Nội dung tin Hai" not in prompter


def test_the_bulletin_is_logged_by_the_page_and_taken_back(
    browser: Browser, bulletin: str, three: list[int], clock: Clock
) -> None:
    clock.turn(hours=2)
    event_id = re.search(r'name="event_id" value="([0-9a-f]{32})"', browser.get(bulletin).text)
    assert event_id is not None
    form = {"event_id": event_id[1], "started_at": "2026-11-22T09:00", "minutes": "4", "seconds": "10",
            "station": "Cụm loa ấp 3", "items": three[:2]}  # fmt: skip
    for wrong, sentence in (
        ({"minutes": "", "seconds": ""}, "Hãy nhập thời lượng đo được"),
        ({"started_at": ""}, "Hãy chọn ngày và giờ bắt đầu phát"),
        ({"items": []}, "Hãy chọn những tin đã đọc"),
    ):
        refused = browser.post(f"{bulletin}/broadcasts", data={**form, **wrong})
        assert refused.status_code == 422
        assert sentence in refused.text
        assert 'value="Cụm loa ấp 3"' in refused.text
        assert event_id[1] in refused.text
    done = browser.post(f"{bulletin}/broadcasts", data=form, follow_redirects=True).text
    assert "từng tin của bản tin" in done
    assert "4 phút 10 giây" in done
    browser.post(f"{bulletin}/broadcasts", data=form)
    db.session.rollback()
    assert [one.delivery_id for one in db.session.scalars(select(Broadcast).order_by(Broadcast.id))] == three[:2]
    assert "đã phát" in browser.get("/radio/bulletins").text
    airing = db.session.scalars(select(BulletinAiring.id)).one()
    voided = browser.post(f"/radio/airings/{airing}/void", data={"reason": "nhầm ngày"}, follow_redirects=True).text
    assert "Đã hủy: nhầm ngày" in voided
    assert "chưa ghi nhật ký" in browser.get("/radio/bulletins").text


def test_details_repetition_and_throwing_away(browser: Browser, bulletin: str) -> None:
    details = {"title": "Bản tin đặc biệt", "air_at": "2026-11-22T10:00", "slot_minutes": "10"}
    assert "Bản tin đặc biệt" in browser.post(f"{bulletin}/details", data=details, follow_redirects=True).text
    wrong = browser.post(f"{bulletin}/details", data={**details, "title": ""}, follow_redirects=True)
    assert "Hãy đặt tên bản tin" in wrong.text
    refused = browser.post(f"{bulletin}/details", data={**details, "title": "Bản tin tối", "air_at": "19h70"})
    assert refused.status_code == 422
    assert [f'value="{typed}"' in refused.text for typed in ("19h70", "Bản tin tối")] == [True, True]
    begun = browser.post("/radio/bulletins", data={"programme": "1", "air_at": "19h70 22/11/2026"})
    assert begun.status_code == 422
    assert 'value="19h70 22/11/2026"' in begun.text
    later = browser.post(f"{bulletin}/repeat", follow_redirects=True)
    assert "Đây là bản tin của tuần sau" in later.text
    assert "10:00 29/11/2026" in later.text
    assert len(items(later.text)) == 3
    gone = browser.post(f"{later.request.path}/discard", follow_redirects=True)
    assert "Đã bỏ bản tin" in gone.text
    assert "29/11/2026" not in gone.text


def test_a_script_tells_in_which_bulletins_it_stands(browser: Browser, bulletin: str, three: list[int]) -> None:
    assert f'href="{bulletin}"' in browser.get(f"/radio/{three[0]}").text


def test_the_lists_ask_the_database_as_often_for_many_as_for_one(
    browser: Browser, programme: Programme, bulletin: str, live: Live
) -> None:
    def asked(path: str) -> int:
        browser.get(path)
        with counted() as statements:
            assert browser.get(path).status_code == 200
        return len(statements)

    paths = ("/radio/bulletins", "/radio", "/radio?shelf=all")
    few = [asked(path) for path in paths]
    for day in range(10, 15):
        browser.post("/radio/bulletins", data={"programme": programme.id, "air_at": f"2026-12-{day}T09:00"})
    for title in ("Bốn", "Năm"):
        live(title)
    assert [asked(path) for path in paths] == few
    assert max(few) <= 12
