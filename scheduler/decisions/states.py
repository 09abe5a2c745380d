"""The words for where a delivery stands and what happens to it."""

from enum import StrEnum


class Desired(StrEnum):
    """What an approved decision of a person wants: the rendition live on the channel, or not there (any more)."""

    LIVE = "live"
    WITHDRAWN = "withdrawn"


class DeliveryState(StrEnum):
    """Where a delivery stands.

    ``SCHEDULED`` waits for its time or a retry; ``SENDING`` is in a worker's hands or between two steps; ``LIVE`` is
    confirmed; ``WITHDRAWING``/``WITHDRAWN`` for retraction; ``UNKNOWN`` may have gone out and waits for a person;
    ``FAILED`` was refused for good; ``MISSED`` came too late under the channel's policy; ``CANCELLED`` was
    un-scheduled before it went out; ``EXPIRED`` was live until its end.
    """

    SCHEDULED = "scheduled"
    SENDING = "sending"
    LIVE = "live"
    WITHDRAWING = "withdrawing"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"
    FAILED = "failed"
    MISSED = "missed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


RESEND = "resend"
"""Stands in ``Delivery.observed`` when a person wants the item put back in place of what the provider shows."""

ENDED = frozenset(
    {
        DeliveryState.WITHDRAWN,
        DeliveryState.MISSED,
        DeliveryState.CANCELLED,
        DeliveryState.EXPIRED,
        DeliveryState.FAILED,
    }
)
"""States after which the same story may be scheduled anew on the same channel."""

NEEDS_PERSON = frozenset({DeliveryState.UNKNOWN, DeliveryState.FAILED, DeliveryState.MISSED})
"""States that stay on the list of things to look at until a person has decided."""


class Outcome(StrEnum):
    """How one attempt ended. ``PROGRESS`` made a step, ``LOST`` is an attempt whose worker died or lost its lease."""

    DONE = "done"
    PROGRESS = "progress"
    REJECTED = "rejected"
    AUTH = "auth"
    RATE_LIMITED = "rate_limited"
    TRANSIENT = "transient"
    UNCERTAIN = "uncertain"
    LOST = "lost"


class Action(StrEnum):
    """What an attempt tried."""

    PUBLISH = "publish"
    CORRECT = "correct"
    FIND = "find"
    RETRACT = "retract"
    EXPIRE = "expire"


class LatePolicy(StrEnum):
    """What happens to an item found late after downtime: send at once, send if not too late, or mark it missed."""

    AT_ONCE = "at_once"
    WITHIN = "within"
    MISSED = "missed"


class Health(StrEnum):
    """Whether a channel can work. ``NEEDS_AUTH`` and ``PAUSED`` hold back its deliveries and nothing else."""

    OK = "ok"
    NEEDS_AUTH = "needs_auth"
    PAUSED = "paused"
