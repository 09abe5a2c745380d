"""Where a delivery stands after a step: pure functions from an outcome to the columns that change."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from channels.contract import Continue, ErrorKind, Receipt
from channels.words import N_, Words
from scheduler.decisions.backoff import LONGEST_WAIT, Draw, wait
from scheduler.decisions.next_step import REMOVALS, Decision, Facts, Progress, Step
from scheduler.decisions.states import DeliveryState, Desired, Health, Outcome

Changes = dict[str, Any]
"""Columns of a row and their new values."""

LOOK_FOR = timedelta(minutes=30)
"""After this long without a clear answer about an unclear call, a person is asked."""

ASK_AFTER = 10
"""After so many tries in vain to learn what became of an accepted item, a person is asked (about an hour)."""

FIRST_LOOK = timedelta(minutes=10)
"""So long after it was confirmed a live item is read back for the first time."""

ASK_A_PERSON = Words(N_("Chưa rõ bài đã lên kênh hay chưa. Hãy mở kênh kiểm tra, rồi chọn “Đã gửi” hoặc “Gửi lại”."))


@dataclass(frozen=True, slots=True)
class Result:
    """How a step ended. ``rendition_id`` is what was sent, ``receipt`` and ``onward`` what the adapter returned.

    ``retry_after`` is in seconds; ``progress`` is how far a failed step came.
    """

    outcome: Outcome
    rendition_id: int
    receipt: Receipt | None = None
    onward: Continue | None = None
    words: Words | None = None
    detail: str = ""
    retry_after: float | None = None
    progress: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """The circumstances of an outcome: when (UTC), how often and how long to look for an unclear call, and the source
    of jitter.

    It is looked for every ``settle`` until ``shows_after`` has passed, if that is longer.
    """

    now: datetime
    settle: timedelta
    draw: Draw
    shows_after: timedelta = timedelta(0)

    @property
    def believe_after(self) -> timedelta:
        """From the first look in vain to the one that is believed."""
        return max(self.settle, self.shows_after)


def after(step: Step, result: Result, facts: Facts, moment: Moment) -> Changes:
    """Return the changes of a delivery's row, ``facts`` being what the row says while the outcome is written."""
    changes = _HANDLERS[result.outcome](step, result, facts, moment)
    if step in AT_LIVE and result.outcome in UNSETTLED and facts.live_rendition_id is not None:
        changes = {**changes, "progress": _unsettled(result, facts, moment.now).write()}
    return {**changes, "problem": problem(result)}


AT_LIVE = frozenset({Step.CORRECT, Step.RETRACT, Step.EXPIRE})
"""Steps that change an item which is live."""

UNSETTLED = frozenset({Outcome.TRANSIENT, Outcome.UNCERTAIN, Outcome.RATE_LIMITED, Outcome.AUTH})
"""Ends after which nobody knows whether the call will still have its effect."""


def _unsettled(result: Result, facts: Facts, now: datetime) -> Progress:
    """How far a change of a live item has come whose last call failed."""
    if result.progress is not None:
        return Progress(result.rendition_id, result.progress, repeatable=True, lost_at=_lost_at(facts))
    known = facts.progress or Progress(result.rendition_id)
    return replace(known, lost_at=now)


def _lost_at(facts: Facts) -> datetime | None:
    return facts.progress.lost_at if facts.progress is not None and facts.live_rendition_id is not None else None


def problem(result: Result) -> dict[str, Any]:
    """Return the ``problem`` column: what people are told about a failure, or nothing if there is none."""
    if result.words is None or result.outcome in (Outcome.DONE, Outcome.PROGRESS):
        return {}
    return {"kind": result.outcome.value, **words_column(result.words), "detail": result.detail}


def words_column(words: Words | None) -> dict[str, Any]:
    """Return a sentence as the database keeps it."""
    if words is None:
        return {}
    plain = {k: v if isinstance(v, str | int | float | bool | None) else str(v) for k, v in words.values.items()}
    return {"text": words.text, "values": plain}


def without_call(decision: Decision, facts: Facts) -> Changes:
    """Return the changes of a step that needs no call: ``MISS``, ``CANCEL``, ``ASK``, ``HOLD`` or ``REST``."""
    ended: Changes = {"next_at": None, "progress": {}, "called_at": None}
    if decision.step is Step.MISS:
        return {**ended, "state": DeliveryState.MISSED, "problem": {"kind": "missed", **words_column(decision.words)}}
    if decision.step is Step.CANCEL:
        return {**ended, "state": DeliveryState.CANCELLED, "problem": {}}
    if decision.step is Step.ASK:
        return {**ended, "state": DeliveryState.UNKNOWN, "problem": {"kind": "unknown", **words_column(ASK_A_PERSON)}}
    return {"next_at": decision.at if decision.step is Step.REST else facts.scheduled_at}


