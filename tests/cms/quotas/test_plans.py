"""Plans in force, prolonging them, the reports they want, and the documents that nobody has cited."""

from datetime import date, datetime

import pytest
from sqlalchemy import select

from cms.core.periods import parse
from cms.core.permissions import SYSTEM
from cms.core.refusal import Invalid, NotAllowed, NotFound
from cms.models.audit import AuditEntry
from cms.models.plans import Plan
from cms.models.roles import Role
from cms.models.stories import Story
from cms.models.story_states import StoryState
from cms.quotas.board import plans
from cms.quotas.board.coverage import coverage
from scheduler.decisions.states import DeliveryState
from tests.cms.quotas.province import Province, at

NOW = at("2026-11-18", "12:00")
CODE = "song-vam-2026"


def the_plan(province: Province) -> Plan:
    return province.session.scalars(select(Plan)).one()


@pytest.mark.parametrize(
    ("day", "standing"),
    [
        (date(2025, 12, 31), "to_come"),
        (date(2026, 1, 1), "in_force"),
        (date(2026, 12, 31), "in_force"),
        (date(2027, 1, 1), "ended"),
    ],
)
def test_a_plan_is_in_force_from_its_first_to_its_last_day(province: Province, day: date, standing: str) -> None:
    (line,) = plans.lines(province.session, day)
    assert (line.standing, line.tasks, line.quotas, line.documents) == (standing, 6, 9, 2)


def test_a_plan_is_prolonged_with_an_audit_row(province: Province) -> None:
    plans.prolong(province.session, SYSTEM, CODE, date(2027, 6, 30), NOW)
    province.session.commit()
    assert the_plan(province).applies_to == date(2027, 6, 30)
    entry = province.session.scalars(select(AuditEntry).where(AuditEntry.action == "plan.prolong")).one()
    assert entry.detail == {"code": CODE, "before": "2026-12-31", "until": "2027-06-30"}


@pytest.mark.parametrize(
    ("until", "about"), [(None, "Hãy chọn ngày"), (date(2026, 12, 30), "có hiệu lực đến 31/12/2026")]
)
def test_a_plan_is_not_made_shorter(province: Province, until: date | None, about: str) -> None:
    with pytest.raises(Invalid, match=about):
        plans.prolong(province.session, SYSTEM, CODE, until, NOW)


def test_only_who_manages_plans_prolongs_one(province: Province) -> None:
    with pytest.raises(NotAllowed):
        plans.prolong(province.session, province.actor(Role.LEAD, "tinh"), CODE, date(2027, 6, 30), NOW)
    with pytest.raises(NotFound):
        plans.prolong(province.session, SYSTEM, "khac", date(2027, 6, 30), NOW)


def due(province: Province, now: datetime) -> list[tuple[str, str, date, int]]:
    told = plans.due(province.session, [the_plan(province)], now)
    return [(one.title, one.period.code, one.last_day, one.days_left) for one in told]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (
            NOW,
            [
                ("Báo cáo năm", "2026", date(2026, 11, 29), 11),
                ("Báo cáo quý", "2026-Q4", date(2026, 12, 31), 43),
            ],
        ),
        (at("2026-11-29", "23:59"), [("Báo cáo năm", "2026", date(2026, 11, 29), 0)]),
        (at("2026-11-30", "00:00"), [("Báo cáo quý", "2026-Q4", date(2026, 12, 31), 31)]),
        (at("2027-01-01", "00:00"), []),
    ],
)
def test_the_next_reports_are_told_with_the_days_that_are_left(
    province: Province, now: datetime, expected: list[tuple[str, str, date, int]]
) -> None:
    told = due(province, now)
    assert told[: len(expected)] == expected
    assert bool(told) == bool(expected)


def test_a_prolonged_plan_wants_further_reports(province: Province) -> None:
    the_plan(province).applies_to = date(2027, 6, 30)
    told = due(province, at("2027-01-01"))
    assert told == [
        ("Báo cáo quý", "2027-Q1", date(2027, 3, 31), 89),
        ("Báo cáo năm", "2027", date(2027, 11, 29), 332),
    ]


def test_a_report_names_who_owes_it_and_to_whom(province: Province) -> None:
    quarterly = next(
        one for one in plans.due(province.session, [the_plan(province)], NOW) if one.title == "Báo cáo quý"
    )
    assert [unit.code for unit in quarterly.owners] == ["huyen-b", "xa-moi"]
    assert (quarterly.to, quarterly.onward) == ("Sở Thông tin Sông Vàm", "UBND tỉnh Sông Vàm")


def cited(province: Province, year: str = "2026") -> dict[str, int]:
    told = coverage(province.session, the_plan(province), parse(year))
    return {document.code: document.stories for document in told.documents}


def test_no_document_is_cited_at_first(province: Province) -> None:
    told = coverage(province.session, the_plan(province), parse("2026"))
    assert [document.code for document in told.missing] == ["qd-06", "kh-01"]
    assert told.documents[0].label == "Quyết định 06/QĐ-TTg – Đề án 06"


def test_a_document_is_covered_by_stories_that_are_out_and_cite_it(province: Province) -> None:
    story = province.story("so", documents=("qd-06",))
    for medium in ("portal", "website"):
        province.delivery(story, province.channel("so", medium), at("2026-03-03"))
    province.on("bao", "newspaper", "2026-11-17", documents=("qd-06",))
    assert cited(province) == {"qd-06": 2, "kh-01": 0}


def test_drafts_promises_other_years_and_what_was_called_back_cover_nothing(province: Province) -> None:
    channel = province.channel("so", "portal")
    cites = {"documents": ("kh-01",)}
    province.story("so", state=StoryState.DRAFT, **cites)  # type: ignore[arg-type]
    for day, state in (
        ("2026-12-01", DeliveryState.SCHEDULED),
        ("2025-12-31", DeliveryState.LIVE),
        ("2026-05-05", DeliveryState.WITHDRAWN),
    ):
        province.delivery(province.story("so", **cites), channel, at(day), state)  # type: ignore[arg-type]
    ended = province.delivery(province.story("so", **cites), channel, at("2026-05-05"), DeliveryState.EXPIRED)  # type: ignore[arg-type]
    province.session.get_one(Story, ended.story_id).state = StoryState.RETRACTED
    province.session.commit()
    assert cited(province)["kh-01"] == 0
    assert cited(province, "2025")["kh-01"] == 1
