"""Plans as those see them who answer for them: what is in force and for how long, and which reports are due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from channels.localtime import local_day
from channels.words import N_
from cms.core.audit import record
from cms.core.periods import Period
from cms.core.permissions import Action, Actor
from cms.core.refusal import Invalid, NotFound
from cms.models.plans import Deadline, Plan, PlanTerm, Quota, Task, Term
from cms.quotas.counting.deadlines import closes, report_periods
from cms.quotas.counting.facts import UnitFacts, all_units
from cms.quotas.counting.owners import heirs_on, owners_among
from cms.quotas.packs import reach, schema

_MOMENT = timedelta(microseconds=1)
IN_FORCE, TO_COME, ENDED = STANDINGS = ("in_force", "to_come", "ended")


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """A plan in the list with its own words; ``standing`` is one of ``STANDINGS`` on the day asked for."""

    plan: Plan
    facts: schema.Plan
    standing: str
    tasks: int
    quotas: int
    documents: int


@dataclass(frozen=True, slots=True)
class Due:
    """A report of a plan. ``last_day`` is the last day on which it is in time; ``days_left`` counts from today."""

    plan: str
    title: str
    period: Period
    last_day: date
    days_left: int
    owners: Sequence[UnitFacts]
    to: str
    onward: str
    on_request: bool
    note: str


def plan(session: Session, code: str) -> Plan:
    """The plan with this code; raise ``NotFound`` if there is none."""
    found = session.scalar(select(Plan).where(Plan.code == code))
    if found is None:
        raise NotFound(N_("Không có kế hoạch này."))
    return found


def words(found: Plan) -> schema.Plan:
    """What the pack says of the plan itself, with the end that is in force."""
    said = schema.Plan.model_validate(found.pack["plan"])
    return said.model_copy(update={"applies_to": found.applies_to})


def lines(session: Session, today: date) -> list[PlanSummary]:
    """Every plan, those in force first, then the newest: four queries."""
    tasks = select(Task.plan_id, func.count()).group_by(Task.plan_id)
    quotas = select(Task.plan_id, func.count()).join(Quota, Quota.task_id == Task.id).group_by(Task.plan_id)
    listed = (
        select(PlanTerm.plan_id, func.count())
        .join(Term, Term.id == PlanTerm.term_id)
        .where(Term.kind == "document")
        .group_by(PlanTerm.plan_id)
    )
    counts = [dict(session.execute(query).all()) for query in (tasks, quotas, listed)]
    found = [
        PlanSummary(one, words(one), standing(one, today), *(count.get(one.id, 0) for count in counts))
        for one in session.scalars(select(Plan).order_by(Plan.valid_from.desc(), Plan.id))
    ]
    return sorted(found, key=lambda line: STANDINGS.index(line.standing))


def standing(found: Plan, today: date) -> str:
    """Whether a plan is in force on a day."""
    if today < found.valid_from:
        return TO_COME
    return IN_FORCE if today <= found.applies_to else ENDED


def prolong(session: Session, actor: Actor, code: str, until: date | None, now: datetime) -> Plan:
    """Let a plan count until ``until``, as its issuer decided; never shorter than the plan itself says.

    The right is needed wherever the plan reaches: a longer plan is more duty for everyone who has one in it.
    """
    actor.require(Action.MANAGE_PLANS)
    found = plan(session, code)
    reach.require(actor, reach.of_plan(session, found))
    if until is None:
        raise Invalid(N_("Hãy chọn ngày cuối cùng kế hoạch còn được tính."), field="until")
    if until < found.valid_to:
        raise Invalid(
            N_("Kế hoạch có hiệu lực đến %(last)s; chỉ có thể kéo dài, không rút ngắn."),
            field="until",
            last=f"{found.valid_to:%d/%m/%Y}",
        )
    before, found.applies_to = found.applies_to, until
    record(
        session, actor, "plan.prolong", "plan", found.id,
        now=now, code=found.code, before=before.isoformat(), until=until.isoformat(),
    )  # fmt: skip
    return found


def due(session: Session, found: Sequence[Plan], now: datetime) -> list[Due]:
    """The next report of each kind that the plans still want, the nearest first."""
    by_id = {one.id: one for one in found}
    everyone = all_units(session.connection())
    rows = session.scalars(select(Deadline).where(Deadline.plan_id.in_(by_id)).order_by(Deadline.id))
    told = [_due(by_id[row.plan_id], schema.Report.model_validate(row.detail), everyone, now) for row in rows]
    return sorted((one for one in told if one), key=lambda one: one.last_day)


def _due(found: Plan, report: schema.Report, everyone: Sequence[UnitFacts], now: datetime) -> Due | None:
    waiting = ((closes(report, period), period) for period in report_periods(report, words(found)))
    at, period = next(((at, period) for at, period in waiting if at > now), (None, None))
    if at is None or period is None:
        return None
    today, last_day = local_day(now), local_day(at - _MOMENT)
    heirs = heirs_on(everyone, today)

    def name(code: str | None) -> str:
        return heirs[code].name if code in heirs else ""

    return Due(
        plan=words(found).short_title, title=report.title, period=period, last_day=last_day,
        days_left=(last_day - today).days, owners=owners_among(report.owners, everyone, heirs),
        to=name(report.to), onward=name(report.onward), on_request=report.on_request, note=report.note,
    )  # fmt: skip
