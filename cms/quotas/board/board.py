"""The quota board: units × quotas for a period, recomputed from the truth each time it is asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from channels.localtime import local_day
from channels.words import N_
from cms.core import periods
from cms.core.periods import Per, Period, PeriodError
from cms.core.permissions import Action, Actor
from cms.core.refusal import Invalid, NotFound, refusal_from
from cms.quotas.counting import gathering, tallies
from cms.quotas.counting.facts import PlanFacts, QuotaFacts, UnitFacts, all_units, plans_in_force, quota_facts
from cms.quotas.counting.owners import heirs_on, owners_among
from cms.quotas.counting.scoring import Score, Scorer
from cms.quotas.counting.status import Status

SHOWN = (Per.WEEK, Per.MONTH, Per.QUARTER, Per.YEAR)


@dataclass(frozen=True, slots=True)
class Board:
    """``cells[(unit id, quota id)]`` holds a score for each unit that has the duty; ``units`` are those with a cell.

    ``plans`` are all that are in force, whether or not the board was narrowed to one of them.
    """

    period: Period
    now: datetime
    units: Sequence[UnitFacts]
    quotas: Sequence[QuotaFacts]
    cells: Mapping[tuple[int, int], Score]
    plans: Sequence[PlanFacts] = ()
    reach: Sequence[UnitFacts] = field(default_factory=tuple)
    """Every unit that the reader may see."""

    def summaries(self) -> dict[int, dict[Status, int]]:
        """How many units stand where with each quota."""
        found: dict[int, dict[Status, int]] = {quota.duty.id: {} for quota in self.quotas}
        for (_, quota_id), score in self.cells.items():
            counts, status = found[quota_id], score.verdict.status
            counts[status] = counts.get(status, 0) + 1
        return found

    def as_json(self) -> dict[str, Any]:
        """The board as plain values, one entry for each cell."""
        return {
            "period": self.period.code,
            "from": self.period.first.isoformat(),
            "to": self.period.last.isoformat(),
            "cells": [cell_json(unit, quota, score) for unit, quota, score in self.entries()],
        }

    def as_text(self) -> str:
        """The board for a terminal: one line for each cell."""
        lines = [str(self.period.label())]
        for unit, quota, score in self.entries():
            asked = "—" if score.target is None else score.target
            figures = f"{score.tally.counted}/{asked}"
            code = f"{quota.plan.code} {quota.code}"
            lines.append(f"{unit.label:<32} {code:<24} {figures:>7}  {score.verdict.status:<12} {score.verdict.why}")
        return "\n".join(lines)

    def entries(self) -> list[tuple[UnitFacts, QuotaFacts, Score]]:
        """Every cell with its unit and quota, quota by quota."""
        units = {unit.id: unit for unit in self.units}
        quotas = {quota.duty.id: quota for quota in self.quotas}
        return [(units[unit], quotas[quota], score) for (unit, quota), score in self.cells.items()]


def cell_json(unit: UnitFacts, quota: QuotaFacts, score: Score) -> dict[str, Any]:
    """One cell as plain values. ``periods_met`` of ``periods``: a week of a daily quota has seven."""
    forecast = score.verdict.forecast
    return {
        "unit": unit.code,
        "unit_name": unit.name,
        "plan": quota.plan.code,
        "task": quota.task,
        "quota": quota.code,
        "quota_id": quota.duty.id,
        "period": score.period.code,
        "target": score.target,
        "counted": score.tally.counted,
        "scheduled": score.tally.scheduled,
        "in_review": score.tally.in_review,
        "retracted": score.retracted,
        "periods": score.of,
        "periods_met": score.met if score.of > 1 else int(score.verdict.status is Status.MET),
        "status": score.verdict.status.value,
        "why": str(score.verdict.why),
        "forecast": forecast.sentence() if forecast else None,
    }


def read_period(text: str | None, now: datetime) -> Period:
    """The period that ``text`` names, this week if empty; raise a ``Refusal`` for anything else."""
    if not text:
        return periods.at(Per.WEEK, now)
    try:
        found = periods.parse(text)
    except PeriodError as error:
        raise refusal_from(422, "bad-period", error.words, "period") from error
    if found.per not in SHOWN:
        raise Invalid(N_("Bảng chỉ tiêu xem theo tuần, tháng, quý hoặc năm."), field="period")
    return found


def report(
    session: Session,
    actor: Actor,
    period: str | None,
    now: datetime,
    *,
    unit: str | None = None,
    plan: str | None = None,
    group: str | None = None,
) -> Board:
    """The board for a period like ``2025-W10`` (this week if None), of the units that ``actor`` may see.

    ``unit`` narrows to a unit and those below, ``group`` to a plan's group, ``plan`` to one plan (codes). Raise
    ``NotAllowed``, ``NotFound`` for a unit that is not there or not for ``actor``, ``Refusal`` for a bad period.
    """
    actor.require(Action.SEE_QUOTAS)
    shown = read_period(period, now)
    connection = session.connection()
    everyone = all_units(connection)
    reach = _reach(everyone, actor, unit)
    plans = plans_in_force(connection, shown.first, shown.last)
    quotas = quota_facts(connection, [found for found in plans if plan in (None, "", found.code)])
    rows = {found.id for found in reach if not group or group in found.groups}
    heirs = heirs_on(everyone, deciding_day(shown, now))
    home = {found.id: heirs[found.code].id for found in everyone if found.code in heirs}
    duties = [quota.duty for quota in quotas]
    parts = tallies.stretches(duties, shown)
    whole = len(rows) == len(everyone)
    batches = gathering.gather(
        connection, duties, parts, now,
        None if whole else {earlier for earlier, heir in home.items() if heir in rows},
    )  # fmt: skip
    piles = tallies.sort(duties, batches, parts, home)
    cells: dict[tuple[int, int], Score] = {}
    for quota in quotas:
        scorer = Scorer(quota.duty, parts[quota.duty.id], shown, now)
        for owner in owners_among(quota.owners, everyone, heirs):
            if owner.id in rows:
                cells[owner.id, quota.duty.id] = scorer.score(piles[quota.duty.id], owner.id)
    there = {unit_id for unit_id, _ in cells}
    return Board(shown, now, [found for found in everyone if found.id in there], quotas, cells, plans, reach)


def deciding_day(shown: Period, now: datetime) -> date:
    """The day by which duties are assigned when ``shown`` is looked at: today, or the nearest day of the period."""
    return min(max(local_day(now), shown.first), shown.last)


def _reach(everyone: Sequence[UnitFacts], actor: Actor, unit: str | None) -> list[UnitFacts]:
    """The units that ``actor`` may see, within ``unit`` if given."""
    paths = actor.paths(Action.SEE_QUOTAS)
    seen = [found for found in everyone if found.path.startswith(paths)]
    if not unit:
        return seen
    chosen = next((found for found in seen if found.code == unit), None)
    if chosen is None:
        raise NotFound(
            N_("Không có đơn vị “%(code)s”, hoặc bạn chưa được cấp quyền xem chỉ tiêu của đơn vị đó."),
            field="unit",
            code=unit,
        )
    return [found for found in seen if found.path.startswith(chosen.path)]
