"""Where a story stands: the editorial state, and what a reader of a list is shown."""

from collections.abc import Collection, Iterable
from enum import StrEnum

from channels.words import N_
from scheduler.decisions.states import DeliveryState


class StoryState(StrEnum):
    """The editorial state of the newest revision."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    RETRACTED = "retracted"


class Stage(StrEnum):
    """What people see: the editorial state together with what the deliveries say."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    LIVE = "live"
    RETRACTED = "retracted"
    EXPIRED = "expired"


STAGE_NAMES = {
    Stage.DRAFT: N_("Bản nháp"),
    Stage.SUBMITTED: N_("Chờ duyệt"),
    Stage.RETURNED: N_("Bị trả lại"),
    Stage.APPROVED: N_("Đã duyệt"),
    Stage.SCHEDULED: N_("Đã lên lịch"),
    Stage.LIVE: N_("Đã phát hành"),
    Stage.RETRACTED: N_("Đã thu hồi"),
    Stage.EXPIRED: N_("Hết hạn"),
}

OUT = frozenset({DeliveryState.LIVE, DeliveryState.WITHDRAWING})
WAITING = frozenset({DeliveryState.SCHEDULED, DeliveryState.SENDING, DeliveryState.UNKNOWN})


def stage(state: str, deliveries: Iterable[str]) -> Stage:
    """Combine the editorial ``state`` with the states of the story's deliveries.

    A draft over something live reads as draft: the work at hand comes first. A retracted story stays retracted.
    """
    if state != StoryState.APPROVED:
        return Stage(state)
    seen = set(deliveries)
    if seen & OUT:
        return Stage.LIVE
    if seen & WAITING:
        return Stage.SCHEDULED
    return Stage.EXPIRED if DeliveryState.EXPIRED in seen else Stage.APPROVED


def is_locked(states: Collection[DeliveryState], *, waits_elsewhere: bool) -> bool:
    """Whether the text may not be changed, because it waits to go out on channels of its own unit.

    What is live can be corrected at any time, and nobody is locked out by another unit's plans: what waits takes the
    correction once it is approved.
    """
    return bool(WAITING.intersection(states)) and not OUT.intersection(states) and not waits_elsewhere
