"""The pages of culture centres: which scripts, urgent first, as files, and never one that was called back."""

import io
import json
import re
from datetime import timedelta

import docx
import pypdf
import pytest
from flask import Flask
from sqlalchemy import event, select, update

from cms.core.database import changing, db
from cms.models.people import Person
from cms.models.radio import Broadcast, Download
from cms.models.roles import Role
from cms.stories.publishing import scheduling
from scheduler.storage.tables import Channel, Delivery, StoredRendition
from tests.cms.deliveries.press import promised, work
from tests.cms.newsroom import Browser, Newsroom, actor, channel, newsroom, person, sign_in
from tests.conftest import Clock

pytestmark = pytest.mark.one_database


@pytest.fixture
def news(app: Flask) -> Newsroom:
    return newsroom()


@pytest.fixture
def chief(news: Newsroom) -> Person:
    return person("chi", (Role.LEAD, news.province))


@pytest.fixture
def loudspeaker(news: Newsroom) -> Channel:
    return channel("radio_script", news.district, "truyen-thanh", name="Truyền thanh huyện")


@pytest.fixture
def browser(app: Flask, news: Newsroom) -> Browser:
    return sign_in(app, news.broadcaster)


def live(app: Flask, news: Newsroom, chief: Person, where: Channel, clock: Clock, title: str) -> int:
    made = promised(app, news, where, by=chief, title=title)
    work(clock)
    clock.turn(minutes=1)
    return made


def retracted(script: int, chief: Person, clock: Clock) -> None:
    with changing() as session:
        story_id = session.get_one(Delivery, script).story_id
        scheduling.retract(session, actor(chief), story_id, reason="Sai số điện thoại", now=clock())
    work(clock)


def titles(page: str) -> list[str]:
    return re.findall(r'class="row-title"[^>]*>([^<]+)</a>', page)


@pytest.mark.both_databases
def test_urgent_scripts_stand_first_then_the_newest(
    app: Flask, news: Newsroom, chief: Person, loudspeaker: Channel, browser: Browser, clock: Clock
) -> None:
    made = {title: live(app, news, chief, loudspeaker, clock, title) for title in ("Bão", "Lũ", "Lịch", "Mới")}
    for title, priority in (("Lũ", "uu_tien"), ("Bão", "khan_cap")):
        rendition = db.session.get_one(Delivery, made[title]).live_rendition_id
        with changing() as session:
            stored = session.get_one(StoredRendition, rendition)
            session.execute(
                update(StoredRendition)
                .where(StoredRendition.id == rendition)
                .values(document={**stored.document, "priority": priority})
            )
    page = browser.get("/radio").text
    assert titles(page) == ["Bão", "Lũ", "Mới", "Lịch"]
    assert "Khẩn cấp" in page
    assert "Ưu tiên" in page


@pytest.mark.both_databases
def test_a_script_moves_from_new_to_aired_when_it_is_logged(
    app: Flask, news: Newsroom, chief: Person, loudspeaker: Channel, browser: Browser, clock: Clock
) -> None:
    script = live(app, news, chief, loudspeaker, clock, "Tin loa")
    page = browser.get(f"/radio/{script}").text
    event_id = re.search(r'name="event_id"[^>]*value="([0-9a-f]{32})"', page)
    assert event_id is not None
    form = {"event_id": event_id[1], "started_at": "2026-11-22T08:00", "minutes": "1", "seconds": "35",
            "station": "Đài xã"}  # fmt: skip
    done = browser.post(f"/radio/{script}/broadcasts", data=form, follow_redirects=True)
    assert "Đã ghi nhật ký phát sóng" in done.text
    assert "1 phút 35 giây" in done.text
    browser.post(f"/radio/{script}/broadcasts", data=form)
    db.session.rollback()
    [entry] = db.session.scalars(select(Broadcast)).all()
    assert (entry.duration_s, entry.station) == (95, "Đài xã")
    assert titles(browser.get("/radio").text) == []
    assert titles(browser.get("/radio?shelf=aired").text) == ["Tin loa"]
    assert titles(browser.get("/radio/log").text) == ["Tin loa"]
    voided = browser.post(f"/radio/broadcasts/{entry.id}/void", data={"reason": "nhầm bài"}, follow_redirects=True)
    assert "Đã hủy: nhầm bài" in voided.text
    assert titles(browser.get("/radio").text) == ["Tin loa"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"started_at": ""}, "Hãy chọn ngày và giờ bắt đầu phát"),
        ({"started_at": "hôm qua"}, "không phải ngày giờ hợp lệ"),
        ({"started_at": "2026-11-22T18:00"}, "chưa tới"),
        ({"minutes": "", "seconds": ""}, "Hãy nhập thời lượng đo được"),
        ({"minutes": "một"}, "không phải số hợp lệ"),
        ({"minutes": "0", "seconds": "0"}, "từ 1 giây đến 4 giờ"),
    ],
)
def test_a_wrong_entry_gets_one_sentence_and_keeps_what_was_typed(
    app: Flask, news: Newsroom, chief: Person, loudspeaker: Channel, browser: Browser, clock: Clock,
    change: dict[str, str], sentence: str,
) -> None:  # fmt: skip
    script = live(app, news, chief, loudspeaker, clock, "Tin loa")
    form = {"event_id": "a" * 32, "started_at": "2026-11-22T08:00", "minutes": "1", "seconds": "35",
            "station": "Đài xã An Thạnh"} | change  # fmt: skip
    answer = browser.post(f"/radio/{script}/broadcasts", data=form)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="Đài xã An Thạnh"' in answer.text
    assert f'value="{"a" * 32}"' in answer.text
    db.session.rollback()
    assert db.session.scalars(select(Broadcast)).all() == []


