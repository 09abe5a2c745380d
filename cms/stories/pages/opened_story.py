"""What several pages of one story need: the story, its deliveries, and what the person may do with it."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from cms.core.permissions import Action, Actor
from cms.models.stories import Revision, Story
from cms.models.story_states import OUT, WAITING, Stage, stage
from cms.stories.editing.content import Content
from cms.stories.queries import listing, lookup
from cms.stories.queries.listing import OnChannel
from cms.stories.review.permitted_actions import PermittedActions, StoryFacts, choices
from scheduler.decisions.states import DeliveryState


@dataclass(frozen=True, slots=True)
class OpenedStory:
    """A story as a page shows it to one person. ``channels`` are the newest deliveries, one a channel.

    ``revision`` is the newest, or the approved one for who sees the story from outside its unit (not ``inside``).
    """

    story: Story
    inside: bool
    version: int
    revision: Revision
    content: Content
    stage: Stage
    channels: tuple[OnChannel, ...]
    choices: PermittedActions

    @property
    def title(self) -> str:
        """The title of the revision that is shown."""
        return self.content.title

    @property
    def waiting(self) -> list[OnChannel]:
        """Deliveries that are promised and not out."""
        return [one for one in self.channels if one.state in WAITING]

    def details_open_to(self, actor: Actor, one: OnChannel) -> bool:
        """Whether ``actor`` may open the page of a delivery: it is of a channel, or a story, of theirs."""
        return any(actor.may(Action.SEE_DELIVERIES, path) for path in (one.path, self.story.unit.path))

    def cancelled_by(self, actor: Actor) -> list[OnChannel]:
        """What ``actor`` would take back with "Bỏ lịch": what waits, and is not being sent, on their channels."""
        return [
            one for one in self.waiting
            if one.state == DeliveryState.SCHEDULED and actor.may(Action.SCHEDULE, one.path)
        ]  # fmt: skip

    def kept_from(self, actor: Actor) -> list[OnChannel]:
        """What waits all the same after ``actor`` took back theirs."""
        own = self.cancelled_by(actor)
        return [one for one in self.waiting if one not in own]

    @property
    def out(self) -> list[OnChannel]:
        """Deliveries that readers can see now."""
        return [one for one in self.channels if one.state in OUT]


def opened(session: Session, actor: Actor, story_id: int) -> OpenedStory:
    """Look the story up with its deliveries: a few queries. Raise ``NotFound`` if the actor may not read it."""
    story = lookup.story(session, actor, story_id)
    shown = lookup.seen(session, actor, story)
    revision = shown.revision
    deliveries = listing.deliveries_of(session, [story.id])[story.id]
    states = [delivery.state for delivery in deliveries]
    standing = StoryFacts(
        path=story.unit.path,
        state=story.state,
        newest_approved=story.approved_id == story.current_id,
        written_by=revision.created_by,
        own_approval=story.unit.own_approval,
        deliveries=states,
        waits_elsewhere=any(one.state in WAITING and not one.path.startswith(story.unit.path) for one in deliveries),
    )
    return OpenedStory(
        story=story,
        inside=shown.inside,
        version=shown.version,
        revision=revision,
        content=Content.model_validate(revision.content),
        stage=stage(shown.state, states),
        channels=listing.newest(deliveries),
        choices=choices(actor, standing),
    )
