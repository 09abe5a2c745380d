"""A district's admin loads the plan of the district and nothing that reaches beyond: the refusal names the unit."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from cms.core.permissions import Actor
from cms.core.refusal import NotAllowed
from cms.models.people import Unit
from cms.models.plans import Plan, PlanTerm, Quota, Task, Term
from cms.models.roles import Grant, Role
from cms.quotas.board import plans
from cms.quotas.packs import reach
from cms.quotas.packs.importing import import_pack, read_sent
from tests.cms.quotas.province import PLAN, Province, load
from tests.conftest import SUNDAY

OWN = """
format: 1
plan:
  {code: huyen-binh-2026, title: Kế hoạch của huyện Bình, short_title: Bình 2026, issuer: UBND huyện Bình,
   root: huyen-b, valid_from: 2026-01-01, valid_to: 2026-12-31, source: Viết cho phép thử}
groups:
  - {code: cac-xa-binh, title: Các xã của huyện}
media:
  - {code: loudspeaker, title: Truyền thanh}
units:
  - {code: tinh, name: UBND tỉnh Sông Vàm}
  - {code: so, name: Sở Thông tin Sông Vàm, parent: tinh}
  - {code: huyen-b, name: UBND huyện Bình, parent: tinh}
  - {code: xa-b, name: UBND xã Bình, parent: huyen-b, groups: [cac-xa-binh]}
  - {code: xa-b2, name: UBND xã Bình Hai, parent: huyen-b, groups: [cac-xa-binh]}
columns:
  - {code: chuyen-doi-so, title: Chuyển đổi số}
  - {code: tin-xa, title: Tin của xã}
topics:
  - {code: dich-vu-cong, title: Dịch vụ công, text: Nộp hồ sơ qua mạng}
tasks:
  - code: "1"
    title: Phát thanh
    owners: {groups: [cac-xa-binh]}
    source: Mục 1
    quotas:
      - {code: "1", of_what: bản tin, media: [loudspeaker], column: tin-xa, at_least: 1, per: week, evidence: broadcast}
reports:
  - {code: quy, title: Báo cáo quý, owners: {units: [huyen-b]}, to: so, onward: tinh, per: quarter, source: Mục 2}
