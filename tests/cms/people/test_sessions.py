"""A session ends when it should, wherever its cookie is by then, and nothing private is shown again afterwards."""

import re
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask

from cms.core.database import changing, db
from cms.models.people import ApiToken, EndedSession, Password, Person
from cms.people.accounts import passwords
from cms.people.administration import admin
from cms.web import sessions
from cms.web.security import PUBLIC
from cms.web.sessions import LONGEST, Identity
from tests.cms import newsroom
from tests.cms.api.machine import Machine
from tests.cms.newsroom import PASSWORD, Browser, Newsroom, actor, sign_in, visitor
from tests.conftest import Clock

pytestmark = pytest.mark.one_database

NEW = "một câu khác cũng dài"


@pytest.fixture
def house(app: Flask) -> Newsroom:
    return newsroom.newsroom()


def copy_of(app: Flask, browser: Browser) -> Browser:
    """Another browser with the same cookie, as a thief would have it."""
    twin = visitor(app)
    cookie = browser.get_cookie("dakenh")
    assert cookie is not None
    twin.set_cookie("dakenh", cookie.value)
    return twin


def enters(browser: Browser) -> bool:
    return browser.get("/profile").status_code == 200


def test_a_copied_cookie_dies_with_the_session_that_is_signed_out_of(app: Flask, house: Newsroom) -> None:
    here, elsewhere = sign_in(app, house.editor), sign_in(app, house.editor)
    thief = copy_of(app, here)
    assert enters(thief)
    here.post("/sign-out")
    assert not enters(thief)
    assert not enters(copy_of(app, thief))
    assert enters(elsewhere)  # another session of the same person goes on
    answer = thief.post("/stories/new", data={"title": "x"})
    assert (answer.status_code, answer.location) == (302, "/sign-in?next=%2Fstories%2Fnew")


@pytest.mark.both_databases
def test_what_ends_sessions_and_tokens_ends_them_at_once(app: Flask, house: Newsroom, clock: Clock) -> None:
    for end in (admin.deactivate, admin.reset_password):
        browser = sign_in(app, house.editor)
        machine = Machine(app, house.editor)
        thief = copy_of(app, browser)
        fresh = {} if end is admin.deactivate else {"start": passwords.start()}
        with changing() as session:
            end(session, actor(house.admin), house.editor.id, now=clock(), **fresh)
        assert not enters(browser)
        assert not enters(thief)
        ended = end is admin.deactivate
        assert machine.call("GET", "/me").status_code == (401 if ended else 200)
        if ended:
            start = passwords.start()
            with changing() as session:
                admin.reactivate(session, actor(house.admin), house.editor.id, start=start, now=clock())
            assert machine.call("GET", "/me").status_code == 401
            with changing() as session:
                session.get_one(Person, house.editor.id).password_state = Password.OWN
            db.session.expire_all()
            house = Newsroom(**{**house.__dict__, "editor": db.session.get_one(Person, house.editor.id)})


def test_a_session_ends_after_days_however_busy(app: Flask, house: Newsroom, clock: Clock) -> None:
    browser = sign_in(app, house.editor)
    for _ in range(6):
        clock.turn(days=1)
        assert enters(browser)
    clock.turn(days=1)
    assert not enters(browser)


@pytest.mark.parametrize(
    "written", ["", "1", "1:1", "1:1:key", "1:1:key:x", "x:1:k:1", "1:²:k:1", "1:1:k:99999999999999", "::::"]
)
def test_what_is_no_session_opens_nothing(app: Flask, house: Newsroom, written: str) -> None:
    browser = visitor(app)
    with browser.session_transaction() as session:
        session["_user_id"] = written
    assert not enters(browser)


@pytest.mark.both_databases
def test_ended_sessions_are_forgotten_once_their_cookies_are_too_old(app: Flask, house: Newsroom, clock: Clock) -> None:
    first, second = (Identity.begin(house.editor, clock()) for _ in range(2))
    with changing() as session:
        sessions.end(session, first, clock())
    later = clock.turn(days=LONGEST.days, hours=1)
    with changing() as session:
        sessions.end(session, second, later)
    assert [row.ended_at for row in db.session.query(EndedSession)] == [later]
    assert sessions.person_of(db.session(), first, later, timedelta(days=365)) is None


