"""The rules that always hold, under random decisions, crashes, clock jumps and provider faults.

The provider's own log is the oracle: what our database says is only a claim.
"""

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule
from hypothesis.stateful import run_state_machine_as_test as run
from sqlalchemy import select

from channels import registry
from channels.contract import Account, ChannelError, Continue, ErrorKind, Order
from channels.words import Words
from scheduler.decisions.states import ENDED, DeliveryState, Desired, LatePolicy, Outcome
from scheduler.engine.context import Point
from scheduler.orders import promises
from scheduler.storage.database import open_engine, writing
from scheduler.storage.rows import ATTEMPT, DELIVERY
from tests.scheduler.conftest import TABLES, House
from tests.scheduler.fakes import KINDS, PROVIDERS

FAULTS = (
    "lost",
    "late",
    ChannelError(ErrorKind.UNCERTAIN, Words("Quá thời gian")),
    ChannelError(ErrorKind.TRANSIENT, Words("Bận")),
    ChannelError(ErrorKind.RATE_LIMITED, Words("Quá nhiều"), retry_after=40),
    ChannelError(ErrorKind.REJECTED, Words("Không nhận")),
    ChannelError(ErrorKind.AUTH, Words("Hết quyền")),
    Continue({"job": "1"}, 3, repeatable=True),
    KeyError("data"),
)


class Killed(BaseException):
    """The worker's process ends here."""


"""Nothing here loses power, so the databases of the examples need no disk."""

DECISIONS = ("cancel", "move", "correct", "withdraw", "retry")

WORK: dict[str, Any] = {
    "after": st.sampled_from([0, 5, 16, 45, 61, 95]),
    "which": st.integers(0, 5),
    "faults": st.lists(st.sampled_from(FAULTS), max_size=3),
    "findable": st.booleans(),
    "event": st.sampled_from(["nothing", "die", *DECISIONS]),
    "point": st.sampled_from([Point.CLAIMED, Point.DECIDED, Point.STAMPED, Point.ANSWERED, Point.RECORDED]),
    "nth": st.integers(1, 3),
}


class At:
    """Does something the ``nth`` time a worker reaches ``point``."""

    def __init__(self, point: Point, nth: int, act: Callable[[], None]) -> None:
        self.point, self.left, self.act = point, nth, act

    def __call__(self, reached: Point) -> None:
        self.left -= reached is self.point
        if self.left == 0 and reached is self.point:
            self.act()


