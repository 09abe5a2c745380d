"""How stories look in answers, and the queries that fill them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.contract import StoryKind
from cms.api.kit.calls import Call, Reply
from cms.api.kit.fields import ResponseBody
from cms.api.kit.named import UnitName, slugs, unit_names
from cms.core.database import db
from cms.core.permissions import Actor
from cms.models.stories import Review, Revision, Story
from cms.models.story_states import Stage, StoryState, stage
from cms.stories.editing.content import Content
from cms.stories.queries import listing, lookup
from cms.stories.queries.listing import ListedStory, OnChannel
from cms.stories.renditions.pieces import story_url
from cms.web.context import settings
from scheduler.decisions.states import DeliveryState


class Placed(ResponseBody):
    """The newest delivery of a story on one channel."""

    delivery: int
    channel: str = Field(description="The channel's slug.")
    channel_name: str
    kind: str
    state: DeliveryState
    scheduled_at: datetime


class LastReview(ResponseBody):
    """What a lead decided last, and about which revision."""

    decision: str
    reason: str
    by: str
    at: datetime
    revision: int


class StoryLine(ResponseBody):
    """A story in a list."""

    id: int
    kind: StoryKind
    title: str
    column: str
    unit: UnitName
    author: str
    state: StoryState = Field(
        description="The editorial state of the newest revision; from outside the unit of the approved one."
    )
    stage: Stage = Field(description="The editorial state together with what the deliveries say.")
    version: int = Field(description="Rises with every change of the story; If-Match takes it.")
    planned_for: date | None = Field(description="The day that the newsroom intends; it promises nothing.")
    created_at: datetime
    updated_at: datetime
    deliveries: list[Placed]


class StoryPage(ResponseBody):
    """Stories, newest change first. `next` is the cursor of the next page; the Link header has its address."""

    items: list[StoryLine]
    next: str | None


class StoryTold(StoryLine):
    """A story with its newest content; from outside its unit with the approved one."""

    url: str = Field(description="The public address once it is live on a portal channel.")
    revision: int
    approved_revision: int | None
    content: Content
    review: LastReview | None


def lines(session: Session, found: Sequence[ListedStory]) -> list[StoryLine]:
    """Return lines of a list; two queries."""
    names = unit_names(session, [row.unit_id for row in found])
    known = slugs(session, [placed.channel_id for row in found for placed in row.channels])
    return [
        StoryLine(
            id=row.id, kind=row.kind, title=row.title, column=row.column, unit=names[row.unit_id], author=row.author,
            state=row.state, stage=row.stage, version=row.version, planned_for=row.planned_for,
            created_at=row.created_at, updated_at=row.updated_at, deliveries=_placed(row.channels, known),
        )
        for row in found
    ]  # fmt: skip


def told(session: Session, actor: Actor, story_id: int) -> StoryTold:
    """Return a story whole; raise ``NotFound`` if it is not there for ``actor``."""
    found = lookup.story(session, actor, story_id)
    shown = lookup.seen(session, actor, found)
    revision = shown.revision
    deliveries = listing.deliveries_of(session, [found.id])[found.id]
    placed = listing.newest(deliveries)
    return StoryTold(
        id=found.id, kind=StoryKind(revision.kind), title=str(revision.content["title"]), column=revision.column,
        unit=UnitName(code=found.unit.code, name=found.unit.name), author=found.author.name,
        state=shown.state, stage=stage(shown.state, (one.state for one in deliveries)),
        version=shown.version, planned_for=shown.planned_for, created_at=found.created_at,
        updated_at=shown.updated_at, deliveries=_placed(placed, slugs(session, [one.channel_id for one in placed])),
        url=story_url(settings().public_url, found.id), revision=revision.number,
        approved_revision=_number(session, found), content=Content.model_validate(revision.content),
        review=_review(session, found.id) if shown.inside else _review(session, found.id, revision.id),
    )  # fmt: skip


def story_reply(call: Call[Any, Any], story_id: int, status: int = 200) -> Reply[StoryTold]:
    """Return the story as it is now; its version leads the ETag."""
    session = db.session()
    body = told(session, call.actor, story_id)
    location = f"/api/v1/stories/{story_id}" if status == 201 else ""
    return Reply(body, status=status, version=body.version, location=location)


def _placed(found: Sequence[OnChannel], known: dict[int, str]) -> list[Placed]:
    return [
        Placed(
            delivery=one.delivery_id, channel=known[one.channel_id], channel_name=one.name, kind=one.kind,
            state=one.state, scheduled_at=one.scheduled_at,
        )
        for one in found
    ]  # fmt: skip


def _number(session: Session, found: Story) -> int | None:
    if found.approved_id is None:
        return None
    return session.scalar(select(Revision.number).where(Revision.id == found.approved_id))


def _review(session: Session, story_id: int, revision_id: int | None = None) -> LastReview | None:
    """The last decision, or the last approval of one revision."""
    which = [Review.story_id == story_id]
    if revision_id is not None:
        which = [Review.revision_id == revision_id, Review.decision == "approved"]
    query = (
        select(Review, Revision.number)
        .join(Revision, Revision.id == Review.revision_id)
        .where(*which)
        .order_by(Review.id.desc())
        .limit(1)
    )
    row = session.execute(query).first()
    if row is None:
        return None
    review, number = row
    return LastReview(
        decision=review.decision, reason=review.reason, by=review.person.name, at=review.at, revision=number
    )
