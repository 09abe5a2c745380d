"""Loading a plan pack into the tables: all of it in the caller's transaction, or nothing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from channels.words import N_
from cms.core.audit import record
from cms.core.permissions import Action, Actor
from cms.core.refusal import Conflict, Invalid, Refusal
from cms.models.people import Unit
from cms.models.plans import Deadline, ManualRecord, Plan, PlanTerm, Quota, Task, Term
from cms.quotas.packs import reach, schema
from cms.quotas.packs.refusal import PackError
from cms.quotas.packs.yaml_reading import parse_pack, read_pack
from cms.vocabulary import shared_words


class BadPack(Refusal):
    """A pack that is not acceptable; ``problems`` are all that were found, the topmost first."""

    code = "bad-pack"

    def __init__(self, error: PackError) -> None:
        super().__init__(PackError.frame, field="file", file=error.file, line=error.line, reason=error.reason)
        self.problems = (error, *error.others)


def read_file(file: Path) -> schema.Pack:
    """Read a plan pack; slow, and nothing is stored by it. Raise ``BadPack``, which names line and reason."""
    return _good(lambda: read_pack(file))


def read_sent(data: bytes, name: str) -> schema.Pack:
    """The same for a file that was sent; ``name`` is what refusals call it."""
    return _good(lambda: parse_pack(data, name))


def import_pack(
    session: Session,
    actor: Actor,
    pack: schema.Pack,
    *,
    now: datetime,
    until: date | None = None,
    keep_units: bool = False,
) -> str:
    """Store a pack that was read; return one line that says what was loaded.

    ``until`` is the last day of a plan that was prolonged. ``keep_units`` takes the units as they stood when the plan
    began and never ends them: for a province that was not reorganised. A pack that is loaded again updates the plan
    and keeps every record that hangs on it, and the day to which the plan was prolonged. Raise ``Refusal``
    (``NotAllowed`` names the unit that ``actor`` does not reach, see ``reach``).
    """
    actor.require(Action.MANAGE_PLANS)
    if until is not None and until < pack.plan.valid_from:
        raise Invalid(N_("Ngày kéo dài phải sau ngày kế hoạch có hiệu lực."), field="until")
    units = _units_as_of(pack.units, pack.plan.valid_from) if keep_units else pack.units
    known = session.scalar(select(Plan).where(Plan.code == pack.plan.code))
    reach.require(actor, reach.of_loading(session, pack, units, known))
    _store_units(session, units)
    plan = _store_plan(session, pack, until, now)
    shared_words.require(session, actor, plan, _store_terms(session, plan, pack))
    _store_tasks(session, plan, pack)
    _store_deadlines(session, plan, pack)
    record(session, actor, "plan.import", "plan", plan.id, now=now, code=plan.code, until=plan.applies_to.isoformat())
    quotas = sum(len(task.quotas) for task in pack.tasks)
    sizes = f"{len(units)} đơn vị, {len(pack.tasks)} nhiệm vụ, {quotas} chỉ tiêu, {len(pack.documents)} văn bản"
    return f"{plan.code}: {sizes}"


def _good(read: Callable[[], schema.Pack]) -> schema.Pack:
    try:
        return read()
    except PackError as error:
        raise BadPack(error) from error


def _units_as_of(units: Sequence[schema.Unit], day: date) -> list[schema.Unit]:
    """Units that existed on ``day``, without an end."""
    there = [unit for unit in units if not unit.valid_from or unit.valid_from <= day]
    there = [unit for unit in there if not unit.valid_to or unit.valid_to >= day]
    return [unit.model_copy(update={"valid_to": None, "successor": None}) for unit in there]


def _store_units(session: Session, units: Sequence[schema.Unit]) -> None:
    """Add units that are new; one that is known keeps its place and people, and gains groups."""
    known = {unit.code: unit for unit in session.scalars(select(Unit))}
    for unit in units:
        row = known.get(unit.code)
        if row is None:
            row = known[unit.code] = Unit(
                code=unit.code, name=unit.name, short_name=unit.short_name, path="/", groups=list(unit.groups)
            )
            session.add(row)
        row.groups = sorted({*row.groups, *unit.groups})
        row.valid_from = row.valid_from or unit.valid_from
        row.valid_to = row.valid_to or unit.valid_to
    session.flush()
    for unit in units:
        row = known[unit.code]
        if row.parent_id is None and unit.parent:
            row.parent_id = known[unit.parent].id
        if row.successor_id is None and unit.successor:
            row.successor_id = known[unit.successor].id
    _set_paths(known.values())


def _set_paths(units: Iterable[Unit]) -> None:
    by_id = {unit.id: unit for unit in units}
    for unit in by_id.values():
        chain = _chain(unit, by_id, lambda found: found.parent_id)
        unit.path = "/" + "/".join(str(found.id) for found in reversed(chain)) + "/"
        _chain(unit, by_id, lambda found: found.successor_id)


def _chain(unit: Unit, by_id: Mapping[int, Unit], onward: Callable[[Unit], int | None]) -> list[Unit]:
    """The unit and those it leads to; refuse a circle, which can arise with units that were there before."""
    found, following = [unit], onward(unit)
    while following is not None:
        found.append(by_id[following])
        if following == unit.id or len(found) > len(by_id):
            raise Conflict(
                N_(
                    "Tệp kế hoạch làm đơn vị “%(name)s” thành cấp trên hoặc đơn vị kế thừa của chính nó; hãy sửa units."
                ),
                name=unit.name,
            )
        following = onward(by_id[following])
    return found


def _store_plan(session: Session, pack: schema.Pack, until: date | None, now: datetime) -> Plan:
    plan = session.scalar(select(Plan).where(Plan.code == pack.plan.code))
    if plan is None:
        plan = Plan(code=pack.plan.code, applies_to=pack.plan.last_day)
        session.add(plan)
    elif plan.applies_to.isoformat() == (plan.pack["plan"].get("applies_to") or plan.pack["plan"]["valid_to"]):
        plan.applies_to = pack.plan.last_day
    plan.title, plan.issuer = pack.plan.title, pack.plan.issuer
    plan.valid_from, plan.valid_to = pack.plan.valid_from, pack.plan.valid_to
    plan.applies_to = until or max(plan.applies_to, plan.valid_from)
    plan.pack, plan.imported_at = pack.model_dump(mode="json"), now
    session.flush()
    return plan


def _store_terms(session: Session, plan: Plan, pack: schema.Pack) -> list[Term]:
    """Store the plan's words; return those that were there before and say something else now."""
    known = {(term.kind, term.code): term for term in session.scalars(select(Term))}
    session.execute(delete(PlanTerm).where(PlanTerm.plan_id == plan.id))
    listed, changed = [], []
    for kind, code, label, detail in _words(pack):
        term = known.get((kind, code))
        if term is None:
            term = known[kind, code] = Term(kind=kind, code=code)
            session.add(term)
        elif (term.label, term.detail) != (label, detail):
            changed.append(term)
        term.label, term.detail = label, detail
        listed.append(term)
    session.flush()
    session.add_all(PlanTerm(plan_id=plan.id, term_id=term.id, position=at) for at, term in enumerate(listed))
    return changed


