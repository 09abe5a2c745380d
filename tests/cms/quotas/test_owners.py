"""Who owes a duty on a day: units by code and group, and the successors of those that have ended."""

from dataclasses import dataclass
from datetime import date

import pytest

from cms.quotas.owners import forebears, owners_on
from cms.quotas.pack import Selector


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
    ("code", "earlier"),
    [
        ("bao-moi", {"bao-moi", "bao-dai", "bao", "dai"}),
        ("bao-dai", {"bao-dai", "bao", "dai"}),
        ("so", {"so"}),
    ],
)
def test_what_was_taken_over_counts_for_the_successor(code: str, earlier: set[str]) -> None:
    assert forebears(code, UNITS) == earlier
