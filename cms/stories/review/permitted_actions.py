"""What a person may do with a story now: which buttons a page shows. Pure; the services decide again."""

from collections.abc import Collection
from dataclasses import dataclass

from cms.core.permissions import Action, Actor
from cms.models.story_states import OUT, WAITING, StoryState, is_locked
from cms.stories.review.review import WRITABLE
from scheduler.decisions.states import DeliveryState


@dataclass(frozen=True, slots=True)
class StoryFacts:
    """What decides about a story: its unit's path, editorial state, whether its newest revision is the approved one,
    who wrote that revision, whether the unit lets leads approve their own, the states of its deliveries, and whether
    one waits on a channel that is not of the story's unit."""

    path: str
    state: str
    newest_approved: bool
    written_by: int
    own_approval: bool
    deliveries: Collection[str] = ()
    waits_elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class PermittedActions:
    """``own_text`` says that approval is missing only because the person wrote the text."""

    write: bool = False
    submit: bool = False
    approve: bool = False
    give_back: bool = False
    own_text: bool = False
    schedule: bool = False
    unschedule: bool = False
    retract: bool = False
    locked: bool = False


def choices(actor: Actor, standing: StoryFacts) -> PermittedActions:
    """Return what ``actor`` may do with a story that stands so."""
    states = {DeliveryState(state) for state in standing.deliveries}
    locked = is_locked(states, waits_elsewhere=standing.waits_elsewhere)
    writes = actor.may(Action.WRITE, standing.path)
    decides = actor.may(Action.APPROVE, standing.path) and standing.state == StoryState.SUBMITTED
    own_text = standing.written_by == actor.person_id and not standing.own_approval
    publishes = actor.may(Action.SCHEDULE)
    in_hand = standing.state == StoryState.APPROVED or bool(states & (OUT | WAITING))
    return PermittedActions(
        write=writes and not locked,
        submit=writes and not locked and standing.state in WRITABLE,
        approve=decides and not own_text,
        give_back=decides,
        own_text=decides and own_text,
        schedule=publishes and standing.state == StoryState.APPROVED and standing.newest_approved,
        unschedule=publishes and DeliveryState.SCHEDULED in states,
        retract=actor.may(Action.SCHEDULE, standing.path) and standing.state != StoryState.RETRACTED and in_hand,
        locked=locked,
    )
