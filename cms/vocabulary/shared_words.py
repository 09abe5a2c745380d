"""Words of the vocabulary are shared: one that others use is changed only by who manages plans there too."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.words import N_
from cms.core.permissions import Action, Actor
from cms.core.refusal import NotAllowed
from cms.models.people import Unit
from cms.models.plans import Plan, PlanTerm, Term
from cms.models.stories import Revision, RevisionTag, Story
from scheduler.storage.dialect import text_in

SHARED = N_(
    "Tệp kế hoạch đổi “%(term)s” mà %(unit)s cũng đang dùng, ngoài quyền của bạn; hãy giữ như cũ hoặc đặt mã khác."
)

EVERYWHERE = "/"


def require(session: Session, actor: Actor, plan: Plan, changed: Sequence[Term]) -> None:
    """Raise ``NotAllowed`` with the first of ``changed`` that is used where ``actor`` does not manage plans."""
    for term in () if actor.may(Action.MANAGE_PLANS, EVERYWHERE) else changed:
        for unit in _users(session, plan, term):
            if not actor.may(Action.MANAGE_PLANS, unit.path):
                raise NotAllowed(SHARED, term=term.label, unit=unit.name)


def _users(session: Session, plan: Plan, term: Term) -> Iterator[Unit]:
    """Roots of the other plans that list the term, then units with a story that is filed under it."""
    others = select(text_in(Plan.pack, "plan", "root")).join(PlanTerm, PlanTerm.plan_id == Plan.id)
    roots = session.scalars(others.where(PlanTerm.term_id == term.id, Plan.id != plan.id)).all()
    yield from session.scalars(select(Unit).where(Unit.code.in_(roots)).order_by(Unit.id))
    filed = select(Story.unit_id).where(Story.column == term.code)
    if term.kind != "column":
        filed = (
            select(Story.unit_id)
            .join(Revision, Revision.story_id == Story.id)
            .join(RevisionTag, RevisionTag.revision_id == Revision.id)
            .where(RevisionTag.kind == term.kind, RevisionTag.code == term.code)
        )
    yield from session.scalars(select(Unit).where(Unit.id.in_(filed)).order_by(Unit.id))
