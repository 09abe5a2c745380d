"""What readers and boards fetch: asked for conditionally, true at every poll, and nothing beside it."""

import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import feedparser
import pytest
from flask.testing import FlaskClient

from tests.channels.contract.pieces import picture_bytes
from tests.cms.feeds.press import Press, titles

pytestmark = pytest.mark.one_database

FEEDS = ("/feeds/bao.rss", "/feeds/bao.atom", "/feeds/bao.json")
BOARDS = tuple(f"/boards/cong-bao/{name}" for name in ("playlist.json", "playlist.smil", "playlist.txt", "current.png"))
EVERY = FEEDS + BOARDS


def out(press: Press) -> None:
    """One story on the portal and on the board."""
    press.publish(press.portal, press.board)


def test_a_reader_finds_the_story_and_its_page(press: Press, client: FlaskClient) -> None:
    story = press.publish(title="Nộp hồ sơ từ nhà")
    for address in ("/feeds/bao.rss", "/feeds/bao.atom"):
        entry = feedparser.parse(client.get(address).data).entries[0]
        assert entry.title == "Nộp hồ sơ từ nhà"
        assert entry.link.endswith(f"/tin/{story.id}")


def test_each_document_says_its_size_its_age_and_that_it_must_be_asked_for(press: Press, client: FlaskClient) -> None:
    out(press)
    for address in EVERY:
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer.content_length == len(answer.data) > 0
        assert answer.headers["Cache-Control"] == "no-cache"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["ETag"].startswith('"')
        assert parsedate_to_datetime(answer.headers["Last-Modified"]) <= press.clock()
        assert "Set-Cookie" not in answer.headers


def test_each_document_has_its_type(press: Press, client: FlaskClient) -> None:
    out(press)
    types = ["rss+xml", "atom+xml", "feed+json", "json", "smil+xml", "text/plain", "image/png"]
    assert [str(client.get(address).mimetype).removeprefix("application/") for address in EVERY] == types


def test_head_is_the_same_without_the_body(press: Press, client: FlaskClient) -> None:
    out(press)
    for address in EVERY:
        whole, head = client.get(address), client.head(address)
        assert (head.status_code, head.data) == (200, b"")
        assert dict(head.headers) == dict(whole.headers)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_a_client_holds_is_not_sent_again(press: Press, client: FlaskClient, method: str) -> None:
    out(press)
    for address in EVERY:
        first = client.get(address)
        for asked in (
            {"If-None-Match": first.headers["ETag"]},
            {"If-None-Match": f'"other", W/{first.headers["ETag"]}'},
            {"If-None-Match": "*"},
            {"If-Modified-Since": first.headers["Last-Modified"]},
        ):
            again = client.open(address, method=method, headers=asked)
            assert (again.status_code, again.data) == (304, b"")
            assert again.headers["ETag"] == first.headers["ETag"]


def test_a_client_that_holds_something_else_gets_the_whole(press: Press, client: FlaskClient) -> None:
    out(press)
    held = {"If-None-Match": '"other"', "If-Modified-Since": "Sun, 22 Nov 2126 01:00:00 GMT"}
    for address in EVERY:
        assert client.get(address, headers=held).status_code == 200
        assert client.get(address, headers={"If-Modified-Since": "yesterday"}).status_code == 200


def test_the_servers_clock_goes_along_even_when_nothing_is_new(press: Press, client: FlaskClient) -> None:
    out(press)
    for address in EVERY:
        tag = client.get(address).headers["ETag"]
        press.clock.turn(seconds=7)
        again = client.get(address, headers={"If-None-Match": tag})
        assert again.status_code == 304
        assert datetime.fromisoformat(again.headers["X-Server-Time"]) == press.clock()


def test_a_withdrawn_story_is_gone_at_the_next_poll(press: Press, client: FlaskClient) -> None:
    goes, _ = press.publish(press.portal, press.board, title="Tin một"), press.publish(title="Tin hai")
    tag = client.get("/feeds/bao.json").headers["ETag"]
    press.clock.turn(minutes=5)
    press.retract(goes)
    feed = client.get("/feeds/bao.json", headers={"If-None-Match": tag})
    assert feed.status_code == 200
    assert titles(feed.data) == ["Tin hai"]
    assert titles(client.get("/boards/cong-bao/playlist.json").data) == []
    assert b"Tin m" not in client.get("/feeds/bao.rss").data


def test_a_client_that_asks_by_date_hears_of_a_withdrawal(press: Press, client: FlaskClient) -> None:
    story = press.publish()
    seen = client.get("/feeds/bao.rss").headers["Last-Modified"]
    press.clock.turn(minutes=5)
    press.retract(story)
    assert client.get("/feeds/bao.rss", headers={"If-Modified-Since": seen}).status_code == 200


