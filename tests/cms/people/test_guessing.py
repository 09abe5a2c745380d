"""Guessing is slow, and slows nobody else: neither the person guessed at nor a colleague behind the same address."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from flask import Flask

from cms.people.accounts.guessing import Device
from cms.web.security import limiter
from tests.cms import newsroom
from tests.cms.newsroom import PASSWORD, Browser, Newsroom, sign_in, visitor

SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
OFFICE, HOME, AWAY = "203.0.113.7", "198.51.100.9", "192.0.2.{}"


@pytest.fixture
def house(app: Flask) -> Iterator[Newsroom]:
    before, limiter.enabled = limiter.enabled, True
    limiter.reset()
    yield newsroom.newsroom()
    limiter.enabled = before


def enter(client: Browser, username: str, password: str, address: str = OFFICE) -> int:
    data = {"username": username, "password": password}
    return client.post("/sign-in", data=data, environ_overrides={"REMOTE_ADDR": address}).status_code


def guesses(client: Browser, username: str, number: int, address: str = OFFICE) -> list[int]:
    return [enter(client, username, "sai", address) for _ in range(number)]


@SQLITE
def test_a_guesser_is_slowed_down_in_words_that_tell_nothing(app: Flask, house: Newsroom) -> None:
    told = {}
    for username in ("khoi", "khong-co-ai"):
        client = visitor(app)
        assert guesses(client, username, 12) == [401] * 10 + [429] * 2
        answer = client.post("/sign-in", data={"username": username, "password": "sai"},
                             environ_overrides={"REMOTE_ADDR": OFFICE})  # fmt: skip
        assert int(answer.headers["Retry-After"]) > 0
        assert "Bạn đã thử quá nhiều lần" in unescape(answer.text)
        told[username] = re.sub(r'(content|value)="[^"]{60,}"', "", answer.text.replace(username, ""))
    assert told["khoi"] == told["khong-co-ai"]


@SQLITE
def test_a_guesser_does_not_lock_a_colleague_behind_the_same_address_out(app: Flask, house: Newsroom) -> None:
    guesses(visitor(app), "khoi", 30)
    assert enter(visitor(app), "vy", PASSWORD) == 303


@SQLITE
def test_a_guesser_does_not_lock_the_person_out(app: Flask, house: Newsroom) -> None:
    """Neither elsewhere nor, where they have signed in before, beside the guesser."""
    own = visitor(app)
    assert enter(own, "khoi", PASSWORD) == 303
    own.post("/sign-out")
    guesses(visitor(app), "khoi", 30)
    assert enter(visitor(app), "khoi", PASSWORD, HOME) == 303
    assert enter(own, "khoi", PASSWORD) == 303


@SQLITE
def test_many_guessers_from_many_places_leave_each_new_place_a_few_tries(app: Flask, house: Newsroom) -> None:
    for place in range(7):
        guesses(visitor(app), "khoi", 10, AWAY.format(place))
    assert guesses(visitor(app), "khoi", 5, AWAY.format(99)) == [401] * 3 + [429] * 2
    assert enter(visitor(app), "khoi", PASSWORD, HOME) == 303
    assert guesses(visitor(app), "vy", 5, AWAY.format(99)) == [401] * 5


@SQLITE
def test_one_address_has_a_high_bound_that_known_browsers_do_not_feel(app: Flask, house: Newsroom) -> None:
    own = visitor(app)
    enter(own, "diep", PASSWORD)
    own.post("/sign-out")
    app.extensions["dakenh"] = app.extensions["dakenh"].__class__(
        app.extensions["dakenh"].settings.model_copy(update={"sign_in_address_limit": "20 per hour"}),
        *[getattr(app.extensions["dakenh"], name) for name in app.extensions["dakenh"].__slots__[1:]],
    )
    spread = [enter(visitor(app), f"ten-{number}", "sai") for number in range(22)]
    assert spread == [401] * 20 + [429] * 2
    assert enter(own, "diep", PASSWORD) == 303
    assert enter(visitor(app), "vy", PASSWORD, HOME) == 303


@SQLITE
def test_the_right_password_clears_the_count(app: Flask, house: Newsroom) -> None:
    for _ in range(3):
        client = visitor(app)
        assert guesses(client, "khoi", 9) == [401] * 9
        assert enter(client, "khoi", PASSWORD) == 303


@SQLITE
def test_a_forged_mark_of_a_browser_counts_for_nothing(app: Flask, house: Newsroom) -> None:
    for value in ("", "x", "WyJ4Iiwia2hvaSJd", "WyJ4Iiwia2hvaSJd.abc"):
        client = visitor(app)
        client.set_cookie("dakenh_device", value, path="/sign-in")
        guesses(client, "khoi", 4)
    assert enter(visitor(app), "khoi", PASSWORD) == 429


@SQLITE
def test_the_old_password_is_not_guessed_on_a_page_left_open(app: Flask, house: Newsroom) -> None:
    new = "một câu khác cũng dài"
    browser = sign_in(app, house.editor)
    data = {"old": "sai", "password": new, "again": new}
    assert [browser.post("/profile/password", data=data).status_code for _ in range(12)] == [422] * 10 + [429] * 2
    other = sign_in(app, house.colleague)
    assert other.post("/profile/password", data={**data, "old": PASSWORD}).status_code == 303


def test_a_browser_remembers_a_dozen_names_the_latest_first() -> None:
    device = Device("")
    for number in range(14):
        device = device.with_name(f"n{number}").with_name("n0")
    assert len(device.names) == 12
    assert device.names[:2] == ("n0", "n13")
    assert device.mark
