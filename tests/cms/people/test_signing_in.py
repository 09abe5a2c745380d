"""Signing in and out, and one's own account."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from cms.core.database import changing, db
from cms.models.audit import AuditEntry
from cms.models.people import ApiToken, Person
from tests.cms import newsroom
from tests.cms.newsroom import PASSWORD, Newsroom

pytestmark = pytest.mark.one_database


@pytest.fixture
def house(app: Flask) -> Newsroom:
    return newsroom.newsroom()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return newsroom.visitor(app)


def state(client: FlaskClient) -> Any:
    return client.get("/session").json


def the_token() -> ApiToken:
    db.session.rollback()
    return db.session.scalars(select(ApiToken).execution_options(populate_existing=True)).one()


def actions() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


@pytest.mark.both_databases
def test_the_right_password_opens_the_newsroom(client: FlaskClient, house: Newsroom) -> None:
    answer = client.post("/sign-in", data={"username": " KHOI ", "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/")
    assert actions()[-1] == "person.sign_in"
    page = client.get("/profile").get_data(as_text=True)
    assert "Nguyễn Minh Khôi" in page
    assert "Biên tập viên" in page


@pytest.mark.parametrize(("username", "password"), [("khoi", "sai mật khẩu"), ("khong-co-ai", PASSWORD), ("khoi", "x")])
def test_every_mismatch_is_answered_alike(client: FlaskClient, house: Newsroom, username: str, password: str) -> None:
    answer = client.post("/sign-in", data={"username": username, "password": password})
    assert answer.status_code == 401
    assert "Tên đăng nhập hoặc mật khẩu không đúng; hãy nhập lại." in answer.get_data(as_text=True)
    assert actions()[-1] == "person.sign_in_refused"


@pytest.mark.both_databases
def test_someone_deactivated_is_answered_like_a_stranger(client: FlaskClient, house: Newsroom) -> None:
    with changing() as session:
        session.get_one(Person, house.editor.id).active = False
    answer = client.post("/sign-in", data={"username": "khoi", "password": PASSWORD})
    assert answer.status_code == 401


@pytest.mark.both_databases
def test_what_a_stranger_typed_is_kept_nowhere(client: FlaskClient, house: Newsroom) -> None:
    client.post("/sign-in", data={"username": "mat-khau-go-nham", "password": "x"})
    row = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert row is not None
    assert (row.person_id, row.subject_id, row.detail) == (None, None, {})


@pytest.mark.parametrize(
    ("target", "goes_to"),
    [
        ("?next=/inbox", "/inbox"),
        ("?next=//xau.example/", "/"),
        ("?next=https://xau.example/", "/"),
        ("?next=/%5Cxau.example", "/"),
        ("?next=javascript:alert(1)", "/"),
        ("?next=/%0d%0ax", "/"),
        ("", "/"),
    ],
)
def test_after_signing_in_one_stays_on_this_site(
    client: FlaskClient, house: Newsroom, target: str, goes_to: str
) -> None:
    answer = client.post("/sign-in" + target, data={"username": "khoi", "password": PASSWORD})
    assert answer.location == goes_to


def test_a_session_planted_beforehand_does_not_become_the_signed_in_one(client: FlaskClient, house: Newsroom) -> None:
    with client.session_transaction() as session:
        session["planted"] = "yes"
    client.post("/sign-in", data={"username": "khoi", "password": PASSWORD})
    with client.session_transaction() as session:
        assert "planted" not in session
        assert session.permanent


def test_guessing_is_slowed_down(app: Flask, client: FlaskClient, house: Newsroom) -> None:
    from cms.web.security import limiter

    limiter.enabled = True
    limiter.reset()
    try:
        codes = [client.post("/sign-in", data={"username": "khoi", "password": "sai"}).status_code for _ in range(11)]
    finally:
        limiter.enabled = False
    assert codes == [401] * 10 + [429]


def test_pages_ask_to_sign_in_first(client: FlaskClient, house: Newsroom) -> None:
    answer = client.get("/profile")
    assert answer.status_code == 302
    assert answer.location == "/sign-in?next=%2Fprofile"
    assert "Hãy đăng nhập để tiếp tục." in client.get(answer.location).get_data(as_text=True)


def test_the_invitation_to_sign_in_speaks_the_readers_language(client: FlaskClient, house: Newsroom) -> None:
    client.set_cookie("language", "en")
    page = client.get("/profile", follow_redirects=True).get_data(as_text=True)
    assert '<html lang="en">' in page
    assert "Hãy đăng nhập để tiếp tục." not in page


def test_signing_out_ends_the_session_and_is_not_a_link(app: Flask, house: Newsroom) -> None:
    client = newsroom.sign_in(app, house.editor)
    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out").location == "/sign-in"
    assert client.get("/profile").status_code == 302
    assert actions()[-1] == "person.sign_out"


@pytest.mark.both_databases
def test_a_new_password_ends_the_other_sessions_but_not_this_one(app: Flask, house: Newsroom) -> None:
    here, elsewhere = newsroom.sign_in(app, house.editor), newsroom.sign_in(app, house.editor)
    new = "một câu khác cũng dài"
    answer = here.post("/profile/password", data={"old": PASSWORD, "password": new, "again": new})
    assert answer.status_code == 303
    assert here.get("/profile").status_code == 200
    assert elsewhere.get("/profile").status_code == 302
    assert newsroom.visitor(app).post("/sign-in", data={"username": "khoi", "password": new}).status_code == 303


@pytest.mark.parametrize(
    ("old", "new", "again", "sentence"),
    [
        ("sai", "một câu khác cũng dài", "một câu khác cũng dài", "Mật khẩu hiện tại không đúng; hãy nhập lại."),
        (PASSWORD, "ngắn", "ngắn", "Mật khẩu cần ít nhất 10 ký tự; hãy chọn mật khẩu dài hơn."),
        (PASSWORD, "đây là khoi của tôi", "đây là khoi của tôi", "Mật khẩu không được chứa tên đăng nhập"),
        (PASSWORD, "một câu khác cũng dài", "một câu khác", "Hai lần nhập mật khẩu mới không giống nhau"),
    ],
)
def test_a_bad_new_password_is_refused_in_one_sentence(
    app: Flask, house: Newsroom, old: str, new: str, again: str, sentence: str
) -> None:
    client = newsroom.sign_in(app, house.editor)
    answer = client.post("/profile/password", data={"old": old, "password": new, "again": again})
    assert sentence in answer.get_data(as_text=True)
    assert "person.password" not in actions()


def test_an_access_token_is_shown_once_and_can_be_ended(app: Flask, house: Newsroom) -> None:
    client = newsroom.sign_in(app, house.editor)
    made = client.post("/profile/tokens", data={"name": "Máy phát thanh xã", "scopes": ["radio:read"], "days": "90"})
    assert 'value="dk_' in made.get_data(as_text=True)
    assert made.headers["Cache-Control"] == "no-store"
    assert "dk_" not in client.get("/profile").get_data(as_text=True)
    token = the_token()
    client.post(f"/profile/tokens/{token.id}/revoke")
    assert the_token().revoked_at is not None


@pytest.mark.both_databases
def test_nobody_ends_the_token_of_another(app: Flask, house: Newsroom) -> None:
    newsroom.sign_in(app, house.editor).post(
        "/profile/tokens", data={"name": "Máy", "scopes": ["radio:read"], "days": "0"}
    )
    token = the_token()
    answer = newsroom.sign_in(app, house.lead).post(f"/profile/tokens/{token.id}/revoke")
    assert answer.status_code == 404
    assert the_token().revoked_at is None


def test_a_token_without_name_or_scope_is_refused_and_what_was_chosen_stays(app: Flask, house: Newsroom) -> None:
    client = newsroom.sign_in(app, house.editor)
    page = client.post("/profile/tokens", data={"name": "Máy xã", "days": "30"}).get_data(as_text=True)
    assert "Hãy chọn ít nhất một quyền có trong danh sách cho mã truy cập." in page
    assert 'value="Máy xã"' in page


@pytest.mark.both_databases
def test_the_language_is_kept_in_a_cookie_and_with_the_person(app: Flask, house: Newsroom) -> None:
    client = newsroom.sign_in(app, house.editor)
    answer = client.post("/language", data={"language": "en", "next": "/profile"})
    assert answer.location == "/profile"
    assert '<html lang="en">' in client.get("/profile").get_data(as_text=True)
    db.session.rollback()
    assert db.session.get_one(Person, house.editor.id, populate_existing=True).language == "en"
    assert client.post("/language", data={"language": "xx", "next": "//xau.example"}).location == "/"


def test_an_open_page_learns_whether_its_session_still_lives(app: Flask, house: Newsroom) -> None:
    signed_in, stranger = newsroom.sign_in(app, house.editor), newsroom.visitor(app)
    assert state(signed_in)["person"] == "Nguyễn Minh Khôi"
    assert state(stranger)["person"] is None
    assert state(stranger)["csrf"]


@pytest.fixture
def guarded(app: Flask) -> Iterator[Flask]:
    """The application with form tokens required, as in service."""
    app.config["WTF_CSRF_ENABLED"] = True
    yield app
    app.config["WTF_CSRF_ENABLED"] = False


@pytest.mark.parametrize("address", ["/sign-in", "/sign-out", "/language", "/profile/password", "/profile/tokens"])
def test_a_form_from_elsewhere_is_refused(guarded: Flask, house: Newsroom, address: str) -> None:
    client = newsroom.sign_in(guarded, house.editor)
    answer = client.post(address, data={"language": "en"})
    assert answer.status_code == 400
    assert "biểu mẫu hết hạn" in answer.get_data(as_text=True)
