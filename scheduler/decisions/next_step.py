"""What to do next with a delivery: pure decisions over what is known about it and an explicit ``now``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from channels.contract import Json, Transport
from channels.words import N_, Words
from scheduler.decisions.states import ENDED, DeliveryState, Desired, Health, LatePolicy
from scheduler.storage.base import Damaged

PUNCTUAL = timedelta(minutes=2)
"""Up to here an item counts as on time, whatever the channel's late policy says."""


class Step(StrEnum):
    """What a worker does with a delivery.

    ``HOLD`` waits for the channel, ``REST`` for the delivery's own time, ``ASK`` for a person, as nobody knows any
    more how far the sending came.
    """

    PUBLISH = "publish"
    CONTINUE = "continue"
    FIND = "find"
    CORRECT = "correct"
    RETRACT = "retract"
    EXPIRE = "expire"
    MISS = "miss"
    CANCEL = "cancel"
    ASK = "ask"
    HOLD = "hold"
    REST = "rest"


CALLS = frozenset({Step.PUBLISH, Step.CONTINUE, Step.FIND, Step.CORRECT, Step.RETRACT, Step.EXPIRE})
"""Steps that call the provider of a push channel."""

REMOVALS = frozenset({Step.RETRACT, Step.EXPIRE})
"""Steps that take an item down; a pause does not hold them back."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sending has come. ``rendition_id`` is what is being sent, ``step`` what the adapter wants to see again.

    ``repeatable`` tells whether the next step may simply be made again; ``looked_at`` (UTC) is when a look-up at the
    provider first found nothing; ``lost_at`` (UTC) is when a call for the live item last had no known end.
    """

    rendition_id: int
    step: Mapping[str, Json] = field(default_factory=dict, hash=False)
    repeatable: bool = False
    looked_at: datetime | None = None
    lost_at: datetime | None = None

    @classmethod
    def read(cls, column: Mapping[str, Any] | None) -> "Progress | None":
        """Read the ``progress`` column; an empty or damaged one is None."""
        try:
            return cls._read(column) if column else None
        except (TypeError, ValueError, LookupError, AttributeError):
            return None

    @classmethod
    def is_lost(cls, column: Any) -> bool:
        """Return whether the ``progress`` column said something that can no longer be read."""
        return isinstance(column, Damaged) or (bool(column) and cls.read(column) is None)

    @classmethod
    def _read(cls, column: Mapping[str, Any]) -> "Progress":
        step = column.get("step", {})
        if not isinstance(step, Mapping):
            raise TypeError("a step is no mapping")
        looked_at, lost_at = (_instant(column.get(name)) for name in ("looked_at", "lost_at"))
        return cls(int(column["rendition"]), step, bool(column.get("repeatable", False)), looked_at, lost_at)

    def write(self) -> dict[str, Json]:
        """Return the value for the ``progress`` column."""
        return {
            "rendition": self.rendition_id,
            "step": dict(self.step),
            "repeatable": self.repeatable,
            "looked_at": self.looked_at.isoformat() if self.looked_at else None,
            **({"lost_at": self.lost_at.isoformat()} if self.lost_at else {}),
        }


def _instant(written: str | None) -> datetime | None:
    """Read an instant of a JSON column; raise ``ValueError`` for what is none."""
    read = datetime.fromisoformat(written) if written else None
    if read is not None and read.tzinfo is None:
        raise ValueError("a time without a zone")
    return read


@dataclass(frozen=True, slots=True)
class ChannelPolicy:
    """What a channel allows now and how it treats lateness. ``resume_at`` is UTC, ``late_minutes`` minutes."""

    transport: Transport
    active: bool = True
    health: Health = Health.OK
    resume_at: datetime | None = None
    late_policy: LatePolicy = LatePolicy.WITHIN
    late_minutes: int = 60


@dataclass(frozen=True, slots=True)
class Facts:
    """All that decides about one delivery; the fields mean what the columns of ``Delivery`` mean."""

    gate: ChannelPolicy
    scheduled_at: datetime
    rendition_id: int
    desired: Desired = Desired.LIVE
    state: DeliveryState = DeliveryState.SCHEDULED
    until: datetime | None = None
    live_rendition_id: int | None = None
    called_at: datetime | None = None
    progress: Progress | None = None
    tries: int = 0
    live_at: datetime | None = None
    progress_lost: bool = False
    """Whether ``progress`` said something that can no longer be read."""
    resend: bool = False
    """Whether a person wants the rendition put back in place of what the provider shows."""

    @property
    def under_way(self) -> bool:
        """Whether an earlier step of the first sending succeeded, so that something may be forming at the provider."""
        return self.live_rendition_id is None and self.progress is not None and bool(self.progress.step)

    @property
    def sent_rendition_id(self) -> int:
        """The rendition that the next call carries: once a sending has begun it stays with what it began with."""
        if self.live_rendition_id is None and self.progress is not None:
            return self.progress.rendition_id
        return self.rendition_id

    @property
    def adapter_progress(self) -> Mapping[str, Json]:
        """What the adapter's last step said, if it was about the rendition that the next call carries."""
        if self.progress is None or self.progress.rendition_id != self.sent_rendition_id:
            return {}
        return self.progress.step

    @property
    def replaced_progress(self) -> Mapping[str, Json]:
        """What was last said about a correction that another one has replaced before it was confirmed."""
        if self.live_rendition_id is None or self.progress is None:
            return {}
        return self.progress.step if self.progress.rendition_id != self.sent_rendition_id else {}


