"""Units, plans and quotas as the board needs them: plain values, one query each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, Table, select

from channels.contract import Evidence
from cms.core.periods import Per
from cms.models.people import Unit
from cms.models.plans import Plan, Quota, Task
from cms.quotas.counting.tallies import QuotaRule
from cms.quotas.packs.schema import Counts, Selector
from scheduler.storage.base import read_json
from scheduler.storage.dialect import text_in

PLAN, QUOTA, TASK, UNIT = (cast(Table, entity.__table__) for entity in (Plan, Quota, Task, Unit))


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

    @property
    def label(self) -> str:
        """The short name if there is one."""
        return self.short_name or self.name


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """A plan in force from ``first`` to ``last``, both included, and its words for groups and media."""

    id: int
    code: str
    title: str
    first: date
    last: date
    groups: Mapping[str, str]
    media: Mapping[str, str]
    columns: Mapping[str, str]
    platforms: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class QuotaFacts:
    """A quota with its task and plan, as the board's column. ``percent`` of the units with the duty must meet it."""

    duty: QuotaRule
    code: str
    task: str
    title: str
    what: str
    plan: PlanFacts
    owners: Selector
    detail: Mapping[str, Any]
    percent: int | None = None


def all_units(connection: Connection) -> list[UnitFacts]:
    """Every unit, parents before children."""
    columns = ("id", "code", "name", "short_name", "path", "groups", "valid_from", "valid_to", "successor_id")
    rows = connection.execute(select(*(UNIT.c[name] for name in columns))).all()
    codes = {row.id: row.code for row in rows}
    found = [
        UnitFacts(
            row.id, row.code, row.name, row.short_name, row.path, row.groups, row.valid_from, row.valid_to,
            codes.get(row.successor_id),
        )
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda unit: [int(step) for step in unit.path.split("/") if step])


_WORDS = ("groups", "media", "columns", "platforms")


def plans_in_force(connection: Connection, first: date, last: date) -> list[PlanFacts]:
    """Plans that apply on a day from ``first`` to ``last``, the newest first; without the packs' long texts."""
    return _plans(connection, PLAN.c.valid_from <= last, PLAN.c.applies_to >= first)


def plan_of(connection: Connection, quota_id: int) -> PlanFacts | None:
    """The plan that a quota belongs to, in force or not."""
    of = select(TASK.c.plan_id).join(QUOTA, QUOTA.c.task_id == TASK.c.id).where(QUOTA.c.id == quota_id)
    return next(iter(_plans(connection, PLAN.c.id.in_(of))), None)


def _plans(connection: Connection, *which: ColumnElement[bool]) -> list[PlanFacts]:
    words = [text_in(PLAN.c.pack, name).label(name) for name in _WORDS]
    title = text_in(PLAN.c.pack, "plan", "short_title").label("short_title")
    rows = connection.execute(
        select(PLAN.c.id, PLAN.c.code, title, PLAN.c.valid_from, PLAN.c.applies_to, *words)
        .where(*which)
        .order_by(PLAN.c.valid_from.desc(), PLAN.c.id)
    ).all()
    return [PlanFacts(*row[:5], *(_labels(row._mapping[name]) for name in _WORDS)) for row in rows]


def _labels(written: str | None) -> dict[str, str]:
    return {entry["code"]: entry.get("title") or entry["name"] for entry in (read_json(written) if written else ())}


def quota_facts(connection: Connection, plans: Iterable[PlanFacts]) -> list[QuotaFacts]:
    """The quotas of ``plans`` in the order of the plans."""
    by_id = {plan.id: plan for plan in plans}
    rows = connection.execute(
        select(
            TASK.c.plan_id, TASK.c.code.label("task"), TASK.c.title, TASK.c.owners, QUOTA.c.id, QUOTA.c.code,
            QUOTA.c.at_least, QUOTA.c.per, QUOTA.c.media, QUOTA.c.evidence, QUOTA.c.filters, QUOTA.c.detail,
        )
        .join(QUOTA, QUOTA.c.task_id == TASK.c.id)
        .where(TASK.c.plan_id.in_(by_id))
        .order_by(TASK.c.position, QUOTA.c.id)
    ).all()  # fmt: skip
    place = {plan: number for number, plan in enumerate(by_id)}
    return [_facts(by_id[row.plan_id], row) for row in sorted(rows, key=lambda row: place[row.plan_id])]


def _facts(plan: PlanFacts, row: Any) -> QuotaFacts:
    detail = row.detail
    share = detail.get("share") or {}
    return QuotaFacts(
        duty=_duty(plan, row, share),
        code=row.code,
        task=row.task,
        title=row.title,
        what=detail["of_what"],
        plan=plan,
        owners=Selector.model_validate(detail.get("owners") or row.owners),
        detail=detail,
        percent=share.get("percent") if share.get("groups") else None,
    )


def _duty(plan: PlanFacts, row: Any, share: Mapping[str, Any]) -> QuotaRule:
    needs = (row.filters.get("topics"), row.filters.get("introduces"))
    return QuotaRule(
        id=row.id,
        target=row.at_least,
        per=Per(row.per),
        media=frozenset(row.media),
        proof=Evidence(row.evidence),
        first=plan.first,
        last=plan.last,
        column=row.filters.get("column"),
        kinds=frozenset(row.filters.get("kinds") or ()),
        needs=tuple(frozenset(need) for need in needs if need),
        counts=Counts(row.filters.get("counts") or Counts.ITEMS),
        share=(share["percent"], share["of"]) if share and not share.get("groups") else None,
    )
