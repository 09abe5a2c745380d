"""The board as its page shows it: a sheet of rows for each plan, or a list of those that stand in one way."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from flask import current_app, url_for
from markupsafe import Markup

from channels.localtime import local_day
from channels.words import N_, Words
from cms.core import periods
from cms.core.periods import Per, Period
from cms.quotas.board.badges import BEHIND, STATUSES, figure, look_of, part_name
from cms.quotas.board.board import SHOWN, Board
from cms.quotas.counting.facts import PlanFacts, QuotaFacts, UnitFacts
from cms.quotas.counting.scoring import Score
from cms.quotas.counting.status import Status
from cms.web.output.badges import Look
from cms.web.output.language import say

TONE, UNIT, FACE = "~tone~", "~unit~", "~face~"
"""Stand for what differs between cells of one quota, in a frame that is drawn once."""
WHICH: Mapping[str, frozenset[Status]] = {
    "behind": BEHIND,
    **{status.value: frozenset({status}) for status in STATUSES if status is not Status.EXEMPT},
}
"""What the filter by status takes."""


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
    brush = Brush(board.period)
    found = []
    concerned = {quota_id for _, quota_id in board.cells}
    for plan in board.plans:
        quotas = [one for one in board.quotas if one.plan is plan and one.duty.id in concerned]
        if quotas:
            found.append(Sheet(plan, quotas, list(_rows(board, quotas, brush))))
    return found


def _rows(board: Board, quotas: Sequence[QuotaFacts], brush: "Brush") -> Iterator[tuple[UnitFacts, Markup]]:
    """The units that have one of ``quotas``, with their cells."""
    for unit in board.units:
        code = quote(unit.code)
        scores = [board.cells.get((unit.id, quota.duty.id)) for quota in quotas]
        if any(scores):
            cells = [
                brush.cell(quota, score, code) if score else "<td></td>"
                for quota, score in zip(quotas, scores, strict=True)
            ]
            yield unit, Markup("".join(cells))  # noqa: S704 (drawn by the template, the code is quoted)


class Brush:
    """Draws cells: a frame for each quota, a face for each way to stand, and the two put together once."""

    def __init__(self, shown: Period) -> None:
        self._shown = shown.code
        self._module: Any = current_app.jinja_env.get_template("quotas/_cell.html").module
        self._icons = url_for("static", filename="icons.svg")
        self._frames: dict[int, str] = {}
        self._faces: dict[tuple[object, ...], str] = {}
        self._said: dict[str, str] = {}
        self._drawn: dict[tuple[int, int], list[str]] = {}

    def cell(self, quota: QuotaFacts, score: Score, unit: str) -> str:
        """The cell's HTML; ``unit`` is the unit's code as an address has it."""
        around = self._drawn.get((quota.duty.id, id(score)))
        if around is None:
            look = look_of(score, quota)
            drawn = self._frame(quota).replace(TONE, look.tone).replace(FACE, self._face(quota, score, look))
            around = self._drawn[quota.duty.id, id(score)] = drawn.split(UNIT)
        return unit.join(around)

    def _frame(self, quota: QuotaFacts) -> str:
        if quota.duty.id not in self._frames:
            self._frames[quota.duty.id] = str(self._module.frame(quota, self._shown, TONE, UNIT, FACE))
        return self._frames[quota.duty.id]

    def _face(self, quota: QuotaFacts, score: Score, look: Look) -> str:
        part = part_name(quota, score)
        key = (figure(score), self._say(part) if part else "", look.icon, self._say(look.name), *self._notes(score))
        if key not in self._faces:
            self._faces[key] = str(self._module.face(*key, self._icons))
        return self._faces[key]

    def _notes(self, score: Score) -> tuple[str, str]:
        tally, gone = score.tally, score.retracted
        note = ""
        if tally.scheduled or tally.in_review:
            text = N_("+%(n)s đã lên lịch") if tally.scheduled else N_("+%(n)s chờ duyệt")
            note = self._say(text) % {"n": tally.scheduled or tally.in_review}
        return note, self._say(N_("−%(n)s đã thu hồi")) % {"n": gone} if gone else ""

    def _say(self, text: str) -> str:
        """In the reader's language; asked for once."""
        if text not in self._said:
            self._said[text] = say(Words(text))
        return self._said[text]


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
