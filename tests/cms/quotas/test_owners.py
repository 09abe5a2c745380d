"""Who owes a duty on a day: units by code and group, and the successors of those that have ended."""

from dataclasses import dataclass
from datetime import date

import pytest

from cms.quotas.counting.owners import heirs_on, owners_on
from cms.quotas.packs.schema import Selector


@dataclass(frozen=True)
class Somebody:
    code: str
    groups: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str | None = None


END, START = date(2025, 6, 30), date(2025, 7, 1)
UNITS = (
    Somebody("bao", ("bao-chi",), valid_to=date(2025, 4, 1), successor="bao-dai"),
    Somebody("dai", ("bao-chi",), valid_to=date(2025, 4, 1), successor="bao-dai"),
    Somebody("bao-dai", ("bao-chi",), date(2025, 4, 2), END, "bao-moi"),
    Somebody("bao-moi", ("bao-chi",), START),
    Somebody("huyen-a", ("huyen",), valid_to=END, successor="xa-a"),
    Somebody("huyen-b", ("huyen",), valid_to=END),
    Somebody("xa-a", ("xa",), START),
    Somebody("so", ("so-nganh",)),
    Somebody("cu", (), valid_to=END, successor="se-co"),
    Somebody("se-co", (), date(2026, 1, 1)),
)


@pytest.mark.parametrize(
    ("selector", "day", "codes"),
    [
        (Selector(units=("bao",)), date(2025, 4, 1), ["bao"]),
        (Selector(units=("bao",)), date(2025, 4, 2), ["bao-dai"]),
        (Selector(units=("bao",)), START, ["bao-moi"]),
        (Selector(units=("bao", "dai")), date(2025, 5, 1), ["bao-dai"]),
        (Selector(groups=("bao-chi",)), date(2025, 3, 1), ["bao", "dai"]),
        (Selector(groups=("huyen",)), END, ["huyen-a", "huyen-b"]),
        (Selector(groups=("huyen",)), START, ["xa-a"]),
        (Selector(groups=("huyen", "xa")), START, ["xa-a"]),
        (Selector(groups=("xa",)), END, []),
        (Selector(units=("so",), groups=("huyen",)), END, ["huyen-a", "huyen-b", "so"]),
        (Selector(units=("cu",)), START, []),
        (Selector(units=("khong-co",)), START, []),
    ],
)
def test_owners_of_a_day(selector: Selector, day: date, codes: list[str]) -> None:
    assert [unit.code for unit in owners_on(selector, UNITS, day)] == codes


@pytest.mark.parametrize(
    ("code", "day", "heir"),
    [
        ("bao", date(2025, 4, 1), "bao"),
        ("bao", date(2025, 4, 2), "bao-dai"),
        ("bao", START, "bao-moi"),
        ("bao-moi", END, None),
        ("huyen-b", END, "huyen-b"),
        ("huyen-b", START, None),
        ("cu", START, None),
        ("so", START, "so"),
    ],
)
def test_what_a_unit_did_counts_for_whoever_stands_for_it_on_the_day(code: str, day: date, heir: str | None) -> None:
    found = heirs_on(UNITS, day).get(code)
    assert (found.code if found else None) == heir


def test_a_unit_does_not_count_for_its_successor_before_it_has_ended() -> None:
    earlier = Somebody("so-cu", valid_to=date(2025, 2, 28), successor="so")
    units = (earlier, Somebody("so"))
    assert heirs_on(units, date(2025, 2, 28))["so-cu"] is earlier
    assert heirs_on(units, date(2025, 3, 1))["so-cu"].code == "so"


def test_units_that_name_each_other_as_successor_lead_nowhere() -> None:
    ended = (Somebody("a", valid_to=END, successor="b"), Somebody("b", valid_to=END, successor="a"))
    assert heirs_on(ended, START) == {}
