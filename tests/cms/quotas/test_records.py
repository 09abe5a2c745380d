"""What people record by hand counts once, for a reason they give, and can be taken back."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from cms.core.refusal import Conflict, Invalid, NotAllowed, NotFound, Refusal
from cms.models.audit import AuditEntry
from cms.models.plans import ManualRecord, Plan
from cms.models.roles import Role
from cms.quotas.board import records
from tests.cms.quotas.province import Province, at

NOW = at("2026-11-18", "12:00")


def add(province: Province, quota: str = "5", unit: str = "so", **more: Any) -> Sequence[ManualRecord]:
    given = {"day": date(2026, 11, 17), "note": "500 tờ gấp phát tại chợ", "now": NOW, **more}
    by = given.pop("by", None) or province.actor(Role.EDITOR, "so")
    made = records.add(province.session, by, province.quotas[quota].id, unit, **given)
    province.session.commit()
    return made


def trail(province: Province) -> list[tuple[str, dict[str, Any]]]:
    wanted = select(AuditEntry).where(AuditEntry.subject == "record").order_by(AuditEntry.id)
    return [(entry.action, entry.detail) for entry in province.session.scalars(wanted)]


def test_a_record_is_kept_with_who_and_when_and_an_audit_row(province: Province) -> None:
    (made,) = add(province, note="  500 tờ gấp\nphát tại chợ  ")
    assert (made.day, made.note, made.recorded_by, made.recorded_at) == (
        date(2026, 11, 17), "500 tờ gấp phát tại chợ", 1, NOW,
    )  # fmt: skip
    assert trail(province) == [
        ("record.add", {"code": "5", "day": "2026-11-17", "note": "500 tờ gấp phát tại chợ", "story": None})
    ]


def test_each_line_is_one_school_where_the_share_of_schools_is_asked_for(province: Province) -> None:
    made = add(province, "5-truong", note="Trường An Thạnh\n\n Trường Bình Đức \nTrường An Thạnh")
    assert [one.note for one in made] == ["Trường An Thạnh", "Trường Bình Đức"]


def test_a_school_is_recorded_once_whatever_the_day(province: Province) -> None:
    add(province, "5-truong", note="Trường An Thạnh")
    with pytest.raises(Conflict, match="TRƯỜNG AN THẠNH"):
        add(province, "5-truong", note="TRƯỜNG AN THẠNH", day=date(2026, 11, 18))


def test_the_same_result_of_a_day_is_recorded_once(province: Province) -> None:
    add(province)
    with pytest.raises(Conflict, match="đã được ghi nhận"):
        add(province)
    add(province, day=date(2026, 11, 18))


def test_a_voided_result_may_be_recorded_again(province: Province) -> None:
    (made,) = add(province)
    records.void(province.session, province.actor(Role.EDITOR, "so"), made.id, reason="Nhầm", now=NOW)
    province.session.commit()
    add(province)


REFUSED: list[tuple[dict[str, Any], type[Refusal], str, str]] = [
    ({"day": date(2026, 11, 19)}, Invalid, "day", "Chưa đến ngày"),
    ({"note": " \n "}, Invalid, "note", "Hãy ghi kết quả"),
    ({"note": "x" * 501}, Invalid, "note", "tối đa 500 ký tự"),
    ({"story_id": 9_999_999}, Invalid, "story", "Không có tin, bài"),
    ({"quota": "1"}, NotFound, "", "chỉ tiêu này"),
]


@pytest.mark.parametrize(("change", "kind", "field", "about"), REFUSED)
def test_what_cannot_be_recorded_is_refused_with_one_sentence(
    province: Province, change: dict[str, Any], kind: type[Refusal], field: str, about: str
) -> None:
    with pytest.raises(kind, match=about) as refused:
        add(province, **change)
    assert refused.value.field == field
    province.session.rollback()
    assert province.session.scalars(select(ManualRecord)).all() == []


def test_a_day_outside_of_the_plan_is_refused(province: Province) -> None:
    province.session.scalars(select(Plan)).one().applies_to = date(2026, 11, 10)
    province.session.commit()
    with pytest.raises(Invalid, match="từ 01/01/2026 đến 10/11/2026"):
        add(province)


def test_too_many_lines_at_once_are_refused(province: Province) -> None:
    lines = "\n".join(f"Trường số {number}" for number in range(201))
    with pytest.raises(Invalid, match="200 dòng"):
        add(province, "5-truong", note=lines)


@pytest.mark.parametrize(
    ("role", "unit", "kind"),
    [(Role.VIEWER, "so", NotAllowed), (Role.BROADCASTER, "so", NotAllowed), (Role.EDITOR, "bao", NotFound)],
)
def test_only_those_who_may_record_for_the_unit_do(
    province: Province, role: Role, unit: str, kind: type[Refusal]
) -> None:
    with pytest.raises(kind):
        add(province, by=province.actor(role, unit))


def test_a_record_is_voided_with_a_reason_and_an_audit_row(province: Province) -> None:
    (made,) = add(province)
    records.void(province.session, province.actor(Role.LEAD, "so"), made.id, reason=" Ghi nhầm đơn vị ", now=NOW)
    province.session.commit()
    assert (made.voided_at, made.void_reason) == (NOW, "Ghi nhầm đơn vị")
    assert trail(province)[-1] == (
        "record.void", {"day": "2026-11-17", "note": "500 tờ gấp phát tại chợ", "reason": "Ghi nhầm đơn vị"},
    )  # fmt: skip


def test_voiding_needs_a_reason_and_happens_once(province: Province) -> None:
    (made,) = add(province)
    lead = province.actor(Role.LEAD, "so")
    with pytest.raises(Invalid, match="lý do"):
        records.void(province.session, lead, made.id, reason=" ", now=NOW)
    records.void(province.session, lead, made.id, reason="Nhầm", now=NOW)
    with pytest.raises(Conflict):
        records.void(province.session, lead, made.id, reason="Nhầm", now=NOW)
    with pytest.raises(NotFound):
        records.void(province.session, lead, 9_999_999, reason="Nhầm", now=NOW)


def test_others_may_not_void_it(province: Province) -> None:
    (made,) = add(province)
    with pytest.raises(NotAllowed):
        records.void(province.session, province.actor(Role.LEAD, "bao"), made.id, reason="Nhầm", now=NOW)