def _words(pack: schema.Pack) -> Iterable[tuple[str, str, str, dict[str, Any]]]:
    for column in pack.columns:
        yield "column", column.code, column.title, column.model_dump(mode="json")
    for topic in pack.topics:
        yield "topic", topic.code, topic.title, topic.model_dump(mode="json")
    for audience in pack.audiences:
        yield "audience", audience.code, audience.title, audience.model_dump(mode="json")
    for document in pack.documents:
        label = f"{document.kind} {document.number} – {document.title}"
        yield "document", document.code, label, document.model_dump(mode="json")
    for form in pack.forms:
        yield "form", form.code, form.title, form.model_dump(mode="json")


def _store_tasks(session: Session, plan: Plan, pack: schema.Pack) -> None:
    known = {task.code: task for task in session.scalars(select(Task).where(Task.plan_id == plan.id))}
    introducing = {platform: _topics_about(pack, platform) for platform in (found.code for found in pack.platforms)}
    for position, task in enumerate(pack.tasks):
        row = known.pop(task.code, None) or Task(plan_id=plan.id, code=task.code)
        row.title, row.position = task.title, position
        row.owners = task.owners.model_dump(mode="json")
        row.detail = task.model_dump(mode="json", exclude={"quotas"})
        session.add(row)
        session.flush()
        _store_quotas(session, row, task, introducing)
    for row in known.values():
        _store_quotas(session, row, None, introducing)
        session.delete(row)


def _topics_about(pack: schema.Pack, platform: str) -> list[str]:
    return [topic.code for topic in pack.topics if platform in topic.platforms]


def _store_quotas(
    session: Session, row: Task, task: schema.Task | None, introducing: Mapping[str, Sequence[str]]
) -> None:
    known = {quota.code: quota for quota in session.scalars(select(Quota).where(Quota.task_id == row.id))}
    for quota in task.quotas if task else ():
        stored = known.pop(quota.code, None) or Quota(task_id=row.id, code=quota.code)
        stored.at_least, stored.per, stored.evidence = quota.at_least, quota.per, quota.evidence
        stored.media = list(quota.media)
        stored.filters = {
            "column": quota.column,
            "kinds": [kind.value for kind in quota.kinds],
            "topics": list(quota.topics),
            "introduces": sorted({topic for platform in quota.introduces for topic in introducing[platform]}),
            "counts": quota.counts.value,
        }
        stored.detail = quota.model_dump(mode="json")
        session.add(stored)
    for gone in known.values():
        _refuse_if_recorded(session, gone)
        session.delete(gone)
    session.flush()


def _refuse_if_recorded(session: Session, quota: Quota) -> None:
    if session.scalar(select(func.count()).where(ManualRecord.quota_id == quota.id)):
        raise Conflict(
            N_("Kế hoạch mới bỏ chỉ tiêu “%(code)s” đã có kết quả ghi nhận; hãy giữ chỉ tiêu đó trong tệp kế hoạch."),
            code=quota.code,
        )


def _store_deadlines(session: Session, plan: Plan, pack: schema.Pack) -> None:
    session.execute(delete(Deadline).where(Deadline.plan_id == plan.id))
    for report in pack.reports:
        once = report.per is schema.ReportPer.ONCE and report.before
        session.add(
            Deadline(
                plan_id=plan.id,
                code=report.code,
                per=report.per,
                due=date.fromisoformat(report.before or "") if once else None,
                owners=report.owners.model_dump(mode="json"),
                detail=report.model_dump(mode="json"),
            )
        )
