"""How long to wait after a failed call, and how many calls a provider account may take."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.contract import ErrorKind

Draw = Callable[[float, float], float]
"""Like ``random.uniform``: a number between two bounds."""

SHORTEST = 1.0
"""No wait is shorter, in seconds, so that a failing call can never become a busy loop."""


LONGEST_WAIT = timedelta(hours=1)
"""No delivery waits longer between two steps, whatever the provider says; a longer pause is the channel's."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits of one kind of failure: ``base`` seconds, doubled with every try, up to ``cap`` seconds."""

    base: float
    cap: float

    def ceiling(self, tries: int) -> float:
        """Return the longest wait in seconds before try ``tries + 1``, counted from 0."""
        return min(self.cap, self.base * 2.0 ** min(tries, 40))


WAITS: Mapping[ErrorKind, Backoff] = {
    ErrorKind.TRANSIENT: Backoff(base=15, cap=15 * 60),
    ErrorKind.RATE_LIMITED: Backoff(base=30, cap=15 * 60),
    ErrorKind.UNCERTAIN: Backoff(base=5, cap=10 * 60),
}


def wait(kind: ErrorKind, tries: int, draw: Draw, retry_after: float | None = None) -> timedelta:
    """Return the wait after the failure number ``tries`` (from 0): full jitter, never before ``retry_after`` seconds.

    Full jitter spreads the workers of an outage best; AWS Architecture Blog, "Exponential Backoff And Jitter".
    """
    jittered = draw(0.0, WAITS[kind].ceiling(tries))
    return timedelta(seconds=max(SHORTEST, jittered, retry_after or 0.0))


@dataclass(frozen=True, slots=True)
class Bucket:
    """Tokens of a provider account at ``filled_at`` (UTC). A future ``filled_at`` means a pause until then."""

    tokens: float
    filled_at: datetime


LONGEST_PAUSE = timedelta(hours=1)
"""A bucket filled further in the future was written by a clock that has since been put back."""


def capacity(per_minute: int) -> float:
    """Return the largest burst: a tenth of the minute's calls, so that burst and refill together keep the limit."""
    return max(1.0, per_minute / 10)


def refill(bucket: Bucket, per_minute: int, now: datetime) -> Bucket:
    """Return the bucket as it stands at ``now``; nine tenths of the limit flow in evenly."""
    if bucket.filled_at > now + LONGEST_PAUSE:
        return Bucket(0.0, now)
    elapsed = (now - bucket.filled_at).total_seconds()
    if elapsed <= 0:
        return bucket
    return Bucket(min(capacity(per_minute), bucket.tokens + elapsed * _per_second(per_minute)), now)


def take(bucket: Bucket, wanted: int) -> tuple[int, Bucket]:
    """Return how many calls of ``wanted`` may be made now, and what is left."""
    granted = min(wanted, int(bucket.tokens))
    return granted, Bucket(bucket.tokens - granted, bucket.filled_at)


def next_token(bucket: Bucket, per_minute: int) -> datetime:
    """Return when (UTC) the next call may be made; a millisecond later, so that rounding cannot make it too early."""
    missing = max(0.0, 1.0 - bucket.tokens)
    return bucket.filled_at + timedelta(seconds=missing / _per_second(per_minute), milliseconds=1)


def _per_second(per_minute: int) -> float:
    return (per_minute - capacity(per_minute)) / 60 if per_minute > 1 else 1 / 60
