"""Working one push channel's lane: claim in order, and for each delivery decide, stamp, call, write down."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from sqlalchemy import Connection, select, update

from channels import registry
from channels.contract import Account, Order, PushAdapter, Rendition, Transport
from channels.words import N_, Words
from scheduler.backoff import next_token, take
from scheduler.calling import Call, broken, make, with_files
from scheduler.claims import Claim, begin, claim, give_back, put_down
from scheduler.decisions import CALLS, Step, decide
from scheduler.finishing import Tried, finish
from scheduler.outcomes import Moment, Result, outage_until, without_call
from scheduler.rates import account_of, keep_bucket, open_bucket
from scheduler.rows import CHANNEL, GATE, AnyRow, gate_of, renditions
from scheduler.states import Health, Outcome
from scheduler.tools import Hand, Point, Tools

log = logging.getLogger(__name__)

BAD_SETTINGS = Words(N_("Cấu hình của kênh chưa hợp lệ nên kênh tạm dừng. Hãy sửa cấu hình rồi mở lại kênh."))


@dataclass(frozen=True, slots=True)
class Batch:
    """The claims of one visit to a channel, with the channel as its adapter sees it."""

    adapter: PushAdapter
    account: Account
    bucket: str
    claims: tuple[Claim, ...]
    renditions: Mapping[int, Rendition]


class PushLane:
    """One visit to one push channel."""

    def __init__(self, tools: Tools, hand: Hand, channel_id: int) -> None:
        self._tools = tools
        self._hand = hand
        self._channel_id = channel_id
        self._worker = tools.config.worker

    def run(self) -> int:
        """Work the channel's due deliveries in their order; return how many were moved on."""
        batch = self._tools.ledger.write(self._open)
        if batch is None:
            return 0
        self._tools.reached(Point.CLAIMED)
        self._hand.take(batch.claims)
        try:
            return self._work(batch)
        finally:
            self._hand.drop(batch.claims)

    def _work(self, batch: Batch) -> int:
        failures = done = 0
        for place, held in enumerate(batch.claims):
            if self._tools.stopping.is_set():
                self._give_back(batch.claims[place:])
                break
            result = self._step(batch, held)
            done += 1
            failures = failures + 1 if result is not None and result.outcome is Outcome.TRANSIENT else 0
            if self._must_rest(result, failures):
                self._give_back(batch.claims[place + 1 :])
                break
        return done

    def _must_rest(self, result: Result | None, failures: int) -> bool:
        """Whether the channel, not only this item, has a problem; an outage is written down."""
        if result is not None and result.outcome in (Outcome.AUTH, Outcome.RATE_LIMITED):
            return True
        until = outage_until(failures, self._moment())
        if until is None:
            return False
        rest = update(CHANNEL).where(CHANNEL.c.id == self._channel_id).values(resume_at=until)
        self._tools.ledger.write(lambda connection: connection.execute(rest))
        log.warning("channel %s: %s failures in a row, resting until %s", self._channel_id, failures, until)
        return True

    def _step(self, batch: Batch, held: Claim) -> Result | None:
        """Do what is next for one delivery; None if that needed no call or a person was faster."""
        tools, now = self._tools, self._tools.clock()
        decision = decide(held.facts, now)
        tools.reached(Point.DECIDED)
        if decision.step not in CALLS:
            changes = without_call(decision, held.facts)
            tools.ledger.write(lambda connection: self._put_down(connection, held, changes))
            return None
        try:
            call = self._call(batch, held, decision.step)
        except Exception as error:  # e.g. a stored file is gone; nothing was sent
            result = broken(error, held.facts.sent_rendition_id, batch.account, unclear=False)
            return self._record(batch, held, Tried(decision.step, result, now, tools.clock(), self._worker))
        begun = tools.ledger.write(lambda connection: begin(connection, held, tools.config.held, now, stamp=call.once))
        if begun is None:
            tools.ledger.write(lambda connection: self._put_down(connection, held, {}))
            return None
        tools.reached(Point.STAMPED)
        result = make(call, batch.adapter, batch.account)
        tools.reached(Point.ANSWERED)
        return self._record(batch, begun, Tried(decision.step, result, now, tools.clock(), self._worker))

    def _record(self, batch: Batch, held: Claim, tried: Tried) -> Result:
        moment = self._moment()

        def write(connection: Connection) -> bool:
            kept = finish(connection, held, tried, moment, batch.bucket)
            self._tools.reached(Point.RECORDING)
            return kept

        if not self._tools.ledger.write_surely(write, patience=self._tools.config.lease.total_seconds() / 2):
            log.warning("delivery %s: the lease was lost, the outcome %s is kept as an attempt only", held.id,
                        tried.result.outcome)  # fmt: skip
        self._tools.reached(Point.RECORDED)
        return tried.result

    def _put_down(self, connection: Connection, held: Claim, changes: dict[str, Any]) -> None:
        """Write a step that needed no call; if a person decided meanwhile, only give the row free."""
        if changes and put_down(connection, held, self._worker, changes, version=True):
            return
        give_back(connection, [held], self._worker)

    def _give_back(self, claims: tuple[Claim, ...]) -> None:
        if claims:
            self._tools.ledger.write(lambda connection: give_back(connection, claims, self._worker))

    def _call(self, batch: Batch, held: Claim, step: Step) -> Call:
        facts = held.facts
        rendition = batch.renditions[facts.sent_rendition_id]
        sends = step in (Step.PUBLISH, Step.CONTINUE, Step.CORRECT)
        order = Order(
            key=held.key,
            rendition=with_files(rendition, self._tools.store) if sends else rendition,
            live=held.live,
            progress=facts.adapter_progress,
            called_at=(facts.called_at or facts.scheduled_at) if step is Step.FIND else None,
        )
        repeatable = facts.progress is not None and facts.progress.repeatable
        once = step is Step.PUBLISH or (step is Step.CONTINUE and not repeatable)
        return Call(step, order, facts.sent_rendition_id, once)

    def _moment(self) -> Moment:
        return Moment(self._tools.clock(), self._tools.config.settle, self._tools.config.draw)

    def _open(self, connection: Connection) -> Batch | None:
        """Lock the channel for a moment, see what it and its account allow, and claim."""
        columns = (CHANNEL.c.id, CHANNEL.c.kind, CHANNEL.c.name, CHANNEL.c.settings, *GATE)
        wanted = select(*columns).where(CHANNEL.c.id == self._channel_id).with_for_update(skip_locked=True)
        row = connection.execute(wanted).one_or_none()
        if row is None:
            return None
        adapter = registry.push(row.kind)
        settings = _settings(adapter, row.settings)
        if settings is None:
            _pause(connection, self._channel_id)
            return None
        bucket = account_of(row.kind, row.id, row.settings)
        claims = self._claim(connection, row, bucket, adapter.calls_per_minute)
        if not claims:
            return None
        wanted_ids = {held.facts.sent_rendition_id for held in claims}
        account = Account(row.id, row.name, settings, self._tools.vault(row.id), self._tools.clock)
        return Batch(adapter, account, bucket, claims, renditions(connection, wanted_ids))

    def _claim(self, connection: Connection, row: AnyRow, account: str, per_minute: int) -> tuple[Claim, ...]:
        """Claim as many deliveries as the account has calls left; without any, note when the next one may be made."""
        config, now = self._tools.config, self._tools.clock()
        bucket = open_bucket(connection, account, per_minute, now)
        granted, _ = take(bucket, config.lane_batch)
        claims: tuple[Claim, ...] = ()
        if granted == 0:
            later = update(CHANNEL).where(CHANNEL.c.id == row.id).values(resume_at=next_token(bucket, per_minute))
            connection.execute(later)
        else:
            claims = tuple(claim(connection, row.id, gate_of(row, Transport.PUSH), config.held, now, granted))
        keep_bucket(connection, account, take(bucket, len(claims))[1])
        return claims


def _settings(adapter: PushAdapter, stored: Mapping[str, Any]) -> BaseModel | None:
    try:
        return adapter.Settings.model_validate(stored)
    except ValidationError:
        return None


def _pause(connection: Connection, channel_id: int) -> None:
    """Stop a channel whose settings its adapter refuses; its deliveries wait."""
    log.error("channel %s: settings are not valid, paused", channel_id)
    stop = update(CHANNEL).where(CHANNEL.c.id == channel_id, CHANNEL.c.health == Health.OK)
    connection.execute(stop.values(health=Health.PAUSED, health_words=str(BAD_SETTINGS)))
