"""Quotas: how units stand, and the items that make each number."""

from datetime import date, datetime
from urllib.parse import quote

from pydantic import Field

from channels.contract import Evidence
from cms.api.kit.calls import Call, Reply
from cms.api.kit.fields import RequestBody, ResponseBody, Word
from cms.api.kit.table import endpoint
from cms.core.database import db
from cms.quotas.board import board
from cms.quotas.board.board import cell_json
from cms.quotas.board.cell import Entry, open_cell
from cms.quotas.counting.evidence import Progress
from cms.quotas.counting.facts import QuotaFacts, UnitFacts
from cms.quotas.counting.scoring import Score
from cms.quotas.counting.status import Status
from cms.web.output.language import say

PERIOD = "2025-W10, 2025-03, 2025-Q1 or 2025; this week if left out."


class QuotaQuery(RequestBody):
    """Which period, units and plans."""

    period: Word = Field("", description=PERIOD)
    unit: Word = Field("", description="Code of a unit; takes in the units below it.")
    plan: Word = Field("", description="Code of a plan.")
    group: Word = Field("", description="A plan's own word for a set of units.")


class PeriodQuery(RequestBody):
    """Which period."""

    period: Word = Field("", description=PERIOD)


class CellTold(ResponseBody):
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
    retracted: int = Field(description="Counted once, was called back, and counts no more.")
    periods: int = Field(description="Parts of the period that are judged each for itself: a week has seven days.")
    periods_met: int
    status: Status
    why: str = Field(description="One sentence.")
    forecast: str | None = Field(description="What is still to do; null if nothing is asked for.")
    items: str = Field(description="Where the items of this cell are.")


class QuotasTold(ResponseBody):
    """The board of a period: one cell for each unit that has the duty. Days are days in Viet Nam."""

    period: str
    first: date
    last: date
    cells: list[CellTold]


class ItemTold(ResponseBody):
    """One item of a cell. `step` counted makes the number; retracted counted once and does so no more.

    Times are UTC. What a person recorded by hand has a `note` and no delivery.
    """

    step: Progress
    proof: Evidence | None = Field(description="What proves it; null for what is not proven yet.")
    at: datetime
    days: int = Field(description="Days on which it was shown, where only days are known; else 0.")
    unit: str = Field(description="The unit it was done by: this one, or one that this one took over.")
    story: int | None
    title: str
    by: str
    delivery: int | None
    channel: str
    medium: str | None
    link: str | None
    note: str = Field(description="The record's text, or why it was called back.")


class CellWhole(CellTold):
    """A cell with the items that make it; `more` are counted beyond those listed."""

    entries: list[ItemTold]
    more: int


@endpoint("GET", "/quotas", "quotas:read", refuses=(404,))
def list_quotas(call: Call[QuotaQuery, None]) -> Reply[QuotasTold]:
    """Tell how units stand with their quotas in a period; counted anew from the evidence at each call."""
    query = call.query
    found = board.report(
        db.session(), call.actor, query.period or None, call.now, unit=query.unit or None, plan=query.plan or None,
        group=query.group or None,
    )  # fmt: skip
    period = found.period
    cells = [cell(*entry, period.code) for entry in found.entries()]
    return Reply(QuotasTold(period=period.code, first=period.first, last=period.last, cells=cells))


def cell(unit: UnitFacts, quota: QuotaFacts, score: Score, period: str) -> CellTold:
    """Return a cell in the caller's language; ``period`` is the one that was asked for."""
    told = cell_json(unit, quota, score)
    forecast = score.verdict.forecast
    told |= {
        "what": quota.what,
        "why": say(score.verdict.why),
        "forecast": forecast.sentence(say) if forecast else None,
        "items": f"/api/v1/quotas/{quota.duty.id}/{quote(unit.code)}?period={period}",
    }
    return CellTold.model_validate(told)


@endpoint("GET", "/quotas/{quota_id}/{unit}", "quotas:read")
def read_quota(call: Call[PeriodQuery, None], quota_id: int, unit: str) -> Reply[CellWhole]:
    """Open a number to the items that make it, those on the way, and those that were called back."""
    found = open_cell(db.session(), call.actor, quota_id, unit, call.query.period or None, call.now)
    told = cell(found.unit, found.quota, found.score, found.shown.code)
    entries = [_item(entry) for entry in found.entries]
    return Reply(CellWhole(**told.model_dump(), entries=entries, more=found.more))


def _item(entry: Entry) -> ItemTold:
    return ItemTold(
        step=entry.step, proof=entry.proof, at=entry.at, days=entry.days, unit=entry.unit.code, story=entry.story_id,
        title=entry.title, by=entry.by, delivery=entry.delivery_id, channel=entry.channel, medium=entry.medium,
        link=entry.link, note=entry.note,
    )  # fmt: skip
