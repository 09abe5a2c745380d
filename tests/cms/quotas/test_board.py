"""The board: who sees which units, who owes what on the day, and which periods there are."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from cms.core.permissions import SYSTEM, Actor
from cms.core.refusal import Invalid, NotAllowed, NotFound, Refusal
from cms.models.plans import Plan
from cms.models.roles import Role
from cms.quotas.board import board
from cms.quotas.board.board import Board
from cms.quotas.counting.status import Status
from tests.cms.quotas.province import Province, at

NOW = at("2026-11-18", "12:00")
BEFORE_THE_MERGER = at("2026-06-24", "12:00")


def look(
    province: Province, period: str | None = None, now: datetime = NOW, by: Actor = SYSTEM, **narrowed: str
) -> Board:
    return board.report(province.session, by, period, now, **narrowed)


def who(found: Board, quota: str | None = None) -> set[str]:
    """Codes of the units that have a cell, of one quota if given."""
    return {unit.code for unit, one, _ in found.entries() if quota in (None, one.code)}


def status(found: Board, quota: str, unit: str) -> Status:
    return next(score.verdict.status for u, q, score in found.entries() if (q.code, u.code) == (quota, unit))


def test_this_week_is_shown_unless_a_period_is_named(province: Province) -> None:
    assert look(province).period.code == "2026-W47"


@pytest.mark.parametrize("period", ["2026-W47", "2026-11", "2026-Q4", "2026"])
def test_weeks_months_quarters_and_years_can_be_shown(province: Province, period: str) -> None:
    assert look(province, period).period.code == period


@pytest.mark.parametrize("period", ["2026-11-18", "tuần này", "2026-W54", "2026-13", ""])
def test_other_periods_are_refused_with_a_sentence(province: Province, period: str) -> None:
    if period:
        with pytest.raises(Refusal, match=r"kỳ|tuần, tháng") as refused:
            look(province, period)
        assert refused.value.field == "period"
    else:
        assert look(province, period).period.code == "2026-W47"


def test_units_owe_by_name_and_by_group(province: Province) -> None:
    found = look(province)
    assert who(found, "1") == {"bao"}
    assert who(found, "3") == {"so", "huyen-b", "xa-moi"}, "xa-moi took huyen-a over"
    assert who(found, "2") == {"huyen-b", "xa-b", "xa-moi"}


def test_units_come_in_the_order_of_the_tree(province: Province) -> None:
    order = [unit.code for unit in look(province).units]
    assert order.index("huyen-b") < order.index("xa-b")


VIEWS = [
    ("tinh", {"bao", "so", "huyen-b", "xa-b", "xa-moi"}),
    ("huyen-b", {"huyen-b", "xa-b"}),
    ("xa-b", {"xa-b"}),
    ("bao", {"bao"}),
]


@pytest.mark.parametrize(("unit", "seen"), VIEWS)
def test_people_see_their_unit_and_those_below(province: Province, unit: str, seen: set[str]) -> None:
    viewer = province.actor(Role.VIEWER, unit)
    assert who(look(province, by=viewer)) == seen
    assert {one.code for one in look(province, by=viewer).reach} >= seen


def test_who_has_no_role_sees_nothing(province: Province) -> None:
    with pytest.raises(NotAllowed):
        look(province, by=Actor(1, "Ai đó", ()))


def test_the_board_is_narrowed_to_a_unit_a_group_or_a_plan(province: Province) -> None:
    assert who(look(province, unit="huyen-b")) == {"huyen-b", "xa-b"}
    assert who(look(province, group="huyen")) == {"huyen-b"}
    assert who(look(province, plan="khac")) == set()
    assert who(look(province, plan="song-vam-2026", unit="bao")) == {"bao"}


def test_a_unit_beyond_ones_reach_is_not_there(province: Province) -> None:
    with pytest.raises(NotFound, match="huyen-b") as refused:
        look(province, by=province.actor(Role.VIEWER, "bao"), unit="huyen-b")
    assert refused.value.field == "unit"


def test_an_ended_unit_passes_its_duty_and_what_it_did_to_its_heir(province: Province) -> None:
    earlier = province.on("huyen-a", "loudspeaker", "2026-06-22", "radio_script")
    province.broadcast(earlier, "huyen-a", at("2026-06-23"))
    june = look(province, "2026-W26", BEFORE_THE_MERGER)
    assert {"huyen-a"} <= who(june, "2")
    assert "xa-moi" not in who(june)
    assert status(june, "2", "huyen-a") is Status.MET
    year = look(province, "2026")
    assert "huyen-a" not in who(year)
    weeks = next(score for unit, quota, score in year.entries() if (unit.code, quota.code) == ("xa-moi", "2"))
    assert weeks.tally.counted == 1


def test_a_heir_does_not_count_what_the_other_does_before_the_merger(province: Province) -> None:
    script = province.on("huyen-a", "loudspeaker", "2026-06-22", "radio_script")
    province.broadcast(script, "huyen-a", at("2026-06-23"))
    province.units["xa-moi"].valid_from = None
    province.session.commit()
    june = look(province, "2026-W26", BEFORE_THE_MERGER)
    counts = {unit.code: score.tally.counted for unit, quota, score in june.entries() if quota.code == "2"}
    assert (counts["huyen-a"], counts["xa-moi"]) == (1, 0)


def test_a_narrow_view_of_the_heir_counts_what_the_ended_unit_did(province: Province) -> None:
    province.on("huyen-a", "portal", "2026-06-22", topics=("an-toan",))
    viewer = province.actor(Role.VIEWER, "xa-moi")
    found = look(province, "2026", by=viewer)
    assert next(score for _, quota, score in found.entries() if quota.code == "5-nam").tally.counted == 1


def test_a_plan_counts_until_its_end_and_longer_when_prolonged(province: Province) -> None:
    january = at("2027-01-06")
    assert look(province, None, january).plans == []
    plan = province.session.query(Plan).one()
    plan.applies_to = date(2027, 6, 30)
    province.session.commit()
    assert status(look(province, None, january), "1", "bao") is Status.AT_RISK


def test_the_week_in_which_a_plan_ends_still_counts(province: Province) -> None:
    assert status(look(province, "2026-W53", at("2027-02-01")), "1", "bao") is Status.MISSED
    assert look(province, "2027-W01", at("2027-02-01")).cells == {}


def test_a_share_is_told_with_how_many_units_must_meet_it(province: Province) -> None:
    province.on("huyen-b", "portal", "2026-03-10", topics=("an-toan",))
    found = look(province, "2026")
    quota = next(one for one in found.quotas if one.code == "5-nam")
    assert quota.percent == 50
    assert found.summaries()[quota.duty.id] == {Status.MET: 1, Status.AT_RISK: 1}


def test_the_board_as_plain_values(province: Province) -> None:
    province.on("bao", "newspaper", "2026-11-17")
    told = look(province, unit="bao").as_json()
    assert (told["period"], told["from"], told["to"]) == ("2026-W47", "2026-11-16", "2026-11-22")
    assert told["cells"] == [
        {
            "unit": "bao", "unit_name": "Báo Sông Vàm", "plan": "song-vam-2026", "task": "1", "quota": "1",
            "quota_id": province.quotas["1"].id, "period": "2026-W47", "target": 2, "counted": 1, "scheduled": 0,
            "in_review": 0, "retracted": 0, "periods": 1, "periods_met": 0, "status": "on_track",
            "why": "Kịp tiến độ: đã có 1/2, còn thời gian.",
            "forecast": "cần thêm 1 tin, bài trước khi hết Chủ nhật 22/11/2026; "
            "chưa có bài nào lên lịch hoặc chờ duyệt",
        }
    ]  # fmt: skip


def test_the_board_for_a_terminal_has_a_line_for_each_cell(province: Province) -> None:
    found = look(province)
    lines = found.as_text().splitlines()
    assert lines[0] == "Tuần 47, 16–22/11/2026"
    assert len(lines) == 1 + len(found.cells)
    assert any("Báo Sông Vàm" in line and "0/2" in line for line in lines)


@contextmanager
def statements(province: Province) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE")):
            seen.append(statement)

    engine = province.session.connection().engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("period", ["2026-W47", "2026-11", "2026"])
def test_the_number_of_queries_does_not_grow_with_what_there_is(province: Province, period: str) -> None:
    with statements(province) as few:
        look(province, period)
    for number in range(6):
        day = f"2026-11-{10 + number}"
        province.on("bao", "newspaper", day)
        province.on("so", "portal", day, topics=("an-toan",))
        script = province.on("huyen-b", "loudspeaker", day, "radio_script", topics=("dich-vu-cong",))
        province.broadcast(script, "huyen-b", at(day, "12:00"))
        shown = province.on("so", "led_board", day, "led_board", kind="notice", topics=("cong-thong-tin",))
        province.play(shown, at(day, "12:00"))
        province.recorded("5", "so", day)
    with statements(province) as many:
        look(province, period)
    assert len(many) == len(few) <= 12


def test_looking_far_ahead_or_back_asks_less(province: Province) -> None:
    later = look(province, "2026-W52", NOW)
    assert {score.verdict.status for score in later.cells.values()} >= {Status.UPCOMING, Status.NO_NUMBER}
    with statements(province) as seen:
        look(province, "2026-W02", NOW + timedelta(days=40))
    assert not any("submitted" in one for one in seen)


def test_a_bad_period_is_refused_before_anything_is_read(province: Province) -> None:
    with statements(province) as seen, pytest.raises(Invalid):
        look(province, "2026-11-18")
    assert seen == []
