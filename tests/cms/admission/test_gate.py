"""While all places of what is dear are held, everything else is answered; who is over is told so in one sentence."""

import re
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event, Semaphore
from typing import Any

import pytest
from flask import Flask
from limits import parse_many
from werkzeug.test import TestResponse

from cms.admission import gate as gating
from cms.admission.gate import AdmissionGate
from cms.admission.lines import AdmissionLine, LineCapacity
from cms.admission.turnstile import Turnstile
from cms.models.people import Person
from cms.models.roles import Role
from tests.cms import newsroom
from tests.cms.feeds.press import Press
from tests.cms.newsroom import PASSWORD, Browser

SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


@pytest.fixture
def gate(app: Flask) -> AdmissionGate:
    """The gate of the application, in whose lines nobody waits long."""
    found: AdmissionGate = app.extensions[gating.KEY]
    for line in AdmissionLine:
        found.turnstiles[line] = Turnstile(LineCapacity(found.turnstiles[line]._room.running, 0, 0, share_waiting=0))
    return found


class Held:
    """The first ``count`` requests for ``path``: they have come in and do not get on."""

    def __init__(self, gate: AdmissionGate, path: str, count: int) -> None:
        self.inner, self.path = gate.inner, path
        self.places, self.came, self.go = Semaphore(count), Semaphore(0), Event()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == self.path and self.places.acquire(blocking=False):
            self.came.release()
            self.go.wait(60)
        return self.inner(environ, start_response)


@contextmanager
def held(
    gate: AdmissionGate, app: Flask, path: str, people: list[Person], **form: str
) -> Iterator[list[Future[TestResponse]]]:
    """Each of ``people`` asks for ``path``, and their requests stay inside while the block runs."""
    stuck = Held(gate, path, len(people))
    gate.inner = stuck
    browsers = [newsroom.sign_in(app, one) for one in people]
    with ThreadPoolExecutor(len(people)) as threads:
        try:
            asked = [threads.submit(one.post, path, data=form) for one in browsers]
            for _ in asked:
                assert stuck.came.acquire(timeout=60)
            yield asked
        finally:
            stuck.go.set()
    gate.inner = stuck.inner


def preview(browser: Browser, **more: Any) -> TestResponse:
    """Ask for previews of a new story as the editor's script does."""
    form = {"kind": "article", "title": "Tin", "summary": "Tóm tắt", "body": "Nội dung."}
    return browser.post("/stories/preview", data=form, headers={"Accept": "application/json"}, **more)


@SQLITE
def test_polls_pages_saves_and_signing_in_are_answered_while_every_dear_place_is_held(
    press: Press, app: Flask, gate: AdmissionGate
) -> None:
    room = press.room
    story = press.publish()
    everybody = [room.editor, room.colleague]
    reader = newsroom.sign_in(app, room.admin)
    with held(gate, app, "/stories/preview", everybody, title="x", body="y") as asked:
        assert gate.turnstiles[AdmissionLine.TYPED].inside == len(everybody) == 2
        for address in ("/feeds/bao.rss", "/healthz", "/metrics", f"/tin/{story.id}", "/sign-in", "/static/dakenh.css"):
            assert newsroom.visitor(app).get(address).status_code == 200, address
        assert reader.get("/").status_code == 200
        signed = newsroom.visitor(app).post("/sign-in", data={"username": "khoi", "password": PASSWORD})
        assert signed.status_code == 303
        writer = newsroom.sign_in(app, room.editor)
        saved = writer.post("/stories/new", data={"kind": "article", "title": "Tin mới", "unit": str(room.paper.id)})
        assert saved.status_code == 303
        refused = preview(newsroom.sign_in(app, room.outsider))
        assert refused.status_code == 503
        assert refused.headers["Retry-After"] == "5"
        assert refused.get_json()["detail"] == (
            "Máy chủ đang bận vì có nhiều việc nặng cùng lúc; hãy thử lại sau ít giây."
        )
    assert [one.result().status_code for one in asked] == [200] * 2
    assert preview(newsroom.sign_in(app, room.outsider)).status_code == 200


@SQLITE
def test_one_person_holds_one_place_and_leaves_the_other_to_another(
    press: Press, app: Flask, gate: AdmissionGate
) -> None:
    room = press.room
    with held(gate, app, "/stories/preview", [room.editor], title="x"):
        again = preview(newsroom.sign_in(app, room.editor))
        assert (again.status_code, again.headers["Retry-After"]) == (429, "2")
        assert "nhiều việc nặng chưa xong" in again.get_json()["detail"]
        assert preview(newsroom.sign_in(app, room.lead)).status_code == 200
        assert newsroom.sign_in(app, room.editor).get("/quotas").status_code == 200, "it is another line"
    assert preview(newsroom.sign_in(app, room.editor)).status_code == 200


