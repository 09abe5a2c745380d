"""Quotas: how units stand, and the items that make each number."""

from collections.abc import Iterable
from datetime import date, datetime

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.words import N_
from cms.api.calls import Call, Reply
from cms.api.fields import Given, Told, Word
from cms.api.table import endpoint
from cms.database import db
from cms.people.permissions import Action
from cms.quotas import board
from cms.quotas.board import Board, QuotaFacts, UnitFacts
from cms.quotas.counting import Score
from cms.quotas.evidence import Item, Step
from cms.quotas.pack import Proof
from cms.quotas.status import Status
from cms.refusal import NotFound
from cms.stories.tables import Story
from cms.web.language import say

PERIOD = "2025-W10, 2025-03, 2025-Q1 or 2025; this week if left out."


class QuotaQuery(Given):
    """Which period, units and plans."""

    period: Word = Field("", description=PERIOD)
    unit: Word = Field("", description="Code of a unit; takes in the units below it.")
    plan: Word = Field("", description="Code of a plan.")
    group: Word = Field("", description="A plan's own word for a set of units.")


class PeriodQuery(Given):
    """Which period."""

    period: Word = Field("", description=PERIOD)


class CellTold(Told):
    """How one unit stands with one quota. `target` null is a duty without a number, which is never missed."""

    unit: str
    unit_name: str
    plan: str
    task: str
    quota: str
    quota_id: int
    what: str
    period: str
    target: int | None
    counted: int
    scheduled: int
    in_review: int
    status: Status
    why: str
    forecast: str | None = Field(description="What is still to do; null if nothing is asked for.")
    items: str = Field(description="Where the items of this cell are.")


class QuotasTold(Told):
    """The board of a period: one cell for each unit that has the duty. Days are days in Viet Nam."""

    period: str
    first: date
    last: date
    cells: list[CellTold]


class ItemTold(Told):
    """One proof or promise. `step` counted makes the number; retracted counted once and does so no more."""

    step: Step
    proof: Proof | None
    story: int | None
    title: str | None
    delivery: int | None
    medium: str
    at: datetime


class CellWhole(CellTold):
    """A cell with every item that counts, is promised, waits for approval or was called back."""

    evidence: list[ItemTold]


@endpoint("GET", "/quotas", "quotas:read")
def list_quotas(call: Call[QuotaQuery, None]) -> Reply[QuotasTold]:
    """Tell how units stand with their quotas in a period; counted anew from the evidence at each call."""
    query = call.query
    found = board.report(
        db.session(), call.actor, query.period or None, call.now, unit=query.unit or None, plan=query.plan or None,
        group=query.group or None,
    )  # fmt: skip
    period = found.period
    return Reply(QuotasTold(period=period.code, first=period.first, last=period.last, cells=list(_cells(found))))


@endpoint("GET", "/quotas/{quota_id}/{unit}", "quotas:read")
def read_quota(call: Call[PeriodQuery, None], quota_id: int, unit: str) -> Reply[CellWhole]:
    """Open a number to the items that make it."""
    session = db.session()
    shown = board.read_period(call.query.period or None, call.now)
    whose = next((one for one in board.all_units(session) if one.code == unit), None)
    call.actor.require(Action.SEE_QUOTAS, whose.path if whose else None)
    if whose is None:
        raise NotFound(N_("Không có đơn vị “%(code)s”."), code=unit)
    facts, quota, score, items = board.items_of(session, whose.id, quota_id, shown, call.now)
    titles = _titles(session, [item.story_id for item in items])
    cell = _cell(facts, quota, score, shown.code)
    return Reply(CellWhole(**cell.model_dump(), evidence=[_item(item, titles) for item in items]))


def _cells(found: Board) -> Iterable[CellTold]:
    units = {unit.id: unit for unit in found.units}
    quotas = {quota.duty.id: quota for quota in found.quotas}
    for (unit_id, quota_id), score in found.cells.items():
        yield _cell(units[unit_id], quotas[quota_id], score, found.period.code)


def _cell(unit: UnitFacts, quota: QuotaFacts, score: Score, period: str) -> CellTold:
    tally, verdict = score.tally, score.verdict
    return CellTold(
        unit=unit.code, unit_name=unit.name, plan=quota.plan, task=quota.task, quota=quota.code,
        quota_id=quota.duty.id, what=quota.what, period=score.period.code, target=score.target,
        counted=tally.counted, scheduled=tally.scheduled, in_review=tally.in_review, status=verdict.status,
        why=say(verdict.why), forecast=verdict.forecast.sentence(say) if verdict.forecast else None,
        items=f"/api/v1/quotas/{quota.duty.id}/{unit.code}?period={period}",
    )  # fmt: skip


def _titles(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    wanted = {id_ for id_ in ids if id_ is not None}
    return dict(session.execute(select(Story.id, Story.title).where(Story.id.in_(wanted))).all())


def _item(item: Item, titles: dict[int, str]) -> ItemTold:
    return ItemTold(
        step=item.step, proof=item.proof, story=item.story_id, title=titles.get(item.story_id or 0),
        delivery=item.delivery_id, medium=item.medium, at=item.at,
    )  # fmt: skip
