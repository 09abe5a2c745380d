"""Nobody is shown a way that is closed to them: every link on every page that a person reaches can be opened."""

import re
from collections import deque

import pytest
from flask import Flask

from cms.core.settings import Settings
from cms.models.roles import Role
from tests.cms import newsroom
from tests.cms.newsroom import Browser
from tests.cms.rights import world

ELSEWHERE = re.compile(r"/(?:static|language|sign-out|feeds|boards)\b")
"""Files of the product, and what is for machines: the pages show these addresses to be copied."""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """With mail, so that its pages are there."""
    return settings.model_copy(update={"smtp_url": "smtp://127.0.0.1:9"})


def shape(address: str) -> str:
    """Pages that differ in numbers and values only are looked at once."""
    path, _, query = address.partition("?")
    return re.sub(r"\d+", "N", path) + re.sub(r"=[^&]*", "", query)


def links(page: str) -> list[str]:
    found = (one.replace("&amp;", "&").partition("#")[0] for one in re.findall(r'<a\s[^>]*href="(/[^"]*)"', page))
    return [one for one in found if one and not ELSEWHERE.match(one)]


def closed(browser: Browser) -> tuple[set[str], dict[str, str]]:
    """Open everything that is offered from the first page on: what was opened, and what was refused, with where."""
    seen: set[str] = set()
    refused: dict[str, str] = {}
    waiting = deque([("/", "")])
    while waiting:
        address, shown_on = waiting.popleft()
        if shape(address) in seen:
            continue
        seen.add(shape(address))
        answer = browser.get(address, follow_redirects=True)
        if answer.status_code >= 400:
            refused[address] = f"{answer.status_code}, offered on {shown_on}"
        elif answer.mimetype == "text/html":
            waiting.extend((one, address) for one in links(answer.text))
    return seen, refused


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("role", world.SHOWN)
@pytest.mark.parametrize("bare", [False, True], ids=["with-everything", "with-nothing"])
def test_what_is_offered_can_be_opened(app: Flask, role: Role, bare: bool) -> None:
    """For people of a unit that has one of everything, and of one that has no channel, story or plan."""
    made = world.build(app)
    person = newsroom.person("moi", (role, newsroom.unit("Đơn vị trống"))) if bare else made.people[role.value]
    seen, refused = closed(newsroom.sign_in(app, person))
    assert len(seen) > 10
    assert refused == {}
