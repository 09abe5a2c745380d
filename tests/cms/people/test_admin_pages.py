"""The admin's pages of people and units, by a real client."""

import re

import pytest
from flask import Flask
from sqlalchemy import event, select

from cms.core.database import db
from cms.models.audit import AuditEntry
from cms.models.people import Person, Unit
from cms.models.roles import Role
from cms.people.accounts import passwords
from tests.cms.newsroom import Newsroom, newsroom, person, sign_in
from tests.conftest import Clock

pytestmark = pytest.mark.one_database

PAGES = ("/people", "/people/new", "/units", "/units/new")


@pytest.fixture
def news(app: Flask) -> Newsroom:
    return newsroom()


@pytest.mark.parametrize(
    ("who", "status"),
    [("admin", 200), ("editor", 403), ("lead", 403), ("broadcaster", 403), ("viewer", 403), ("outsider", 403)],
)
def test_who_opens_the_pages(app: Flask, news: Newsroom, who: str, status: int) -> None:
    browser = sign_in(app, getattr(news, who))
    assert {browser.get(path).status_code for path in PAGES} == {status}
    assert browser.get(f"/people/{news.editor.id}").status_code == status
    assert browser.get(f"/units/{news.paper.id}").status_code == status


def test_an_account_is_made_and_its_password_is_shown_on_that_answer_alone(app: Flask, news: Newsroom) -> None:
    browser = sign_in(app, news.admin)
    form = {"name": "Trần Thị Mai", "username": "mai", "unit": str(news.paper.id), "role": "editor"}
    answer = browser.post("/people/new", data=form)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    password = re.search(r'value="([a-z2-9]{5}-[a-z2-9]{5}-[a-z2-9]{5})"', answer.text)
    assert password is not None
    db.session.rollback()
    made = db.session.scalars(select(Person).where(Person.username == "mai")).one()
    assert passwords.matches(made.password_hash, password[1])
    for path in ("/people", f"/people/{made.id}", "/audit", "/audit.csv"):
        assert password[1] not in browser.get(path).text
        assert made.password_hash not in browser.get(path).text


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"username": "Mai Trần"}, "Tên đăng nhập gồm"),
        ({"name": ""}, "Hãy nhập họ và tên"),
        ({"unit": ""}, "Hãy chọn một đơn vị"),
        ({"unit": "999999"}, "Không có đơn vị này"),
        ({"unit": "abc"}, "không phải số hợp lệ"),
        ({"role": "king"}, "Không có vai trò này"),
    ],
)
def test_a_wrong_entry_gets_one_sentence_and_loses_nothing(
    app: Flask, news: Newsroom, change: dict[str, str], sentence: str
) -> None:
    form = {"name": "Trần Thị Mai", "username": "mai", "unit": str(news.paper.id), "role": "editor"} | change
    answer = sign_in(app, news.admin).post("/people/new", data=form)
    assert answer.status_code in {409, 422, 404}
    assert sentence in answer.text
    kept = "username" if "username" not in change else "name"
    assert f'value="{form[kept]}"' in answer.text
    db.session.rollback()
    assert db.session.scalars(select(Person).where(Person.name == "Trần Thị Mai")).all() == []


@pytest.mark.both_databases
def test_roles_are_given_and_taken_by_buttons(app: Flask, news: Newsroom) -> None:
    browser, editor = sign_in(app, news.admin), news.editor.id
    form = {"unit": str(news.district.id), "role": "broadcaster"}
    page = browser.post(f"/people/{editor}/roles", data=form, follow_redirects=True).text
    assert "Phát thanh viên" in page
    assert "Đã cấp vai trò" in page
    page = browser.post(f"/people/{editor}/roles/remove", data=form, follow_redirects=True).text
    assert "Đã thôi vai trò" in page
    again = browser.post(f"/people/{editor}/roles", data={"unit": str(news.paper.id), "role": "editor"})
    assert again.status_code == 409
    assert "đã có vai trò này" in again.text