"""


def local(province: Province, unit: str = "huyen-b", *more: str) -> Actor:
    grants = [Grant(Role.ADMIN, province.units[code].id, province.units[code].path) for code in (unit, *more)]
    return Actor(1, "Thu", tuple(grants))


def loaded(province: Province, actor: Actor, text: str, **options: date) -> str:
    told = import_pack(province.session, actor, read_sent(text.encode(), "rieng.yaml"), now=SUNDAY, **options)  # type: ignore[arg-type]
    province.session.commit()
    return told


def everything(province: Province) -> list[object]:
    """What a pack could have changed, as plain values."""
    session = province.session
    session.rollback()
    session.expire_all()
    units = [
        (u.code, u.name, u.short_name, u.path, u.groups, u.valid_from, u.valid_to, u.successor_id)
        for u in session.scalars(select(Unit).order_by(Unit.id))
    ]
    terms = [(t.code, t.label, t.detail) for t in session.scalars(select(Term).order_by(Term.id))]
    tasks = [(t.code, t.title, t.owners) for t in session.scalars(select(Task).order_by(Task.id))]
    quotas = [(q.code, q.at_least, q.detail) for q in session.scalars(select(Quota).order_by(Quota.id))]
    plans_ = [(p.code, p.applies_to, p.pack) for p in session.scalars(select(Plan).order_by(Plan.id))]
    listed = list(session.execute(select(PlanTerm.plan_id, PlanTerm.term_id, PlanTerm.position)))
    return [units, terms, tasks, quotas, plans_, sorted(tuple(row) for row in listed)]


def test_a_district_loads_its_own_plan_and_loads_it_again_and_prolongs_it(province: Province) -> None:
    own = local(province)
    assert loaded(province, own, OWN).startswith("huyen-binh-2026: 5 đơn vị")
    assert loaded(province, own, OWN.replace("title: Tin của xã", "title: Tin xã")).startswith("huyen-binh-2026")
    plans.prolong(province.session, own, "huyen-binh-2026", date(2027, 3, 31), SUNDAY)
    province.session.commit()
    made = province.session.scalars(select(Unit).where(Unit.code == "xa-b2")).one()
    assert made.path.startswith(province.units["huyen-b"].path)


def test_the_provinces_admin_loads_the_plan_of_a_district_and_of_the_province(province: Province) -> None:
    for text in (OWN, PLAN):
        assert loaded(province, local(province, "tinh"), text)


def changed(old: str, new: str, text: str = OWN) -> str:
    assert old in text
    return text.replace(old, new)


SO, TINH = "{code: so, name: Sở Thông tin Sông Vàm, parent: tinh}", "{code: tinh, name: UBND tỉnh Sông Vàm}"
DEPARTMENT = "Sở Thông tin Sông Vàm"
SHARE = (
    changed("evidence: broadcast}", "evidence: broadcast, share: {percent: 50, of: xã, groups: [truyen-thanh]}}")
    .replace("Các xã của huyện}", "Các xã của huyện}\n  - {code: truyen-thanh, title: Tất cả}")
    .replace("groups: [cac-xa-binh]}", "groups: [cac-xa-binh, truyen-thanh]}", 1)
)
PASSED_ON = changed(
    "UBND xã Bình, parent: huyen-b,", "UBND xã Bình, parent: huyen-b, valid_to: 2026-11-01, successor: so,"
)
ELSEWHERE = changed("parent: huyen-b, groups: [cac-xa-binh]}\ncolumns", "parent: so, groups: []}\ncolumns")
BEYOND = {
    "the province's own plan, as it is": (PLAN, "UBND tỉnh Sông Vàm"),
    "the province's plan taken over by its code": (changed("huyen-binh-2026", "song-vam-2026"), "UBND tỉnh Sông Vàm"),
    "the province's plan without its quotas": (PLAN[: PLAN.index('  - code: "2"')], "UBND tỉnh Sông Vàm"),
    "a new plan under the province's root": (changed("root: huyen-b", "root: tinh"), "UBND tỉnh Sông Vàm"),
    "a plan that another follows up": (changed("root: huyen-b", "root: huyen-b, lead: so"), DEPARTMENT),
    "a task that another follows up": (changed("    title: Phát thanh\n", "    title: Phát thanh\n    lead: so\n"),
                                       DEPARTMENT),
    "a duty of another by name": (changed("owners: {groups: [cac-xa-binh]}", "owners: {units: [so]}"),
                                  DEPARTMENT),
    "a duty of others by a group that they are in": (changed("cac-xa-binh", "truyen-thanh"), "UBND huyện An"),
    "help from another": (changed("    source: Mục 1\n", "    source: Mục 1\n    partners: {units: [so]}\n"),
                          DEPARTMENT),
    "a quota of another": (changed("evidence: broadcast}", "evidence: broadcast, owners: {units: [so]}}"),
                           DEPARTMENT),
    "a share of others": (SHARE, "UBND huyện An"),
    "a report of another": (changed("owners: {units: [huyen-b]}, to", "owners: {units: [so]}, to"), DEPARTMENT),
    "another's name": (changed(SO, SO.replace("Sở Thông tin Sông Vàm", "Sở cũ")), DEPARTMENT),
    "another's short name": (changed(TINH, TINH.replace("}", ", short_name: T}")), "UBND tỉnh Sông Vàm"),
    "another's group": (changed(SO, SO.replace("}", ", groups: [cac-xa-binh]}")), DEPARTMENT),
    "another's first day": (changed(SO, SO.replace("}", ", valid_from: 2026-02-01}")), DEPARTMENT),
    "another's end": (changed(SO, SO.replace("}", ", valid_to: 2026-11-01}")), DEPARTMENT),
    "another's end and heir": (changed(SO, SO.replace("}", ", valid_to: 2026-11-01, successor: huyen-b}")),
                               DEPARTMENT),
    "another's place": (changed(TINH, TINH.replace("}", ", parent: goc}\n  - {code: goc, name: Gốc}")),
                        "UBND tỉnh Sông Vàm"),
    "another moved below": (changed(SO, SO.replace("parent: tinh", "parent: huyen-b")), DEPARTMENT),
    "a new unit at another's": (ELSEWHERE, "UBND xã Bình Hai"),
    "a new root": (changed(TINH, TINH + "\n  - {code: goc, name: Gốc mới}"), "Gốc mới"),
    "one's duties passed on": (PASSED_ON, DEPARTMENT),
    "a column that others use": (changed("title: Chuyển đổi số", "title: Của huyện"), "UBND tỉnh Sông Vàm"),
    "what a topic of others says": (changed("text: Nộp hồ sơ qua mạng", "text: Khác"), "UBND tỉnh Sông Vàm"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "unit"), BEYOND.values(), ids=BEYOND)
def test_what_reaches_beyond_the_district_is_refused_by_the_units_name_and_changes_nothing(
    province: Province, text: str, unit: str
) -> None:
    before = everything(province)
    with pytest.raises(NotAllowed) as refused:
        loaded(province, local(province), text)
    assert unit in str(refused.value)
    assert everything(province) == before


def test_a_plan_given_by_the_province_is_the_provinces_even_if_its_root_is_the_district(province: Province) -> None:
    """Loading it anew would drop the other's duty, prolonging it would add to it."""
    load(province.session, changed("owners: {groups: [cac-xa-binh]}", "owners: {units: [xa-b, so]}"))
    plan = plans.plan(province.session, "huyen-binh-2026")
    acts: list[Callable[[], object]] = [
        lambda: loaded(province, local(province), OWN),
        lambda: loaded(province, local(province), OWN, until=date(2027, 6, 30)),
        lambda: plans.prolong(province.session, local(province), plan.code, date(2027, 6, 30), SUNDAY),
    ]
    for act in acts:
        with pytest.raises(NotAllowed, match="giao việc cho Sở Thông tin Sông Vàm"):
            act()
        province.session.rollback()
    assert not reach.may_change(province.session, local(province), plan)
    assert reach.may_change(province.session, local(province, "huyen-b", "so"), plan)


def test_the_provinces_plan_is_prolonged_by_the_province_alone(province: Province) -> None:
    for unit in ("huyen-b", "so", "xa-b"):
        with pytest.raises(NotAllowed, match="thuộc UBND tỉnh Sông Vàm"):
            plans.prolong(province.session, local(province, unit), "song-vam-2026", date(2027, 6, 30), SUNDAY)


def test_a_column_under_which_others_have_filed_stories_keeps_its_name(province: Province) -> None:
    loaded(province, local(province), OWN)
    province.story("so", column="tin-xa")
    with pytest.raises(NotAllowed, match="“Tin khác” mà Sở Thông tin Sông Vàm cũng đang dùng"):
        loaded(province, local(province), OWN.replace("title: Tin của xã", "title: Tin khác"))
    province.session.rollback()
    assert loaded(province, local(province), OWN)
