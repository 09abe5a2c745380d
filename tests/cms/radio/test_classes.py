"""Classes of scripts: an urgent one stands on top of a station's list until that station has confirmed it."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from cms.core.database import changing, db
from cms.core.refusal import Conflict, Invalid, NotAllowed
from cms.models.people import Person
from cms.models.roles import Role
from cms.radio.scripts import broadcast_log, logbook, priorities, queries
from tests.cms.deliveries.press import audited
from tests.cms.newsroom import Browser, Newsroom, actor, person, sign_in, unit
from tests.cms.radio.conftest import Live
from tests.conftest import Clock


def listed(who: Person) -> list[str]:
    db.session.rollback()
    return [line.script.title for line in queries.page(db.session(), actor(who)).lines]


def give(who: Person, script: int, priority: str, clock: Clock) -> None:
    with changing() as session:
        priorities.set_class(session, actor(who), script, priority, now=clock())


def confirm(who: Person, script: int, clock: Clock) -> None:
    with changing() as session:
        priorities.confirm(session, actor(who), script, now=clock())


def test_what_is_urgent_stands_above_what_goes_first_and_both_above_the_newer(
    news: Newsroom, chief: Person, live: Live, clock: Clock
) -> None:
    storm, flood, _news = live("Bão"), live("Lũ"), live("Tin thường")
    assert listed(news.broadcaster) == ["Tin thường", "Lũ", "Bão"]
    give(chief, storm, "khan_cap", clock)
    give(chief, flood, "uu_tien", clock)
    assert listed(news.broadcaster) == ["Bão", "Lũ", "Tin thường"]
    [first, _second] = audited("script.class")
    assert (first.detail["before"], first.detail["after"]) == ("thong_thuong", "khan_cap")


def test_each_station_confirms_for_itself(news: Newsroom, chief: Person, live: Live, clock: Clock) -> None:
    here, there = unit("Xã An Thạnh", news.district), unit("Xã Tân Bửu", news.district)
    one, two = person("xa-mot", (Role.BROADCASTER, here)), person("xa-hai", (Role.BROADCASTER, there))
    storm = live("Bão")
    live("Tin thường")
    give(chief, storm, "khan_cap", clock)
    confirm(one, storm, clock)
    confirm(one, storm, clock)
    assert listed(one) == ["Tin thường", "Bão"]
    assert listed(two) == ["Bão", "Tin thường"]
    assert [unit_name for unit_name, _who, _at in logbook.confirmations(db.session(), storm)] == ["Xã An Thạnh"]
    assert len(audited("script.confirm")) == 1


def test_what_another_station_aired_is_still_new_here(news: Newsroom, live: Live, clock: Clock) -> None:
    here, there = unit("Xã An Thạnh", news.district), unit("Xã Tân Bửu", news.district)
    one, two = person("xa-mot", (Role.BROADCASTER, here)), person("xa-hai", (Role.BROADCASTER, there))
    script = live("Tin huyện")
    with changing() as session:
        broadcast_log.log_broadcast(
            session, actor(one), delivery_id=script, event_id="xa-mot-0001", started_at=clock(), duration_s=60,
            now=clock(),
        )  # fmt: skip
    assert listed(one) == []
    assert listed(two) == ["Tin huyện"]
    assert listed(news.broadcaster) == []


def test_a_script_that_becomes_urgent_asks_again(news: Newsroom, chief: Person, live: Live, clock: Clock) -> None:
    storm = live("Bão")
    live("Tin thường")
    give(chief, storm, "khan_cap", clock)
    confirm(news.broadcaster, storm, clock)
    give(chief, storm, "thong_thuong", clock)
    give(chief, storm, "khan_cap", clock)
    assert listed(news.broadcaster) == ["Bão", "Tin thường"]


def test_a_machine_that_polls_sees_the_new_class(news: Newsroom, chief: Person, live: Live, clock: Clock) -> None:
    storm = live("Bão")
    live("Tin thường")
    clock.turn(hours=1)
    give(chief, storm, "khan_cap", clock)
    db.session.rollback()
    found = queries.page(db.session(), actor(news.broadcaster), queries.ScriptFilter.ALL, since=clock()).lines
    assert [(line.script.title, line.script.urgency) for line in found] == [("Bão", 2)]


def test_who_decides_how_urgent_it_is(
    news: Newsroom, chief: Person, live: Live, retract: Callable[[int], None], clock: Clock
) -> None:
    script = live("Bão")
    for someone in (news.broadcaster, news.viewer):
        with pytest.raises(NotAllowed):
            give(someone, script, "khan_cap", clock)
    with pytest.raises(NotAllowed):
        confirm(news.viewer, script, clock)
    with pytest.raises(Invalid):
        give(chief, script, "hoa_toc", clock)
    retract(script)
    with pytest.raises(Conflict):
        give(chief, script, "khan_cap", clock)
    with pytest.raises(Conflict):
        confirm(news.broadcaster, script, clock)
    assert audited("script.class") == []


def test_the_pages_offer_the_class_to_who_schedules_and_the_confirmation_to_who_reads(
    app: Flask, news: Newsroom, chief: Person, live: Live, browser: Browser
) -> None:
    script = live("Bão")
    lead = sign_in(app, chief)
    assert "Xác nhận đài đã nhận" not in browser.get(f"/radio/{script}").text
    assert 'name="priority"' not in browser.get(f"/radio/{script}").text
    changed = lead.post(f"/radio/{script}/class", data={"priority": "khan_cap"}, follow_redirects=True).text
    assert "các đài thấy ngay" in changed
    assert "Chưa đài nào xác nhận" in changed
    assert re.search(r'<option value="khan_cap" selected>', changed)
    assert "Xác nhận" in browser.get("/radio").text
    assert "Xác nhận đài đã nhận" in browser.get(f"/radio/{script}").text
    done = browser.post(f"/radio/{script}/confirm", data={"next": "/radio"}, follow_redirects=True)
    assert done.request.path == "/radio"
    assert f"/radio/{script}/confirm" not in done.text
    page = browser.get(f"/radio/{script}").text
    assert "Huyện Bến Tre Xanh · Ngô Mai Phương" in page
    assert "Xác nhận đài đã nhận" not in page
    for name in ("docx", "pdf"):
        assert browser.get(f"/radio/{script}.{name}").status_code == 200
    assert "khan_cap" in browser.get(f"/radio/{script}.json").text


def test_an_aired_script_that_becomes_urgent_is_on_top_again_until_it_is_confirmed_or_aired_again(
    news: Newsroom, chief: Person, live: Live, clock: Clock
) -> None:
    here, there = unit("Xã An Thạnh", news.district), unit("Xã Tân Bửu", news.district)
    one, two = person("xa-mot", (Role.BROADCASTER, here)), person("xa-hai", (Role.BROADCASTER, there))
    storm = live("Bão")
    live("Tin thường")
    for who in (one, two):
        aired(who, storm, clock)
        assert listed(who) == ["Tin thường"]
    clock.turn(minutes=1)
    give(chief, storm, "khan_cap", clock)
    assert [listed(who) for who in (one, two)] == [["Bão", "Tin thường"]] * 2
    confirm(one, storm, clock)
    clock.turn(minutes=1)
    aired(two, storm, clock)
    assert [listed(who) for who in (one, two)] == [["Tin thường"]] * 2


def aired(who: Person, script: int, clock: Clock) -> None:
    with changing() as session:
        broadcast_log.log_broadcast(
            session, actor(who), delivery_id=script, event_id=f"{who.id:04}-{clock():%H%M%S}", started_at=clock(),
            duration_s=30, now=clock(),
        )  # fmt: skip
