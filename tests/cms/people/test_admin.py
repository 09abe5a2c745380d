"""What admins do about people, and what none can do: reach beyond their subtree, or leave a unit without an admin."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from cms.core.database import changing, db
from cms.core.refusal import Conflict, Invalid, NotAllowed, NotFound, Refusal
from cms.models.audit import AuditEntry
from cms.models.people import ApiToken, Person
from cms.models.roles import Role
from cms.people.accounts import passwords, tokens
from cms.people.administration import admin, directory
from cms.people.administration.directory import PeopleFilter
from tests.cms.newsroom import Newsroom, actor, newsroom, person, sign_in
from tests.conftest import Clock


@pytest.fixture
def news(app: Flask) -> Newsroom:
    return newsroom()


@pytest.fixture
def local(news: Newsroom) -> Person:
    """The admin of the district alone."""
    return person("thu", (Role.ADMIN, news.district), name="Lê Thị Thu")


def audit(action: str) -> list[AuditEntry]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditEntry).where(AuditEntry.action == action)))


def fresh(someone: Person) -> Person:
    db.session.rollback()
    return db.session.get_one(Person, someone.id, populate_existing=True)


def test_a_new_person_signs_in_with_the_password_that_was_shown_once(news: Newsroom, clock: Clock) -> None:
    start = passwords.start()
    password = start.text
    with changing() as session:
        made = admin.create(
            session, actor(news.admin), username="mai.tran", name="Trần Thị Mai",
            places=[(news.paper.id, "editor"), (news.district.id, "viewer")], start=start, now=clock(),
        )  # fmt: skip
    assert re.fullmatch(r"[a-z2-9]{5}-[a-z2-9]{5}-[a-z2-9]{5}", password)
    assert passwords.matches(fresh(made).password_hash, password)
    [row] = audit("person.create")
    assert row.detail["roles"] == [["Báo Sông Vàm", "editor"], ["Huyện Bến Tre Xanh", "viewer"]]
    assert password not in str(row.detail)


def test_start_passwords_do_not_repeat() -> None:
    assert len({passwords.start_password() for _ in range(500)}) == 500


@pytest.mark.parametrize(
    ("username", "name", "role", "field", "sentence"),
    [
        ("Mai Trần", "Trần Mai", "editor", "username", "Tên đăng nhập gồm"),
        ("", "Trần Mai", "editor", "username", "Tên đăng nhập gồm"),
        ("m" * 41, "Trần Mai", "editor", "username", "Tên đăng nhập gồm"),
        ("khoi", "Trần Mai", "editor", "username", "Đã có người dùng “khoi”"),
        ("mai", "  ", "editor", "name", "Hãy nhập họ và tên"),
        ("mai", "M" * 201, "editor", "name", "dài quá 200"),
        ("mai", "Trần Mai", "king", "role", "Không có vai trò này"),
    ],
)
def test_a_bad_account_is_refused_with_one_sentence(
    news: Newsroom, clock: Clock, username: str, name: str, role: str, field: str, sentence: str
) -> None:
    start = passwords.start()
    with pytest.raises(Refusal, match=sentence) as refused, changing() as session:
        admin.create(
            session, actor(news.admin), username=username, name=name, places=[(news.paper.id, role)], start=start,
            now=clock(),
        )  # fmt: skip
    assert refused.value.field == field
    assert audit("person.create") == []


def test_a_local_admin_gives_roles_below_and_nowhere_else(news: Newsroom, local: Person, clock: Clock) -> None:
    with changing() as session:
        admin.grant(session, actor(local), news.broadcaster.id, unit_id=news.district.id, role="lead", now=clock())
    assert {(m.unit_id, m.role) for m in fresh(news.broadcaster).memberships} == {
        (news.district.id, "broadcaster"), (news.district.id, "lead")
    }  # fmt: skip
    for above in (news.province, news.paper):
        with pytest.raises(NotAllowed), changing() as session:
            admin.grant(session, actor(local), local.id, unit_id=above.id, role="admin", now=clock())
    assert len(audit("person.grant")) == 1


def test_nobody_is_attached_by_their_number_alone(news: Newsroom, local: Person, clock: Clock) -> None:
    """Else any admin could make somebody theirs in part, and their own admin would be refused from then on."""
    theirs = person("ngan", (Role.ADMIN, news.paper))
    for stranger in (news.editor.id, news.admin.id, 999_999):
        with pytest.raises(NotFound, match="Không có người dùng này"), changing() as session:
            admin.grant(session, actor(local), stranger, unit_id=news.district.id, role="viewer", now=clock())
        with pytest.raises(NotFound), changing() as session:
            admin.take_away(session, actor(local), stranger, unit_id=news.paper.id, role="editor", now=clock())
    assert audit("person.grant") == audit("person.revoke") == []
    reset(news, theirs, news.editor, clock)
    end(news, theirs, news.editor, clock)


def test_who_manages_nobody_is_told_so_whoever_they_ask_for(news: Newsroom, clock: Clock) -> None:
    for number in (news.editor.id, 999_999):
        for act in (admin.grant, admin.take_away):
            with pytest.raises(NotAllowed), changing() as session:
                act(session, actor(news.viewer), number, unit_id=news.paper.id, role="viewer", now=clock())


def test_ones_own_password_is_not_reset_without_the_old_one(news: Newsroom, clock: Clock) -> None:
    """Else a page left open for a minute would be an account taken over."""
    with pytest.raises(Conflict, match="Tài khoản của tôi"):
        reset(news, news.admin, news.admin, clock)


def test_no_role_is_given_in_a_unit_that_has_ended(news: Newsroom, clock: Clock) -> None:
    with changing() as session:
        session.merge(news.district).valid_to = (clock() - timedelta(days=2)).date()
    with pytest.raises(Invalid, match="đã ngừng hoạt động"), changing() as session:
        admin.grant(session, actor(news.admin), news.editor.id, unit_id=news.district.id, role="lead", now=clock())


def test_the_same_role_is_not_given_twice(news: Newsroom, clock: Clock) -> None:
    with pytest.raises(Conflict, match="đã có vai trò"), changing() as session:
        admin.grant(session, actor(news.admin), news.editor.id, unit_id=news.paper.id, role="editor", now=clock())


Deed = Callable[[Newsroom, Person, Person, Clock], None]


def reset(_news: Newsroom, by: Person, whom: Person, clock: Clock) -> None:
    start = passwords.start()
    with changing() as session:
        admin.reset_password(session, actor(by), whom.id, start=start, now=clock())


def end(_news: Newsroom, by: Person, whom: Person, clock: Clock) -> None:
    with changing() as session:
        admin.deactivate(session, actor(by), whom.id, now=clock())


def rename(_news: Newsroom, by: Person, whom: Person, clock: Clock) -> None:
    with changing() as session:
        admin.rename(session, actor(by), whom.id, name="Tên khác", now=clock())


@pytest.mark.parametrize("deed", [reset, end, rename])
def test_a_local_admin_cannot_touch_an_account_that_reaches_beyond(
    news: Newsroom, local: Person, clock: Clock, deed: Deed
) -> None:
    """Else the admin of a district could take the province's admin over by setting their password."""
    with changing() as session:
        admin.grant(session, actor(news.admin), news.admin.id, unit_id=news.district.id, role="viewer", now=clock())
    before = fresh(news.admin).password_hash
    with pytest.raises(NotAllowed, match="ngoài quyền của bạn"):
        deed(news, local, news.admin, clock)
    with pytest.raises(NotFound):
        deed(news, local, news.editor, clock)
    assert (fresh(news.admin).password_hash, fresh(news.admin).active) == (before, True)
    deed(news, local, news.broadcaster, clock)


