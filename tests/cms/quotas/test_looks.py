"""The small words around figures: what is asked, how much time is left, what a cell says."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from channels.contract import Evidence
from channels.words import Words
from cms.core.periods import Per, parse
from cms.quotas.board.badges import (
    BY_SHARE,
    PERS,
    PROOFS,
    STATUSES,
    STEPS,
    asked,
    begun,
    figure,
    left,
    look_of,
    part_name,
)
from cms.quotas.counting.evidence import Progress
from cms.quotas.counting.facts import PlanFacts, QuotaFacts
from cms.quotas.counting.scoring import Score
from cms.quotas.counting.status import Status, Totals, Verdict
from cms.quotas.counting.tallies import QuotaRule
from cms.quotas.packs.schema import Counts, Selector
from tests.cms.quotas.province import at

WEEK = parse("2026-W47")
NOW = at("2026-11-18", "12:00")
PLAN = PlanFacts(1, "ke-hoach", "Kế hoạch", date(2026, 1, 1), date(2026, 12, 31), {}, {}, {}, {})
DUTY = QuotaRule(1, 2, Per.WEEK, frozenset({"portal"}), Evidence.RECEIPT, PLAN.first, PLAN.last)
QUOTA = QuotaFacts(DUTY, "1", "1", "Nhiệm vụ", "tin, bài", PLAN, Selector(), {})


def quota(**duty: object) -> QuotaFacts:
    return replace(QUOTA, duty=replace(DUTY, **duty))  # type: ignore[arg-type]


def score(status: Status, counted: int = 1, target: int | None = 2, met: int = 0, of: int = 1) -> Score:
    return Score(WEEK, Totals(counted), target, Verdict(status, Words("vì thế")), WEEK.end, 0, met, of)


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (quota(), "2 mỗi tuần"),
        (quota(target=1, per=Per.DAY), "1 mỗi ngày"),
        (quota(counts=Counts.TIMES), "2 lần mỗi tuần"),
        (quota(target=None), "thường xuyên"),
        (quota(share=(100, "trường học"), per=Per.YEAR), "100% mỗi năm"),
    ],
)
def test_what_a_quota_asks_for(what: QuotaFacts, words: str) -> None:
    assert str(asked(what)) == words


@pytest.mark.parametrize(
    ("one", "what", "text", "part"),
    [
        (score(Status.ON_TRACK), quota(), "1/2", ""),
        (score(Status.MISSED, 5, 7, 3, 7), quota(per=Per.DAY), "3/7", "ngày"),
        (score(Status.NO_NUMBER, 4, None), quota(target=None), "4", ""),
        (score(Status.NO_NUMBER, 4, 1), quota(share=(100, "trường học")), "4", ""),
    ],
)
def test_the_figure_in_a_cell(one: Score, what: QuotaFacts, text: str, part: str) -> None:
    assert (figure(one), part_name(what, one)) == (text, part)


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        (timedelta(days=2, hours=5), "còn 2 ngày"),
        (timedelta(days=1), "còn 1 ngày"),
        (timedelta(hours=23, minutes=59), "còn 23 giờ"),
        (timedelta(minutes=59), "còn chưa đầy 1 giờ"),
        (timedelta(), "vừa quá hạn"),
        (-timedelta(hours=23), "vừa quá hạn"),
        (-timedelta(days=3, hours=1), "quá hạn 3 ngày"),
    ],
)
def test_how_much_time_is_left(rest: timedelta, words: str) -> None:
    closes: datetime = NOW + rest
    assert str(left(closes, NOW)) == words


def test_everything_that_can_stand_in_a_cell_has_a_word_an_icon_and_a_tone() -> None:
    assert set(STATUSES) == set(Status)
    assert set(STEPS) == set(Progress)
    assert set(PROOFS) == set(Evidence)
    assert set(PERS) == set(Per)
    for look in (*STATUSES.values(), *STEPS.values(), BY_SHARE):
        assert all((look.name, look.icon, look.tone))
    assert len({look.name for look in STATUSES.values()}) == len(STATUSES)


def test_a_share_of_unknown_members_is_not_called_regular_work() -> None:
    assert look_of(score(Status.NO_NUMBER), quota(share=(100, "trường học"))) is BY_SHARE
    assert look_of(score(Status.NO_NUMBER), quota(target=None)) is STATUSES[Status.NO_NUMBER]


def test_a_sentence_begins_with_a_capital_and_keeps_its_names() -> None:
    assert begun("đăng trên Cổng UBND tỉnh") == "Đăng trên Cổng UBND tỉnh"