@SQLITE
def test_one_person_in_many_tabs_waits_a_little_and_is_served(app: Flask) -> None:
    editor = newsroom.newsroom().editor
    browsers = [newsroom.sign_in(app, editor) for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        boards = list(threads.map(lambda one: one.get("/quotas").status_code, browsers))
        tabs = list(threads.map(lambda one: preview(one).status_code, browsers[:4]))
    assert (boards, tabs) == ([200] * 8, [200] * 4)


@SQLITE
def test_a_busy_server_says_so_in_the_readers_language_and_without_the_database(
    app: Flask, gate: AdmissionGate
) -> None:
    room = newsroom.newsroom()
    for line in AdmissionLine:
        gate.turnstiles[line] = Turnstile(LineCapacity(0, 0, 0))
    browser = newsroom.sign_in(app, room.editor)
    browser.set_cookie("language", "en")
    with newsroom.counted() as statements:
        page = browser.get("/calendar")
        told = browser.get("/api/v1/me")
    assert statements == []
    assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
    assert re.search(r"<p>The server is busy", page.text)
    assert page.headers["Content-Security-Policy"]
    assert (told.status_code, told.content_type) == (503, "application/problem+json")
    assert newsroom.visitor(app).get("/healthz").status_code == 503


@SQLITE
@pytest.mark.parametrize("address", ["/stories/preview", "/stories/1/preview", "/lexicon/try", "/quotas"])
def test_who_is_nobody_takes_no_dear_place(app: Flask, gate: AdmissionGate, address: str) -> None:
    for line in (AdmissionLine.TYPED, AdmissionLine.DEAR):
        gate.turnstiles[line] = Turnstile(LineCapacity(0, 0, 0))
    visitor = newsroom.visitor(app)
    for answer in (visitor.post(address), visitor.get(address)):
        assert answer.status_code in {302, 401, 405}
    forged = newsroom.visitor(app)
    forged.set_cookie("dakenh", "eyJfdXNlcl9pZCI6IjE6MSJ9.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb")
    assert forged.post(address).status_code in {302, 401, 405}


@SQLITE
def test_previews_while_typing_are_limited_by_the_minute_for_each_person(app: Flask, gate: AdmissionGate) -> None:
    room = newsroom.newsroom()
    app.config["RATELIMIT_ENABLED"] = True
    gate._typed_limits = parse_many("3 per minute")
    editor, lead = newsroom.sign_in(app, room.editor), newsroom.sign_in(app, room.lead)
    assert [preview(editor).status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = preview(editor)
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.get_json()["type"] == "urn:dakenh:too-often"
    assert preview(newsroom.sign_in(app, room.editor)).status_code == 429, "another browser is the same person"
    assert preview(lead).status_code == 200
    assert editor.get("/quotas").status_code == 200, "only what is asked for while typing"


@SQLITE
@pytest.mark.parametrize("role", [Role.VIEWER, Role.BROADCASTER, Role.ADMIN, Role.EDITOR, Role.LEAD])
def test_an_unsaved_preview_needs_the_right_to_write(app: Flask, role: Role, clock: Any) -> None:
    room = newsroom.newsroom()
    story = newsroom.submitted(room.editor, room.paper, now=clock())
    browser = newsroom.sign_in(app, newsroom.person("ai", (role, room.paper)))
    writes = role in {Role.EDITOR, Role.LEAD}
    sent = {"title": "x", "body": "y", "unit": str(room.paper.id)}
    for address in (f"/stories/{story.id}/preview", "/stories/preview"):
        answer = browser.post(address, data=sent, headers={"Accept": "application/json"})
        assert answer.status_code == (200 if writes else 403), address
    assert browser.get(f"/stories/{story.id}/preview").status_code == 200, "what is saved may be read"


@SQLITE
def test_somebody_elses_story_is_no_way_to_have_a_text_converted(app: Flask, clock: Any) -> None:
    room = newsroom.newsroom()
    story = newsroom.approved(room.editor, room.lead, room.paper, now=clock())
    answer = newsroom.sign_in(app, room.outsider).post(f"/stories/{story.id}/preview", data={"title": "x"})
    assert answer.status_code in {403, 404}
