"""Working one push channel's lane: claim in order, and for each delivery decide, stamp, call, write down."""

import logging
from collections import deque
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, update

from channels.contract import Order, Rendition
from channels.observing import shows_after
from channels.words import N_, Words
from media.errors import Damaged, NotStored
from scheduler.decisions.isolating import said
from scheduler.decisions.next_step import CALLS, Step, decide
from scheduler.decisions.outcomes import Moment, Result, outage_until, without_call
from scheduler.decisions.states import Outcome
from scheduler.engine.calling import Call, broken, damaged, make, with_files
from scheduler.engine.claims import DeliveryClaim, begin, give_back, put_down
from scheduler.engine.context import EngineContext, HeldClaims, Point
from scheduler.engine.finishing import Tried, finish
from scheduler.engine.opening import Batch, open_batch
from scheduler.engine.outcome_writer import OutcomeWriter, PendingOutcome
from scheduler.storage.error_log import AWAY
from scheduler.storage.rates import refund
from scheduler.storage.rows import CHANNEL

log = logging.getLogger(__name__)

SENDS = frozenset({Step.PUBLISH, Step.CONTINUE, Step.CORRECT})
"""Steps that may carry the rendition to the provider; looking for an item or taking it down needs none."""

VISIT = timedelta(seconds=2)
"""No visit begins another call after this long: a removal or a correction overtakes what is still waiting."""

SLEPT = Words(N_("Máy chủ bị dừng ngay trước lúc gọi kênh nên cuộc gọi chưa được thực hiện; hệ thống sẽ tự thử lại."))


