"""Which items count for which quota, and how many they are: by table and by rule."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.contract import Evidence
from channels.localtime import noon
from cms.core.periods import Per, parse
from cms.quotas.counting.evidence import PLAIN, Batch, EvidenceItem, Progress
from cms.quotas.counting.tallies import QuotaRule, Tally, Weight, fits, sort, stretch, stretches, weigh
from cms.quotas.packs.schema import Counts

WEEK, MONTH, YEAR = parse("2026-W47"), parse("2026-11"), parse("2026")
MONDAY = date(2026, 11, 16)
DUTY = QuotaRule(
    id=1, target=2, per=Per.WEEK, media=frozenset({"portal", "website"}), proof=Evidence.RECEIPT,
    first=date(2026, 1, 1), last=date(2026, 12, 31),
)  # fmt: skip
ITEM = EvidenceItem(
    unit_id=7, medium="portal", kind="article", column="chuyen-doi-so", topics=None, story_id=1, at=noon(MONDAY),
    gone=0, source_id=1,
)  # fmt: skip


def asking(**more: Any) -> QuotaRule:
    return replace(DUTY, **more)


def item(**other: Any) -> EvidenceItem:
    return ITEM._replace(**other)


FITTING = [
    (DUTY, Evidence.RECEIPT, ITEM, True),
    (DUTY, Evidence.PLAY, ITEM, False),
    (DUTY, None, ITEM, True),
    (DUTY, Evidence.RECEIPT, item(medium="website"), True),
    (DUTY, Evidence.RECEIPT, item(medium="zalo"), False),
    (DUTY, Evidence.RECEIPT, item(medium=""), False),
    (DUTY, None, item(medium=None), True),
    (asking(column="chuyen-doi-so"), Evidence.RECEIPT, ITEM, True),
    (asking(column="chuyen-doi-so"), Evidence.RECEIPT, item(column=""), False),
    (asking(kinds=frozenset({"article"})), Evidence.RECEIPT, ITEM, True),
    (asking(kinds=frozenset({"notice"})), Evidence.RECEIPT, ITEM, False),
    (asking(needs=(frozenset({"a", "b"}),)), Evidence.RECEIPT, item(topics="b"), True),
    (asking(needs=(frozenset({"a", "b"}),)), Evidence.RECEIPT, item(topics="c"), False),
    (asking(needs=(frozenset({"a"}), frozenset({"b"}))), Evidence.RECEIPT, item(topics="b a"), True),
    (asking(needs=(frozenset({"a"}), frozenset({"b"}))), Evidence.RECEIPT, item(topics="a"), False),
    (asking(needs=(frozenset({"a"}),)), Evidence.RECEIPT, ITEM, False),
    (DUTY, Evidence.MANUAL, item(quota_id=1, medium=None), True),
    (DUTY, Evidence.MANUAL, item(quota_id=2, medium=None), False),
    (asking(proof=Evidence.MANUAL), None, item(medium=None), False),
    (asking(proof=Evidence.MANUAL, media=frozenset({"leaflet"})), Evidence.MANUAL, item(quota_id=1, medium=None), True),
]


@pytest.mark.parametrize(("duty", "proof", "what", "expected"), FITTING)
def test_which_item_fits_which_quota(
    duty: QuotaRule, proof: Evidence | None, what: EvidenceItem, expected: bool
) -> None:
    assert fits(duty, proof, what) is expected


STRETCHES = [
    (Per.WEEK, 1, "2026-W47", ["2026-W47"]),
    (Per.WEEK, 1, "2026-11", ["2026-W45", "2026-W46", "2026-W47", "2026-W48"]),
    (Per.MONTH, 1, "2026-W47", ["2026-11"]),
    (Per.MONTH, 1, "2026-Q4", ["2026-10", "2026-11", "2026-12"]),
    (Per.QUARTER, 1, "2026-W01", ["2026-Q1"]),
    (Per.YEAR, 1, "2026-W47", ["2026"]),
    (Per.MONTH, None, "2026-W47", ["2026-W47"]),
    (Per.WEEK, None, "2026", ["2026"]),
]


@pytest.mark.parametrize(("per", "target", "shown", "parts"), STRETCHES)
def test_over_which_periods_a_quota_is_judged(per: Per, target: int | None, shown: str, parts: list[str]) -> None:
    assert [part.code for part in stretch(asking(per=per, target=target), parse(shown))] == parts


def test_a_daily_quota_has_a_part_for_each_day_of_the_week() -> None:
    parts = stretch(asking(per=Per.DAY), WEEK)
    assert [part.first for part in parts] == [MONDAY + timedelta(days=n) for n in range(7)]


PILES = [
    (Counts.ITEMS, Tally([1, 1, 2], [], [], []), Weight(2)),
    (Counts.TIMES, Tally([1, 1, 2], [], [], []), Weight(3)),
    (Counts.ITEMS, Tally([1], [1, 2], [2, 3], []), Weight(1, 1, 1)),
    (Counts.TIMES, Tally([1, 1], [1, 2], [3], []), Weight(2, 1, 1)),
    (Counts.ITEMS, Tally([], [4, 4], [4], []), Weight(0, 1, 0)),
    (Counts.ITEMS, Tally([], [], [5], []), Weight(0, 0, 1)),
    (Counts.ITEMS, Tally([1], [], [], [2, 2]), Weight(1, 0, 0, 1)),
]


@pytest.mark.parametrize(("counts", "pile", "expected"), PILES)
def test_a_story_weighs_once_at_its_furthest_step(counts: Counts, pile: Tally, expected: Weight) -> None:
    assert weigh(asking(counts=counts), pile) == expected


def batch(
    items: Sequence[EvidenceItem], step: Progress = Progress.COUNTED, proof: Evidence | None = Evidence.RECEIPT
) -> Batch:
    return Batch(step, proof, PLAIN, items)


def counted(items: Sequence[EvidenceItem], duty: QuotaRule = DUTY, unit: int = 7) -> int:
    piles = sort([duty], [batch(items)], stretches([duty], WEEK))[duty.id]
    return weigh(duty, piles[unit, 0]).counted if (unit, 0) in piles else 0


def test_items_lie_where_their_unit_and_their_day_are() -> None:
    duty = asking(per=Per.DAY)
    sunday = item(at=noon(MONDAY + timedelta(days=6)), unit_id=8)
    outside = item(at=noon(MONDAY - timedelta(days=1)))
    piles = sort([duty], [batch([ITEM, sunday, outside])], stretches([duty], WEEK))[1]
    assert set(piles) == {(7, 0), (8, 6)}


def test_a_unit_that_has_ended_is_stood_for_by_its_heir() -> None:
    piles = sort([DUTY], [batch([ITEM])], stretches([DUTY], WEEK), {7: 9})[1]
    assert set(piles) == {(9, 0)}


def test_one_item_can_count_for_several_quotas() -> None:
    other = asking(id=2, media=frozenset({"portal"}), per=Per.MONTH)
    piles = sort([DUTY, other], [batch([ITEM])], stretches([DUTY, other], WEEK))
    assert piles[1][7, 0].counted == piles[2][7, 0].counted == [1]


SOME = st.builds(
    lambda unit, medium, story, day, gone: item(
        unit_id=unit, medium=medium, story_id=story, at=noon(MONDAY + timedelta(days=day)), gone=gone
    ),
    st.integers(7, 8), st.sampled_from(["portal", "website", "zalo"]), st.integers(1, 4), st.integers(-2, 8),
    st.integers(0, 1),
)  # fmt: skip
DUTIES = st.sampled_from([DUTY, asking(counts=Counts.TIMES)])


@given(st.lists(SOME, max_size=8), SOME, DUTIES)
def test_another_item_never_lowers_the_count(items: list[EvidenceItem], another: EvidenceItem, duty: QuotaRule) -> None:
    before, after = counted(items, duty), counted([*items, another], duty)
    assert before <= after <= before + 1


@given(st.lists(SOME, min_size=1, max_size=8), st.data(), DUTIES)
def test_calling_one_item_back_lowers_the_count_by_one_at_most(
    items: list[EvidenceItem], data: st.DataObject, duty: QuotaRule
) -> None:
    which = data.draw(st.integers(0, len(items) - 1))
    after = [one._replace(gone=1) if number == which else one for number, one in enumerate(items)]
    assert counted(items, duty) - 1 <= counted(after, duty) <= counted(items, duty)


@given(st.lists(SOME, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_items_does_not_matter(items: list[EvidenceItem], chance: Any) -> None:
    shuffled = items[:]
    chance.shuffle(shuffled)
    assert counted(items) == counted(shuffled)


@given(st.lists(SOME, max_size=8))
def test_units_that_merge_count_no_more_than_they_did_apart(items: list[EvidenceItem]) -> None:
    merged = sort([DUTY], [batch(items)], stretches([DUTY], WEEK), {7: 9, 8: 9})[1]
    together = weigh(DUTY, merged[9, 0]).counted if (9, 0) in merged else 0
    apart = counted(items, unit=7), counted(items, unit=8)
    assert max(apart) <= together <= sum(apart)


@given(st.lists(SOME, max_size=8), st.lists(SOME, max_size=4), st.lists(SOME, max_size=4))
def test_each_story_is_told_at_one_step_only(
    done: list[EvidenceItem], ahead: list[EvidenceItem], waiting: list[EvidenceItem]
) -> None:
    batches = [batch(done), batch(ahead, Progress.SCHEDULED, None), batch(waiting, Progress.REVIEW, None)]
    piles = sort([DUTY], batches, stretches([DUTY], WEEK))[1]
    for (unit, _), pile in piles.items():
        weight = weigh(DUTY, pile)
        stories = {
            one.story_id
            for one in (*done, *ahead, *waiting)
            if one.unit_id == unit and not one.gone and one.medium != "zalo" and WEEK.start <= one.at < WEEK.end
        }
        assert weight.counted + weight.scheduled + weight.in_review == len(stories)
