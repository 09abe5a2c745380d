"""Where a delivery stands after each outcome of each step."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.contract import Continue, Receipt, Transport
from channels.words import Words
from scheduler.decisions.next_step import ChannelPolicy, Decision, Facts, Progress, Step, decide
from scheduler.decisions.outcomes import (
    LOOK_FOR,
    Moment,
    Result,
    after,
    channel_after,
    outage_until,
    problem,
    without_call,
    words_column,
)
from scheduler.decisions.states import ENDED, DeliveryState, Desired, Health, Outcome

NOW = datetime(2025, 3, 10, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SETTLE = timedelta(seconds=45)
MOMENT = Moment(NOW, SETTLE, lambda _low, high: high)
RECEIPT = Receipt("article-1", "https://example.vn/1", {"views": 0})
SENT = Facts(
    ChannelPolicy(Transport.PUSH),
    scheduled_at=NOW - MINUTE,
    rendition_id=7,
    state=DeliveryState.SENDING,
    called_at=NOW,
    progress=Progress(7),
)
POLLING = replace(SENT, called_at=None, progress=Progress(7, {"token": "t"}, repeatable=True))
LIVE = replace(SENT, state=DeliveryState.LIVE, live_rendition_id=7, live_at=NOW - MINUTE, called_at=None, progress=None)
LOOKED = replace(SENT, progress=Progress(7, looked_at=NOW - SETTLE))
GONE: dict[str, Any] = {"desired": Desired.WITHDRAWN}


def result(outcome: Outcome, **more: Any) -> Result:
    return Result(outcome, more.pop("rendition_id", 7), **more)


TABLE = [
    # the happy road
    (Step.PUBLISH, SENT, result(Outcome.DONE, receipt=RECEIPT), DeliveryState.LIVE, None),
    (
        Step.PUBLISH,
        replace(SENT, until=NOW + MINUTE),
        result(Outcome.DONE, receipt=RECEIPT),
        DeliveryState.LIVE,
        NOW + MINUTE,
    ),
    (Step.PUBLISH, replace(SENT, rendition_id=8), result(Outcome.DONE, receipt=RECEIPT), DeliveryState.LIVE, NOW),
    (Step.PUBLISH, replace(SENT, **GONE), result(Outcome.DONE, receipt=RECEIPT), DeliveryState.WITHDRAWING, NOW),
    (
        Step.PUBLISH,
        SENT,
        result(Outcome.PROGRESS, onward=Continue({"token": "t"}, 3, True)),
        DeliveryState.SENDING,
        NOW + timedelta(seconds=3),
    ),
    (Step.CONTINUE, POLLING, result(Outcome.DONE, receipt=RECEIPT), DeliveryState.LIVE, None),
    (Step.CORRECT, replace(LIVE, rendition_id=8), result(Outcome.DONE, receipt=RECEIPT), DeliveryState.LIVE, NOW),
    (
        Step.CORRECT,
        replace(LIVE, rendition_id=8),
        result(Outcome.DONE, receipt=RECEIPT, rendition_id=8),
        DeliveryState.LIVE,
        None,
    ),
    (
        Step.RETRACT,
        replace(LIVE, state=DeliveryState.WITHDRAWING, **GONE),
        result(Outcome.DONE),
        DeliveryState.WITHDRAWN,
        None,
    ),
    (Step.EXPIRE, replace(LIVE, until=NOW), result(Outcome.DONE), DeliveryState.EXPIRED, None),
    (Step.EXPIRE, replace(LIVE, until=NOW, **GONE), result(Outcome.DONE), DeliveryState.WITHDRAWN, None),
    # looking for the outcome of an unclear call
    (Step.FIND, SENT, result(Outcome.DONE, receipt=RECEIPT), DeliveryState.LIVE, None),
    (Step.FIND, SENT, result(Outcome.DONE), DeliveryState.SENDING, NOW + SETTLE),
    (Step.FIND, LOOKED, result(Outcome.DONE), DeliveryState.SCHEDULED, NOW - MINUTE + MINUTE),
    (Step.FIND, replace(LOOKED, **GONE), result(Outcome.DONE), DeliveryState.CANCELLED, None),
    (Step.FIND, SENT, result(Outcome.UNCERTAIN), DeliveryState.SENDING, NOW + SETTLE),
    (Step.FIND, LOOKED, result(Outcome.UNCERTAIN), DeliveryState.UNKNOWN, None),
    (Step.FIND, SENT, result(Outcome.REJECTED), DeliveryState.UNKNOWN, None),
    (Step.FIND, SENT, result(Outcome.TRANSIENT), DeliveryState.SENDING, NOW + timedelta(seconds=15)),
    (
        Step.FIND,
        replace(SENT, called_at=NOW - LOOK_FOR),
        result(Outcome.TRANSIENT),
        DeliveryState.UNKNOWN,
        NOW + timedelta(seconds=15),
    ),
    (Step.FIND, SENT, result(Outcome.RATE_LIMITED), None, NOW),
    (Step.FIND, SENT, result(Outcome.AUTH), None, NOW),
    # refused for good
    (Step.PUBLISH, SENT, result(Outcome.REJECTED), DeliveryState.FAILED, None),
    (Step.PUBLISH, replace(SENT, **GONE), result(Outcome.REJECTED), DeliveryState.CANCELLED, None),
    (Step.CONTINUE, POLLING, result(Outcome.REJECTED), DeliveryState.FAILED, None),
    (Step.CORRECT, replace(LIVE, rendition_id=8), result(Outcome.REJECTED), None, None),
    (
        Step.CORRECT,
        replace(LIVE, rendition_id=8, until=NOW + MINUTE),
        result(Outcome.REJECTED),
        None,
        NOW + MINUTE,
    ),
    (Step.CORRECT, replace(LIVE, rendition_id=8, **GONE), result(Outcome.REJECTED), None, NOW),
    (Step.RETRACT, replace(LIVE, **GONE), result(Outcome.REJECTED), None, None),
    # the account, not the item
    (Step.PUBLISH, SENT, result(Outcome.AUTH), DeliveryState.SCHEDULED, NOW - MINUTE),
    (Step.PUBLISH, SENT, result(Outcome.RATE_LIMITED, retry_after=60), DeliveryState.SCHEDULED, NOW - MINUTE),
    (Step.PUBLISH, replace(SENT, **GONE), result(Outcome.AUTH), DeliveryState.CANCELLED, None),
    (Step.CONTINUE, POLLING, result(Outcome.AUTH), DeliveryState.SENDING, NOW),
    (Step.RETRACT, replace(LIVE, **GONE), result(Outcome.AUTH), None, NOW),
    # surely not sent
    (Step.PUBLISH, SENT, result(Outcome.TRANSIENT), DeliveryState.SCHEDULED, NOW + timedelta(seconds=15)),
    (
        Step.PUBLISH,
        replace(SENT, tries=3),
        result(Outcome.TRANSIENT),
        DeliveryState.SCHEDULED,
        NOW + timedelta(seconds=120),
    ),
    (Step.PUBLISH, SENT, result(Outcome.TRANSIENT, retry_after=99), DeliveryState.SCHEDULED, NOW + 99 * MINUTE / 60),
    (Step.CONTINUE, POLLING, result(Outcome.TRANSIENT), DeliveryState.SENDING, NOW + timedelta(seconds=15)),
    (
        Step.CONTINUE,
        replace(POLLING, tries=9),
        result(Outcome.TRANSIENT),
        DeliveryState.UNKNOWN,
        NOW + timedelta(seconds=900),
    ),
    (Step.CORRECT, replace(LIVE, rendition_id=8), result(Outcome.TRANSIENT), None, NOW + timedelta(seconds=15)),
    (Step.CORRECT, replace(LIVE, rendition_id=8, **GONE), result(Outcome.TRANSIENT), None, NOW),
    # may have been sent
    (Step.PUBLISH, SENT, result(Outcome.UNCERTAIN), DeliveryState.SENDING, NOW + timedelta(seconds=5)),
    (Step.CONTINUE, POLLING, result(Outcome.UNCERTAIN), DeliveryState.SENDING, NOW + timedelta(seconds=15)),
    (Step.RETRACT, replace(LIVE, **GONE), result(Outcome.UNCERTAIN), None, NOW + timedelta(seconds=15)),
]


@pytest.mark.parametrize(("step", "facts", "outcome", "state", "next_at"), TABLE)
def test_state_and_next_time(
    step: Step, facts: Facts, outcome: Result, state: DeliveryState | None, next_at: datetime | None
) -> None:
    changes = after(step, outcome, facts, MOMENT)
    assert changes.get("state", facts.state) == (state or facts.state)
    assert changes["next_at"] == next_at


def test_a_confirmed_item_keeps_its_receipt_and_forgets_its_troubles() -> None:
    changes = after(Step.PUBLISH, result(Outcome.DONE, receipt=RECEIPT), replace(SENT, tries=4), MOMENT)
    assert changes["provider_id"] == "article-1"
    assert changes["link"] == "https://example.vn/1"
    assert changes["evidence"] == {"views": 0}
    assert changes["live_at"] == NOW
    assert (changes["tries"], changes["called_at"], changes["progress"], changes["problem"]) == (0, None, {}, {})


def test_an_item_found_later_went_live_when_it_was_called() -> None:
    facts = replace(SENT, called_at=NOW - 5 * MINUTE)
    assert after(Step.FIND, result(Outcome.DONE, receipt=RECEIPT), facts, MOMENT)["live_at"] == NOW - 5 * MINUTE


def test_a_correction_keeps_the_time_of_going_live() -> None:
    changes = after(Step.CORRECT, result(Outcome.DONE, receipt=RECEIPT, rendition_id=8), LIVE, MOMENT)
    assert changes["live_at"] == LIVE.live_at
    assert changes["corrected_at"] == NOW
    assert changes["live_rendition_id"] == 8


def test_a_correction_that_came_during_the_sending_is_still_to_be_made() -> None:
    facts = replace(SENT, rendition_id=8)
    changes = after(Step.PUBLISH, result(Outcome.DONE, receipt=RECEIPT), facts, MOMENT)
    later = replace(facts, state=changes["state"], live_rendition_id=7, called_at=None, progress=None)
    assert decide(later, NOW).step is Step.CORRECT


def test_a_failure_leaves_words_for_the_editor() -> None:
    told = result(Outcome.REJECTED, words=Words("Tiêu đề dài %(n)s ký tự", {"n": 151}), detail="-201")
    assert after(Step.PUBLISH, told, SENT, MOMENT)["problem"] == {
        "kind": "rejected",
        "text": "Tiêu đề dài %(n)s ký tự",
        "values": {"n": 151},
        "detail": "-201",
    }
    assert problem(result(Outcome.DONE, words=Words("thừa"))) == {}


def test_words_are_kept_as_plain_values() -> None:
    nested = Words("%(a)s %(b)s", {"a": Words("xin chào"), "b": NOW})
    assert words_column(nested)["values"] == {"a": "xin chào", "b": str(NOW)}
    assert words_column(None) == {}


def test_steps_without_a_call() -> None:
    missed = without_call(Decision(Step.MISS, words=Words("muộn")), SENT)
    assert (missed["state"], missed["next_at"], missed["problem"]["text"]) == (DeliveryState.MISSED, None, "muộn")
    assert without_call(Decision(Step.CANCEL), SENT)["state"] == DeliveryState.CANCELLED
    assert without_call(Decision(Step.REST, NOW + MINUTE), SENT) == {"next_at": NOW + MINUTE}
    assert without_call(Decision(Step.HOLD), SENT) == {"next_at": SENT.scheduled_at}


def test_what_an_outcome_does_to_the_channel() -> None:
    auth = channel_after(result(Outcome.AUTH, words=Words("Hãy cấp quyền lại")), NOW, MOMENT.draw)
    assert auth == {"health": Health.NEEDS_AUTH, "health_words": "Hãy cấp quyền lại"}
    limited = channel_after(result(Outcome.RATE_LIMITED, retry_after=90), NOW, MOMENT.draw)
    assert limited == {"resume_at": NOW + timedelta(seconds=90)}
    assert channel_after(result(Outcome.TRANSIENT), NOW, MOMENT.draw) == {}


def test_a_channel_rests_after_several_failures_in_a_row() -> None:
    assert outage_until(2, MOMENT) is None
    assert outage_until(3, MOMENT) == NOW + timedelta(seconds=15)
    assert outage_until(5, MOMENT) == NOW + timedelta(seconds=60)


OUTCOMES = st.sampled_from([o for o in Outcome if o not in (Outcome.LOST, Outcome.PROGRESS)])
FIRST = st.builds(
    Facts,
    gate=st.just(ChannelPolicy(Transport.PUSH)),
    scheduled_at=st.just(NOW - MINUTE),
    rendition_id=st.integers(7, 8),
    desired=st.sampled_from(Desired),
    state=st.just(DeliveryState.SENDING),
    until=st.none() | st.just(NOW + MINUTE),
    called_at=st.just(NOW),
    progress=st.builds(Progress, st.just(7), st.sampled_from([{}, {"t": 1}]), st.booleans(), st.none() | st.just(NOW)),
    tries=st.integers(0, 60),
)


@given(FIRST, OUTCOMES, st.booleans(), st.floats(0, 1))
def test_no_outcome_loses_a_delivery(facts: Facts, outcome: Outcome, receipt: bool, share: float) -> None:
    moment = Moment(NOW, SETTLE, lambda low, high: low + share * (high - low))
    step = Step.FIND if receipt else Step.PUBLISH
    told = result(outcome, receipt=RECEIPT if outcome is Outcome.DONE else None)
    changes = after(step, told, facts, moment)
    state = changes.get("state", facts.state)
    waits = changes["next_at"] is not None and changes["next_at"] >= facts.scheduled_at
    at_rest = state in ENDED or state in (DeliveryState.LIVE, DeliveryState.UNKNOWN)
    assert waits or at_rest


@given(FIRST, OUTCOMES)
def test_only_a_definite_answer_forgets_that_a_call_was_made(facts: Facts, outcome: Outcome) -> None:
    changes = after(Step.PUBLISH, result(outcome, receipt=RECEIPT), facts, MOMENT)
    assert ("called_at" in changes) is (outcome is not Outcome.UNCERTAIN)
