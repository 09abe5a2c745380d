"""The class of a script can be chosen where a story is scheduled, so that a station never sees it without."""

import pytest
from flask import Flask

from cms.core.database import changing, db
from cms.models.people import Person
from cms.models.radio import ScriptClass
from cms.models.stories import Story
from cms.radio.scripts import logbook, priorities, queries
from scheduler.storage.tables import Channel, Delivery
from tests.cms.api.machine import Machine, refusal
from tests.cms.deliveries.press import audited, work
from tests.cms.newsroom import Browser, Newsroom, actor, approved, channel, sign_in
from tests.cms.radio.conftest import Live
from tests.conftest import Clock


@pytest.fixture
def ready(news: Newsroom, clock: Clock) -> Story:
    return approved(news.editor, news.lead, news.paper, now=clock(), title="Bão số 9")


@pytest.fixture
def desk(app: Flask, chief: Person) -> Browser:
    return sign_in(app, chief)


@pytest.fixture
def machine(app: Flask, chief: Person) -> Machine:
    return Machine(app, chief)


def top(who: Person) -> list[tuple[str, str]]:
    """Titles and classes as a station sees them."""
    db.session.rollback()
    page = queries.page(db.session(), actor(who))
    return [(line.script.title, line.script.priority) for line in page.lines]


def promise(desk: Browser, story: Story, channels: list[int], **fields: object) -> int:
    sure = ",".join(map(str, sorted(channels)))
    sent = {"channels": channels, "when": "now", "version": story.version, "confirmed": sure, **fields}
    answer = desk.post(f"/stories/{story.id}/schedule", data=sent)
    db.session.rollback()
    return answer.status_code


def test_an_urgent_one_is_on_top_from_its_first_moment(
    news: Newsroom, desk: Browser, ready: Story, loudspeaker: Channel, live: Live, clock: Clock
) -> None:
    page = desk.get(f"/stories/{ready.id}/schedule").text
    assert "Loại bản tin" in page
    assert promise(desk, ready, [loudspeaker.id], priority="khan_cap") == 303
    [row] = audited("script.class")
    assert (row.detail["before"], row.detail["after"]) == ("thong_thuong", "khan_cap")
    assert ("Bão số 9", "khan_cap") not in top(news.broadcaster)
    work(clock)
    clock.turn(minutes=5)
    live("Tin mới hơn")
    assert top(news.broadcaster)[0] == ("Bão số 9", "khan_cap")


def test_without_a_choice_the_channels_own_class_holds(
    news: Newsroom, desk: Browser, ready: Story, clock: Clock
) -> None:
    first = channel("radio_script", news.district, "loa", name="Loa", settings={"priority": "uu_tien"})
    assert promise(desk, ready, [first.id], priority="") == 303
    work(clock)
    assert top(news.broadcaster) == [("Bão số 9", "uu_tien")]
    assert not db.session.query(ScriptClass).count()


def test_the_choice_is_for_radio_channels_among_others(
    desk: Browser, news: Newsroom, ready: Story, loudspeaker: Channel
) -> None:
    portal = channel("portal_rss", news.district, "trang", name="Trang huyện")
    assert promise(desk, ready, [portal.id, loudspeaker.id], priority="uu_tien") == 303
    [kept] = db.session.query(ScriptClass)
    assert db.session.get_one(Delivery, kept.delivery_id).channel_id == loudspeaker.id


def test_a_class_that_is_none_promises_nothing_and_the_form_stays(
    desk: Browser, ready: Story, loudspeaker: Channel
) -> None:
    assert promise(desk, ready, [loudspeaker.id], priority="sieu_khan") == 422
    assert not db.session.query(Delivery).count()


def test_a_page_without_radio_channels_asks_for_no_class(app: Flask, news: Newsroom, ready: Story) -> None:
    channel("portal_rss", news.paper, "bao", name="Báo điện tử")
    assert "Loại bản tin" not in sign_in(app, news.lead).get(f"/stories/{ready.id}/schedule").text


@pytest.mark.parametrize(
    ("chosen", "priority", "confirmed"), [({}, "khan_cap", 1), ({"priority": "uu_tien"}, "uu_tien", 0)]
)
def test_a_correction_keeps_the_class_unless_another_is_chosen_which_asks_the_stations_again(
    news: Newsroom,
    machine: Machine,
    ready: Story,
    loudspeaker: Channel,
    clock: Clock,
    chosen: dict[str, str],
    priority: str,
    confirmed: int,
) -> None:
    wish = {"channel": "truyen-thanh"}
    machine.post(f"/stories/{ready.id}/schedule", {"channels": [wish | {"priority": "khan_cap"}]})
    work(clock)
    db.session.rollback()
    [script] = db.session.query(Delivery.id).one()
    with changing() as session:
        priorities.confirm(session, actor(news.broadcaster), script, now=clock())
    editor, moved = Machine(machine.client.application, news.editor), {"content": {"title": "Bão số 9 đổi hướng"}}
    editor.call("PATCH", f"/stories/{ready.id}", json=moved, headers={"If-Match": "*"})
    editor.post(f"/stories/{ready.id}/submit")
    Machine(machine.client.application, news.lead).post(f"/stories/{ready.id}/approve")
    machine.post(f"/stories/{ready.id}/schedule", {"channels": [wish | chosen]})
    work(clock)
    assert top(news.broadcaster) == [("Bão số 9 đổi hướng", priority)]
    assert len(logbook.confirmations(db.session(), script)) == confirmed


@pytest.mark.parametrize(("slug", "priority", "status"), [("trang", "khan_cap", 422), ("truyen-thanh", "gap", 422)])
def test_a_machine_is_told_what_cannot_be(
    machine: Machine, news: Newsroom, ready: Story, loudspeaker: Channel, slug: str, priority: str, status: int
) -> None:
    channel("portal_rss", news.district, "trang", name="Trang huyện")
    wish = {"channel": slug, "priority": priority}
    told = refusal(machine.call("POST", f"/stories/{ready.id}/schedule", json={"channels": [wish]}), status)
    assert "channels.0.priority" in str(told)
    assert not db.session.query(Delivery).count()


def test_a_machine_changes_the_class_of_what_stations_have(
    app: Flask, news: Newsroom, machine: Machine, live: Live
) -> None:
    script = live("Bão số 9")
    for name, as_before in (("priority", "uu_tien"), ("routine", "thong_thuong"), ("urgent", "khan_cap")):
        for written in (name, as_before):
            told = machine.post(f"/radio/scripts/{script}/class", {"priority": written})
            assert (told["id"], told["priority"]) == (script, name)
    assert told["urgency"] == 2
    assert top(news.broadcaster) == [("Bão số 9", "khan_cap")]
    refusal(machine.call("POST", f"/radio/scripts/{script}/class", json={"priority": "gap"}), 422)
    station = Machine(app, news.broadcaster)
    refusal(station.call("POST", f"/radio/scripts/{script}/class", json={"priority": "uu_tien"}), 403)
    refusal(machine.call("POST", "/radio/scripts/99/class", json={"priority": "uu_tien"}), 404)


def test_machines_read_the_class_of_a_script(
    news: Newsroom, machine: Machine, ready: Story, loudspeaker: Channel, clock: Clock
) -> None:
    wish = {"channel": "truyen-thanh", "priority": "uu_tien"}
    machine.post(f"/stories/{ready.id}/schedule", {"channels": [wish]})
    work(clock)
    [line] = machine.get("/radio/scripts")["items"]
    assert (line["priority"], line["urgency"]) == ("priority", 1)