@dataclass(frozen=True, slots=True)
class Decision:
    """The step to make. ``at`` (UTC) is when a delivery that rests is looked at again, None for never."""

    step: Step
    at: datetime | None = None
    words: Words | None = None


def decide(facts: Facts, now: datetime) -> Decision:
    """Return what a worker that holds the delivery does with it at ``now``."""
    wanted = _wanted(facts, now)
    return Decision(Step.HOLD) if held(facts.gate, wanted.step, now) else wanted


def held(gate: ChannelPolicy, step: Step, now: datetime) -> bool:
    """Return whether the channel holds ``step`` back now.

    An item that is held is not counted as missed: it is judged when the channel works again.
    """
    push = gate.transport is Transport.PUSH
    if step not in CALLS | {Step.MISS} or (step in REMOVALS and not push):
        return False
    if push and gate.health is Health.NEEDS_AUTH:
        return True
    if (gate.health is Health.PAUSED or not gate.active) and step not in REMOVALS:
        return True
    return push and step in CALLS and open_from(gate, now) > now


WORKING = frozenset(
    {
        DeliveryState.WITHDRAWING,
        DeliveryState.LIVE,
        DeliveryState.SENDING,
        DeliveryState.UNKNOWN,
        DeliveryState.SCHEDULED,
    }
)
"""States in which a delivery can have something to do, now or later."""


def open_states(gate: ChannelPolicy) -> frozenset[DeliveryState]:
    """Return the states whose deliveries may be claimed on this channel, apart from ``resume_at``.

    A paused or inactive channel still takes items down; one that needs a new authorisation can do nothing.
    """
    if gate.transport is Transport.PUSH and gate.health is Health.NEEDS_AUTH:
        return frozenset()
    if gate.active and gate.health is not Health.PAUSED:
        return WORKING
    return frozenset({DeliveryState.WITHDRAWING})


def open_from(gate: ChannelPolicy, now: datetime) -> datetime:
    """Return from when on the channel may be worked: ``now``, or later if the provider asked for a pause."""
    if gate.transport is Transport.PUSH and gate.resume_at is not None:
        return max(now, gate.resume_at)
    return now


def too_late(facts: Facts, now: datetime) -> Words | None:
    """Say why an item that never went out shall not go out any more, or return None if it may.

    Retries fall under the same policy: old news is worse than none.
    """
    if facts.until is not None and facts.until <= now:
        return Words(N_("Thời hạn hiển thị đã hết trước khi bài kịp lên kênh. Hãy đặt lịch mới nếu vẫn cần đăng."))
    allowed = {
        LatePolicy.AT_ONCE: timedelta.max,
        LatePolicy.WITHIN: max(PUNCTUAL, timedelta(minutes=facts.gate.late_minutes)),
        LatePolicy.MISSED: PUNCTUAL,
    }[facts.gate.late_policy]
    late = now - facts.scheduled_at
    if late <= allowed:
        return None
    return Words(
        N_("Đã quá giờ hẹn %(minutes)s phút nên kênh không đăng nữa. Hãy đặt lịch mới nếu vẫn cần đăng."),
        {"minutes": int(late.total_seconds() // 60)},
    )


def _wanted(facts: Facts, now: datetime) -> Decision:
    if facts.state in ENDED:
        return Decision(Step.REST)
    if facts.called_at is not None:
        return Decision(Step.FIND)
    if facts.progress_lost and facts.state is DeliveryState.SENDING:
        return Decision(Step.ASK)
    if facts.desired is Desired.WITHDRAWN:
        return Decision(_way_out(facts))
    if facts.live_rendition_id is not None:
        return _upkeep(facts, now)
    if facts.under_way:
        return Decision(Step.CONTINUE)
    return _first_sending(facts, now)


def _way_out(facts: Facts) -> Step:
    """How a delivery that is no longer wanted ends: taken down, found out first, or never sent."""
    if facts.live_rendition_id is not None:
        return Step.RETRACT
    if facts.under_way and facts.progress is not None:
        return Step.CONTINUE if facts.progress.repeatable else Step.FIND
    return Step.CANCEL


def _upkeep(facts: Facts, now: datetime) -> Decision:
    if facts.until is not None and facts.until <= now:
        return Decision(Step.EXPIRE)
    if facts.live_rendition_id != facts.rendition_id or facts.resend:
        return Decision(Step.CORRECT)
    return Decision(Step.REST, facts.until)


def _first_sending(facts: Facts, now: datetime) -> Decision:
    if facts.scheduled_at > now:
        return Decision(Step.REST, facts.scheduled_at)
    words = too_late(facts, now)
    return Decision(Step.MISS, words=words) if words else Decision(Step.PUBLISH)