def test_a_local_admin_is_not_shown_the_buttons_of_an_account_beyond_reach(app: Flask, news: Newsroom) -> None:
    local = person("thu", (Role.ADMIN, news.district))
    both = person("ca-hai", (Role.EDITOR, news.district), (Role.EDITOR, news.paper))
    browser = sign_in(app, local)
    page = browser.get(f"/people/{both.id}").text
    assert "quản trị viên cấp trên quyết định" in page
    assert "Cấp lại mật khẩu" not in page
    assert browser.post(f"/people/{both.id}/password").status_code == 403
    assert browser.get(f"/people/{news.editor.id}").status_code == 404


@pytest.mark.both_databases
def test_a_unit_is_added_edited_merged_and_unmerged(app: Flask, news: Newsroom, clock: Clock) -> None:
    browser = sign_in(app, news.admin)
    made = browser.post(
        "/units/new",
        data={
            "parent": str(news.district.id),
            "code": "xa-an-thanh",
            "name": "Xã An Thạnh",
            "valid_from": "2026-01-01",
        },
        follow_redirects=True,
    )
    assert "Đã tạo đơn vị" in made.text
    db.session.rollback()
    xa = db.session.scalars(select(Unit).where(Unit.code == "xa-an-thanh")).one()
    wrong = browser.post(f"/units/{xa.id}", data={"name": "", "valid_from": "ngày nào"})
    assert wrong.status_code == 422
    assert "không phải ngày hợp lệ" in wrong.text
    merged = browser.post(
        f"/units/{xa.id}/merge", data={"successor": str(news.paper.id), "last_day": "2026-11-20"}, follow_redirects=True
    )
    assert "Báo Sông Vàm kế thừa" in merged.text
    assert "đến hết 20/11/2026" in browser.get("/units").text
    undone = browser.post(f"/units/{xa.id}/unmerge", follow_redirects=True)
    assert "Đã bỏ sáp nhập" in undone.text
    db.session.rollback()
    actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["unit.create", "unit.merge", "unit.unmerge"]


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"successor": "", "last_day": "2026-12-31"}, "Hãy chọn một đơn vị"),
        ({"successor": "district", "last_day": ""}, "Hãy chọn ngày cuối"),
        ({"successor": "paper", "last_day": "2026-12-31"}, "chính nó"),
    ],
)
def test_a_merger_that_makes_no_sense(app: Flask, news: Newsroom, form: dict[str, str], sentence: str) -> None:
    if form["successor"]:
        form = form | {"successor": str(getattr(news, form["successor"]).id)}
    answer = sign_in(app, news.admin).post(f"/units/{news.paper.id}/merge", data=form)
    assert answer.status_code == 422
    assert sentence in answer.text


@pytest.mark.both_databases
def test_the_list_and_the_tree_ask_the_same_number_of_questions_however_many_there_are(
    app: Flask, news: Newsroom
) -> None:
    def queries(path: str) -> int:
        sent: list[str] = []
        browser = sign_in(app, news.admin)

        def note(*args: object) -> None:
            sent.append(str(args[2]))

        event.listen(db.engine, "before_cursor_execute", note)
        assert browser.get(path).status_code == 200
        event.remove(db.engine, "before_cursor_execute", note)
        return len(sent)

    for path in ("/people", "/units"):
        queries(path)
    before = {path: queries(path) for path in ("/people", "/units")}
    for number in range(12):
        person(f"nguoi-{number}", (Role.EDITOR, news.paper), (Role.VIEWER, news.district))
    assert {path: queries(path) for path in before} == before


def test_no_page_has_a_script_or_a_style_inside(app: Flask, news: Newsroom) -> None:
    browser = sign_in(app, news.admin)
    for path in (*PAGES, f"/people/{news.editor.id}", f"/units/{news.paper.id}", "/audit", "/channels", "/radio"):
        page = browser.get(path).text
        assert not re.search(r"<script(?![^>]*\bsrc=)", page)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", page)
