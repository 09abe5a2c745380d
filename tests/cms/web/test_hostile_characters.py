"""No text, number or address that somebody sends is a fault of ours, on either database."""

import logging
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from cms.core.database import changing, db
from cms.models.roles import Role
from cms.radio.bulletins import programmes
from scheduler.storage.tables import Delivery
from tests.cms.api.machine import Machine
from tests.cms.feeds.press import Press
from tests.cms.newsroom import actor, channel, person, sign_in, visitor
from tests.cms.quotas.province import load
from tests.cms.radio.conftest import FIELDS, TWICE_A_WEEK
from tests.cms.web.bodies import broken_bodies, broken_queries
from tests.cms.web.hostile import BIG, FAR, HEADERS, LONG, ODD, TEXTS, Target, holes, targets
from tests.conftest import Clock

ON_POSTGRESQL = pytest.mark.parametrize("url", ["postgresql"], indirect=True)
"""The stricter of the two; SQLite is asked where it differs."""
PAST_THE_EDGE = "not caught before the database"


class World:
    """A newsroom with one of everything, and somebody who may do all of it; ``broken`` is what failed, and how."""

    def __init__(self, app: Flask, engine: Engine, clock: Clock, log: pytest.LogCaptureFixture) -> None:
        self.app, self.press, self.log = app, Press(app, engine, clock), log
        self.broken: dict[str, str] = {}
        room = self.press.room
        radio = channel("radio_script", room.paper, "truyen-thanh", name="Truyền thanh")
        channel("zalo_oa", room.paper, "zalo", settings={"app_id": "1", "oa_id": "2"})
        load(db.session())
        self.person = person("tat.ca", *((role, room.province) for role in Role), name="Người làm mọi việc")
        story = self.press.publish(self.press.portal, self.press.board, radio)
        with changing() as session:
            made = programmes.create(
                session, actor(self.person), unit_id=room.paper.id, fields=FIELDS, weekly=TWICE_A_WEEK, now=clock()
            )
        script = db.session.scalar(select(Delivery.id).where(Delivery.channel_id == radio.id))
        self.arguments: dict[str, object] = {
            "story_id": story.id, "person_id": room.viewer.id, "unit_id": room.district.id, "unit": "huyen-b",
            "slug": "cong-bao", "programme_id": made.id, "code": "song-vam-2026", "channel_id": radio.id,
            "delivery_id": script, "script_id": script, "kind": "radio_script", "sha256": "0" * 64,
        }  # fmt: skip
        db.session.rollback()

    def ask(self, name: str, path: str, method: str = "GET", *, stranger: bool = False, **sent: Any) -> int:
        """Send a request and keep what went wrong under ``name``; return the status, 0 for an exception."""
        self.log.clear()
        client = visitor(self.app) if stranger else sign_in(self.app, self.person)
        try:
            status = client.open(path, method=method, **sent).status_code
        except Exception as trouble:
            db.session.rollback()
            self.broken[name] = f"{type(trouble).__name__}: {str(trouble)[:140]}"
            return 0
        db.session.rollback()
        late = any(PAST_THE_EDGE in record.message for record in self.log.records)
        if status >= 500 or late:
            self.broken[name] = f"{status}{', only because the database refused it' if late else ''}"
        return status

    def send(self, target: Target, values: dict[str, str], name: str) -> None:
        """Fill in what a page reads and send it."""
        sent: dict[str, Any] = {"query_string" if target.method == "GET" else "data": values}
        self.ask(f"{target.method} {target.endpoint} {name}", target.path, target.method, **sent)

    def told(self) -> str:
        """All that went wrong, a line each."""
        return "\n".join(f"{where}: {what}" for where, what in self.broken.items())


@pytest.fixture
def world(app: Flask, engine: Engine, clock: Clock, caplog: pytest.LogCaptureFixture) -> World:
    caplog.set_level(logging.WARNING)
    return World(app, engine, clock, caplog)


@ON_POSTGRESQL
def test_no_field_of_a_page_takes_what_breaks_it(world: World) -> None:
    for target in targets(world.app, world.arguments):
        world.send(target, target.values(), "as it is meant")
        for text in TEXTS:
            world.send(target, dict.fromkeys(target.names, text), f"all {text[:6]!r}")
        if not target.endpoint.startswith("stories.preview"):  # keeps nothing of what it is sent
            for name in target.names:
                text = BIG if target.values()[name].isdecimal() else LONG
                world.send(target, target.values(**{name: text}), f"{name} {text[:6]!r}")
    assert not world.broken, world.told()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_no_number_is_too_large_for_sqlite(world: World) -> None:
    for target in targets(world.app, world.arguments):
        for text in (FAR, ODD):
            world.send(target, dict.fromkeys(target.names, text), f"all {text[:6]!r}")
    assert not world.broken, world.told()


def test_an_address_that_names_nothing_leads_nowhere(world: World) -> None:
    for rule in world.app.url_map.iter_rules():
        method = next(iter(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})))
        for path in holes(rule, world.arguments):
            status = world.ask(f"{method} {path}", path, method, json={} if rule.endpoint.startswith("api.") else None)
            if status < 400 and not path.endswith("/0/items") and not path.endswith("/0/details"):
                world.broken.setdefault(f"{method} {path}", f"found: {status}")
    assert not world.broken, world.told()


@ON_POSTGRESQL
def test_no_call_of_the_api_breaks_it(world: World) -> None:
    token = {"Authorization": f"Bearer {Machine(world.app, world.person).token}"}
    for method, path, sent in (*broken_bodies(world.arguments), *broken_queries(world.arguments)):
        world.ask(f"{method} {path} {str(sent)[:90]}", path, method, headers=token, **sent)
    assert not world.broken, world.told()


@ON_POSTGRESQL
def test_no_header_breaks_a_page(world: World) -> None:
    story = f"/stories/{world.arguments['story_id']}"
    for path in ("/", story, "/sign-in", "/healthz", "/feeds/bao.rss", "/boards/cong-bao/playlist.json", "/api/v1/me"):
        for name, value in HEADERS:
            world.ask(f"{path} {name}: {value[:20]!r}", path, environ_overrides={name: value})
    assert not world.broken, world.told()


@ON_POSTGRESQL
def test_no_stranger_breaks_what_is_open_to_all(world: World) -> None:
    boards = {"Authorization": "Bearer \xff\x00".replace("\x00", "")}
    for text in TEXTS:
        world.ask(f"sign-in {text[:6]!r}", "/sign-in", "POST", stranger=True, data={"username": text, "password": text})
        world.ask(f"language {text[:6]!r}", "/language", "POST", stranger=True, data={"language": text, "next": text})
    for body in (b"\xff", b'{"events": "\\u0000"}', b"[" * 100_000, b'{"events": [{"event_id": "\\ud800"}]}', b""):
        for path in ("/boards/cong-bao/plays", "/hooks/zalo/zalo"):
            world.ask(
                f"{path} {body[:9]!r}", path, "POST", stranger=True, data=body, headers=boards,
                content_type="application/json",
            )  # fmt: skip
    assert not world.broken, world.told()


@ON_POSTGRESQL
def test_what_gets_past_the_edge_is_a_sentence_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("media.characters._ODD", re.compile("(?!)"))
    world.ask("search", "/lexicon", query_string={"q": "\x00"})
    assert world.broken == {"search": "400, only because the database refused it"}
