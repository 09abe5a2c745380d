"""A doubt in a radio preview leads to the lexicon with its word filled in, and from there back to the story."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, expect

from channels.radio_script.reading import built_in, layered
from channels.radio_script.reading.page import CONFIRM
from cms.lexicon import doubts
from cms.lexicon.fields import EntryFields, Kind, layer_of
from cms.models.people import Person
from cms.models.roles import Role
from cms.models.stories import Story
from tests.cms import newsroom
from tests.cms.newsroom import PASSWORD, Browser, Newsroom, channel, sign_in
from tests.conftest import Clock

BODY = "Đội XQZTR đến từng nhà. Bà con xem tại qlkz.xyzt.vn nhé."
LINK = re.compile(r'class="dk-script-settle[^"]*" href="([^"]+)"')


@pytest.fixture
def news(app: Flask) -> Newsroom:
    return newsroom.newsroom()


@pytest.fixture
def writer(news: Newsroom) -> Person:
    """Writes for the district, whose loudspeakers have their own channel."""
    return newsroom.person("huyen", (Role.EDITOR, news.district))


@pytest.fixture
def draft(news: Newsroom, writer: Person, clock: Clock) -> Story:
    channel("radio_script", news.district, "loa", name="Loa huyện")
    return newsroom.story(writer, news.district, now=clock(), title="Thu gom rác", body=BODY)


def radio(browser: Browser, made: Story) -> str:
    answer = browser.get(f"/stories/{made.id}/preview").json
    assert answer is not None
    return str(answer["radio_script"]["html"])


def links(html: str) -> list[str]:
    return [unescape(found) for found in LINK.findall(html)]


def test_a_doubt_leads_to_an_entry_with_word_kind_unit_and_the_storys_own_sentence(
    app: Flask, news: Newsroom, writer: Person, draft: Story
) -> None:
    browser = sign_in(app, writer)
    word, address = links(radio(browser, draft))
    given = parse_qs(urlsplit(word).query)
    assert (given["written"], given["kind"], given["unit"]) == (["XQZTR"], ["abbreviation"], [str(news.district.id)])
    assert given["text"] == ["Đội XQZTR đến từng nhà."]
    assert parse_qs(urlsplit(address).query)["kind"] == ["address"]
    page = browser.get(word).text
    assert 'value="XQZTR"' in page
    assert re.search(r'<input[^>]*autofocus[^>]*name="say"', page)
    assert "autofocus" not in browser.get("/lexicon/new").text
    assert "Đội XQZTR đến từng nhà." in page


def test_after_the_entry_is_kept_the_story_comes_back_without_the_doubt(
    app: Flask, writer: Person, draft: Story
) -> None:
    browser = sign_in(app, writer)
    address = links(radio(browser, draft))[0]
    given = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    refused = browser.post(address, data={**given, "say": "đội 3", "source": "Huyện"})
    assert f'name="next" value="/stories/{draft.id}#pane-radio_script"' in refused.text
    answer = browser.post("/lexicon/new", data={**given, "say": "quét rác thải", "source": "Huyện"})
    assert answer.headers["Location"] == f"/stories/{draft.id}#pane-radio_script"
    html = radio(browser, draft)
    assert "[XQZTR?]" not in html
    assert len(links(html)) == 1


@pytest.mark.parametrize("outside", ["https://example.vn/", "//example.vn", "/\\example.vn"])
def test_the_way_back_never_leads_to_another_site(app: Flask, writer: Person, news: Newsroom, outside: str) -> None:
    browser = sign_in(app, writer)
    page = browser.get("/lexicon/new", query_string={"next": outside}).text
    assert "Về bài" not in page
    assert f'href="{outside}' not in page
    entry = {"kind": "abbreviation", "written": "XQZTR", "say": "quét rác thải", "source": "Huyện"}
    answer = browser.post("/lexicon/new", data={**entry, "unit": str(news.district.id), "next": outside})
    assert answer.headers["Location"] == "/lexicon"


def test_who_may_not_write_in_the_channels_lexicon_reads_who_can(app: Flask, news: Newsroom, clock: Clock) -> None:
    channel("radio_script", news.district, "loa", name="Loa huyện")
    papers = newsroom.story(news.editor, news.paper, now=clock(), title="Thu gom rác", body=BODY)
    html = radio(sign_in(app, news.editor), papers)
    assert not links(html)
    assert f"quản trị viên của {news.district.name} ghi" in html


def test_without_a_doubt_that_an_entry_settles_nobody_is_named(app: Flask, news: Newsroom, clock: Clock) -> None:
    channel("radio_script", news.district, "loa", name="Loa huyện")
    papers = newsroom.story(news.editor, news.paper, now=clock(), title="Họp", body="Họp ngày …/…/2025 tại xã.")
    html = radio(sign_in(app, news.editor), papers)
    assert "Ngày còn để trống" in html
    assert "Từ điển của kênh này" not in html


@pytest.mark.parametrize(
    ("written", "kind", "word"),
    [
        ("XQZTR", Kind.ABBREVIATION, "XQZTR"),
        ("§", None, ""),
        ("qlkz.xyzt.vn", Kind.ADDRESS, "qlkz"),
        ("abcxz@longan.gov.vn", Kind.ADDRESS, "abcxz"),
        ("longan.gov.vn", None, ""),
    ],
)
def test_what_an_entry_begins_with(written: str, kind: Kind | None, word: str) -> None:
    doubt = {"written": written, "remedy": CONFIRM.text, "message_values": {"written": written}}
    begun = doubts.beginning(doubt, {"lines": []}, built_in())
    assert (begun and begun.kind, begun.written if begun else "") == (kind, word)


def test_the_next_part_of_an_address_is_asked_for_once_the_first_is_known() -> None:
    doubt = {"written": "qlkz.xyzt.vn", "remedy": CONFIRM.text, "message_values": {}}
    known = layered(built_in(), [layer_of([EntryFields(Kind.ADDRESS, "qlkz", "quản lý kho")])])
    begun = doubts.beginning(doubt, {"lines": []}, known)
    assert begun is not None
    assert begun.written == "xyzt"


def test_in_the_browser_the_radio_tab_is_open_when_one_comes_back(
    context: BrowserContext, writer: Person, draft: Story
) -> None:
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("[name=username]", writer.username)
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    page.goto(f"/stories/{draft.id}")
    page.click("#tab-radio_script")
    page.click(".dk-script-settle >> nth=0")
    page.fill("[name=say]", "quét rác thải")
    page.fill("[name=source]", "Huyện")
    page.click("main form button.btn-primary")
    expect(page.locator("#pane-radio_script")).to_be_visible()
    expect(page.locator("#pane-radio_script")).to_contain_text("Đội quét rác thải đến từng nhà")
