"""Lists, the page of one delivery, and the buttons, by a real client."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import event, insert, select, text

from cms.core.database import changing, db
from cms.models.stories import Revision, Story
from cms.stories.editing import content as contents
from cms.stories.editing import writing
from cms.stories.publishing import promising
from cms.stories.publishing.scheduling import Wish
from cms.stories.review import review
from cms.web.context import context
from cms.web.input.dates import as_typed
from scheduler import health
from scheduler.decisions.states import DeliveryState
from scheduler.storage.tables import Attempt, Channel, Delivery, StoredRendition
from tests.cms.deliveries.press import audited, bent, failed, promised, state, unclear, work
from tests.cms.newsroom import Newsroom, actor, channel, newsroom, sign_in
from tests.conftest import Clock

pytestmark = pytest.mark.one_database


@pytest.fixture
def news(app: Flask) -> Newsroom:
    return newsroom()


@pytest.fixture
def feed(news: Newsroom) -> Channel:
    return channel("portal_rss", news.paper, "bao-song-vam", name="Báo Sông Vàm điện tử")


@contextmanager
def counted() -> Iterator[list[str]]:
    """Statements sent to the database inside the block."""
    sent: list[str] = []

    def note(*args: object) -> None:
        sent.append(str(args[2]))

    event.listen(db.engine, "before_cursor_execute", note)
    yield sent
    event.remove(db.engine, "before_cursor_execute", note)


def many(feed: Channel, like: int, count: int) -> None:
    """Deliveries like one that is there, an hour apart, each of a story of its own."""
    with changing() as session:
        model = session.get_one(Delivery, like)
        told = session.get_one(Story, model.story_id)
        rows = [
            {"unit_id": told.unit_id, "author_id": told.author_id, "kind": "article", "state": "approved", "column": "",
             "title": f"Bài số {n:03}", "version": 1, "created_at": told.created_at, "updated_at": told.updated_at}
            for n in range(count)
        ]  # fmt: skip
        ids = session.scalars(insert(Story).returning(Story.id, sort_by_parameter_order=True), rows).all()
        frozen = session.get_one(StoredRendition, model.rendition_id)
        renditions = session.scalars(
            insert(StoredRendition).returning(StoredRendition.id, sort_by_parameter_order=True),
            [
                {"story_id": id_, "revision_id": frozen.revision_id, "revision": 1, "channel_id": feed.id,
                 "kind": feed.kind, "sha256": f"{n:064x}", "title": f"Bài số {n:03}", "document": {}, "files": [],
                 "created_at": told.created_at}
                for n, id_ in enumerate(ids)
            ],
        ).all()  # fmt: skip
        session.execute(
            insert(Delivery),
            [
                {"key": f"k{n}", "story_id": id_, "channel_id": feed.id, "rendition_id": renditions[n],
                 "scheduled_at": datetime(2026, 10, 1, tzinfo=UTC) + timedelta(hours=n),
                 "state": "live", "created_at": told.created_at, "live_rendition_id": renditions[n]}
                for n, id_ in enumerate(ids)
            ],
        )  # fmt: skip


@pytest.mark.both_databases
def test_the_list_steps_through_all_rows_once_in_the_order_of_promised_times(
    app: Flask, news: Newsroom, feed: Channel, clock: Clock
) -> None:
    many(feed, promised(app, news, feed, at=clock() + timedelta(days=1), title="Đầu tiên"), 120)
    browser, address, seen = sign_in(app, news.editor), "/deliveries", []
    while address:
        page = browser.get(address).text
        seen += re.findall(r'class="row-title"[^>]*>([^<]+)</a>', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = following[1].replace("&amp;", "&") if following else ""
    assert seen == ["Đầu tiên", *(f"Bài số {n:03}" for n in reversed(range(120)))]


@pytest.mark.both_databases
def test_the_number_of_queries_does_not_grow_with_the_rows(
    app: Flask, news: Newsroom, feed: Channel, clock: Clock
) -> None:
    one = promised(app, news, feed, at=clock() + timedelta(days=1))
    for path in ("/deliveries", "/calendar?week=2026-W47", "/deliveries/attention"):
        sign_in(app, news.admin).get(path)
    few = {path: _queries(app, news, path) for path in ("/deliveries", "/calendar?week=2026-10-05")}
    many(feed, one, 60)
    assert {path: _queries(app, news, path) for path in few} == few
    assert max(few.values()) <= 16


def _queries(app: Flask, news: Newsroom, path: str) -> int:
    browser = sign_in(app, news.admin)
    with counted() as sent:
        assert browser.get(path).status_code == 200
    return len(sent)


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"Sớm", "Muộn"}),
        ("?state=scheduled", {"Muộn"}),
        ("?state=live", {"Sớm"}),
        ("?kind=zalo_oa", set()),
        ("?kind=portal_rss", {"Sớm", "Muộn"}),
        ("?since=2026-11-23", {"Muộn"}),
        ("?until=2026-11-22", {"Sớm"}),
        ("?since=2026-11-22&until=2026-11-22", {"Sớm"}),
    ],
)
def test_filters(app: Flask, news: Newsroom, feed: Channel, clock: Clock, query: str, shown: set[str]) -> None:
    promised(app, news, feed, title="Sớm")
    work(clock)
    promised(app, news, feed, at=clock() + timedelta(days=1), title="Muộn")
    page = sign_in(app, news.editor).get(f"/deliveries{query}").text
    assert {title for title in ("Sớm", "Muộn") if title in page} == shown


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("since=hôm-qua", "không phải ngày hợp lệ"),
        ("since=9999-99-99", "không phải ngày hợp lệ"),
        ("channel=một", "không phải số hợp lệ"),
        ("state=gone", "Không có trạng thái này"),
    ],
)
def test_a_filter_that_makes_no_sense_gets_one_sentence(app: Flask, news: Newsroom, query: str, sentence: str) -> None:
    answer = sign_in(app, news.lead).get(f"/deliveries?{query}")
    assert answer.status_code == 422
    assert sentence in answer.text


@pytest.mark.both_databases
@pytest.mark.parametrize("page", ["/deliveries", "/deliveries/attention", "/audit"])
def test_days_that_were_typed_wrong_stay_in_the_filter(app: Flask, news: Newsroom, page: str) -> None:
    answer = sign_in(app, news.admin).get(f"{page}?since=32/13/2026&until=22/11/2026")
    assert answer.status_code == 422
    assert "không phải ngày hợp lệ" in answer.text
    assert [f'value="{typed}"' in answer.text for typed in ("32/13/2026", "22/11/2026")] == [True, True]


def test_a_day_that_was_typed_wrong_stays_in_the_calendar(app: Flask, news: Newsroom) -> None:
    answer = sign_in(app, news.admin).get("/calendar?week=32/13/2026")
    assert answer.status_code == 422
    assert "không phải ngày hợp lệ" in answer.text
    assert 'value="32/13/2026"' in answer.text


@pytest.mark.parametrize(
    ("who", "status"),
    [("editor", 200), ("lead", 200), ("admin", 200), ("outsider", 404), ("viewer", 403), ("broadcaster", 403)],
)
def test_who_sees_a_delivery(app: Flask, news: Newsroom, feed: Channel, clock: Clock, who: str, status: int) -> None:
    one = promised(app, news, feed, at=clock() + timedelta(days=1))
    browser = sign_in(app, getattr(news, who))
    assert browser.get(f"/deliveries/{one}").status_code == status
    listed = browser.get("/deliveries")
    assert ("Nộp hồ sơ từ nhà" in listed.text) == (status == 200)


def test_nobody_sees_anything_without_signing_in(app: Flask) -> None:
    for path in ("/deliveries", "/deliveries/attention", "/calendar", "/deliveries/1"):
        answer = app.test_client().get(path)
        assert answer.status_code == 302
        assert "/sign-in" in answer.headers["Location"]


@pytest.mark.both_databases
def test_the_page_shows_each_attempt_and_the_frozen_words(
    app: Flask, news: Newsroom, feed: Channel, clock: Clock
) -> None:
    one = promised(app, news, feed, at=clock() + timedelta(hours=1))
    failed(one)
    with changing() as session:
        session.add(
            Attempt(
                delivery_id=one, token=1, action="publish", outcome="rejected", started_at=clock(),
                ended_at=clock() + timedelta(seconds=2.5), words={"text": "Kênh từ chối bài.", "values": {}},
                detail='{"error": -201}', worker="w",
            )
        )  # fmt: skip
        session.get_one(Story, session.get_one(Delivery, one).story_id).title = "Tiêu đề đã đổi"
    page = sign_in(app, news.lead).get(f"/deliveries/{one}").text
    for words in ("08:00:00 22/11/2026", "2,5 giây", "Kênh từ chối bài.", "-201", "Kênh từ chối bài dài 160 ký tự."):
        assert words in page
    frozen = page.split('class="frozen"')[1]
    assert "Nộp hồ sơ từ nhà" in frozen
    assert "Tiêu đề đã đổi" not in frozen


@pytest.mark.both_databases
def test_the_list_of_matters_says_what_to_do_and_the_button_does_it(
    app: Flask, news: Newsroom, feed: Channel, clock: Clock
) -> None:
    one = promised(app, news, feed, at=clock() + timedelta(hours=1))
    unclear(one, clock())
    browser = sign_in(app, news.lead)
    page = browser.get("/deliveries/attention").text
    for words in ("Chưa rõ bài đã lên kênh hay chưa.", "Đã gửi rồi", "Gửi lại", "Chưa gửi, thôi không gửi"):
        assert words in page
    refused = browser.post(f"/deliveries/{one}/sent", data={"reason": ""}, headers={"Referer": "http://localhost/x"})
    assert refused.status_code == 303
    assert state(one) == DeliveryState.UNKNOWN
    done = browser.post(
        f"/deliveries/{one}/sent", data={"reason": "thấy bài", "link": "https://oa.zalo.me/1", "next": "/deliveries"}
    )
    assert done.headers["Location"] == "/deliveries"
    assert state(one) == DeliveryState.LIVE
    assert audited("delivery.confirm_sent")[0].origin == "127.0.0.1"
    assert "Không có lượt nào cần người xử lý" in browser.get("/deliveries/attention").text


def test_an_editor_reads_the_matters_but_is_offered_no_button(
    app: Flask, news: Newsroom, feed: Channel, clock: Clock
) -> None:
    one = promised(app, news, feed, at=clock() + timedelta(hours=1))
    failed(one)
    browser = sign_in(app, news.editor)
    page = browser.get("/deliveries/attention").text
    assert "Kênh từ chối bài dài 160 ký tự." in page
    assert "/retry" not in page
    assert browser.post(f"/deliveries/{one}/retry").status_code == 403
    assert state(one) == DeliveryState.FAILED


def test_a_failed_delivery_leaves_the_matters_when_the_story_is_scheduled_anew(
    app: Flask, news: Newsroom, feed: Channel, clock: Clock
) -> None:
    one = promised(app, news, feed, at=clock() + timedelta(hours=1))
    failed(one)
    story_id = db.session.get_one(Delivery, one).story_id
    promising.schedule(context().store, "http://x", actor(news.lead), story_id, [Wish(feed.id)], now=clock())
    assert "Không có lượt nào cần người xử lý" in sign_in(app, news.lead).get("/deliveries/attention").text


@pytest.mark.both_databases
def test_moving_by_the_form(app: Flask, news: Newsroom, feed: Channel, clock: Clock) -> None:
    one = promised(app, news, feed, at=clock() + timedelta(hours=1))
    browser = sign_in(app, news.lead)
    for wrong in ("", "ngày mai", "2026-11-22T07:00", "24:01 22/11/2026", "31/12/9999 7h"):
        refused = browser.post(f"/deliveries/{one}/move", data={"at": wrong}, headers={"Referer": "http://localhost/x"})
        assert refused.status_code == 422
        assert f'value="{as_typed(wrong, moment=True)}"' in refused.text
    assert audited("delivery.move") == []
    answer = browser.post(f"/deliveries/{one}/move", data={"at": "2026-11-23T17:30"}, follow_redirects=True)
    assert "Đã dời lịch" in answer.text
    assert "17:30 23/11/2026" in answer.text


def test_nobody_is_led_to_another_site(app: Flask, news: Newsroom, feed: Channel, clock: Clock) -> None:
    one = promised(app, news, feed, at=clock() + timedelta(hours=1))
    answer = sign_in(app, news.lead).post(f"/deliveries/{one}/cancel", data={"next": "https://evil.example/"})
    assert answer.headers["Location"] == f"/deliveries/{one}"


def test_the_calendar_page_tells_states_in_words(app: Flask, news: Newsroom, feed: Channel, clock: Clock) -> None:
    promised(app, news, feed, at=clock() + timedelta(hours=1), title="Bài chiều")
    with changing() as session:
        session.get_one(Channel, feed.id).weekly_slots = [{"weekday": 7, "time": "19:30"}]
    page = sign_in(app, news.editor).get("/calendar").text
    for words in ("Tuần 47", "Bài chiều", "Chờ phát hành", "19:30", "Còn trống", "GMT+7", "Chủ nhật"):
        assert words in page
    assert "Tuần 46" in sign_in(app, news.editor).get("/calendar?week=2026-W46&by=unit").text


@pytest.mark.both_databases
def test_what_waits_for_a_person_is_read_from_an_index_of_its_own(
    app: Flask, news: Newsroom, feed: Channel, clock: Clock
) -> None:
    """With 250,000 deliveries a look through all of them takes a quarter of a second, the index a few milliseconds."""
    one = promised(app, news, feed, at=clock() + timedelta(days=1))
    many(feed, one, 400)
    failed(one)
    with changing() as session:
        session.execute(text("ANALYZE"))
    query = select(Delivery.id).where(health.needs_a_person()).order_by(Delivery.scheduled_at.desc()).limit(51)
    sqlite = db.engine.dialect.name == "sqlite"
    asked = str(query.compile(db.engine, compile_kwargs={"literal_binds": True}))
    if not sqlite:
        db.session.execute(text("SET enable_seqscan = off"))
    plan = db.session.execute(text(f"{'EXPLAIN QUERY PLAN' if sqlite else 'EXPLAIN'} {asked}")).all()
    assert "ix_delivery_stuck" in str(plan)
    assert db.session.scalars(query).all() == [one]


def test_a_delivery_is_known_by_the_text_it_carries_not_by_a_newer_one(
    app: Flask, news: Newsroom, feed: Channel, clock: Clock
) -> None:
    made = promised(app, news, feed, title="Tít bản một")
    work(clock)
    story_id = delivery_of(made).story_id
    rewrite(news, story_id, clock(), title="Tít bản hai chưa duyệt")
    browser = sign_in(app, news.editor)
    page = browser.get(f"/deliveries/{made}").text
    assert "Tít bản hai" not in page
    assert "Bản 1 của bài" in page
    assert "Bài nay đã có bản 2; lượt này mang bản 1." in page
    assert "Tít bản hai" not in browser.get("/deliveries").text
    assert "Tít bản một" in browser.get("/deliveries").text
    story = browser.get(f"/stories/{story_id}").text
    assert "bản 1 (bài nay đã có bản 2)" in " ".join(story.split())


@pytest.mark.both_databases
def test_what_replaces_a_live_text_is_told_beside_it(app: Flask, news: Newsroom, feed: Channel, clock: Clock) -> None:
    made = promised(app, news, feed, title="Tít bản một")
    work(clock)
    story_id = delivery_of(made).story_id
    revision_id = rewrite(news, story_id, clock(), title="Tít bản hai")
    with changing() as session:
        review.submit(session, actor(news.editor), story_id, now=clock())
        review.approve(session, actor(news.lead), story_id, revision_id=revision_id, now=clock())
    with app.app_context():
        base = context().settings.public_url
        promising.schedule(context().store, base, actor(news.lead), story_id, [Wish(feed.id)], now=clock())
    page = sign_in(app, news.lead).get(f"/deliveries/{made}").text
    assert "<h1>Tít bản một" in " ".join(page.split()).replace("> ", ">")
    shown = " ".join(sign_in(app, news.lead).get(f"/stories/{story_id}").text.split())
    assert "bản 1, sẽ thay bằng bản 2" in shown


def delivery_of(delivery_id: int) -> Delivery:
    db.session.rollback()
    return db.session.get_one(Delivery, delivery_id, populate_existing=True)


def rewrite(news: Newsroom, story_id: int, at: datetime, **fields: str) -> int:
    """Save another revision as the editor, and return its id."""
    with changing() as session:
        story = session.get_one(Story, story_id)
        newest = session.get_one(Revision, story.current_id)
        content = contents.parse({**newest.content, **fields})
        return writing.save(session, actor(news.editor), story_id, content, base_id=newest.id, now=at).id


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("state_", "observed", "word"),
    [
        (DeliveryState.UNKNOWN, "gone", "Không còn trên kênh"),
        (DeliveryState.LIVE, "hidden", "Đang bị ẩn trên kênh"),
        (DeliveryState.LIVE, "changed", "Khác bản đã duyệt"),
    ],
)
def test_what_the_provider_shows_has_its_own_words_on_every_page(
    app: Flask, news: Newsroom, feed: Channel, clock: Clock, state_: DeliveryState, observed: str, word: str
) -> None:
    delivery = promised(app, news, feed)
    work(clock)
    bent(delivery, state=state_, observed=observed)
    story = db.session.get_one(Delivery, delivery).story_id
    browser = sign_in(app, news.admin)
    pages = [
        f"/deliveries/{delivery}", "/deliveries", "/deliveries/attention", "/calendar", "/", f"/stories/{story}",
        f"/channels/{feed.id}",
    ]  # fmt: skip
    for page in pages:
        said = re.sub(r"<option[^>]*>[^<]*</option>", "", browser.get(page).text)
        assert word in said, page
        assert "Chưa rõ đã gửi hay chưa" not in said, page
        assert not re.search(r"(state|edge|tone)-live[^<]*<[^>]*>[^<]*" + re.escape(feed.name), said), page
