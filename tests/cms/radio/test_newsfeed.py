"""The feed of a unit's scripts: opened by its key alone, conditional, and telling what was called back."""

import re
from collections.abc import Callable

import feedparser
import pytest
from flask import Flask

from cms.core.database import changing, db
from cms.models.people import Membership, Person
from cms.models.radio import ScriptFeed
from cms.models.roles import Role
from cms.radio.scripts import priorities
from scheduler.decisions.states import DeliveryState
from scheduler.storage.tables import Delivery
from tests.cms.deliveries.press import audited
from tests.cms.newsroom import Browser, Newsroom, actor, person, sign_in, unit, visitor
from tests.cms.radio.conftest import Live
from tests.conftest import Clock

pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


@pytest.fixture
def address(browser: Browser, news: Newsroom, loudspeaker: object) -> str:
    """The path of the presenter's feed."""
    page = browser.post("/radio/news/feeds", data={"unit": news.district.id})
    found = re.search(r'value="http://127\.0\.0\.1:8000(/radio/feeds/[\w-]{43}\.rss)"', page.text)
    assert found is not None
    return found[1]


def titles(client: Browser, address: str) -> list[str]:
    answer = client.get(address)
    assert answer.status_code == 200
    return [entry.title for entry in feedparser.parse(answer.data).entries]


def test_new_scripts_stand_in_the_feed_without_signing_in(
    app: Flask, news: Newsroom, chief: Person, address: str, live: Live, clock: Clock
) -> None:
    first, _second = live("Tin một"), live("Tin hai")
    with changing() as session:
        priorities.set_class(session, actor(chief), first, "khan_cap", now=clock())
    answer = visitor(app).get(address)
    assert answer.headers["Content-Type"] == "application/rss+xml; charset=utf-8"
    read = feedparser.parse(answer.data)
    assert not read.bozo
    assert [entry.title for entry in read.entries] == ["KHẨN CẤP: Tin một", "Tin hai"]
    assert read.entries[0].link == f"http://127.0.0.1:8000/radio/{first}"
    assert read.entries[0].tags[0].term == "KHẨN CẤP"
    assert "Dài khoảng 0'" in read.entries[0].description


def test_what_was_called_back_says_so_as_an_item_of_its_own(
    app: Flask, address: str, live: Live, retract: Callable[[int], None]
) -> None:
    script = live("Tin một")
    before = feedparser.parse(visitor(app).get(address).data).entries[0].id
    retract(script)
    (entry,) = feedparser.parse(visitor(app).get(address).data).entries
    assert entry.title == "ĐÃ THU HỒI – KHÔNG PHÁT: Tin một"
    assert entry.description == "Sai số điện thoại"
    assert entry.id != before


def test_a_reader_that_holds_it_gets_304(app: Flask, address: str, live: Live) -> None:
    live("Tin một")
    client = visitor(app)
    first = client.get(address)
    for held in ({"If-None-Match": first.headers["ETag"]}, {"If-Modified-Since": first.headers["Last-Modified"]}):
        again = client.get(address, headers=held)
        assert (again.status_code, again.data) == (304, b"")
    head = client.head(address)
    assert (head.status_code, head.headers["ETag"], head.data) == (200, first.headers["ETag"], b"")
    live("Tin hai")
    assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_a_commune_is_told_of_its_districts_scripts_and_not_of_its_neighbours(
    app: Flask, news: Newsroom, live: Live
) -> None:
    live("Tin huyện")
    commune = unit("Xã An Thạnh", news.district)
    reader = sign_in(app, person("loa-xa", (Role.BROADCASTER, commune)))
    page = reader.post("/radio/news/feeds", data={"unit": commune.id}).text
    key = re.search(r"/radio/feeds/[\w-]{43}\.rss", page)
    assert key is not None
    assert titles(visitor(app), key[0]) == ["Tin huyện"]
    assert reader.post("/radio/news/feeds", data={"unit": news.department.id}).status_code == 404


def test_the_key_is_kept_as_a_hash_and_opens_nothing_once_revoked(
    app: Flask, news: Newsroom, browser: Browser, address: str
) -> None:
    db.session.rollback()
    (feed,) = db.session.query(ScriptFeed).all()
    assert address[13:-4] not in feed.hash
    assert visitor(app).get(address).status_code == 200
    assert visitor(app).get(f"/radio/feeds/{'x' * 43}.rss").status_code == 404
    other = sign_in(app, news.admin)
    assert other.post(f"/radio/news/feeds/{feed.id}/revoke").status_code == 404
    assert "Đã thu hồi địa chỉ" in browser.post(f"/radio/news/feeds/{feed.id}/revoke", follow_redirects=True).text
    assert visitor(app).get(address).status_code == 404
    assert [len(audited(f"script_feed.{deed}")) for deed in ("create", "revoke")] == [1, 1]


@pytest.mark.parametrize("change", ["active", "role"])
def test_who_left_reads_no_more(app: Flask, news: Newsroom, address: str, change: str) -> None:
    with changing() as session:
        gone = session.get_one(Person, news.broadcaster.id)
        if change == "active":
            gone.active = False
        else:
            session.query(Membership).filter_by(person_id=gone.id).delete()
    assert visitor(app).get(address).status_code == 404


def test_there_is_an_end_to_the_number_of_feeds(browser: Browser, news: Newsroom, address: str) -> None:
    for _ in range(9):
        assert browser.post("/radio/news/feeds", data={"unit": news.district.id}).status_code == 200
    refused = browser.post("/radio/news/feeds", data={"unit": news.district.id})
    assert refused.status_code == 422
    assert "đã có 10 địa chỉ RSS" in refused.text


def expire(script: int, clock: Clock) -> None:
    with changing() as session:
        found = session.get_one(Delivery, script)
        found.state, found.until = DeliveryState.EXPIRED, clock()


@pytest.mark.parametrize("change", ["raised", "expired"])
def test_a_reader_that_asks_by_date_hears_of_every_change(
    app: Flask, chief: Person, address: str, live: Live, clock: Clock, change: str
) -> None:
    script = live("Tin một")
    client = visitor(app)
    before = client.get(address)
    clock.turn(minutes=5)
    if change == "raised":
        with changing() as session:
            priorities.set_class(session, actor(chief), script, "khan_cap", now=clock())
    else:
        expire(script, clock)
    after = client.get(address, headers={"If-Modified-Since": before.headers["Last-Modified"]})
    assert after.status_code == 200
    assert after.last_modified is not None
    assert before.last_modified is not None
    assert after.last_modified > before.last_modified
    ids = {feedparser.parse(answer.data).entries[0].id for answer in (before, after)}
    assert len(ids) == (2 if change == "raised" else 1)