def channel_after(result: Result, now: datetime, draw: Draw) -> Changes:
    """Return the changes of the channel's row: an authorisation problem stops it, a rate limit makes it wait."""
    if result.outcome is Outcome.AUTH:
        return {"health": Health.NEEDS_AUTH, "health_words": str(result.words or "")}
    if result.outcome is Outcome.RATE_LIMITED:
        return {"resume_at": now + wait(ErrorKind.RATE_LIMITED, 0, draw, result.retry_after)}
    return {}


OUTAGE = 3
"""So many failures in a row mean that the provider is down, not that the items are bad."""


def outage_until(failures: int, moment: Moment) -> datetime | None:
    """Return until when (UTC) a channel rests after ``failures`` transient failures in a row, or None."""
    if failures < OUTAGE:
        return None
    return moment.now + wait(ErrorKind.TRANSIENT, failures - OUTAGE, moment.draw)


def _done(step: Step, result: Result, facts: Facts, moment: Moment) -> Changes:
    if step in REMOVALS:
        return _taken_down(facts, moment.now)
    if result.receipt is None:
        return _found_nothing(result, facts, moment)
    since = facts.live_at or (facts.called_at if step is Step.FIND else None) or moment.now
    changes = live(result.receipt, result.rendition_id, facts, since, moment.now)
    return {**changes, "corrected_at": moment.now} if step is Step.CORRECT else changes


def _taken_down(facts: Facts, now: datetime) -> Changes:
    if facts.desired is Desired.WITHDRAWN:
        return {**_CLEAR, "state": DeliveryState.WITHDRAWN, "withdrawn_at": now, "next_at": None}
    return {**_CLEAR, "state": DeliveryState.EXPIRED, "next_at": None}


def live(receipt: Receipt, rendition_id: int, facts: Facts, since: datetime, now: datetime) -> Changes:
    """Return the changes of a delivery whose rendition is confirmed on the channel ``since`` (UTC)."""
    return {
        **_CLEAR,
        "live_rendition_id": rendition_id,
        "live_at": since,
        "provider_id": receipt.provider_id,
        "link": receipt.link or None,
        "evidence": dict(receipt.evidence),
        "observed": "",
        "look_at": now + FIRST_LOOK,
        **upkeep_from(facts, rendition_id, now),
    }


def upkeep_from(facts: Facts, live_rendition_id: int, now: datetime) -> Changes:
    """Return state and ``next_at`` of a delivery that is live with ``live_rendition_id``."""
    if facts.desired is Desired.WITHDRAWN:
        return {"state": DeliveryState.WITHDRAWING, "next_at": now}
    if live_rendition_id != facts.rendition_id:
        return {"state": DeliveryState.LIVE, "next_at": now}
    return {"state": DeliveryState.LIVE, "next_at": facts.until}


def _found_nothing(result: Result, facts: Facts, moment: Moment) -> Changes:
    """Send again only what no look found from the first until ``believe_after``: the call may still be on its way."""
    looked_at = facts.progress.looked_at if facts.progress else None
    if looked_at is None or moment.now - looked_at < moment.believe_after:
        return _look_again(result, facts, moment)
    if facts.desired is Desired.WITHDRAWN:
        return {**_CLEAR, "state": DeliveryState.CANCELLED, "next_at": None}
    return _surely_not_sent(facts, moment.now)


def _look_again(result: Result, facts: Facts, moment: Moment) -> Changes:
    looked_at = (facts.progress.looked_at if facts.progress else None) or moment.now
    progress = Progress(result.rendition_id, facts.adapter_progress, looked_at=looked_at)
    looked_before = facts.progress is not None and facts.progress.looked_at is not None
    next_look = (moment.now if looked_before else looked_at) + moment.settle
    again = max(next_look, moment.now + wait(ErrorKind.UNCERTAIN, 0, lambda low, _high: low))
    return {"state": DeliveryState.SENDING, "progress": progress.write(), "next_at": again}


