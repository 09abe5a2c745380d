"""The words for where a broadcast and a trial stand."""

from enum import StrEnum


class BroadcastState(StrEnum):
    """Where a broadcast stands.

    ``WAITING`` for its time; ``SENDING`` the call is stamped; ``SENT`` the provider took it; ``UNKNOWN`` it may have
    gone out and waits for a person; ``FAILED`` was refused, nothing went out; ``MISSED`` its time passed; ``STOPPED``
    because an item was called back; ``CANCELLED`` by a person.
    """

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    FAILED = "failed"
    MISSED = "missed"
    STOPPED = "stopped"
    CANCELLED = "cancelled"


COUNTED = frozenset({BroadcastState.WAITING, BroadcastState.SENDING, BroadcastState.SENT, BroadcastState.UNKNOWN})
"""States that use up one of the period's broadcasts, or may have."""

TO_TELL = frozenset({BroadcastState.UNKNOWN, BroadcastState.FAILED, BroadcastState.MISSED, BroadcastState.STOPPED})
"""States in which followers did not get what was promised to them, or may not have."""


class TrialState(StrEnum):
    """Where a trial stands. ``LEFT``: something may still be at the provider, a person has to look."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    LEFT = "left"


class Phase(StrEnum):
    """What a trial does next."""

    PUBLISH = "publish"
    FIND = "find"
    REMOVE = "remove"
    CHECK = "check"
