"""What people decide about deliveries: take back, move, try again, settle an unclear one."""

from typing import Any, Literal

from pydantic import Field
from sqlalchemy.orm import Session

from cms.api.kit.calls import Call, Reply
from cms.api.kit.expecting import Match
from cms.api.kit.fields import Address, Instant, NoQuery, Reason, RequestBody, Word
from cms.api.kit.table import endpoint
from cms.api.resources.delivery_shapes import DeliveryTold, delivery_reply
from cms.core.database import changing
from cms.deliveries import handling
from scheduler.storage.tables import Delivery


class Cancelling(RequestBody):
    """Why."""

    reason: Reason = ""


class Moving(RequestBody):
    """The new time. `until` left out keeps the end, null takes it away."""

    at: Instant | None = Field(description="null: now.")
    until: Instant | None = None


class Resolution(RequestBody):
    """What a person has seen at the provider.

    `sent`: the item is there (`link`, `provider_id` if known). `not_sent`: it is not there and shall not go there.
    `send_again`: it is not there, send it again. `withdrawn`: a person took it down by hand.
    """

    decision: Literal["sent", "not_sent", "send_again", "withdrawn"]
    reason: Reason
    link: Address = ""
    provider_id: Word = ""


@endpoint("POST", "/deliveries/{delivery_id}/cancel", "deliveries:write", match=Match.MAY, refuses=(409,))
def cancel_delivery(call: Call[NoQuery, Cancelling], delivery_id: int) -> Reply[DeliveryTold]:
    """Un-schedule what waits, or drop what failed or was missed.

    Nothing is ever published by this.
    """
    with changing() as session:
        version = _version(session, call, delivery_id)
        handling.cancel(session, call.actor, delivery_id, reason=call.body.reason, version=version, now=call.now)
    return delivery_reply(call, delivery_id)


@endpoint("POST", "/deliveries/{delivery_id}/move", "deliveries:write", match=Match.MAY, refuses=(409,))
def move_delivery(call: Call[NoQuery, Moving], delivery_id: int) -> Reply[DeliveryTold]:
    """Give a waiting, failed or missed delivery a new time."""
    with changing() as session:
        version = _version(session, call, delivery_id)
        handling.move(
            session, call.actor, delivery_id, at=call.body.at, until=call.body.until,
            keep_end="until" not in call.body.model_fields_set, version=version, now=call.now,
        )  # fmt: skip
    return delivery_reply(call, delivery_id)


@endpoint("POST", "/deliveries/{delivery_id}/retry", "deliveries:write", refuses=(409,))
def retry_delivery(call: Call[NoQuery, None], delivery_id: int) -> Reply[DeliveryTold]:
    """Try again now what failed, was missed or waits for its next try.

    Nothing that may have gone out is sent twice.
    """
    with changing() as session:
        handling.retry(session, call.actor, delivery_id, now=call.now)
    return delivery_reply(call, delivery_id)


@endpoint("POST", "/deliveries/{delivery_id}/resolve", "deliveries:write", refuses=(409,))
def resolve_delivery(call: Call[NoQuery, Resolution], delivery_id: int) -> Reply[DeliveryTold]:
    """Settle a delivery of which nobody knows whether it went out, or one that could not be taken down."""
    said = call.body
    with changing() as session:
        match said.decision:
            case "sent":
                handling.confirm_sent(
                    session, call.actor, delivery_id, reason=said.reason, link=said.link,
                    provider_id=said.provider_id, now=call.now,
                )  # fmt: skip
            case "not_sent":
                handling.confirm_not_sent(session, call.actor, delivery_id, reason=said.reason, now=call.now)
            case "send_again":
                handling.send_again(session, call.actor, delivery_id, reason=said.reason, now=call.now)
            case "withdrawn":
                handling.confirm_withdrawn(session, call.actor, delivery_id, reason=said.reason, now=call.now)
    return delivery_reply(call, delivery_id)


def _version(session: Session, call: Call[Any, Any], delivery_id: int) -> int | None:
    """The version that the desk is to expect; the desk itself sees what changes after this."""
    found = session.get(Delivery, delivery_id)
    return call.expected.version_for(found.schedule_version) if found else None
