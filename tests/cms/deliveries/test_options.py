"""Which decisions are offered: a table over states and reach."""

from datetime import timedelta

import pytest

from cms.deliveries.options import DecisionReach, Option, options
from scheduler.decisions.states import DeliveryState, Desired
from scheduler.storage.tables import Delivery
from tests.conftest import SUNDAY

ALL = DecisionReach(schedules=True, settles=True)
M, C, D, R, S, A, N, G = (
    Option.MOVE, Option.CANCEL, Option.DROP, Option.RETRY, Option.SENT, Option.AGAIN, Option.NOT_SENT, Option.REMOVED
)  # fmt: skip


def delivery(state: str, **more: object) -> Delivery:
    values = {"tries": 0, "desired": Desired.LIVE, "rendition_id": 1, "live_rendition_id": None, **more}
    return Delivery(state=state, **values)


@pytest.mark.parametrize(
    ("one", "offered"),
    [
        (delivery("scheduled"), {M, C}),
        (delivery("scheduled", tries=2, next_at=SUNDAY + timedelta(minutes=5)), {M, C, R}),
        (delivery("scheduled", tries=2, next_at=SUNDAY - timedelta(minutes=5)), {M, C}),
        (delivery("sending"), set()),
        (delivery("sending", tries=1, next_at=SUNDAY + timedelta(minutes=5)), {R}),
        (delivery("sending", tries=1, next_at=SUNDAY + timedelta(minutes=5), lease_owner="w"), set()),
        (delivery("live", live_rendition_id=1), set()),
        (delivery("live", live_rendition_id=7), {R}),
        (delivery("live", live_rendition_id=1, until=SUNDAY), {R}),
        (delivery("withdrawing", next_at=SUNDAY), {R}),
        (delivery("withdrawing"), {R, G}),
        (delivery("withdrawn"), set()),
        (delivery("unknown"), {S, A, N}),
        (delivery("unknown", desired=Desired.WITHDRAWN), {S, N}),
        (delivery("failed"), {M, R, D}),
        (delivery("missed"), {M, R, D}),
        (delivery("cancelled"), set()),
        (delivery("expired"), set()),
    ],
)
def test_what_can_be_decided_in_each_state(one: Delivery, offered: set[Option]) -> None:
    assert options(one, ALL, SUNDAY) == offered


def test_every_state_is_in_the_table_above() -> None:
    assert {state.value for state in DeliveryState} == {
        "scheduled", "sending", "live", "withdrawing", "withdrawn", "unknown", "failed", "missed", "cancelled",
        "expired",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("reach", "state", "offered"),
    [
        (DecisionReach(schedules=False, settles=False), "scheduled", set()),
        (DecisionReach(schedules=False, settles=False, calls_back=True), "scheduled", {C}),
        (DecisionReach(schedules=False, settles=True), "failed", {R, D}),
        (DecisionReach(schedules=True, settles=False), "failed", {M, D}),
        (DecisionReach(schedules=False, settles=False, calls_back=True), "missed", {D}),
        (DecisionReach(schedules=True, settles=False), "unknown", set()),
    ],
)
def test_a_person_is_offered_only_what_they_may(reach: DecisionReach, state: str, offered: set[Option]) -> None:
    assert options(delivery(state), reach, SUNDAY) == offered