def test_files_hold_the_script_and_are_noted(
    app: Flask, news: Newsroom, chief: Person, loudspeaker: Channel, browser: Browser, clock: Clock
) -> None:
    script = live(app, news, chief, loudspeaker, clock, "Nộp hồ sơ từ nhà")
    files = {fmt: browser.get(f"/radio/{script}.{fmt}") for fmt in ("txt", "docx", "pdf", "json")}
    assert {answer.status_code for answer in files.values()} == {200}
    assert "Người dân đăng nhập bằng" in files["txt"].text
    word = "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(files["docx"].data)).paragraphs)
    assert "Nộp hồ sơ từ nhà" in word
    assert "THU HỒI" not in word
    assert "Nộp hồ sơ" in pypdf.PdfReader(io.BytesIO(files["pdf"].data)).pages[0].extract_text()
    told = json.loads(files["json"].data)
    assert (told["id"], told["withdrawn"], told["script"]["title"]) == (script, False, "Nộp hồ sơ từ nhà")
    for fmt, answer in files.items():
        name = f'attachment; filename="kich-ban-{script}-nop-ho-so-tu-nha.{fmt}"'
        assert answer.headers["Content-Disposition"] == name
        assert answer.headers["Cache-Control"] == "private, no-store"
    browser.get(f"/radio/{script}.docx")
    db.session.rollback()
    assert len(db.session.scalars(select(Download)).all()) == 4
    assert "Bạn đã tải" in browser.get("/radio").text
    assert browser.get(f"/radio/{script}.exe").status_code == 404


@pytest.mark.both_databases
def test_a_script_that_was_called_back_says_so_on_its_page_and_in_every_later_file(
    app: Flask, news: Newsroom, chief: Person, loudspeaker: Channel, browser: Browser, clock: Clock
) -> None:
    script = live(app, news, chief, loudspeaker, clock, "Nộp hồ sơ từ nhà")
    retracted(script, chief, clock)
    page = browser.get(f"/radio/{script}").text
    assert "ĐÃ THU HỒI – KHÔNG ĐỌC TRÊN SÓNG" in page
    assert "Sai số điện thoại" in page
    assert "Người dân đăng nhập" not in page
    text = browser.get(f"/radio/{script}.txt").text
    assert "THU HỒI" in text.upper()
    assert "Người dân đăng nhập" not in text
    word = docx.Document(io.BytesIO(browser.get(f"/radio/{script}.docx").data))
    reds = [run.text for line in word.paragraphs for run in line.runs if run.font.color and run.font.color.rgb]
    assert any("THU HỒI" in run.upper() for run in reds)
    print_ = pypdf.PdfReader(io.BytesIO(browser.get(f"/radio/{script}.pdf").data))
    assert all("THU HỒI" in sheet.extract_text().upper() for sheet in print_.pages)
    told = browser.get(f"/radio/{script}.json").get_json()
    assert (told["withdrawn"], told["script"], told["reason"]) == (True, None, "Sai số điện thoại")
    assert titles(browser.get("/radio").text) == []
    assert titles(browser.get("/radio?shelf=withdrawn").text) == ["Nộp hồ sơ từ nhà"]


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("who", "status", "logs"),
    [("broadcaster", 200, True), ("admin", 200, True), ("viewer", 200, False), ("editor", 404, False),
     ("outsider", 404, False)],
)  # fmt: skip
def test_who_reads_and_who_logs(
    app: Flask, news: Newsroom, chief: Person, loudspeaker: Channel, clock: Clock, who: str, status: int, logs: bool
) -> None:
    script = live(app, news, chief, loudspeaker, clock, "Tin loa")
    other = sign_in(app, getattr(news, who))
    page = other.get(f"/radio/{script}")
    assert page.status_code == status
    assert ("Ghi đã phát" in page.text) == logs
    assert other.get(f"/radio/{script}.txt").status_code == status
    assert ("Tin loa" in other.get("/radio").text) == (status == 200)


@pytest.mark.both_databases
def test_pages_step_through_all_scripts_once(
    app: Flask, news: Newsroom, chief: Person, loudspeaker: Channel, browser: Browser, clock: Clock
) -> None:
    like = db.session.get_one(Delivery, live(app, news, chief, loudspeaker, clock, "Tin loa"))
    with changing() as session:
        for number in range(70):
            session.add(
                Delivery(
                    key=f"k{number}", story_id=10_000 + number, channel_id=loudspeaker.id, state="live",
                    rendition_id=like.rendition_id, live_rendition_id=like.rendition_id, created_at=clock(),
                    scheduled_at=clock(), live_at=clock() - timedelta(minutes=number % 7),
                )
            )  # fmt: skip
    address, seen = "/radio", []
    while address:
        page = browser.get(address).text
        seen += re.findall(r'href="/radio/(\d+)"', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == 71


def test_the_list_asks_one_number_of_questions(
    app: Flask, news: Newsroom, chief: Person, loudspeaker: Channel, browser: Browser, clock: Clock
) -> None:
    def queries() -> int:
        sent: list[str] = []

        def note(*args: object) -> None:
            sent.append(str(args[2]))

        event.listen(db.engine, "before_cursor_execute", note)
        assert browser.get("/radio").status_code == 200
        event.remove(db.engine, "before_cursor_execute", note)
        return len(sent)

    live(app, news, chief, loudspeaker, clock, "Tin 0")
    queries()
    before = queries()
    for number in range(1, 5):
        live(app, news, chief, loudspeaker, clock, f"Tin {number}")
    queries()
    assert queries() == before
