"""Who may call what: nobody without a token, no token beyond its scopes, no scope beyond the person's roles."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from cms.api.kit.table import TABLE, Endpoint
from cms.app.application import create_app
from cms.core.database import changing, db
from cms.core.permissions import SYSTEM
from cms.core.settings import Settings
from cms.models.people import ApiToken, Person
from cms.people.accounts import tokens
from tests.cms.api.conftest import Machines
from tests.cms.api.machine import BASE, Machine, refusal, token
from tests.cms.newsroom import LONG_AGO, Newsroom, newsroom, sign_in, story
from tests.conftest import SUNDAY, Clock

pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
"""Nothing here depends on the database."""

OPEN = {"/api/v1/openapi.json"}
"""What needs no token: it tells nothing of the newsroom."""


def path_of(endpoint: Endpoint) -> str:
    """A path that the endpoint answers, whatever is there."""
    values = {name: "7" if kind is int else "txt" for name, kind in endpoint.arguments.items()}
    return endpoint.path.format(**values)


def test_every_address_under_the_api_is_in_the_table(app: Flask) -> None:
    rules = {rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith(BASE)}
    assert rules == {BASE + endpoint.rule for endpoint in TABLE} | OPEN


def test_nothing_is_answered_without_a_token(app: Flask) -> None:
    nobody = Machine(app)
    for endpoint in TABLE:
        answer = nobody.call(endpoint.method, path_of(endpoint))
        refusal(answer, 401, "no-token")
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="dakenh"'


def test_a_token_without_the_scope_is_refused_whatever_the_person_may_do(app: Flask, room: Newsroom) -> None:
    for endpoint in TABLE:
        if not endpoint.scopes:
            continue
        others = [scope for scope in tokens.SCOPES if scope not in endpoint.scopes]
        answer = Machine(app, room.admin, others).call(endpoint.method, path_of(endpoint))
        refusal(answer, 403, "insufficient-scope")
        assert f'scope="{endpoint.scopes[0]}"' in answer.headers["WWW-Authenticate"]


def test_any_one_of_the_scopes_of_an_endpoint_lets_in(app: Flask, room: Newsroom) -> None:
    for endpoint in TABLE:
        for scope in endpoint.scopes:
            answer = Machine(app, room.admin, [scope]).call(endpoint.method, path_of(endpoint))
            problem = answer.json if answer.mimetype == "application/problem+json" else None
            assert not problem or problem["type"] != "urn:dakenh:insufficient-scope", (endpoint, scope)


def test_only_one_endpoint_asks_for_no_scope(app: Flask) -> None:
    assert [endpoint.path for endpoint in TABLE if not endpoint.scopes] == ["/me"]


@pytest.mark.parametrize(
    ("who", "method", "path", "body"),
    [
        ("viewer", "POST", "/stories", {"unit": "unit-báo-sông-vàm", "content": {"title": "Không được viết"}}),
        ("outsider", "POST", "/stories", {"unit": "unit-báo-sông-vàm", "content": {"title": "Của đơn vị khác"}}),
        ("editor", "POST", "/stories/{story}/approve", {}),
        ("editor", "POST", "/stories/{story}/retract", {"reason": "Sai"}),
        ("viewer", "POST", "/stories/{story}/submit", None),
        ("viewer", "GET", "/deliveries", None),
        ("viewer", "GET", "/channels", None),
        ("broadcaster", "GET", "/deliveries", None),
    ],
)  # fmt: skip
def test_a_scope_gives_no_more_than_the_role(
    app: Flask, room: Newsroom, machines: Machines, who: str, method: str, path: str, body: object
) -> None:
    made = story(room.editor, room.paper, now=SUNDAY)
    machine: Machine = getattr(machines, who)
    answer = machine.call(method, path.format(story=made.id), json=body)
    refusal(answer, 403, "not-allowed")


def test_a_draft_of_another_unit_is_not_there(room: Newsroom, machines: Machines) -> None:
    made = story(room.editor, room.paper, now=SUNDAY)
    refusal(machines.outsider.call("GET", f"/stories/{made.id}"), 404, "not-found")
    assert machines.outsider.get("/stories")["items"] == []


def test_a_session_cookie_opens_nothing(app: Flask, room: Newsroom) -> None:
    browser = sign_in(app, room.admin)
    refusal(browser.get(f"{BASE}/me"), 401, "no-token")


def test_a_token_needs_no_csrf_token(app: Flask, room: Newsroom) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    made = story(room.editor, room.paper, now=SUNDAY)
    Machine(app, room.editor).post(f"/stories/{made.id}/submit")


@pytest.mark.parametrize("sent", ["Bearer dk_unknown", "Basic a2hvaTpraG9p", "Bearer ", "dk_naked", "Bearer é"])
def test_what_is_no_token_is_refused(app: Flask, room: Newsroom, sent: str) -> None:
    answer = Machine(app).call("GET", "/me", headers={"Authorization": sent})
    refusal(answer, 401)


def test_revoked_expired_and_inactive_are_refused(app: Flask, room: Newsroom, clock: Clock) -> None:
    machine = Machine(app, room.editor)
    assert machine.get("/me")["username"] == "khoi"
    with changing() as session:
        session.get_one(Person, room.editor.id).active = False
    refusal(machine.call("GET", "/me"), 401, "bad-token")
    with changing() as session:
        session.get_one(Person, room.editor.id).active = True
        row = session.scalars(select(ApiToken)).one()
        row.expires_at = clock() + timedelta(minutes=1)
    assert machine.get("/me")["expires_at"] == "2026-11-22T01:01:00Z"
    clock.turn(minutes=1)
    answer = machine.call("GET", "/me")
    refusal(answer, 401, "bad-token")
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_revoking_ends_a_token_at_once(app: Flask, room: Newsroom) -> None:
    machine = Machine(app, room.editor)
    machine.get("/me")
    with changing() as session:
        row = session.scalars(select(ApiToken)).one()
        tokens.revoke(session, SYSTEM, row.id, room.editor.id, LONG_AGO)
    refusal(machine.call("GET", "/me"), 401, "bad-token")


def test_the_last_use_is_written_at_most_once_a_minute(app: Flask, room: Newsroom, clock: Clock) -> None:
    machine = Machine(app, room.editor)
    seen = []
    for seconds in (0, 59, 1, 30):
        clock.turn(seconds=seconds)
        machine.get("/me")
        db.session.rollback()
        seen.append(db.session.scalars(select(ApiToken.last_used_at)).one())
    assert seen == [SUNDAY, SUNDAY, SUNDAY + timedelta(minutes=1), SUNDAY + timedelta(minutes=1)]


def test_me_tells_person_roles_and_scopes(app: Flask, room: Newsroom) -> None:
    me = Machine(app, room.lead, ["stories:approve", "stories:read"]).get("/me")
    assert me == {
        "username": "diep",
        "name": "Lê Ngọc Diệp",
        "roles": [{"role": "lead", "unit": {"code": "unit-báo-sông-vàm", "name": "Báo Sông Vàm"}}],
        "token": "máy",
        "scopes": ["stories:approve", "stories:read"],
        "expires_at": None,
    }


def test_calls_are_counted_for_each_token_and_for_who_has_none(settings: Settings, clock: Clock) -> None:
    app = create_app(settings.model_copy(update={"api_limit": "2 per minute"}), now=clock)
    app.config.update(TESTING=True)
    with app.app_context():
        room = newsroom()
        busy, other = Machine(app, room.editor), Machine(app, room.editor)
        assert [busy.call("GET", "/me").status_code for _ in range(3)] == [200, 200, 429]
        answer = busy.call("GET", "/units")
        refusal(answer, 429)
        assert int(answer.headers["Retry-After"]) > 0
        good = other.call("GET", "/me")
        assert (good.status_code, good.headers.get("Retry-After")) == (200, None)
        nobody = Machine(app)
        assert [nobody.call("GET", "/me").status_code for _ in range(3)] == [401, 401, 429]
        other.token = "dk_guessed"
        assert other.call("GET", "/me").status_code == 429
        db.session.remove()
        db.engine.dispose()


def test_a_token_is_kept_only_as_a_hash(app: Flask, room: Newsroom, tmp_path: Path) -> None:
    made = token(room.editor)
    row = db.session.scalars(select(ApiToken)).one()
    assert made not in str(vars(row))
