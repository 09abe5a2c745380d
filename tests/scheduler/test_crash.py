"""Scheduler processes are killed at random moments while a provider misbehaves: nothing lost, nothing sent twice.

The provider's log is the oracle. ``--kills 300`` kills more often, ``--crash-seed`` repeats a run's choices.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from scheduler import health
from scheduler.clock import utc_now
from scheduler.decisions.states import DeliveryState, LatePolicy, Outcome
from scheduler.storage.rows import ATTEMPT, DELIVERY
from tests.scheduler.conftest import House
from tests.scheduler.fake_provider import Provider

ROOT = Path(__file__).resolve().parents[2]
FAULTS = {
    "accept-timeout": 0.04,
    "accept-reset": 0.04,
    "accept-500": 0.04,
    "accept-garbage": 0.03,
    "slow": 0.03,
    "500": 0.04,
    "502": 0.02,
    "429": 0.02,
    "422": 0.02,
    "continue": 0.10,
}
"""How often the provider does what; otherwise it works."""


class Nest:
    """Keeps scheduler processes running, and kills them."""

    def __init__(self, process: "subprocess.Popen[str]", rng: random.Random) -> None:
        self._process, self._rng = process, rng
        self.alive: list[int] = []
        self.killed = 0

    def hatch(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        self.alive.append(int(self._process.stdout.readline()))

    def kill_one(self) -> None:
        victim = self.alive.pop(self._rng.randrange(len(self.alive)))
        os.kill(victim, signal.SIGKILL)
        self.killed += 1

    def clear(self) -> None:
        for pid in self.alive:
            os.kill(pid, signal.SIGKILL)
        self.alive = []


@contextmanager
def nest(url: str, folder: Path, rng: random.Random) -> Iterator[Nest]:
    command = [sys.executable, "-m", "tests.scheduler.nest", url, str(folder)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    made = Nest(process, rng)
    try:
        yield made
    finally:
        made.clear()
        process.communicate()


def misbehave(provider: Provider, rng: random.Random) -> None:
    """Let the provider fail as ``FAULTS`` say; only creations are accepted as jobs."""

    def choose(request: str) -> str:
        fault = rng.choices([*FAULTS, ""], [*FAULTS.values(), 1 - sum(FAULTS.values())])[0]
        creates = request == "create"
        return fault if creates or fault not in ("422", "continue") else ""

    provider.choose = choose
    provider.delay = 0.6
    provider.retry_after = 1


def stand(house: House, provider: Provider, kills: int) -> list[int]:
    """Open five channels, one of which cannot look anything up, and schedule what keeps them busy for a while."""
    settings = {"url": provider.url, "timeout": 0.4}
    open_late: dict[str, Any] = {"late_policy": LatePolicy.AT_ONCE}
    channels = [house.channel("fake_http", settings, **open_late) for _ in range(3)]
    channels.append(house.channel("fake_http", {**settings, "can_find": False}, **open_late))
    channels.append(house.channel("fake_pull", **open_late))
    count = max(100, kills * 4)
    return [house.schedule(channels[n % 5], f"Tin {n}", after=n * kills * 0.2 / count) for n in range(count)]


def test_killed_schedulers_lose_nothing_and_send_nothing_twice(
    house: House, url: str, tmp_path: Path, provider: Provider, request: pytest.FixtureRequest
) -> None:
    kills = request.config.getoption("--kills", default=30)
    seed = request.config.getoption("--crash-seed", default=None) or time.time_ns() % 1_000_000
    rng = random.Random(seed)
    print(f"--crash-seed {seed}")  # noqa: T201  # shown when the test fails
    misbehave(provider, rng)
    house.clock.at = utc_now()
    deliveries = stand(house, provider, kills)
    with nest(url, tmp_path / "media", rng) as brood:
        for _ in range(3):
            brood.hatch()
        while brood.killed < kills:
            time.sleep(rng.uniform(0.05, 0.3))
            brood.kill_one()
            brood.hatch()
            change_minds(house, deliveries, rng)
        provider.choose = lambda _request: ""
        wait_for_rest(house)
    judge(house, provider, deliveries)


def change_minds(house: House, deliveries: list[int], rng: random.Random) -> None:
    """Withdraw or correct something now and then."""
    house.clock.at = utc_now()
    chosen = rng.choice(deliveries)
    if rng.random() < 0.15:
        house.withdraw(house.row(chosen).story_id)
    elif rng.random() < 0.2 and house.state(chosen) is DeliveryState.LIVE:
        house.correct(chosen, f"Đính chính {chosen}", revision=rng.randrange(2, 90))


def wait_for_rest(house: House) -> None:
    """Wait until no delivery has anything to do any more."""
    deadline = time.monotonic() + 120
    moving = (DeliveryState.SCHEDULED, DeliveryState.SENDING, DeliveryState.WITHDRAWING)
    wanted = select(DELIVERY.c.id, DELIVERY.c.state, DELIVERY.c.next_at, DELIVERY.c.problem).where(
        DELIVERY.c.next_at.is_not(None) | DELIVERY.c.state.in_(moving)
    )
    while True:
        with house.database.connect() as connection:
            left = connection.execute(wanted).all()
        if not left:
            return
        assert time.monotonic() < deadline, left
        time.sleep(0.1)


def judge(house: House, provider: Provider, deliveries: list[int]) -> None:
    with house.database.connect() as connection:
        rows = {row.id: row for row in connection.execute(select(DELIVERY))}
        outcomes: dict[int, Counter[str]] = {delivery: Counter() for delivery in deliveries}
        for attempt in connection.execute(select(ATTEMPT.c.delivery_id, ATTEMPT.c.outcome)):
            outcomes[attempt.delivery_id][attempt.outcome] += 1
        waiting = health.needs_person(connection)
    created = Counter(provider.created())
    assert [key for key, times in created.items() if times > 1] == [], "sent twice"
    assert sorted(rows) == sorted(deliveries), "no row is lost"
    resting = {DeliveryState.LIVE, DeliveryState.WITHDRAWN, DeliveryState.CANCELLED}
    for_people = {DeliveryState.UNKNOWN, DeliveryState.FAILED}
    assert {DeliveryState(row.state) for row in rows.values()} <= resting | for_people
    assert waiting >= sum(row.state in for_people for row in rows.values())
    texts = provider.texts()
    for row in rows.values():
        pull = row.channel_id == max(r.channel_id for r in rows.values())
        if row.state == DeliveryState.LIVE and not pull:
            assert row.key in texts, "what is called live is there"
            assert created[row.key] == 1
        if row.state in (DeliveryState.WITHDRAWN, DeliveryState.CANCELLED, DeliveryState.FAILED):
            assert row.key not in texts, "what is not called live is not there"
        told = outcomes[row.id]
        if row.live_rendition_id is not None and row.state == DeliveryState.LIVE:
            assert told[Outcome.DONE] >= 1, "the audit says when it became live"
        if created[row.key]:
            seen = (Outcome.DONE, Outcome.PROGRESS, Outcome.UNCERTAIN, Outcome.LOST)
            assert any(told[outcome] for outcome in seen), "the audit knows of every call that had an effect"
    live = sum(row.state == DeliveryState.LIVE for row in rows.values())
    assert live > len(rows) / 3, "the engine got most of the work done between the kills"
