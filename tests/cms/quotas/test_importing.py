"""A plan pack is loaded as a whole or not at all, and again without harm."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cms.core.permissions import SYSTEM, Actor
from cms.core.refusal import Conflict, Invalid, NotAllowed
from cms.models import metadata
from cms.models.audit import AuditEntry
from cms.models.people import Unit
from cms.models.plans import Deadline, Plan, PlanTerm, Quota, Task, Term
from cms.models.roles import Grant, Role
from cms.quotas.packs.importing import BadPack, import_pack, read_file, read_sent
from cms.quotas.packs.yaml_reading import builtin_packs
from tests.cms.quotas.province import PLAN, Province, load
from tests.conftest import SUNDAY

PACKS = {code: Path(str(source)) for code, source in builtin_packs().items()}


def rows(session: Session) -> dict[str, int]:
    """How many rows each table holds, the audit trail aside."""
    return {
        table.name: session.scalar(select(func.count()).select_from(table)) or 0
        for table in metadata.sorted_tables
        if table.name != "audit_entry"
    }


def test_all_five_packs_load_and_load_again_without_change(session: Session) -> None:
    told = [import_pack(session, SYSTEM, read_file(file), now=SUNDAY) for file in PACKS.values()]
    session.commit()
    first = rows(session)
    assert first["plan"] == 5
    assert first["quota"] == 48
    assert "long-an-2025: 148 đơn vị, 17 nhiệm vụ, 14 chỉ tiêu, 47 văn bản" in told
    for file in PACKS.values():
        import_pack(session, SYSTEM, read_file(file), now=SUNDAY)
    session.commit()
    assert rows(session) == first
    assert session.scalar(select(func.count()).where(AuditEntry.action == "plan.import")) == 10


def test_the_units_of_a_pack_stand_in_their_tree(session: Session) -> None:
    load(session)
    units = {unit.code: unit for unit in session.scalars(select(Unit))}
    root, district, commune = units["tinh"], units["huyen-b"], units["xa-b"]
    assert root.path == f"/{root.id}/"
    assert commune.path == f"/{root.id}/{district.id}/{commune.id}/"
    assert units["huyen-a"].successor_id == units["xa-moi"].id
    assert units["huyen-a"].valid_to == date(2026, 6, 30)


def test_what_a_quota_counts_is_stored_with_it(province: Province) -> None:
    board = province.quotas["4"]
    assert (board.at_least, board.per, board.evidence, board.media) == (1, "day", "play", ["led_board"])
    assert board.filters["kinds"] == ["notice"]
    assert board.filters["introduces"] == ["cong-thong-tin"]
    assert province.quotas["2-lan"].filters["counts"] == "times"


def test_documents_keep_the_order_of_the_plan(session: Session) -> None:
    load(session)
    listed = select(Term.code).join(PlanTerm).where(Term.kind == "document").order_by(PlanTerm.position)
    assert list(session.scalars(listed)) == ["qd-06", "kh-01"]


def test_units_may_be_kept_as_they_were_when_the_plan_began(session: Session) -> None:
    load(session, keep_units=True)
    units = {unit.code: unit for unit in session.scalars(select(Unit))}
    assert "xa-moi" not in units
    assert units["huyen-a"].valid_to is None
    assert units["huyen-a"].successor_id is None


def test_a_plan_is_prolonged_and_stays_so_when_it_is_loaded_again(session: Session) -> None:
    def last_day() -> date:
        return session.scalars(select(Plan)).one().applies_to

    load(session)
    assert last_day() == date(2026, 12, 31)
    load(session, until=date(2027, 6, 30))
    assert last_day() == date(2027, 6, 30)
    load(session)
    assert last_day() == date(2027, 6, 30)


def test_a_plan_that_nobody_prolonged_ends_when_its_newest_text_says(session: Session) -> None:
    load(session)
    load(session, PLAN.replace("valid_to: 2026-12-31", "valid_to: 2027-03-31"))
    assert session.scalars(select(Plan)).one().applies_to == date(2027, 3, 31)


def test_a_plan_cannot_end_before_it_begins(session: Session) -> None:
    with pytest.raises(Invalid, match="kéo dài"):
        load(session, until=date(2025, 12, 31))


BROKEN = [
    (PLAN.replace("per: week", "per: fortnight", 1), "per"),
    (PLAN.replace("owners: {units: [bao]}", "owners: {units: [bao-khac]}", 1), "bao-khac"),
    (PLAN.replace("number: 06/QĐ-TTg", "number: ''"), "number"),
    (PLAN + "\n  - {code: : }", "YAML"),
]


@pytest.mark.parametrize(("text", "about"), BROKEN)
def test_a_bad_pack_is_refused_with_its_line_and_leaves_nothing(session: Session, text: str, about: str) -> None:
    before = rows(session)
    with pytest.raises(BadPack, match=r"song-vam\.yaml, dòng \d+: ") as refused:
        load(session, text)
    assert about in str(refused.value)
    assert refused.value.problems[0].line > 1
    session.rollback()
    assert rows(session) == before


def test_every_problem_of_a_bad_pack_is_told_at_once(session: Session) -> None:
    text = PLAN.replace("per: week", "per: fortnight", 1).replace("issuer: UBND tỉnh Sông Vàm", "issuer: ''")
    with pytest.raises(BadPack) as refused:
        load(session, text)
    assert len(refused.value.problems) == 2


def test_a_refusal_after_half_of_the_work_leaves_nothing_changed(province: Province) -> None:
    province.recorded("5", "so", "2026-11-02")
    before = rows(province.session)
    shorter = PLAN.replace("short_title: Sông Vàm 2026", "short_title: Sông Vàm").replace(
        '      - {code: "5", of_what: tờ gấp, media: [leaflet], at_least: 1, per: quarter, evidence: manual}\n', ""
    )
    assert shorter.count('code: "5"') == 1
    with pytest.raises(Conflict, match="“5” đã có kết quả ghi nhận"):
        load(province.session, shorter)
    province.session.rollback()
    province.session.expire_all()
    assert rows(province.session) == before
    assert province.session.scalars(select(Plan)).one().pack["plan"]["short_title"] == "Sông Vàm 2026"


def test_tasks_and_quotas_that_a_new_text_leaves_out_go_if_nothing_hangs_on_them(province: Province) -> None:
    start = PLAN.index('  - code: "4"')
    load(province.session, PLAN[:start] + PLAN[PLAN.index('  - code: "5"') :])
    assert "4" not in set(province.session.scalars(select(Task.code)))
    assert "4" not in set(province.session.scalars(select(Quota.code)))


def test_records_stay_with_their_quota_when_the_pack_is_loaded_again(province: Province) -> None:
    kept = province.recorded("5", "so", "2026-11-02").quota_id
    load(province.session, PLAN.replace("of_what: tờ gấp", "of_what: tờ gấp khổ A5"))
    quota = province.session.scalars(select(Quota).where(Quota.code == "5")).one()
    assert quota.id == kept
    assert quota.detail["of_what"] == "tờ gấp khổ A5"


def test_deadlines_follow_the_newest_text(province: Province) -> None:
    load(province.session, PLAN[: PLAN.rindex("  - {code: nam,")])
    assert list(province.session.scalars(select(Deadline.code))) == ["quy"]


def test_a_unit_that_admins_already_keep_keeps_its_name_and_place(session: Session) -> None:
    own = Unit(code="bao", name="Báo Sông Vàm (mới)", path="/1/", groups=["rieng"])
    session.add(own)
    session.commit()
    load(session)
    session.refresh(own)
    assert own.name == "Báo Sông Vàm (mới)"
    assert own.groups == ["rieng"]
    root = session.scalars(select(Unit).where(Unit.code == "tinh")).one()
    assert own.path == f"/{root.id}/{own.id}/"


def test_a_pack_cannot_put_a_unit_below_itself(session: Session) -> None:
    load(session)
    turned = PLAN.replace(
        "{code: tinh, name: UBND tỉnh Sông Vàm,", "{code: tinh, parent: bao, name: UBND tỉnh Sông Vàm,"
    )
    turned = turned.replace("{code: bao, name: Báo Sông Vàm, parent: tinh}", "{code: bao, name: Báo Sông Vàm}")
    with pytest.raises(Conflict, match="kế thừa của chính nó"):
        load(session, turned)


def test_a_pack_cannot_make_units_succeed_each_other(session: Session) -> None:
    load(session)
    turned = PLAN.replace("groups: [huyen, truyen-thanh], valid_to: 2026-06-30, successor: xa-moi}", "groups: [huyen]}")
    turned = turned.replace("valid_from: 2026-07-01}", "valid_to: 2026-08-31, successor: huyen-a}")
    with pytest.raises(Conflict, match="kế thừa của chính nó"):
        load(session, turned)


def test_only_who_manages_plans_may_load_one(session: Session) -> None:
    lead = Actor(1, "Diệp", (Grant(Role.LEAD, 1, "/1/"),))
    with pytest.raises(NotAllowed):
        import_pack(session, lead, read_sent(PLAN.encode(), "song-vam.yaml"), now=SUNDAY)