@pytest.mark.parametrize("https", [False, True])
def test_the_cookies_say_what_browsers_need_to_guard_them(app: Flask, house: Newsroom, https: bool) -> None:
    app.config["SESSION_COOKIE_SECURE"] = https
    answer = visitor(app).post("/sign-in", data={"username": "khoi", "password": PASSWORD})
    cookies = answer.headers.getlist("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {"dakenh", "dakenh_device"}
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert ("Secure" in cookie) is https
    assert "Domain" not in "".join(cookies)


@pytest.mark.both_databases
def test_private_answers_are_kept_by_nobody(app: Flask, house: Newsroom, clock: Clock) -> None:
    story = newsroom.approved(house.editor, house.lead, house.paper, now=clock())
    browser, machine = sign_in(app, house.admin), Machine(app, house.lead)
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments]
    for rule in rules:
        if rule.endpoint in PUBLIC or rule.endpoint in {"monitoring.healthz", "api.openapi"}:
            continue
        kept = browser.get(rule.rule).headers["Cache-Control"]
        assert "no-store" in kept, rule.rule
    for path in (f"/stories/{story.id}", f"/stories/{story.id}/history", f"/people/{house.editor.id}", "/nowhere"):
        assert "no-store" in browser.get(path).headers["Cache-Control"], path
    for path in ("/me", "/stories", f"/stories/{story.id}", "/stories/999"):
        assert "no-store" in machine.call("GET", path).headers["Cache-Control"], path
    assert "no-store" in visitor(app).get("/sign-in").headers["Cache-Control"]
    assert "no-store" not in browser.get("/static/dakenh.css").headers.get("Cache-Control", "")


def test_a_password_that_was_handed_over_is_changed_before_anything_else(
    app: Flask, house: Newsroom, clock: Clock
) -> None:
    fresh = passwords.start()
    start = fresh.text
    with changing() as session:
        admin.create(
            session, actor(house.admin), username="mai", name="Trần Mai", places=[(house.paper.id, "editor")],
            start=fresh, now=clock(),
        )  # fmt: skip
    browser = visitor(app)
    browser.post("/sign-in", data={"username": "mai", "password": start})
    for path in ("/", "/profile", "/stories/new", "/radio"):
        answer = browser.get(path)
        assert (answer.status_code, answer.location) == (302, "/profile/password"), path
    for path in ("/stories/new", "/profile/tokens", "/assets"):
        assert browser.post(path, data={"name": "máy", "scopes": "stories:read"}).status_code == 403, path
    assert browser.get("/", headers={"Accept": "application/json"}).status_code == 403
    page = browser.get("/profile/password")
    assert page.status_code == 200
    assert "hãy đặt mật khẩu của riêng mình" in unescape(page.text)
    same = browser.post("/profile/password", data={"old": start, "password": start, "again": start})
    assert same.status_code == 422
    assert "Mật khẩu mới phải khác" in unescape(same.text)
    answer = browser.post("/profile/password", data={"old": start, "password": NEW, "again": NEW})
    assert (answer.status_code, answer.location) == (303, "/")
    assert browser.get("/").status_code == 200
    again = visitor(app)
    again.post("/sign-in", data={"username": "mai", "password": NEW})
    assert enters(again)


def test_who_has_a_start_password_can_still_leave(app: Flask, house: Newsroom) -> None:
    with changing() as session:
        session.get_one(Person, house.editor.id).password_state = Password.START
    browser = sign_in(app, house.editor)
    assert browser.post("/sign-out").location == "/sign-in"


def test_an_account_of_the_demonstration_says_so_on_every_page(app: Flask, house: Newsroom) -> None:
    with changing() as session:
        session.get_one(Person, house.editor.id).password_state = Password.DEMO
    assert "Tài khoản minh họa" in unescape(sign_in(app, house.editor).get("/").text)
    assert "Tài khoản minh họa" not in unescape(sign_in(app, house.lead).get("/").text)


@pytest.mark.both_databases
@pytest.mark.parametrize(("choice", "status"), [({}, 200), ({"tokens": "keep"}, 200), ({"tokens": "revoke"}, 401)])
def test_a_new_password_asks_what_becomes_of_tokens(
    app: Flask, house: Newsroom, choice: dict[str, str], status: int
) -> None:
    browser = sign_in(app, house.editor)
    assert "Thu hồi tất cả" not in unescape(browser.get("/profile").text)
    machine, other = Machine(app, house.editor), Machine(app, house.lead)
    assert "Thu hồi tất cả" in unescape(browser.get("/profile").text)
    data = {"old": PASSWORD, "password": NEW, "again": NEW, **choice}
    assert browser.post("/profile/password", data=data).status_code == 303
    assert machine.call("GET", "/me").status_code == status
    assert other.call("GET", "/me").status_code == 200
    assert db.session.query(ApiToken).count() == 2


def test_no_changing_address_takes_a_form_from_elsewhere(app: Flask, house: Newsroom) -> None:
    """Every one of them but those that machines call with keys of their own."""
    app.config["WTF_CSRF_ENABLED"] = True
    browser = sign_in(app, house.admin)
    machines = {"boards.plays", "followers.hook"}
    for rule in app.url_map.iter_rules():
        changing_methods = (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}
        if not changing_methods or rule.endpoint.startswith("api.") or rule.endpoint in machines:
            continue
        path = re.sub(r"<any\(([a-z_]+)[^>]*>", r"\1", rule.rule)
        path = re.sub(r"<[^>]*>", "1", path)
        for method in changing_methods:
            assert browser.open(path, method=method).status_code == 400, (method, rule.rule)
    assert enters(browser)
