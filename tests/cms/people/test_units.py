"""The unit tree: new units, validity, mergers that keep every duty with somebody, and only in one's own subtree."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from cms.core import units
from cms.core.database import changing, db
from cms.core.refusal import Conflict, Invalid, NotAllowed, NotFound
from cms.models.audit import AuditEntry
from cms.models.people import Membership, Unit
from cms.models.roles import Role
from cms.people.administration import unit_admin
from cms.people.administration.unit_admin import UnitFields
from tests.cms.newsroom import Newsroom, actor, newsroom, person, unit
from tests.conftest import Clock

END = date(2026, 12, 31)


@pytest.fixture
def news(app: Flask) -> Newsroom:
    return newsroom()


def merged(news: Newsroom, clock: Clock, old: Unit, new: Unit, last_day: date = END, with_people: bool = False) -> None:
    with changing() as session:
        unit_admin.merge(
            session, actor(news.admin), old.id, successor_id=new.id, last_day=last_day, with_people=with_people,
            now=clock(),
        )  # fmt: skip


def now_of(one: Unit) -> Unit:
    db.session.rollback()
    return db.session.get_one(Unit, one.id, populate_existing=True)


def test_a_new_unit_hangs_below_its_parent(news: Newsroom, clock: Clock) -> None:
    with changing() as session:
        made = unit_admin.create(
            session, actor(news.admin), parent_id=news.district.id, code="tram-xa-an-thanh",
            fields=UnitFields("Trạm  truyền thanh xã An Tha\u0323nh"), now=clock(),
        )  # fmt: skip
    assert made.path == f"{news.district.path}{made.id}/"
    assert made.name == "Trạm truyền thanh xã An Thạnh"
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "unit.create")).one()
    assert (entry.subject_id, entry.unit_id, entry.person_id) == (made.id, made.id, news.admin.id)


@pytest.mark.parametrize(
    ("code", "fields", "field", "sentence"),
    [
        ("Trạm Xã", UnitFields("Trạm"), "code", "Mã đơn vị chỉ gồm"),
        ("a" * 81, UnitFields("Trạm"), "code", "Mã đơn vị chỉ gồm"),
        ("tram", UnitFields(" \t "), "name", "Hãy nhập tên đơn vị"),
        ("tram", UnitFields("x" * 301), "name", "dài quá 300"),
        ("tram", UnitFields("Trạm", "y" * 121), "short_name", "dài quá 120"),
        (
            "tram",
            UnitFields("Trạm", valid_from=END, valid_to=END - timedelta(days=1)),
            "valid_to",
            "trước ngày bắt đầu",
        ),
    ],
)
def test_a_bad_unit_is_refused_with_one_sentence(
    news: Newsroom, clock: Clock, code: str, fields: UnitFields, field: str, sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence) as refused, changing() as session:
        unit_admin.create(session, actor(news.admin), parent_id=news.district.id, code=code, fields=fields, now=clock())
    assert refused.value.field == field


def test_a_code_is_taken_once(news: Newsroom, clock: Clock) -> None:
    fields = UnitFields("Trạm")
    with changing() as session:
        unit_admin.create(
            session, actor(news.admin), parent_id=news.district.id, code="tram", fields=fields, now=clock()
        )
    with pytest.raises(Conflict, match="đã có"), changing() as session:
        unit_admin.create(session, actor(news.admin), parent_id=news.paper.id, code="tram", fields=fields, now=clock())


def test_an_edit_tells_old_and_new(news: Newsroom, clock: Clock) -> None:
    fields = UnitFields(news.paper.name, "Báo", valid_to=END, own_approval=True)
    with changing() as session:
        unit_admin.edit(session, actor(news.admin), news.paper.id, fields=fields, now=clock())
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "unit.edit")).one()
    assert entry.detail == {
        "changes": {"short_name": ["", "Báo"], "valid_to": [None, "2026-12-31"], "own_approval": [False, True]}
    }


def test_an_edit_that_changes_nothing_leaves_no_trace(news: Newsroom, clock: Clock) -> None:
    with changing() as session:
        unit_admin.edit(session, actor(news.admin), news.paper.id, fields=UnitFields(news.paper.name), now=clock())
    assert db.session.scalars(select(AuditEntry)).all() == []


def test_a_merger_ends_the_old_unit_and_names_its_heir(news: Newsroom, clock: Clock) -> None:
    merged(news, clock, news.district, news.department)
    old = now_of(news.district)
    assert (old.valid_to, old.successor_id) == (END, news.department.id)
    [line] = [line for line in unit_admin.tree(db.session(), actor(news.admin), END) if line.unit.id == old.id]
    assert (line.ended, line.successor) == (False, news.department.name)
    tomorrow = unit_admin.tree(db.session(), actor(news.admin), END + timedelta(days=1))
    assert [line.unit.id for line in tomorrow if line.ended] == [old.id]


def test_a_merger_can_give_the_people_the_same_roles_in_the_heir(news: Newsroom, clock: Clock) -> None:
    merged(news, clock, news.paper, news.department, with_people=True)
    query = select(Membership.person_id, Membership.role).where(Membership.unit_id == news.department.id)
    held = set(db.session.execute(query).all())
    assert held == {
        (news.editor.id, "editor"), (news.colleague.id, "editor"), (news.lead.id, "lead"), (news.outsider.id, "editor")
    }  # fmt: skip
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "unit.merge")).one()
    assert entry.detail == {"successor": news.department.name, "last_day": "2026-12-31", "people": 3}


def test_mergers_never_go_in_a_circle(news: Newsroom, clock: Clock) -> None:
    third = unit("Ban Chuyển đổi số", news.province)
    merged(news, clock, news.paper, news.department)
    merged(news, clock, news.department, third, END + timedelta(days=1))
    with pytest.raises(Invalid, match="đã sáp nhập vào đơn vị này"):
        merged(news, clock, third, news.paper, END + timedelta(days=2))
    with pytest.raises(Invalid, match="chính nó"):
        merged(news, clock, third, third)


def test_the_heir_must_outlive_the_unit(news: Newsroom, clock: Clock) -> None:
    merged(news, clock, news.department, news.district, END)
    with pytest.raises(Invalid, match="ngừng hoạt động trước ngày sáp nhập"):
        merged(news, clock, news.paper, news.department, END)
    merged(news, clock, news.paper, news.department, END - timedelta(days=1))
    with pytest.raises(Conflict, match="chưa sáp nhập"), changing() as session:
        unit_admin.unmerge(session, actor(news.admin), news.district.id, now=clock())


def test_a_unit_that_took_others_over_ends_after_them(news: Newsroom, clock: Clock) -> None:
    merged(news, clock, news.paper, news.department, END)
    with pytest.raises(Invalid, match="chọn ngày muộn hơn") as refused:
        merged(news, clock, news.department, news.district, END)
    assert refused.value.field == "last_day"


def test_a_merger_can_be_taken_back(news: Newsroom, clock: Clock) -> None:
    merged(news, clock, news.district, news.department)
    with pytest.raises(Invalid, match="Bỏ sáp nhập"), changing() as session:
        unit_admin.edit(session, actor(news.admin), news.district.id, fields=UnitFields("Huyện"), now=clock())
    with changing() as session:
        unit_admin.unmerge(session, actor(news.admin), news.district.id, now=clock())
    assert (now_of(news.district).valid_to, now_of(news.district).successor_id) == (None, None)


def test_what_was_merged_above_is_not_taken_back_below(news: Newsroom, clock: Clock) -> None:
    local = actor(person("thu", (Role.ADMIN, news.district)))
    with changing() as session:
        unit_admin.merge(
            session, actor(news.admin), news.district.id, successor_id=news.paper.id, last_day=END, with_people=False,
            now=clock(),
        )  # fmt: skip
    with pytest.raises(NotAllowed, match="sáp nhập vào Báo Sông Vàm"), changing() as session:
        unit_admin.unmerge(session, local, news.district.id, now=clock())
    longer = UnitFields("Huyện", valid_to=END + timedelta(days=90))
    with pytest.raises(NotAllowed, match="sáp nhập vào Báo Sông Vàm"), changing() as session:
        unit_admin.edit(session, local, news.district.id, fields=longer, now=clock())
    with changing() as session:
        unit_admin.edit(session, local, news.district.id, fields=UnitFields("Huyện cũ", valid_to=END), now=clock())
    assert (now_of(news.district).name, now_of(news.district).successor_id) == ("Huyện cũ", news.paper.id)


def test_an_admin_of_one_unit_keeps_to_its_subtree(news: Newsroom, clock: Clock) -> None:
    local = actor(person("thu", (Role.ADMIN, news.district)))
    below = unit("Xã An Thạnh", news.district)
    assert [line.unit.id for line in unit_admin.tree(db.session(), local, END)] == [news.district.id, below.id]
    with pytest.raises(NotAllowed), changing() as session:
        unit_admin.edit(session, local, news.paper.id, fields=UnitFields("Báo của tôi"), now=clock())
    with pytest.raises(NotAllowed), changing() as session:
        unit_admin.merge(
            session, local, below.id, successor_id=news.paper.id, last_day=END, with_people=False, now=clock()
        )
    with pytest.raises(NotFound), changing() as session:
        unit_admin.create(session, local, parent_id=None, code="goc", fields=UnitFields("Gốc mới"), now=clock())


@pytest.mark.parametrize("who", ["editor", "lead", "broadcaster", "viewer", "outsider"])
def test_only_admins_keep_units(app: Flask, news: Newsroom, clock: Clock, who: str) -> None:
    someone: Any = actor(getattr(news, who))
    with pytest.raises(NotAllowed), changing() as session:
        unit_admin.edit(session, someone, news.paper.id, fields=UnitFields("Tên khác"), now=clock())
    assert now_of(news.paper).name == "Báo Sông Vàm"


def test_a_path_is_no_pattern(news: Newsroom) -> None:
    found = db.session.scalars(select(Unit.id).where(units.within(("/%/",)))).all()
    assert found == []
