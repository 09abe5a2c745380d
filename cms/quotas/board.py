"""The quota board: units × quotas for a period, recomputed from the truth each time it is asked for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.words import N_
from cms.clock import from_local, local_day
from cms.people.permissions import Action, Actor
from cms.people.tables import Unit
from cms.quotas import counting, evidence, periods
from cms.quotas.counting import Duty, Score
from cms.quotas.evidence import Item
from cms.quotas.owners import forebears, owners_on
from cms.quotas.pack import Counts, Per, Proof, Selector
from cms.quotas.periods import Period, PeriodError
from cms.quotas.status import Status
from cms.quotas.tables import Plan, Quota, Task
from cms.refusal import Invalid, NotFound, refusal_from

SHOWN = (Per.WEEK, Per.MONTH, Per.QUARTER, Per.YEAR)


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """A unit as duties are assigned: ``successor`` is a code."""

    id: int
    code: str
    name: str
    short_name: str
    path: str
    groups: Sequence[str]
    valid_from: date | None
    valid_to: date | None
    successor: str | None


@dataclass(frozen=True, slots=True)
class QuotaFacts:
    """A quota with its task and plan, as the board's column."""

    duty: Duty
    code: str
    task: str
    title: str
    what: str
    plan: str
    plan_title: str
    owners: Selector
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Board:
    """``cells[(unit id, quota id)]`` holds a score for each unit that has the duty."""

    period: Period
    now: datetime
    units: Sequence[UnitFacts]
    quotas: Sequence[QuotaFacts]
    cells: Mapping[tuple[int, int], Score]
    plans: Sequence[tuple[str, str]] = ()
    groups: Mapping[str, str] = field(default_factory=dict)

    def summary(self, quota_id: int) -> dict[Status, int]:
        """How many units stand where with one quota."""
        found: dict[Status, int] = {}
        for (_, quota), score in self.cells.items():
            if quota == quota_id:
                found[score.verdict.status] = found.get(score.verdict.status, 0) + 1
        return found

    def as_json(self) -> dict[str, Any]:
        """The board as plain values, one entry for each cell."""
        names = {unit.id: unit for unit in self.units}
        facts = {quota.duty.id: quota for quota in self.quotas}
        return {
            "period": self.period.code,
            "from": self.period.first.isoformat(),
            "to": self.period.last.isoformat(),
            "cells": [
                {
                    "unit": names[unit].code,
                    "unit_name": names[unit].name,
                    "plan": facts[quota].plan,
                    "task": facts[quota].task,
                    "quota": facts[quota].code,
                    "quota_id": quota,
                    "period": score.period.code,
                    "target": score.target,
                    "counted": score.tally.counted,
                    "scheduled": score.tally.scheduled,
                    "in_review": score.tally.in_review,
                    "status": score.verdict.status.value,
                    "why": str(score.verdict.why),
                    "forecast": score.verdict.forecast.sentence() if score.verdict.forecast else None,
                }
                for (unit, quota), score in self.cells.items()
            ],
        }

    def as_text(self) -> str:
        """The board for a terminal: one line for each cell."""
        names = {unit.id: unit.short_name or unit.name for unit in self.units}
        codes = {quota.duty.id: f"{quota.plan} {quota.code}" for quota in self.quotas}
        lines = [str(self.period.label())]
        for (unit, quota), score in self.cells.items():
            figures = f"{score.tally.counted}/{score.target if score.target is not None else '—'}"
            lines.append(
                f"{names[unit]:<32} {codes[quota]:<24} {figures:>7}  {score.verdict.status:<12} {score.verdict.why}"
            )
        return "\n".join(lines)


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

    ``unit`` narrows to a unit and those below, ``group`` to a plan's group, ``plan`` to one plan.
    """
    actor.require(Action.SEE_QUOTAS)
    shown = read_period(period, now)
    everyone = all_units(session)
    plans = _plans(session, shown)
    quotas = quota_facts(session, [found for found in plans if plan in (None, "", found.code)])
    visible = _visible(everyone, actor, unit, group)
    cells = _cells(session, everyone, visible, quotas, shown, now)
    rows = {unit_id for unit_id, _ in cells}
    return Board(
        shown, now, [found for found in everyone if found.id in rows], quotas, cells,
        [(found.code, found.pack["plan"]["short_title"]) for found in plans], _groups(plans),
    )  # fmt: skip


def all_units(session: Session) -> list[UnitFacts]:
    """Every unit, in the order of the tree."""
    rows = list(session.scalars(select(Unit)))
    codes = {row.id: row.code for row in rows}
    facts = [
        UnitFacts(
            row.id, row.code, row.name, row.short_name, row.path, row.groups, row.valid_from, row.valid_to,
            codes.get(row.successor_id or 0),
        )
        for row in rows
    ]  # fmt: skip
    return sorted(facts, key=lambda unit: [int(part) for part in unit.path.strip("/").split("/")])


def quota_facts(session: Session, plans: Iterable[Plan]) -> list[QuotaFacts]:
    """The quotas of ``plans`` in the plans' order."""
    by_id = {plan.id: plan for plan in plans}
    rows = session.execute(
        select(Task, Quota).join(Quota, Quota.task_id == Task.id).where(Task.plan_id.in_(by_id))
        .order_by(Task.plan_id, Task.position, Quota.id)
    ).tuples()  # fmt: skip
    pairs = list(rows)
    topics = evidence.tagged(session, {topic for _, quota in pairs for topic in quota.filters.get("topics", ())})
    return [_facts(by_id[task.plan_id], task, quota, topics) for task, quota in pairs]