def test_what_another_process_withdraws_is_gone_at_the_next_poll(press: Press, client: FlaskClient) -> None:
    story = press.publish(press.portal, press.board)
    for address in FEEDS + BOARDS:
        client.get(address)
    press.clock.turn(minutes=5)
    press.retract_elsewhere(story)
    assert titles(client.get("/feeds/bao.json").data) == []
    assert titles(client.get("/boards/cong-bao/playlist.json").data) == []
    gone = json.loads(client.get("/boards/cong-bao/playlist.json").data)["retracted"]
    assert [entry["revision"] for entry in gone] == [1]


@pytest.mark.both_databases
def test_a_correction_takes_the_place_of_the_story_at_the_next_poll(press: Press, client: FlaskClient) -> None:
    story = press.publish(press.portal, press.board, title="Bản đầu")
    assert titles(client.get("/feeds/bao.json").data) == ["Bản đầu"]
    press.clock.turn(minutes=5)
    press.correct(story, press.portal, press.board, title="Bản đã sửa")
    assert titles(client.get("/feeds/bao.json").data) == ["Bản đã sửa"]
    assert titles(client.get("/boards/cong-bao/playlist.json").data) == ["Bản đã sửa"]


@pytest.mark.both_databases
def test_a_channel_that_was_switched_off_answers_nothing(press: Press, client: FlaskClient) -> None:
    out(press)
    assert {client.get(address).status_code for address in EVERY} == {200}
    press.change(press.portal, active=False)
    press.change(press.board, active=False)
    assert {client.get(address).status_code for address in EVERY} == {404}


NOT_THERE = [
    "/feeds/khong-co.rss",
    "/feeds/cong-bao.rss",
    "/boards/bao/playlist.json",
    "/boards/khong-co/current.png",
    "/feeds/bao.xml",
    "/feeds/BAO.rss",
    "/feeds/bao.rss/",
    "/feeds/../bao.rss",
    "/feeds/%2e%2e/bao.rss",
    "/feeds/bao.rss%0a",
    "/feeds/bao.rss%00",
    "/feeds/bao'--.rss",
    "/boards/cong-bao/scripts.json",
    "/boards/cong-bao/assets/../playlist.json",
    f"/boards/cong-bao/assets/{'0' * 64}.png",
    f"/media/{'0' * 64}.jpg",
    "/media/../secret_key",
    "/media/%2e%2e/secret_key",
    f"/media/{'A' * 64}.jpg",
    "/media/",
]


def test_anything_else_is_not_there(press: Press, client: FlaskClient) -> None:
    out(press)
    assert {address: client.get(address).status_code for address in NOT_THERE} == dict.fromkeys(NOT_THERE, 404)


def test_only_reading_is_answered(press: Press, client: FlaskClient) -> None:
    out(press)
    for method in ("POST", "PUT", "DELETE"):
        assert client.open("/feeds/bao.rss", method=method).status_code in {404, 405}


def test_a_picture_is_kept_for_ever_and_never_sent_twice(press: Press, client: FlaskClient) -> None:
    data = picture_bytes(1200, 675, "JPEG")
    kept = press.context.store.put(data)
    answer = client.get(f"/media/{kept.sha256}.jpg")
    assert answer.data == data
    assert answer.mimetype == "image/jpeg"
    assert "immutable" in answer.headers["Cache-Control"]
    again = client.get(f"/media/{kept.sha256}.jpg", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    head = client.head(f"/media/{kept.sha256}.jpg")
    assert (head.status_code, head.data, head.content_length) == (200, b"", len(data))


def test_every_frame_that_a_playlist_names_can_be_fetched(press: Press, client: FlaskClient) -> None:
    press.change(press.board, settings={"evergreen_texts": ["Tổng đài 1022"]})
    out(press)
    playlist = json.loads(client.get("/boards/cong-bao/playlist.json").data)
    pages = [page for item in playlist["items"] for page in item["pages"]]
    assert len(pages) > 1
    for asset in [*playlist["assets"], *pages, playlist["plate"]]:
        frame = client.get(asset["url"].removeprefix("http://127.0.0.1:8000"))
        assert frame.status_code == 200
        assert frame.mimetype == "image/png"
        assert frame.data.startswith(b"\x89PNG")


def test_a_feed_without_stories_is_a_feed(press: Press, client: FlaskClient) -> None:
    press.work()
    assert titles(client.get("/feeds/bao.json").data) == []
    assert feedparser.parse(client.get("/feeds/bao.rss").data).feed.title == "Báo Sông Vàm"


def test_times_are_those_of_the_database_in_utc(press: Press, client: FlaskClient) -> None:
    out(press)
    shown = parsedate_to_datetime(client.get("/feeds/bao.rss").headers["Last-Modified"])
    assert shown == datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