class Newsroom(RuleBasedStateMachine):
    """Two push channels and a pull channel, people who change their minds, and workers that die."""

    address = ""
    deliveries: Bundle[int] = Bundle("deliveries")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="dakenh-rules-"))
        self.house = House(open_engine(self._fresh()), self.folder)
        self.sent_again: Counter[str] = Counter()
        self.approved: dict[str, set[str]] = {}
        self.promised: dict[str, Any] = {}
        self.cancelled: set[str] = set()
        self.broken: list[str] = []
        self.texts = 0

    def _fresh(self) -> str:
        return self.address

    @initialize(target=deliveries, policy=st.sampled_from([LatePolicy.AT_ONCE, LatePolicy.WITHIN]))
    def open_channels(self, policy: LatePolicy) -> Any:
        made = [self.house.memory(late_policy=policy) for _ in range(2)]
        self.providers = dict(made)
        self.channels = [*self.providers, self.house.channel("fake_pull", late_policy=policy)]
        for provider in self.providers.values():
            provider.call = self.watch
        return multiple(*(self.schedule(number % 3, 0, ends=number == 4) for number in range(5)))

    def watch(self, what: str, order: Order, _account: Account) -> None:
        """Judge every call at the moment at which it reaches the provider."""
        if what != "publish":
            return
        text = str(order.rendition.document["text"])
        if text not in self.approved[order.key]:
            self.broken.append(f"{text} went out and was never scheduled")
        if order.key in self.cancelled:
            self.broken.append(f"{text} went out and had been cancelled")
        if self.house.clock() < self.promised[order.key]:
            self.broken.append(f"{text} went out before its time")

    @rule(target=deliveries, channel=st.integers(0, 2), after=st.integers(0, 120), ends=st.booleans())
    def plan(self, channel: int, after: int, ends: bool) -> int:
        return self.schedule(channel, after, ends=ends)

    def schedule(self, channel: int, after: int, *, ends: bool) -> int:
        text = self._text()
        until = self.house.clock() + timedelta(seconds=after + 600) if ends else None
        delivery = self.house.schedule(self.channels[channel], text, after=after, until=until)
        row = self.house.row(delivery)
        self.approved[row.key] = {text}
        self.promised[row.key] = row.scheduled_at
        return delivery

    @rule(delivery=deliveries, what=st.sampled_from(DECISIONS), after=st.integers(0, 120))
    def decide(self, delivery: int, what: str, after: int) -> None:
        calls = self._calls()
        getattr(self, what)(delivery, after)
        assert self._calls() == calls, "a decision calls nobody"

    def move(self, delivery: int, after: int) -> None:
        at = self.house.clock() + timedelta(seconds=after)
        if self._try(promises.move, delivery, at=at, until=None):
            self.promised[self.house.row(delivery).key] = at

    def cancel(self, delivery: int, _after: int) -> None:
        if self._try(promises.cancel, delivery):
            self.cancelled.add(self.house.row(delivery).key)

    def correct(self, delivery: int, _after: int) -> None:
        row, text = self.house.row(delivery), self._text()
        with writing(self.house.database) as connection:
            revision = self.house.frozen(connection, row.channel_id, row.story_id, text, revision=self.texts)
        self.approved[row.key].add(text)
        if not self._try(promises.correct, delivery, rendition_id=revision):
            self.approved[row.key].discard(text)

    def withdraw(self, delivery: int, _after: int) -> None:
        self.house.withdraw(self.house.row(delivery).story_id)
        if self.house.state(delivery) is DeliveryState.CANCELLED:
            self.cancelled.add(self.house.row(delivery).key)

    def retry(self, delivery: int, _after: int) -> None:
        if self._try(promises.retry, delivery):
            row = self.house.row(delivery)
            self.promised[row.key] = row.scheduled_at

    @rule(delivery=deliveries, again=st.booleans())
    def look_and_decide(self, delivery: int, again: bool) -> None:
        """A person looks at the provider and presses the button that fits."""
        row = self.house.row(delivery)
        provider = self.providers.get(row.channel_id)
        if provider is None or row.state != DeliveryState.UNKNOWN:
            return
        there = [name for name, (key, _) in provider.items.items() if key == row.key]
        if there:
            self._try(promises.confirm_sent, delivery, provider_id=there[0], link="")
        elif again and self._try(promises.send_again, delivery, reason="không thấy"):
            self.sent_again[row.key] += 1
            self.promised[row.key] = self.house.row(delivery).scheduled_at
        else:
            self._try(promises.confirm_not_sent, delivery)

    @rule(which=st.integers(0, 2))
    def admin_opens_the_channel(self, which: int) -> None:
        self.house.decide(promises.resume_channel, channel_id=self.channels[which])

    @rule(minutes=st.sampled_from([-60, -3, 60]))
    def clock_is_set(self, minutes: int) -> None:
        if minutes < 0 and self._waiting_for_time(timedelta(minutes=minutes)):
            return
        self.house.clock.turn(minutes=minutes)

    @rule(**WORK)
    def work(self, **how: Any) -> None:
        self._work(**how)

    @rule(**WORK)
    def work_on(self, **how: Any) -> None:
        """The same again: most of a day is work."""
        self._work(**how)

    def _work(
        self, after: int, which: int, faults: list[Any], findable: bool, event: str, point: Point, nth: int
    ) -> None:
        """Time passes, a provider plans mischief, and a worker does what is due, until ``event`` comes in between."""
        self.house.clock.turn(seconds=after)
        provider = list(self.providers.values())[which % 2]
        provider.next.extend(faults)
        provider.findable = findable
        with suppress(Killed):
            self.house.worker(At(point, nth, lambda: self._happen(event, which, after))).run_due()

    def _happen(self, event: str, which: int, after: int) -> None:
        """The worker dies, or somebody changes their mind about a delivery that it has in hand."""
        if event == "die":
            raise Killed
        wanted = (
            select(DELIVERY.c.id).where(DELIVERY.c.lease_owner.is_not(None)).order_by(DELIVERY.c.lease_until.desc())
        )
        with self.house.database.connect() as connection:
            held = connection.execute(wanted).scalars().all()
        if held and event in DECISIONS:
            getattr(self, event)(held[which % len(held)], after)

    @invariant()
    def no_call_broke_a_rule(self) -> None:
        assert self.broken == []

    @invariant()
    def nothing_is_at_a_provider_twice(self) -> None:
        for provider in getattr(self, "providers", {}).values():
            provider.arrive(self.house.clock())
            for key, texts in provider.by_key().items():
                assert len(texts) <= 1 + self.sent_again[key], key

    @invariant()
    def nothing_is_lost(self) -> None:
        """Whatever has not ended either has a next time, rests live, or waits for a person."""
        with self.house.database.connect() as connection:
            rows = connection.execute(select(DELIVERY).where(DELIVERY.c.state.not_in(ENDED))).all()
        for row in rows:
            resting = row.state in (DeliveryState.LIVE, DeliveryState.UNKNOWN, DeliveryState.WITHDRAWING)
            assert row.next_at is not None or resting, row

    def teardown(self) -> None:
        try:
            self._drain()
            self._check_end()
            self.no_call_broke_a_rule()
            self.nothing_is_at_a_provider_twice()
        finally:
            self.house.close()
            self.house.database.dispose()
            PROVIDERS.clear()
            shutil.rmtree(self.folder, ignore_errors=True)

    def _drain(self) -> None:
        """Let the trouble end and the engine work until nothing is left to do."""
        for provider in getattr(self, "providers", {}).values():
            provider.next.clear()
            provider.findable = True
        worker = self.house.worker()
        for _ in range(100):
            for channel in getattr(self, "channels", []):
                self.house.decide(promises.resume_channel, channel_id=channel)
            worker.run_due()
            worker.refresh_documents()
            wake = worker.next_wake()
            if wake is None:
                return
            self.house.clock.at = max(wake, self.house.clock())
            self.nothing_is_at_a_provider_twice()
        raise AssertionError("the engine never comes to rest")

    def _check_end(self) -> None:
        with self.house.database.connect() as connection:
            rows = connection.execute(select(DELIVERY)).all()
        for row in rows:
            stuck = row.state == DeliveryState.WITHDRAWING and row.next_at is None
            refused = row.state == DeliveryState.LIVE and row.rendition_id != row.live_rendition_id
            assert row.state in {*ENDED, DeliveryState.LIVE, DeliveryState.UNKNOWN} or stuck, row
            provider = self.providers.get(row.channel_id)
            if provider is not None and row.state != DeliveryState.UNKNOWN and not (stuck or refused):
                at_provider = bool(provider.by_key().get(row.key))
                assert at_provider is (row.state == DeliveryState.LIVE), "the database and the provider agree"
            if row.desired == Desired.WITHDRAWN:
                assert row.state != DeliveryState.LIVE
        self._check_audit()

    def _check_audit(self) -> None:
        """Every first appearance at a provider is in the book: done, found, progressing, unclear or lost."""
        with self.house.database.connect() as connection:
            told = connection.execute(select(ATTEMPT.c.delivery_id, ATTEMPT.c.outcome)).all()
            keys = {row.id: row.key for row in connection.execute(select(DELIVERY.c.id, DELIVERY.c.key))}
        tried = {keys[row.delivery_id] for row in told if row.outcome not in (Outcome.REJECTED, Outcome.AUTH)}
        for provider in self.providers.values():
            assert {key for what, key, _ in provider.calls if what in ("correct", "retract")} <= tried

    def _text(self) -> str:
        self.texts += 1
        return f"Bản {self.texts}"

    def _calls(self) -> int:
        return sum(len(provider.calls) for provider in self.providers.values())

    def _waiting_for_time(self, by: timedelta) -> bool:
        """Whether setting the clock back would put a promise that was kept into the future."""
        return any(at > self.house.clock() + by for at in self.promised.values())

    def _try(self, what: Any, delivery: int, **more: Any) -> bool:
        try:
            self.house.decide(what, delivery_id=delivery, **more)
        except promises.DeskRefusal:
            return False
        return True


def machine(address: str, template: Path | None) -> type[RuleBasedStateMachine]:
    """The machine on a database that is empty at each start."""

    class OnDatabase(Newsroom):
        def _fresh(self) -> str:
            if template is not None:
                shutil.copy(template, self.folder / "dakenh.db")
                return f"sqlite:///{self.folder / 'dakenh.db'}"
            with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as connection:
                for name in TABLES:
                    connection.execute(f"DELETE FROM {name}".encode())
            return address

    return OnDatabase


@pytest.mark.parametrize(("kind", "examples"), [("sqlite", 20), ("postgresql", 12)])
def test_the_rules_hold_whatever_happens(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, kind: str, examples: int
) -> None:
    """``--examples 2000`` tries harder."""
    monkeypatch.setattr(registry, "KINDS", KINDS)
    template = request.getfixturevalue("sqlite_template") if kind == "sqlite" else None
    address = "" if kind == "sqlite" else request.getfixturevalue("lasting")
    rules = settings(
        max_examples=request.config.getoption("--examples", default=None) or examples,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run(machine(address, template), settings=rules)
