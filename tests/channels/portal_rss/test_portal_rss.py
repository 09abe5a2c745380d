"""Readers get the story, the whole story and nothing harmful; a withdrawn one is gone and said to be gone."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import feedparser
import pytest
from lxml import etree

from channels.contract import Feed, LiveItem, Picture, Piece, Service, Severity, StoryKind, Tombstone
from channels.portal_rss.adapter import PortalRss
from channels.portal_rss.settings import Settings

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
ADAPTER = PortalRss()
SETTINGS = Settings()
COVER = Picture(
    "a" * 64, "image/jpeg", 1200, 675, 90_000, "Người dân nộp hồ sơ", "Ảnh & chú thích",
    "https://bao.vn/media/a.jpg", lambda: b"",
)  # fmt: skip
PIECE = Piece(
    story_id=7,
    revision=2,
    kind=StoryKind.ARTICLE,
    title="Nộp hồ sơ từ nhà: chuẩn bị gì & vào đâu",
    summary="Có VNeID là nộp được.",
    body="Mở **Cổng** rồi [đăng nhập](https://dichvucong.gov.vn).\n\n- Bước 1\n- Bước 2\n" + "Chữ nữa. " * 40,
    byline="Minh Khôi",
    column="Chuyển đổi số",
    unit="Báo Long An",
    topics=("Dịch vụ công trực tuyến",),
    cover=COVER,
    url="https://bao.vn/tin/7",
)


def item(piece: Piece = PIECE, since: datetime = NOW) -> LiveItem:
    return LiveItem(piece.story_id, piece.story_id, piece.revision, ADAPTER.render(piece, SETTINGS), since)


def feed(*items: LiveItem, tombstones: tuple[Tombstone, ...] = (), now: datetime = NOW) -> Feed:
    return Feed("bao", "Báo Long An – CĐS", "Báo Long An", SETTINGS, "https://bao.vn", now, items, tombstones)


def document(name: str, made: Feed) -> bytes:
    return next(found.body for found in ADAPTER.documents(made) if found.name == name)


@pytest.mark.parametrize("name", ["rss", "atom"])
def test_feedparser_reads_title_text_author_and_picture(name: str) -> None:
    read = feedparser.parse(document(name, feed(item())))
    assert not read.bozo
    entry = read.entries[0]
    assert entry.title == PIECE.title
    assert entry.link == entry.id == "https://bao.vn/tin/7"
    assert entry.summary == "Có VNeID là nộp được." or name == "rss"
    assert "<strong>Cổng</strong>" in entry.content[0].value
    assert entry.enclosures[0].href == COVER.url
    assert {tag.term for tag in entry.tags} == {"Chuyển đổi số", "Dịch vụ công trực tuyến"}
    assert entry.author.endswith("Minh Khôi")


def test_rss_says_when_it_changed_and_how_often_to_come_back() -> None:
    read = feedparser.parse(document("rss", feed(item())))
    assert read.feed.ttl == "15"
    assert read.feed.updated == "Sun, 22 Nov 2026 01:00:00 +0000"
    assert read.feed.language == "vi"


def test_json_feed_carries_the_same_story() -> None:
    read = json.loads(document("json", feed(item())))
    assert read["version"] == "https://jsonfeed.org/version/1.1"
    entry = read["items"][0]
    assert entry["title"] == PIECE.title
    assert entry["attachments"][0]["size_in_bytes"] == 90_000
    assert entry["date_published"] == "2026-11-22T01:00:00+00:00"


@pytest.mark.parametrize("name", ["rss", "atom", "json"])
def test_nothing_harmful_gets_into_a_feed(name: str) -> None:
    hostile = replace(
        PIECE,
        title="<script>alert(1)</script>",
        body='<script>x()</script><img src=x onerror=x()> [a](javascript:x()) <iframe src="//evil"></iframe> chữ',
    )
    body = document(name, feed(item(hostile))).decode()
    for bad in ("<script", "onerror", "javascript:", "<iframe"):
        assert bad not in body.replace("<script>alert(1)</script>", "" if name == "json" else bad)


def test_equal_items_give_equal_bytes_whenever_they_are_made() -> None:
    first = ADAPTER.documents(feed(item()))
    later = ADAPTER.documents(feed(item(), now=NOW + timedelta(days=3)))
    assert [(d.name, d.body, d.etag, d.modified) for d in first] == [
        (d.name, d.body, d.etag, d.modified) for d in later
    ]


def test_a_withdrawn_item_is_gone_everywhere_and_atom_says_so() -> None:
    gone = Tombstone(7, 7, 2, PIECE.title, NOW + timedelta(hours=1))
    made = feed(tombstones=(gone,))
    for name in ("rss", "atom"):
        assert feedparser.parse(document(name, made)).entries == []
    assert json.loads(document("json", made))["items"] == []
    root = etree.fromstring(document("atom", made))
    deleted = root.find("{http://purl.org/atompub/tombstones/1.0}deleted-entry")
    assert deleted is not None
    assert deleted.get("ref") == "https://bao.vn/tin/7"
    assert ADAPTER.documents(made)[0].modified == NOW + timedelta(hours=1)


def test_items_stay_in_order_newest_first_and_the_oldest_fall_off() -> None:
    items = [
        item(replace(PIECE, story_id=n, url=f"https://bao.vn/tin/{n}"), NOW - timedelta(hours=n)) for n in range(60)
    ]
    read = feedparser.parse(document("rss", feed(*items)))
    assert [entry.link for entry in read.entries] == [f"https://bao.vn/tin/{n}" for n in range(50)]


def test_a_notice_shows_name_address_and_a_phone_one_can_press() -> None:
    service = Service("Tổng đài 1022", "https://1022.longan.gov.vn", "0272.1022", "Toàn tỉnh")
    html = ADAPTER.render(replace(PIECE, kind=StoryKind.NOTICE, body="", service=service), SETTINGS).document["html"]
    assert '<a href="tel:02721022"' in html
    assert '<a href="https://1022.longan.gov.vn"' in html


@pytest.mark.parametrize(
    ("piece", "field", "severity"),
    [
        (replace(PIECE, title=""), "title", Severity.ERROR),
        (replace(PIECE, title="x" * 121), "title", Severity.WARNING),
        (replace(PIECE, summary=""), "summary", Severity.WARNING),
        (replace(PIECE, summary="x" * 401), "summary", Severity.WARNING),
        (replace(PIECE, body="  \n"), "body", Severity.ERROR),
        (replace(PIECE, body="Ngắn."), "body", Severity.WARNING),
        (replace(PIECE, kind=StoryKind.INFOGRAPHIC, cover=None), "cover", Severity.ERROR),
    ],
)
def test_check_names_the_field_and_how_bad_it_is(piece: Piece, field: str, severity: Severity) -> None:
    assert [(f.field, f.severity) for f in ADAPTER.check(piece, SETTINGS)] == [(field, severity)]


def test_a_good_piece_has_no_findings() -> None:
    assert not ADAPTER.check(PIECE, SETTINGS)
    assert not ADAPTER.check(replace(PIECE, kind=StoryKind.SLOGAN, summary="", body=""), SETTINGS)


@pytest.mark.parametrize("name", ["rss", "atom", "json"])
def test_a_character_that_xml_forbids_does_not_break_the_feed_for_everybody(name: str) -> None:
    odd = replace(PIECE, title="Tin\x0b mới\x00", summary="Sa\x08po", byline="A\x1f", topics=("C\x0c",), body="x\ufffe")
    made = document(name, feed(item(odd)))
    assert "Tin mới" in made.decode()
    assert json.loads(made) if name == "json" else not feedparser.parse(made).bozo


def test_a_story_published_again_after_a_withdrawal_is_not_said_to_be_deleted() -> None:
    gone = Tombstone(6, PIECE.story_id, 1, PIECE.title, NOW - timedelta(hours=1))
    atom = document("atom", feed(item(), tombstones=(gone,)))
    assert b"deleted-entry" not in atom
    assert len(feedparser.parse(atom).entries) == 1


def test_a_story_that_went_out_twice_is_one_item_the_newest() -> None:
    newer = replace(item(replace(PIECE, title="Bản mới")), delivery_id=99)
    other = item(replace(PIECE, story_id=8, title="Tin khác", url="https://bao.vn/tin/8"), NOW - timedelta(hours=5))
    older = item(since=NOW - timedelta(days=1))
    read = feedparser.parse(document("rss", feed(newer, other, older)))
    assert [entry.title for entry in read.entries] == ["Bản mới", "Tin khác"]
