"""What every page has: the menu of one's roles, a policy that runs no foreign script, both languages, plain errors."""

import re

import pytest
from flask import Flask

from cms.web.input.addresses import within_site
from cms.web.output.badges import DELIVERIES, STAGES
from scheduler.decisions.states import DeliveryState
from tests.cms import newsroom
from tests.cms.newsroom import Newsroom
from tests.cms.stories.writing_desk import text


@pytest.fixture
def house(app: Flask) -> Newsroom:
    return newsroom.newsroom()


MENUS = {
    "viewer": {"stories.index", "radio.index", "quotas.board"},
    "broadcaster": {"stories.index", "radio.index", "quotas.board"},
    "editor": {"stories.index", "deliveries.calendar", "deliveries.index", "radio.index", "quotas.board"},
    "lead": {
        "stories.index", "stories.inbox", "deliveries.calendar", "deliveries.index", "followers.index", "radio.index",
        "quotas.board",
    },
    "admin": {
        "stories.index", "deliveries.calendar", "deliveries.index", "radio.index", "quotas.board", "channels.index",
        "people.index", "audit.index",
    },
}  # fmt: skip


@pytest.mark.parametrize("role", list(MENUS))
def test_the_menu_shows_what_the_role_may_open(app: Flask, house: Newsroom, role: str) -> None:
    page = text(newsroom.sign_in(app, getattr(house, role)).get("/"))
    shown = set(re.findall(r'class="nav-link[^"]*"[^>]*href="([^"]+)"', page))
    with app.test_request_context():
        wanted = {app.url_for(endpoint) for endpoint in MENUS[role] if endpoint in app.view_functions}
    assert shown == wanted


def test_no_page_runs_a_script_or_style_of_its_own(app: Flask, house: Newsroom) -> None:
    client = newsroom.sign_in(app, house.lead)
    for url in ("/", "/stories/new", "/inbox", "/profile", "/nope"):
        answer = client.get(url)
        page = text(answer)
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert not re.search(r"<script(?![^>]*(src=|application/json))", page), url
        assert not re.search(r"\sstyle=", page), url
        assert not re.search(r"\son[a-z]+=", page), url
        assert "<style" not in page, url
        assert not re.findall(r'(?:src|href)="(?:https?:)?//', page), url


def test_a_page_can_be_used_without_seeing_it(app: Flask, house: Newsroom) -> None:
    client = newsroom.sign_in(app, house.lead)
    for url in ("/", "/stories/new", "/inbox", "/profile"):
        page = re.sub(r"<template.*?</template>", "", text(client.get(url)), flags=re.DOTALL)
        assert 'class="skip" href="#content"' in page
        assert page.count("<main") == page.count("<h1") + (url == "/stories/new") == 1, url
        ids = re.findall(r'\sid="([^"]+)"', page)
        assert len(ids) == len(set(ids)), url
        assert set(re.findall(r'<label[^>]* for="([^"]+)"', page)) <= set(ids), url
        unnamed = [tag for tag in re.findall(r"<img [^>]*>", page) if "alt=" not in tag]
        assert unnamed == [], url


def test_errors_are_pages_in_plain_words(app: Flask, house: Newsroom) -> None:
    answer = newsroom.sign_in(app, house.editor).get("/khong-co")
    assert answer.status_code == 404
    assert "Không có trang này; địa chỉ có thể đã thay đổi." in text(answer)
    assert "Mã 404" in text(newsroom.visitor(app).get("/khong-co"))


def test_a_simulated_zalo_is_labelled_on_every_page(app: Flask, house: Newsroom) -> None:
    context = app.extensions["dakenh"]
    client = newsroom.sign_in(app, house.viewer)
    assert "Zalo đang là bản mô phỏng" not in text(client.get("/"))
    simulated = context.settings.model_copy(update={"zalo_api_url": "http://127.0.0.1:9000"})
    app.extensions["dakenh"] = type(context)(simulated, context.now, context.store)
    for url in ("/", "/profile"):
        assert "Zalo đang là bản mô phỏng" in text(client.get(url))


def test_every_state_has_a_word_an_icon_and_a_tone(app: Flask) -> None:
    icons = (app.static_folder or "") + "/icons.svg"
    with open(icons, encoding="utf-8") as file:
        drawn = set(re.findall(r'id="([^"]+)"', file.read()))
    assert set(DELIVERIES) == set(DeliveryState)
    for look in (*STAGES.values(), *DELIVERIES.values()):
        assert look.name
        assert look.icon in drawn


@pytest.mark.parametrize(
    ("target", "goes_to"),
    [
        ("/inbox?story=1", "/inbox?story=1"),
        ("", "/"),
        (None, "/"),
        ("inbox", "/"),
        ("//x.example", "/"),
        ("/\\x.example", "/"),
        ("https://x.example", "/"),
        ("/a\nb", "/"),
        ("/tin bài", "/"),
    ],
)
def test_addresses_lead_nowhere_else(target: str | None, goes_to: str) -> None:
    assert within_site(target, "/") == goes_to
