"""Waits after failures and the token bucket of a provider account."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from channels.contract import ErrorKind
from scheduler.decisions.backoff import LONGEST_PAUSE, SHORTEST, WAITS, Bucket, capacity, next_token, refill, take, wait

NOW = datetime(2025, 3, 10, 10, 0, tzinfo=UTC)
KINDS = st.sampled_from(sorted(WAITS))


@given(KINDS, st.integers(0, 10_000), st.floats(0, 1), st.none() | st.floats(0, 7200))
def test_a_wait_lies_between_the_shortest_and_its_ceiling(
    kind: ErrorKind, tries: int, share: float, retry_after: float | None
) -> None:
    seconds = wait(kind, tries, lambda low, high: low + share * (high - low), retry_after).total_seconds()
    assert seconds >= SHORTEST
    assert seconds >= (retry_after or 0) - 1e-6
    assert seconds <= max(WAITS[kind].cap, retry_after or 0) + 1e-6


@given(KINDS, st.integers(0, 100))
def test_the_ceiling_never_falls_with_more_tries(kind: ErrorKind, tries: int) -> None:
    assert WAITS[kind].ceiling(tries) <= WAITS[kind].ceiling(tries + 1) <= WAITS[kind].cap


@given(st.integers(1, 5000), st.lists(st.tuples(st.floats(0, 30), st.integers(1, 50)), max_size=80))
def test_no_minute_sees_more_calls_than_the_provider_allows(per_minute: int, asks: list[tuple[float, int]]) -> None:
    bucket, now, calls = Bucket(capacity(per_minute), NOW), NOW, list[datetime]()
    for pause, wanted in asks:
        now += timedelta(seconds=pause)
        granted, bucket = take(refill(bucket, per_minute, now), wanted)
        calls += [now] * granted
    for start in calls:
        window = [c for c in calls if start <= c < start + timedelta(minutes=1)]
        assert len(window) <= max(per_minute, 2)


@given(st.integers(1, 5000))
def test_the_announced_time_of_the_next_token_is_right(per_minute: int) -> None:
    _, empty = take(Bucket(0.5, NOW), 1)
    later = next_token(empty, per_minute)
    assert take(refill(empty, per_minute, later), 1)[0] == 1


def test_a_pause_written_into_the_bucket_holds_until_its_end() -> None:
    paused = Bucket(0.0, NOW + timedelta(minutes=5))
    assert refill(paused, 60, NOW) == paused
    assert refill(paused, 60, NOW + timedelta(minutes=6)).tokens > 1


def test_a_clock_put_back_does_not_stall_the_account() -> None:
    assert refill(Bucket(0.0, NOW + LONGEST_PAUSE * 2), 60, NOW) == Bucket(0.0, NOW)
