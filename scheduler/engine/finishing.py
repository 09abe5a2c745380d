"""Writing down how a step ended: the delivery, the attempt and what it means for the channel, in one transaction."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, update

from scheduler.decisions.next_step import Step
from scheduler.decisions.outcomes import Moment, Result, after, channel_after, words_column
from scheduler.decisions.states import Action, Health, Outcome
from scheduler.engine.claims import DeliveryClaim, current, put_down, recorded
from scheduler.storage.prepared import PreparedStatement
from scheduler.storage.rates import drain
from scheduler.storage.rows import ATTEMPT, CHANNEL

ACTIONS = {
    Step.PUBLISH: Action.PUBLISH,
    Step.CONTINUE: Action.PUBLISH,
    Step.FIND: Action.FIND,
    Step.CORRECT: Action.CORRECT,
    Step.RETRACT: Action.RETRACT,
    Step.EXPIRE: Action.EXPIRE,
}

_ADD = PreparedStatement(insert(ATTEMPT).inline())


@dataclass(frozen=True, slots=True)
class Tried:
    """A step that was made between ``started_at`` and ``ended_at`` (UTC) by ``worker``, and its result."""

    step: Step
    result: Result
    started_at: datetime
    ended_at: datetime
    worker: str


def finish(connection: Connection, held: DeliveryClaim, tried: Tried, moment: Moment, account: str) -> bool:
    """Write the outcome of ``tried``. Return False if the delivery is no longer ours: then only the attempt is kept."""
    if not _settle(connection, held, tried, moment):
        _record_stray(connection, held, tried)
        return False
    _record(connection, held, tried)
    _tell_channel(connection, held.channel_id, tried.result, moment, account)
    return True


def _settle(connection: Connection, held: DeliveryClaim, tried: Tried, moment: Moment) -> bool:
    """Write the new state; if a person decided something meanwhile, work it out again from what the row says now."""
    changes = after(tried.step, tried.result, held.facts, moment)
    if put_down(connection, held, tried.worker, changes, version=True):
        return True
    facts = current(connection, held, tried.worker)
    if facts is None:
        return False
    return put_down(connection, held, tried.worker, after(tried.step, tried.result, facts, moment), version=False)


def _record(connection: Connection, held: DeliveryClaim, tried: Tried, *, stray: bool = False) -> None:
    result = tried.result
    detail = result.detail
    if stray and result.receipt is not None:
        detail = f"{result.receipt.provider_id} {result.receipt.link} {detail}".strip()
    entry = {
        "delivery_id": held.id,
        "token": held.token,
        "action": ACTIONS[tried.step],
        "outcome": Outcome.LOST if stray else result.outcome,
        "started_at": tried.started_at,
        "ended_at": tried.ended_at,
        "words": words_column(result.words),
        "detail": detail,
        "worker": tried.worker,
    }
    _ADD.run(connection, entry)


def _record_stray(connection: Connection, held: DeliveryClaim, tried: Tried) -> None:
    """Keep what a worker learnt after it lost its lease, unless this is a commit made twice."""
    if not recorded(connection, held):
        _record(connection, held, tried, stray=True)


def _tell_channel(connection: Connection, channel_id: int, result: Result, moment: Moment, account: str) -> None:
    changes = channel_after(result, moment.now, moment.draw)
    if not changes:
        return
    statement = update(CHANNEL).where(CHANNEL.c.id == channel_id)
    if result.outcome is Outcome.AUTH:
        statement = statement.where(CHANNEL.c.health == Health.OK)
    connection.execute(statement.values(changes))
    if result.outcome is Outcome.RATE_LIMITED:
        drain(connection, account, changes["resume_at"])
