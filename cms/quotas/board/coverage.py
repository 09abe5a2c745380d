"""Which documents of a plan's list the newsroom has made known, and which no story has cited."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from cms.core.periods import Period
from cms.models.plans import Plan, PlanTerm, Term
from cms.models.story_states import StoryState
from cms.quotas.counting.statements import STORY, TAG
from scheduler.decisions.states import Desired
from scheduler.storage.rows import DELIVERY, RENDITION

LISTED, TERM = (cast(Table, entity.__table__) for entity in (PlanTerm, Term))


@dataclass(frozen=True, slots=True)
class Document:
    """A document of the list: ``stories`` that cite it were out in the period and have not been called back."""

    code: str
    part: str
    position: int
    label: str
    note: str
    stories: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """The plan's list in its order, for a period."""

    period: Period
    documents: Sequence[Document]

    @property
    def missing(self) -> list[Document]:
        """Documents that no story has cited."""
        return [document for document in self.documents if not document.stories]

    def parts(self) -> list[tuple[str, list[Document]]]:
        """The list's parts with their documents, in the plan's order."""
        found: dict[str, list[Document]] = {}
        for document in self.documents:
            found.setdefault(document.part, []).append(document)
        return list(found.items())


def coverage(session: Session, plan: Plan, period: Period) -> Coverage:
    """Count what the stories of ``period`` cite, whichever unit they are of: two queries."""
    connection = session.connection()
    listed = connection.execute(
        select(TERM.c.code, TERM.c.label, TERM.c.detail)
        .join(LISTED, LISTED.c.term_id == TERM.c.id)
        .where(LISTED.c.plan_id == plan.id, TERM.c.kind == "document")
        .order_by(LISTED.c.position)
    ).all()
    retracted = select(STORY.c.id).where(STORY.c.state == StoryState.RETRACTED)
    out = (
        select(TAG.c.code, func.count(DELIVERY.c.story_id.distinct()))
        .join(RENDITION, RENDITION.c.revision_id == TAG.c.revision_id)
        .join(
            DELIVERY,
            (DELIVERY.c.story_id == RENDITION.c.story_id) & (DELIVERY.c.live_rendition_id == RENDITION.c.id),
        )
        .where(TAG.c.kind == "document", TAG.c.code.in_([row.code for row in listed]))
        .where(DELIVERY.c.live_at >= period.start, DELIVERY.c.live_at < period.end)
        .where(DELIVERY.c.desired == Desired.LIVE, DELIVERY.c.story_id.not_in(retracted))
        .group_by(TAG.c.code)
    )
    counts: dict[str, int] = dict(connection.execute(out).all())
    documents = [
        Document(
            row.code, row.detail["part"], row.detail["position"], row.label, row.detail.get("note") or "",
            counts.get(row.code, 0),
        )
        for row in listed
    ]  # fmt: skip
    return Coverage(period, documents)
