"""Which decisions a person is offered about a delivery: pure, so that page and list agree."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scheduler.decisions.states import DeliveryState, Desired
from scheduler.orders.resolutions import OTHERWISE
from scheduler.storage.tables import Delivery


class Option(StrEnum):
    """A decision; the value is the last part of its address."""

    MOVE = "move"
    CANCEL = "cancel"
    DROP = "drop"
    RETRY = "retry"
    SENT = "sent"
    AGAIN = "again"
    NOT_SENT = "not-sent"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class DecisionReach:
    """What the person may do here: ``schedules`` and ``settles`` on the channel, ``calls_back`` the story."""

    schedules: bool
    settles: bool
    calls_back: bool = False


def options(delivery: Delivery, reach: DecisionReach, now: datetime) -> frozenset[Option]:
    """Return what can be decided about the delivery at ``now``."""
    wanted = _possible(delivery, now)
    return frozenset(option for option in wanted if _reached(option, reach))


def _possible(delivery: Delivery, now: datetime) -> set[Option]:
    match DeliveryState(delivery.state):
        case DeliveryState.SCHEDULED:
            return {Option.MOVE, Option.CANCEL} | ({Option.RETRY} if _waits_for_retry(delivery, now) else set())
        case DeliveryState.FAILED | DeliveryState.MISSED:
            return {Option.MOVE, Option.RETRY, Option.DROP}
        case DeliveryState.UNKNOWN:
            again = {Option.AGAIN} if delivery.desired == Desired.LIVE else set()
            return {Option.SENT, Option.NOT_SENT} | again
        case DeliveryState.WITHDRAWING:
            return {Option.RETRY} | ({Option.REMOVED} if delivery.next_at is None else set())
        case DeliveryState.LIVE if _stuck(delivery):
            return {Option.RETRY}
        case DeliveryState.SENDING if _waits_for_retry(delivery, now):
            return {Option.RETRY}
        case _:
            return set()


def _reached(option: Option, reach: DecisionReach) -> bool:
    if option is Option.MOVE:
        return reach.schedules
    if option is Option.CANCEL:
        return reach.schedules or reach.calls_back
    return reach.settles or (option is Option.DROP and (reach.schedules or reach.calls_back))


def _waits_for_retry(delivery: Delivery, now: datetime) -> bool:
    free = delivery.lease_owner is None and delivery.next_at is not None and delivery.next_at > now
    return bool(delivery.tries and free)


def _stuck(delivery: Delivery) -> bool:
    """A correction or an end that the provider refused, one that is left out as broken or not shown as sent."""
    if delivery.broken_since is not None or delivery.observed in OTHERWISE:
        return True
    corrected_in_vain = delivery.rendition_id != delivery.live_rendition_id
    return corrected_in_vain or (delivery.until is not None and delivery.next_at is None)
