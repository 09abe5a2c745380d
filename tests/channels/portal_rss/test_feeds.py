"""What readers take each part of a feed for is what it is: words stay words, nothing runs, time never runs back."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from typing import Any

import feedparser
import pytest
from hypothesis import given
from hypothesis import settings as properties
from hypothesis import strategies as st
from lxml import etree

from channels.contract import Feed, Tombstone
from channels.portal_rss.settings import Settings
from channels.syndication import as_html, either_way
from tests.channels.portal_rss.test_portal_rss import ADAPTER, NOW, PIECE, document, feed, item

ATTACK = "<img src=x onerror=alert(1)>"
TEXTS = ["Thu nhập < 5 triệu & > 2 triệu", ATTACK, "a &lt;b&gt; c", "AT&T; R&D &amp; &#60;", "<Tên cơ quan>",
         "x<y và y>z", "]]> hết", "“ngoặc” 'đơn' \"kép\"", "</title><script>alert(1)</script>"]  # fmt: skip


class Shown(HTMLParser):
    """What a reader that takes the text for HTML shows, and the tags it would make."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.tags = "", list[str]()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def rss_item(made: Feed) -> dict[str, str]:
    """The texts of the first item, as a strict reader of XML gets them."""
    found = etree.fromstring(document("rss", made)).find("channel/item")
    assert found is not None
    return {etree.QName(one).localname: one.text or "" for one in found}


@pytest.mark.parametrize("text", TEXTS)
def test_a_description_is_html_that_says_just_what_was_written(text: str) -> None:
    made = feed(item(replace(PIECE, summary=text)))
    shown = Shown(rss_item(made)["description"])
    assert (shown.text, shown.tags) == (text, [])
    read = feedparser.parse(document("rss", made))
    assert not read.bozo
    assert Shown(read.entries[0].summary).tags == []


@pytest.mark.parametrize("text", TEXTS)
def test_words_that_some_readers_take_for_html_make_no_tag_in_any_of_them(text: str) -> None:
    said = replace(PIECE, title=text, byline=text, column=text, topics=(text,))
    got = rss_item(feed(item(said)))
    for name in ("title", "category", "creator"):
        assert Shown(got[name]).text.endswith(text)
        assert Shown(got[name]).tags == []
    assert got["title"] in (text, as_html(text))
    atom = etree.fromstring(document("atom", feed(item(said))))
    titles = atom.findall("{*}entry/{*}title")
    assert [(one.text, one.get("type", "text")) for one in titles] == [(text, "text")], "Atom says what it is"
    summary = atom.find("{*}entry/{*}summary")
    assert summary is not None
    assert summary.get("type", "text") == "text"
    told = json.loads(document("json", feed(item(said))))["items"][0]
    assert (told["title"], told["tags"]) == (text, [text, text]), "JSON Feed: plain text"


def test_words_that_read_the_same_either_way_are_left_as_they_are() -> None:
    for text in ("Hỏi & đáp", "Dưới < 5 triệu", "a > b", "R & D; & nữa", "“Nộp hồ sơ”"):
        assert either_way(text) == text


@properties(max_examples=100)
@given(st.text(st.sampled_from("ab<>&;#x/!?lgtamp 1\"'"), max_size=20))
def test_either_way_shows_the_words_and_makes_no_tag(text: str) -> None:
    shown = Shown(either_way(text) + " ")
    assert shown.tags == []
    assert shown.text == text + " "


def test_names_of_the_channel_are_words_too() -> None:
    made = replace(feed(item()), name=ATTACK, unit=ATTACK, settings=Settings(description=ATTACK))
    root = etree.fromstring(document("rss", made))
    for name in ("title", "description"):
        text = root.findtext(f"channel/{name}") or ""
        assert Shown(text).tags == []
        assert ATTACK in Shown(text).text


def test_the_channel_leads_to_the_home_page_and_names_itself_apart() -> None:
    home = Settings(link="https://longan.gov.vn/chuyen-doi-so?a=1&b=2")
    for settings, link in ((home, home.link), (Settings(), "https://bao.vn")):
        made = replace(feed(item()), settings=settings)
        root = etree.fromstring(document("rss", made))
        assert root.findtext("channel/link") == link
        own = root.find("channel/{http://www.w3.org/2005/Atom}link[@rel='self']")
        assert own is not None
        assert (own.get("href"), own.get("type")) == ("https://bao.vn/feeds/bao.rss", "application/rss+xml")
        atom = etree.fromstring(document("atom", made))
        links = {one.get("rel"): one.get("href") for one in atom.findall("{*}link")}
        assert links == {"self": "https://bao.vn/feeds/bao.atom", "alternate": link}
        assert json.loads(document("json", made))["home_page_url"] == link


def updated(made: Feed) -> list[datetime]:
    """When each of the feeds says it last changed."""
    atom = etree.fromstring(document("atom", made)).findtext("{*}updated")
    rss = etree.fromstring(document("rss", made)).findtext("channel/lastBuildDate")
    assert atom
    assert rss
    told = [datetime.fromisoformat(atom), parsedate_to_datetime(rss)]
    return told + [made.modified for made in ADAPTER.documents(made)]


def test_a_feed_never_looks_older_after_its_newest_item_has_ended() -> None:
    old, young = item(replace(PIECE, story_id=1), NOW - timedelta(days=3)), item(since=NOW)
    before = updated(feed(old, young))
    after = updated(replace(feed(old), changed=NOW + timedelta(hours=1)))
    assert min(after) > max(before)


def test_the_times_of_an_item_are_told_with_their_zone_and_its_name_stays() -> None:
    first, later = item(), replace(item(replace(PIECE, title="Bản sửa")), corrected=NOW + timedelta(hours=2))
    names = [rss_item(feed(one))["guid"] for one in (first, later)]
    assert names == [PIECE.url, PIECE.url]
    assert parsedate_to_datetime(rss_item(feed(later))["pubDate"]) == NOW
    entry = etree.fromstring(document("atom", feed(later))).find("{*}entry")
    assert entry is not None
    assert datetime.fromisoformat(entry.findtext("{*}updated") or "") == NOW + timedelta(hours=2)
    assert datetime.fromisoformat(entry.findtext("{*}published") or "") == NOW


def test_a_story_without_text_still_has_the_content_that_json_feed_asks_for() -> None:
    told = json.loads(document("json", feed(item(replace(PIECE, body="", cover=None, summary="")))))["items"][0]
    assert told["content_text"] == PIECE.title
    assert "content_html" not in told


def test_a_tombstone_and_a_gone_item_tell_the_same_time() -> None:
    gone = Tombstone(7, 7, 2, ATTACK, NOW + timedelta(hours=1))
    assert max(updated(feed(tombstones=(gone,)))) == NOW + timedelta(hours=1)
