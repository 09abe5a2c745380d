"""Approving a text, and handing it to what waits: a delivery that was promised an older text carries the approved one.

What is live is corrected by scheduling the new text on its channel; what waits takes it by itself, because it was
promised the story, not its mistakes. Where a channel cannot carry the new text its delivery is taken back: the old one
was found wrong, and nobody has approved going out with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels import registry
from channels.contract import Rendition
from cms.core.audit import record
from cms.core.database import changing, db
from cms.core.permissions import Action, Actor
from cms.models.stories import Revision, Story
from cms.stories.publishing import render_ahead
from cms.stories.publishing.render_ahead import Made, Ready, Stale
from cms.stories.queries import lookup
from cms.stories.review import review
from media.storage.store import Store
from scheduler.decisions.states import DeliveryState
from scheduler.orders import promises
from scheduler.storage.tables import Channel, Delivery, StoredRendition


@dataclass(frozen=True, slots=True)
class Approved:
    """The story, and by name the channels whose waiting delivery carries the new text now, or was taken back."""

    story: Story
    moved: tuple[str, ...] = ()
    taken_back: tuple[str, ...] = ()


def approve(
    store: Store,
    base_url: str,
    actor: Actor,
    story_id: int,
    *,
    revision_id: int | None,
    now: datetime,
    expected_version: int | None = None,
    in_turn: bool = False,
) -> Approved:
    """Approve the revision that the lead has read, and give it to what waits with an older one.

    Opens its own transaction, after all that is slow. Raise what ``review.approve`` refuses. Who loses a race is told,
    or with ``in_turn`` waits for the other and sees what they did.
    """

    def attempt() -> Approved:
        ready = _prepare(db.session(), store, base_url, actor, story_id)
        with changing() as session:
            if in_turn:
                session.execute(select(Story.id).where(Story.id == story_id).with_for_update())
            story = review.approve(
                session, actor, story_id, revision_id=revision_id, now=now, expected_version=expected_version
            )
            return _hand_over(session, actor, story, ready, now)

    return render_ahead.until_same(attempt)


def _prepare(session: Session, store: Store, base_url: str, actor: Actor, story_id: int) -> Ready | None:
    """Make the newest revision for the channels on which an older one waits; None if there are none."""
    session.rollback()
    story = lookup.story(session, actor, story_id)
    actor.require(Action.APPROVE, story.unit.path)
    revision = lookup.current(story)
    waiting = _waiting(session, story.id, revision.id)
    if not waiting:
        return None
    return render_ahead.make(session, store, base_url, story, revision, [channel for _delivery, channel in waiting])


def _hand_over(session: Session, actor: Actor, story: Story, ready: Ready | None, now: datetime) -> Approved:
    revision = lookup.current(story)
    waiting = _waiting(session, story.id, revision.id)
    if ready is None:
        if waiting:
            raise Stale
        return Approved(story)
    made = {one.channel_id: one for one in ready.made}
    if any(channel.id not in made for _delivery, channel in waiting):
        raise Stale
    render_ahead.require_same(session, story.unit, revision.id, ready)
    moved, taken_back = [], []
    for delivery, channel in waiting:
        one = made[channel.id]
        if one.rendition is not None:
            _move(session, actor, delivery, channel, revision, ready, one.rendition, now)
            moved.append(channel.name)
        else:
            _take_back(session, actor, delivery, channel, revision, one, now)
            taken_back.append(channel.name)
    return Approved(story, tuple(moved), tuple(taken_back))


def _waiting(session: Session, story_id: int, revision_id: int) -> Sequence[tuple[Delivery, Channel]]:
    rows = session.execute(
        select(Delivery, Channel)
        .join(Channel, Channel.id == Delivery.channel_id)
        .join(StoredRendition, StoredRendition.id == Delivery.rendition_id)
        .where(
            Delivery.story_id == story_id,
            Delivery.state == DeliveryState.SCHEDULED,
            StoredRendition.revision_id != revision_id,
            Channel.kind.in_(list(registry.KINDS)),
        )
        .order_by(Channel.name, Delivery.id)
    )
    return [(delivery, channel) for delivery, channel in rows]


def _move(
    session: Session,
    actor: Actor,
    delivery: Delivery,
    channel: Channel,
    revision: Revision,
    ready: Ready,
    rendition: Rendition,
    now: datetime,
) -> None:
    rendition_id = promises.freeze(
        session.connection(), channel_id=channel.id, story_id=ready.story_id, revision_id=revision.id,
        revision=revision.number, rendition=rendition, title=ready.content.title, now=now,
    )  # fmt: skip
    promises.correct(session.connection(), delivery_id=delivery.id, rendition_id=rendition_id, now=now)
    record(
        session, actor, "story.schedule", "delivery", delivery.id, unit_id=channel.unit_id, now=now,
        story=ready.story_id, revision=revision.number, channel=channel.slug, at=delivery.scheduled_at.isoformat(),
    )  # fmt: skip


def _take_back(
    session: Session,
    actor: Actor,
    delivery: Delivery,
    channel: Channel,
    revision: Revision,
    made: Made,
    now: datetime,
) -> None:
    why = str(made.problem.message) if made.problem is not None else ""
    promises.cancel(
        session.connection(), delivery_id=delivery.id, reason=f"Bản {revision.number} không lên được kênh này: {why}",
    )  # fmt: skip
    record(
        session, actor, "story.unschedule", "delivery", delivery.id, unit_id=channel.unit_id, now=now,
        story=delivery.story_id, channel=channel.slug,
    )  # fmt: skip