def test_ending_an_account_ends_its_sessions_and_tokens(app: Flask, news: Newsroom, clock: Clock) -> None:
    browser = sign_in(app, news.editor)
    with changing() as session:
        token = tokens.create(
            session, actor(news.editor), session.get_one(Person, news.editor.id), name="máy", scopes=["stories:read"],
            expires_at=None, now=clock(),
        )  # fmt: skip
    assert browser.get("/deliveries").status_code == 200
    end(news, news.admin, news.editor, clock)
    assert browser.get("/deliveries").status_code == 302
    assert tokens.find(db.session(), token, clock()) is None
    start = passwords.start()
    with changing() as session:
        admin.reactivate(session, actor(news.admin), news.editor.id, start=start, now=clock())
    assert passwords.matches(fresh(news.editor).password_hash, start.text)
    assert browser.get("/deliveries").status_code == 302
    assert tokens.find(db.session(), token, clock()) is None


def test_a_new_password_ends_the_sessions_of_the_old_one(app: Flask, news: Newsroom, clock: Clock) -> None:
    browser = sign_in(app, news.editor)
    assert browser.get("/deliveries").status_code == 200
    reset(news, news.admin, news.editor, clock)
    assert browser.get("/deliveries").status_code == 302
    assert audit("person.reset_password")[0].detail == {"username": "khoi"}