def _progress(_step: Step, result: Result, facts: Facts, moment: Moment) -> Changes:
    if result.onward is None:
        raise ValueError("progress without a next step")
    progress = Progress(result.rendition_id, result.onward.progress, result.onward.repeatable, lost_at=_lost_at(facts))
    state = DeliveryState.SENDING if facts.live_rendition_id is None else facts.state
    next_at = moment.now + min(LONGEST_WAIT, timedelta(seconds=max(0.0, result.onward.after)))
    return {"state": state, "called_at": None, "tries": 0, "progress": progress.write(), "next_at": next_at}


def _rejected(step: Step, result: Result, facts: Facts, moment: Moment) -> Changes:
    if step is Step.FIND:
        return {"state": DeliveryState.UNKNOWN, "next_at": None}
    if step in REMOVALS:
        return {"next_at": None}
    if facts.live_rendition_id is not None:
        lost_at = _lost_at(facts)
        kept = Progress(result.rendition_id, lost_at=lost_at).write() if lost_at else {}
        replaced = result.rendition_id not in (facts.rendition_id, facts.live_rendition_id)
        return {
            **({"observed": "changed"} if facts.resend else {}),
            "progress": kept,
            "next_at": moment.now if replaced or facts.desired is Desired.WITHDRAWN else facts.until,
        }
    ended = DeliveryState.CANCELLED if facts.desired is Desired.WITHDRAWN else DeliveryState.FAILED
    return {"state": ended, "called_at": None, "progress": {}, "next_at": None}


def _held(step: Step, _result: Result, facts: Facts, moment: Moment) -> Changes:
    """The account was refused, not the item: it goes back to its place in the queue and its tries do not count."""
    if step is Step.FIND:
        return {"next_at": moment.now}
    first = facts.live_rendition_id is None and not facts.under_way
    return _surely_not_sent(facts, facts.scheduled_at if first else moment.now)


def _transient(step: Step, result: Result, facts: Facts, moment: Moment) -> Changes:
    again = moment.now + min(LONGEST_WAIT, wait(ErrorKind.TRANSIENT, facts.tries, moment.draw, result.retry_after))
    if step is Step.FIND:
        long_ago = facts.called_at is None or moment.now - facts.called_at >= LOOK_FOR
        state = DeliveryState.UNKNOWN if long_ago else DeliveryState.SENDING
        return {"state": state, "tries": facts.tries + 1, "next_at": again}
    if step is Step.CORRECT and facts.desired is Desired.WITHDRAWN:
        return {"next_at": moment.now}
    changes = {**_surely_not_sent(facts, again), "tries": facts.tries + 1}
    return {**changes, "state": DeliveryState.UNKNOWN} if _given_up(step, facts) else changes


def _given_up(step: Step, facts: Facts) -> bool:
    """A person looks too, while the engine goes on asking what became of an item that was accepted."""
    return step is Step.CONTINUE and facts.tries + 1 >= ASK_AFTER


def _uncertain(step: Step, result: Result, facts: Facts, moment: Moment) -> Changes:
    if step is Step.FIND:
        looked_before = facts.progress is not None and facts.progress.looked_at is not None
        return (
            {"state": DeliveryState.UNKNOWN, "next_at": None} if looked_before else _look_again(result, facts, moment)
        )
    if facts.called_at is None:
        return _transient(step, result, facts, moment)
    look_at = moment.now + wait(ErrorKind.UNCERTAIN, facts.tries, moment.draw)
    return {"state": DeliveryState.SENDING, "tries": facts.tries + 1, "next_at": look_at}


def _surely_not_sent(facts: Facts, next_at: datetime) -> Changes:
    """The call changed nothing: the step can be made again at ``next_at``, unless nobody wants it any more."""
    if facts.live_rendition_id is not None:
        return {"called_at": None, "next_at": next_at}
    if facts.under_way and facts.progress is not None:
        progress = Progress(facts.progress.rendition_id, facts.progress.step, facts.progress.repeatable)
        return {"state": DeliveryState.SENDING, "called_at": None, "progress": progress.write(), "next_at": next_at}
    if facts.desired is Desired.WITHDRAWN:
        return {"state": DeliveryState.CANCELLED, "called_at": None, "progress": {}, "next_at": None}
    return {"state": DeliveryState.SCHEDULED, "called_at": None, "progress": {}, "next_at": next_at}


_CLEAR: Mapping[str, Any] = {"called_at": None, "progress": {}, "tries": 0}

_HANDLERS = {
    Outcome.DONE: _done,
    Outcome.PROGRESS: _progress,
    Outcome.REJECTED: _rejected,
    Outcome.AUTH: _held,
    Outcome.RATE_LIMITED: _held,
    Outcome.TRANSIENT: _transient,
    Outcome.UNCERTAIN: _uncertain,
}