class PushLane:
    """One visit to one push channel."""

    def __init__(self, tools: EngineContext, hand: HeldClaims, channel_id: int) -> None:
        self._tools = tools
        self._hand = hand
        self._channel_id = channel_id
        self._worker = tools.config.worker
        self._book = OutcomeWriter(tools)

    def run(self) -> int:
        """Work the channel's due deliveries in their order; return how many were moved on."""
        tools = self._tools
        batch = tools.ledger.write(lambda connection: open_batch(connection, tools, self._channel_id))
        if batch is None:
            return 0
        tools.reached(Point.CLAIMED)
        self._hand.take(batch.claims)
        try:
            return self._work(batch)
        finally:
            self._hand.drop(batch.claims)

    def _work(self, batch: Batch) -> int:
        waiting = deque(batch.claims)
        try:
            self._visit(batch, waiting)
        except Exception:
            self._leave(batch, waiting)
            raise
        self._leave(batch, waiting)
        return len(batch.claims) - len(waiting)

    def _visit(self, batch: Batch, waiting: deque[DeliveryClaim]) -> None:
        """Take one after another from ``waiting``, until a reason to leave the rest."""
        started, failures = self._tools.clock(), 0
        while waiting and not self._tools.stopping.is_set() and self._tools.clock() - started < VISIT:
            result = self._attempt(batch, waiting.popleft())
            failures = failures + 1 if result is not None and result.outcome is Outcome.TRANSIENT else 0
            if self._must_rest(result, failures):
                return

    def _leave(self, batch: Batch, waiting: deque[DeliveryClaim]) -> None:
        """Write down what is owed and put back what was not begun, with the calls that it did not use."""
        if not waiting:
            self._book.settle()
            return

        def put_back(connection: Connection) -> None:
            give_back(connection, waiting, self._worker)
            now = self._tools.clock()
            refund(connection, batch.bucket, batch.adapter.calls_per_minute, len(waiting), now)

        self._book.write(put_back)

    def _must_rest(self, result: Result | None, failures: int) -> bool:
        """Whether the channel, not only this item, has a problem; an outage is written down."""
        if result is not None and result.outcome in (Outcome.AUTH, Outcome.RATE_LIMITED):
            return True
        until = outage_until(failures, Moment(self._tools.clock(), self._tools.config.settle, self._tools.config.draw))
        if until is None:
            return False
        rest = update(CHANNEL).where(CHANNEL.c.id == self._channel_id).values(resume_at=until)
        self._book.write(lambda connection: connection.execute(rest))
        log.warning("channel %s: %s failures in a row, resting until %s", self._channel_id, failures, until)
        return True

    def _attempt(self, batch: Batch, held: DeliveryClaim) -> Result | None:
        """Make the next step; a fault of ours in one delivery is its own failed try and holds up no other."""
        started_at = self._tools.clock()
        try:
            return self._step(batch, held)
        except AWAY:
            raise
        except Exception as error:
            step = Step.PUBLISH if held.facts.called_at is None else Step.FIND
            result = broken(error, held.facts.sent_rendition_id, batch.account, unclear=False)
            return self._record(batch, held, step, result, started_at)

    def _step(self, batch: Batch, held: DeliveryClaim) -> Result | None:
        """Do what is next for one delivery; None if that needed no call or a person was faster."""
        tools, now = self._tools, self._tools.clock()
        decision = decide(held.facts, now)
        tools.reached(Point.DECIDED)
        if decision.step not in CALLS:
            changes = without_call(decision, held.facts)
            self._book.write(lambda connection: self._put_down(connection, held, changes))
            return None
        if (why := batch.damaged.get(held.facts.sent_rendition_id, "")) and decision.step in SENDS:
            return self._not_sent(batch, held, decision.step, why, now)
        try:
            call = self._call(batch, held, decision.step)
        except (NotStored, Damaged) as error:
            return self._not_sent(batch, held, decision.step, said(error), now)
        except Exception as error:  # e.g. the store does not answer; nothing was sent
            result = broken(error, held.facts.sent_rendition_id, batch.account, unclear=False)
            return self._record(batch, held, decision.step, result, now)
        begun = self._book.write(lambda connection: begin(connection, held, tools.config.held, now, stamp=call.once))
        if begun is None:
            self._book.write(lambda connection: self._put_down(connection, held, {}))
            return None
        tools.reached(Point.STAMPED)
        result = self._make(batch, call, now)
        tools.reached(Point.ANSWERED)
        return self._record(batch, begun, call.step, result, now)

    def _not_sent(self, batch: Batch, held: DeliveryClaim, step: Step, why: str, now: datetime) -> Result:
        """Send nothing; of a new item that the provider has accepted before nobody knows whether it is shown."""
        accepted = step is Step.CONTINUE and held.facts.live_rendition_id is None
        result = damaged(why, held.facts.sent_rendition_id, unclear=accepted)
        return self._record(batch, held, Step.FIND if accepted else step, result, now)

    def _make(self, batch: Batch, call: Call, begun_at: datetime) -> Result:
        """Make the call, unless so much of the lease is over that another worker may be at it before the answer."""
        if self._tools.clock() - begun_at >= self._tools.config.lease / 2:
            log.warning("channel %s: stood still between stamp and call, not calling", self._channel_id)
            return Result(Outcome.TRANSIENT, call.rendition_id, words=SLEPT)
        return make(call, batch.adapter, batch.account)

    def _record(self, batch: Batch, held: DeliveryClaim, step: Step, result: Result, started_at: datetime) -> Result:
        """Note how a step ended; it is written with whatever this visit writes next."""
        moment = self._moment(batch)
        tried = Tried(step, result, started_at, moment.now, self._worker)

        def write(connection: Connection) -> bool:
            kept = finish(connection, held, tried, moment, batch.bucket)
            self._tools.reached(Point.RECORDING)
            return kept

        def instead(connection: Connection, error: Exception) -> bool:
            unclear = broken(error, result.rendition_id, batch.account, unclear=held.facts.called_at is not None)
            other = Tried(step, unclear, started_at, moment.now, self._worker)
            return finish(connection, held, other, moment, batch.bucket)

        self._book.owe(PendingOutcome(held.id, write, instead))
        return result

    def _put_down(self, connection: Connection, held: DeliveryClaim, changes: dict[str, Any]) -> None:
        """Write a step that needed no call; if a person decided meanwhile, only give the row free."""
        if changes and put_down(connection, held, self._worker, changes, version=True):
            return
        give_back(connection, [held], self._worker)

    def _call(self, batch: Batch, held: DeliveryClaim, step: Step) -> Call:
        facts = held.facts
        rendition = batch.renditions.get(facts.sent_rendition_id) or Rendition(batch.adapter.kind, {})
        sends = step in SENDS and bool(rendition.files)
        if sends:
            self._book.settle()  # reading files may take long
        order = Order(
            key=held.key,
            rendition=with_files(rendition, self._tools.store) if sends else rendition,
            live=held.live,
            progress=facts.adapter_progress,
            called_at=(facts.called_at or facts.scheduled_at) if step is Step.FIND else None,
            replaced=facts.replaced_progress,
            lost_at=facts.progress.lost_at if facts.progress else None,
        )
        repeatable = facts.progress is not None and facts.progress.repeatable
        once = step is Step.PUBLISH or (step is Step.CONTINUE and not repeatable)
        return Call(step, order, facts.sent_rendition_id, once)

    def _moment(self, batch: Batch) -> Moment:
        config = self._tools.config
        return Moment(self._tools.clock(), config.settle, config.draw, shows_after(batch.adapter))
