"""The board as its page shows it: a sheet of rows for each plan, or a list of those that stand in one way."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from flask import current_app
from markupsafe import Markup

from cms.clock import local_day
from cms.quotas import periods
from cms.quotas.board import SHOWN, Board
from cms.quotas.facts import PlanFacts, QuotaFacts, UnitFacts
from cms.quotas.looks import BEHIND, STATUSES
from cms.quotas.pack import Per
from cms.quotas.periods import Period
from cms.quotas.scoring import Score
from cms.quotas.status import Status

HERE = "~unit~"
"""Stands for the unit's code in a cell that is drawn once for all units that stand alike."""
WHICH: Mapping[str, frozenset[Status]] = {
    "behind": BEHIND,
    **{status.value: frozenset({status}) for status in STATUSES if status is not Status.EXEMPT},
}
"""What the filter by status takes."""

Draw = Callable[[QuotaFacts, Score], str]
"""Gives the HTML of a cell with ``HERE`` in it."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A plan's part of the board. ``rows`` are units with the HTML of their cells, one for each of ``quotas``."""

    plan: PlanFacts
    quotas: Sequence[QuotaFacts]
    rows: Sequence[tuple[UnitFacts, Markup]]


@dataclass(frozen=True, slots=True)
class Switch:
    """A way to another period; ``per`` is the kind it has."""

    per: Per
    period: Period


def sheets(board: Board) -> list[Sheet]:
    """One sheet a plan with anything to show, without the quotas that concern nobody here."""
    draw = _drawer(board.period)
    found = []
    concerned = {quota_id for _, quota_id in board.cells}
    for plan in board.plans:
        quotas = [one for one in board.quotas if one.plan is plan and one.duty.id in concerned]
        if quotas:
            found.append(Sheet(plan, quotas, rows(board, quotas, draw)))
    return found


def rows(board: Board, quotas: Sequence[QuotaFacts], draw: Draw) -> list[tuple[UnitFacts, Markup]]:
    """The units that have one of ``quotas``, with their cells. Cells that look alike are drawn once."""
    drawn: dict[tuple[int, int], list[str]] = {}
    empty = "<td></td>"
    found = []
    for unit in board.units:
        code, cells, some = quote(unit.code), [], False
        for quota in quotas:
            score = board.cells.get((unit.id, quota.duty.id))
            if score is None:
                cells.append(empty)
                continue
            key, some = (quota.duty.id, id(score)), True
            around = drawn.get(key)
            if around is None:
                around = drawn[key] = draw(quota, score).split(HERE)
            cells.append(code.join(around))
        if some:
            found.append((unit, Markup("".join(cells))))  # noqa: S704 (drawn by the template, the code is quoted)
    return found


def _drawer(shown: Period) -> Draw:
    module = current_app.jinja_env.get_template("quotas/_cell.html").module
    cell: Callable[..., str] = module.cell  # type: ignore[attr-defined]  # a macro of the template
    return lambda quota, score: cell(quota, score, HERE, shown.code)


def listed(board: Board, which: frozenset[Status]) -> list[tuple[UnitFacts, QuotaFacts, Score]]:
    """Cells that stand in one of ``which`` ways: those that can still be saved first, by the time that is left."""
    found = [entry for entry in board.entries() if entry[2].verdict.status in which]
    open_ones = [entry for entry in found if entry[2].closes > board.now]
    closed = [entry for entry in found if entry[2].closes <= board.now]
    return sorted(open_ones, key=_closes) + sorted(closed, key=_closes, reverse=True)


def _closes(entry: tuple[UnitFacts, QuotaFacts, Score]) -> float:
    return entry[2].closes.timestamp()


def switches(board: Board) -> list[Switch]:
    """The week, month, quarter and year around what is shown, or around today if it is in it."""
    shown, today = board.period, local_day(board.now)
    day = today if shown.first <= today <= shown.last else shown.first
    if shown.per is Per.WEEK and day is not today:
        day += timedelta(days=3)
    return [Switch(per, periods.containing(per, day)) for per in SHOWN]
