"""What a worker does next with a delivery, case by case and as rules."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.contract import Transport
from scheduler.decisions.next_step import (
    CALLS,
    REMOVALS,
    ChannelPolicy,
    Facts,
    Progress,
    Step,
    decide,
    open_from,
    open_states,
    too_late,
)
from scheduler.decisions.states import ENDED, DeliveryState, Desired, Health, LatePolicy

NOW = datetime(2025, 3, 10, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PUSH = ChannelPolicy(Transport.PUSH)
PULL = ChannelPolicy(Transport.PULL)
DUE = Facts(PUSH, scheduled_at=NOW, rendition_id=7)
LIVE = replace(DUE, state=DeliveryState.LIVE, live_rendition_id=7, live_at=NOW)
POLLING = replace(DUE, state=DeliveryState.SENDING, progress=Progress(7, {"token": "t"}, repeatable=True))
BEFORE_CREATION = replace(POLLING, progress=Progress(7, {"upload": "u"}, repeatable=False))
CALLED = replace(DUE, state=DeliveryState.SENDING, called_at=NOW - MINUTE, progress=Progress(7))


@pytest.mark.parametrize(
    ("facts", "step"),
    [
        pytest.param(DUE, Step.PUBLISH, id="due: publish"),
        pytest.param(replace(DUE, scheduled_at=NOW + MINUTE), Step.REST, id="moved to later: rest"),
        pytest.param(replace(DUE, until=NOW), Step.MISS, id="its end has passed: missed"),
        pytest.param(
            replace(DUE, scheduled_at=NOW - 61 * MINUTE), Step.MISS, id="later than the policy allows: missed"
        ),
        pytest.param(replace(DUE, scheduled_at=NOW - 60 * MINUTE), Step.PUBLISH, id="just within the policy: publish"),
        pytest.param(replace(DUE, desired=Desired.WITHDRAWN), Step.CANCEL, id="no longer wanted, never sent: cancel"),
        pytest.param(POLLING, Step.CONTINUE, id="a status query is due: continue"),
        pytest.param(BEFORE_CREATION, Step.CONTINUE, id="the creation is due: continue"),
        pytest.param(replace(POLLING, until=NOW), Step.CONTINUE, id="under way at its end: know the outcome first"),
        pytest.param(
            replace(POLLING, desired=Desired.WITHDRAWN), Step.CONTINUE, id="withdrawn while forming: continue"
        ),
        pytest.param(
            replace(BEFORE_CREATION, desired=Desired.WITHDRAWN), Step.FIND, id="withdrawn before creation: look"
        ),
        pytest.param(CALLED, Step.FIND, id="a call whose outcome was lost: look"),
        pytest.param(replace(CALLED, desired=Desired.WITHDRAWN), Step.FIND, id="unclear and withdrawn: look"),
        pytest.param(replace(CALLED, state=DeliveryState.UNKNOWN), Step.FIND, id="unknown: look"),
        pytest.param(LIVE, Step.REST, id="live and as wanted: rest"),
        pytest.param(replace(LIVE, rendition_id=8), Step.CORRECT, id="a newer text is wanted: correct"),
        pytest.param(replace(LIVE, until=NOW), Step.EXPIRE, id="its end has come: expire"),
        pytest.param(replace(LIVE, until=NOW, rendition_id=8), Step.EXPIRE, id="the end beats a correction"),
        pytest.param(replace(LIVE, until=NOW + MINUTE), Step.REST, id="its end is ahead: rest"),
        pytest.param(
            replace(LIVE, state=DeliveryState.WITHDRAWING, desired=Desired.WITHDRAWN, rendition_id=8, until=NOW),
            Step.RETRACT,
            id="withdrawn: retract, whatever else was wanted",
        ),
    ],
)
def test_step_at_now(facts: Facts, step: Step) -> None:
    assert decide(facts, NOW).step is step


@pytest.mark.parametrize("state", sorted(ENDED))
def test_an_ended_delivery_is_left_alone(state: DeliveryState) -> None:
    assert decide(replace(DUE, state=state, called_at=NOW, live_rendition_id=7), NOW) == decide(
        replace(DUE, state=DeliveryState.LIVE, live_rendition_id=7), NOW
    )


def test_rest_says_when_to_look_again() -> None:
    assert decide(replace(DUE, scheduled_at=NOW + MINUTE), NOW).at == NOW + MINUTE
    assert decide(replace(LIVE, until=NOW + MINUTE), NOW).at == NOW + MINUTE
    assert decide(LIVE, NOW).at is None


WITHDRAWING = replace(LIVE, state=DeliveryState.WITHDRAWING, desired=Desired.WITHDRAWN)


@pytest.mark.parametrize(
    ("gate", "facts", "step"),
    [
        (replace(PUSH, health=Health.NEEDS_AUTH), DUE, Step.HOLD),
        (replace(PUSH, health=Health.NEEDS_AUTH), WITHDRAWING, Step.HOLD),
        (replace(PUSH, health=Health.PAUSED), DUE, Step.HOLD),
        (replace(PUSH, health=Health.PAUSED), replace(DUE, scheduled_at=NOW - timedelta(days=1)), Step.HOLD),
        (replace(PUSH, health=Health.PAUSED), CALLED, Step.HOLD),
        (replace(PUSH, health=Health.PAUSED), WITHDRAWING, Step.RETRACT),
        (replace(PUSH, active=False), DUE, Step.HOLD),
        (replace(PUSH, active=False), WITHDRAWING, Step.RETRACT),
        (replace(PUSH, resume_at=NOW + MINUTE), DUE, Step.HOLD),
        (replace(PUSH, resume_at=NOW + MINUTE), WITHDRAWING, Step.HOLD),
        (replace(PUSH, resume_at=NOW), DUE, Step.PUBLISH),
        (replace(PUSH, health=Health.NEEDS_AUTH), replace(DUE, desired=Desired.WITHDRAWN), Step.CANCEL),
        (replace(PULL, health=Health.NEEDS_AUTH, resume_at=NOW + MINUTE), DUE, Step.PUBLISH),
        (replace(PULL, health=Health.PAUSED), DUE, Step.HOLD),
        (replace(PULL, health=Health.PAUSED), WITHDRAWING, Step.RETRACT),
        (replace(PULL, active=False), replace(LIVE, until=NOW), Step.EXPIRE),
    ],
)
def test_a_channel_holds_its_deliveries_back_but_never_a_removal_it_can_make(
    gate: ChannelPolicy, facts: Facts, step: Step
) -> None:
    assert decide(replace(facts, gate=gate), NOW).step is step


@pytest.mark.parametrize(
    ("policy", "minutes", "late", "missed"),
    [
        (LatePolicy.AT_ONCE, 0, timedelta(days=400), False),
        (LatePolicy.WITHIN, 30, 30 * MINUTE, False),
        (LatePolicy.WITHIN, 30, 30 * MINUTE + timedelta(seconds=1), True),
        (LatePolicy.WITHIN, 0, 2 * MINUTE, False),
        (LatePolicy.MISSED, 60, 2 * MINUTE, False),
        (LatePolicy.MISSED, 60, 3 * MINUTE, True),
    ],
)
def test_late_policy(policy: LatePolicy, minutes: int, late: timedelta, missed: bool) -> None:
    gate = replace(PUSH, late_policy=policy, late_minutes=minutes)
    facts = replace(DUE, gate=gate, scheduled_at=NOW - late)
    assert (too_late(facts, NOW) is not None) is missed


def test_a_missed_item_says_how_late_it_was() -> None:
    decision = decide(replace(DUE, scheduled_at=NOW - 95 * MINUTE), NOW)
    assert str(decision.words) == ("Đã quá giờ hẹn 95 phút nên kênh không đăng nữa. Hãy đặt lịch mới nếu vẫn cần đăng.")


def test_a_sending_keeps_the_text_it_began_with_and_a_correction_takes_the_newest() -> None:
    assert replace(CALLED, rendition_id=8).sent_rendition_id == 7
    assert replace(LIVE, rendition_id=8, progress=Progress(7, {"token": "old"})).sent_rendition_id == 8
    assert replace(LIVE, rendition_id=8, progress=Progress(7, {"token": "old"})).adapter_progress == {}
    assert POLLING.adapter_progress == {"token": "t"}


def test_progress_survives_the_database() -> None:
    for progress in (Progress(7), Progress(7, {"token": "t"}, repeatable=True), Progress(7, looked_at=NOW)):
        assert Progress.read(progress.write()) == progress
        read = Progress.read(progress.write())
        assert read is not None
        assert read.step == progress.step
    assert Progress.read({}) is None


INSTANTS = st.integers(-3000, 3000).map(lambda minutes: NOW + minutes * MINUTE)
GATES = st.builds(
    ChannelPolicy,
    transport=st.sampled_from(Transport),
    active=st.booleans(),
    health=st.sampled_from(Health),
    resume_at=st.none() | INSTANTS,
    late_policy=st.sampled_from(LatePolicy),
    late_minutes=st.integers(0, 600),
)
PROGRESS = st.builds(
    Progress,
    rendition_id=st.integers(7, 8),
    step=st.sampled_from([{}, {"token": "t"}]),
    repeatable=st.booleans(),
    looked_at=st.none() | INSTANTS,
)
FACTS = st.builds(
    Facts,
    gate=GATES,
    scheduled_at=INSTANTS,
    rendition_id=st.integers(7, 8),
    desired=st.sampled_from(Desired),
    state=st.sampled_from(sorted(open_states(PUSH))),
    until=st.none() | INSTANTS,
    live_rendition_id=st.none() | st.integers(7, 8),
    called_at=st.none() | INSTANTS,
    progress=st.none() | PROGRESS,
    tries=st.integers(0, 50),
)


@given(FACTS)
def test_rules_that_hold_for_every_delivery(facts: Facts) -> None:
    step = decide(facts, NOW).step
    if step is Step.PUBLISH:
        assert facts.desired is Desired.LIVE, "what is not wanted is never sent"
        assert facts.scheduled_at <= NOW, "nothing goes out before its time"
        assert facts.called_at is None, "an unclear call is never repeated blindly"
        assert facts.live_rendition_id is None, "what is live is not sent anew"
        assert too_late(facts, NOW) is None
    if facts.called_at is not None:
        assert step in (Step.FIND, Step.HOLD)
    if step in CALLS and facts.gate.transport is Transport.PUSH:
        assert facts.gate.health is not Health.NEEDS_AUTH
        assert open_from(facts.gate, NOW) == NOW
    if step in CALLS - REMOVALS:
        assert facts.gate.active
        assert facts.gate.health is not Health.PAUSED


@given(GATES)
def test_only_a_lack_of_authorisation_stops_removals(gate: ChannelPolicy) -> None:
    stuck = gate.transport is Transport.PUSH and gate.health is Health.NEEDS_AUTH
    assert (DeliveryState.WITHDRAWING in open_states(gate)) is not stuck