def items_of(
    session: Session, unit_id: int, quota_id: int, shown: Period, now: datetime
) -> tuple[UnitFacts, QuotaFacts, Score, list[Item]]:
    """What makes one cell: its unit, quota, score, and every item that counts, is promised, or was called back."""
    everyone = all_units(session)
    unit = next((found for found in everyone if found.id == unit_id), None)
    row = session.get(Quota, quota_id)
    if unit is None or row is None:
        raise NotFound(N_("Không có chỉ tiêu hoặc đơn vị này."))
    task = session.get_one(Task, row.task_id)
    facts = next(
        found for found in quota_facts(session, [session.get_one(Plan, task.plan_id)]) if found.duty.id == quota_id
    )
    grouped = counting.by_unit(evidence.gather(session, *_bounds(shown, [facts]), now))
    own = _own_items(grouped, everyone, unit)
    found = counting.score(facts.duty, own, shown, now)
    start, end = found.period.start, found.period.end
    return unit, facts, found, [item for item in own if start <= item.at < end and counting.fits(facts.duty, item)]


def _facts(plan: Plan, task: Task, quota: Quota, topics: Mapping[str, frozenset[int]]) -> QuotaFacts:
    wanted = quota.filters.get("topics") or ()
    duty = Duty(
        id=quota.id,
        target=quota.at_least,
        per=Per(quota.per),
        media=frozenset(quota.media),
        proof=Proof(quota.evidence),
        column=quota.filters.get("column"),
        kinds=frozenset(quota.filters.get("kinds") or ()),
        topics=frozenset[int]().union(*(topics[topic] for topic in wanted)) if wanted else None,
        counts=Counts(quota.filters.get("counts") or Counts.ITEMS),
        first=_midnight(plan.valid_from),
        end=_midnight(plan.applies_to + timedelta(days=1)),
    )
    owners = quota.detail.get("owners") or task.owners
    return QuotaFacts(
        duty, quota.code, task.code, task.title, quota.detail["of_what"], plan.code, plan.pack["plan"]["short_title"],
        Selector.model_validate(owners), quota.detail,
    )  # fmt: skip


def _cells(
    session: Session,
    everyone: Sequence[UnitFacts],
    visible: set[int],
    quotas: Sequence[QuotaFacts],
    shown: Period,
    now: datetime,
) -> dict[tuple[int, int], Score]:
    grouped = counting.by_unit(evidence.gather(session, *_bounds(shown, quotas), now)) if quotas else {}
    heirs = {unit.successor for unit in everyone if unit.successor}
    items = {
        unit.id: _own_items(grouped, everyone, unit) if unit.code in heirs else grouped.get(unit.id, [])
        for unit in everyone
    }
    today = min(max(local_day(now), shown.first), shown.last)
    cells: dict[tuple[int, int], Score] = {}
    for quota in quotas:
        for unit in owners_on(quota.owners, everyone, today):
            if unit.id in visible:
                cells[unit.id, quota.duty.id] = counting.score(quota.duty, items[unit.id], shown, now)
    return cells


def _own_items(grouped: Mapping[int, list[Item]], everyone: Sequence[UnitFacts], unit: UnitFacts) -> list[Item]:
    """A unit's items and those of the units it took over."""
    mine = forebears(unit.code, everyone)
    return [item for other in everyone if other.code in mine for item in grouped.get(other.id, ())]


def _bounds(shown: Period, quotas: Iterable[QuotaFacts]) -> tuple[datetime, datetime]:
    """The widest stretch that any of the quotas is judged over."""
    wider = {quota.duty.per for quota in quotas if quota.duty.target is not None}
    wider = {per for per in wider if SHOWN_ORDER[per] > SHOWN_ORDER[shown.per]}
    weeks = periods.parts(shown, Per.WEEK) if shown.per is not Per.WEEK else ()
    spans = [shown, *weeks, *(periods.holder(shown, per) for per in wider)]
    return min(span.start for span in spans), max(span.end for span in spans)


SHOWN_ORDER = {per: place for place, per in enumerate((Per.DAY, *SHOWN))}


def _plans(session: Session, shown: Period) -> list[Plan]:
    query = select(Plan).where(Plan.valid_from <= shown.last, Plan.applies_to >= shown.first)
    return list(session.scalars(query.order_by(Plan.valid_from.desc(), Plan.id)))


def _groups(plans: Iterable[Plan]) -> dict[str, str]:
    return {group["code"]: group["title"] for plan in plans for group in plan.pack["groups"]}


def _visible(everyone: Sequence[UnitFacts], actor: Actor, unit: str | None, group: str | None) -> set[int]:
    paths = actor.paths(Action.SEE_QUOTAS)
    if unit:
        chosen = next((found.path for found in everyone if found.code == unit), None)
        if chosen is None:
            raise NotFound(N_("Không có đơn vị “%(code)s”."), field="unit", code=unit)
    else:
        chosen = "/"
    return {
        found.id
        for found in everyone
        if found.path.startswith(paths) and found.path.startswith(chosen) and (not group or group in found.groups)
    }


def _midnight(day: date) -> datetime:
    return from_local(datetime(day.year, day.month, day.day))  # noqa: DTZ001 (local midnight is what is meant)