def test_nobody_ends_their_own_account(news: Newsroom, clock: Clock) -> None:
    person("phu", (Role.ADMIN, news.province))
    with pytest.raises(Conflict, match="tự ngừng"):
        end(news, news.admin, news.admin, clock)


def test_the_last_admin_stays(news: Newsroom, local: Person, clock: Clock) -> None:
    second = person("phu", (Role.ADMIN, news.province), (Role.VIEWER, news.province))
    end(news, second, news.admin, clock)
    with pytest.raises(Conflict, match="quản trị viên cuối cùng của Tỉnh Sông Vàm"), changing() as session:
        admin.take_away(session, actor(second), second.id, unit_id=news.province.id, role="admin", now=clock())
    start = passwords.start()
    with changing() as session:
        admin.reactivate(session, actor(second), news.admin.id, start=start, now=clock())
        admin.take_away(session, actor(second), second.id, unit_id=news.province.id, role="admin", now=clock())
    end(news, news.admin, local, clock)


def test_an_ended_admin_does_not_count_as_one(news: Newsroom, clock: Clock) -> None:
    second = person("phu", (Role.ADMIN, news.province), (Role.VIEWER, news.paper))
    end(news, news.admin, second, clock)
    third = person("tho", (Role.ADMIN, news.paper))
    with pytest.raises(Conflict, match="vai trò cuối cùng"), changing() as session:
        admin.take_away(session, actor(news.admin), third.id, unit_id=news.paper.id, role="admin", now=clock())
    with changing() as session:
        admin.grant(session, actor(news.admin), news.admin.id, unit_id=news.paper.id, role="viewer", now=clock())
    with pytest.raises(Conflict, match="quản trị viên cuối cùng"), changing() as session:
        admin.take_away(session, actor(news.admin), news.admin.id, unit_id=news.province.id, role="admin", now=clock())


PATHS = st.lists(st.integers(1, 3), min_size=1, max_size=3).map(lambda ids: "/" + "".join(f"{i}/" for i in ids))


@given(st.lists(PATHS, max_size=4), st.lists(PATHS, max_size=4))
def test_a_unit_is_covered_by_an_admin_at_it_or_above_it(removed: list[str], remaining: list[str]) -> None:
    bare = admin.uncovered(removed, remaining)
    reached = {path: any(path == up or path.startswith(up) for up in remaining) for path in removed}
    assert (bare is None) == all(reached.values())
    assert bare is None or not reached[bare]


def test_a_token_is_revoked_by_an_admin_and_says_so(news: Newsroom, clock: Clock) -> None:
    with changing() as session:
        owner = session.get_one(Person, news.editor.id)
        value = tokens.create(
            session, actor(news.editor), owner, name="máy", scopes=["stories:read"], expires_at=None, now=clock()
        )
    token_id = db.session.scalars(select(ApiToken.id)).one()
    with pytest.raises(NotFound), changing() as session:
        admin.revoke_token(session, actor(news.admin), news.colleague.id, token_id, now=clock())
    with changing() as session:
        admin.revoke_token(session, actor(news.admin), news.editor.id, token_id, now=clock())
    assert tokens.find(db.session(), value, clock()) is None
    assert len(audit("token.revoke")) == 1


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", ["diep", "phuong", "hoa", "khoi", "quan", "vy", "yen"]),
        ("nguyen", ["khoi"]),
        ("NGUYỄN minh", ["khoi"]),
        ("hoa", ["hoa"]),
        ("không có ai", []),
    ],
)
def test_people_are_found_without_diacritics(news: Newsroom, words: str, found: list[str]) -> None:
    page = directory.search(db.session(), actor(news.admin), PeopleFilter(words))
    assert sorted(one.username for one in page.people) == sorted(found)
    assert page.total == len(found)


def test_people_are_in_the_order_of_given_names(news: Newsroom) -> None:
    page = directory.search(db.session(), actor(news.admin), PeopleFilter())
    assert [one.name.split()[-1] for one in page.people] == ["Diệp", "Hòa", "Khôi", "Phương", "Quân", "Vy", "Yến"]


def test_a_local_admin_finds_only_their_own(news: Newsroom, local: Person) -> None:
    page = directory.search(db.session(), actor(local), PeopleFilter())
    assert [one.username for one in page.people] == ["phuong", "thu"]
    with pytest.raises(NotFound):
        directory.seen(db.session(), actor(local), news.editor.id)
