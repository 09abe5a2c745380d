"""How deliveries look in answers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import Field
from sqlalchemy.orm import Session

from cms.api.kit.calls import Call, Reply
from cms.api.kit.fields import ResponseBody
from cms.core.database import db
from cms.core.permissions import Actor
from cms.deliveries.detail import AttemptLine, detail
from cms.deliveries.queries import DeliveryRow
from cms.deliveries.queries import words as stored_words
from cms.web.output.language import say
from scheduler.decisions.states import Action, DeliveryState, Desired, Outcome
from scheduler.storage.tables import Delivery


class ProblemTold(ResponseBody):
    """What went wrong last, for people. `detail` is the provider's own words, without secrets."""

    kind: str
    message: str
    detail: str


class DeliveryLine(ResponseBody):
    """A delivery: what is wanted and what was observed. All times are UTC."""

    id: int
    story: int
    title: str
    channel: str = Field(description="The channel's slug.")
    channel_name: str
    kind: str
    desired: Desired
    state: DeliveryState
    scheduled_at: datetime
    until: datetime | None
    live_at: datetime | None
    corrected_at: datetime | None
    withdrawn_at: datetime | None
    next_at: datetime | None = Field(description="When the scheduler has something to do; null means nothing.")
    tries: int = Field(description="Failed tries in a row.")
    link: str | None
    provider_id: str | None
    reason: str
    problem: ProblemTold | None
    broken_since: datetime | None = Field(description="Since when it is left out of its channel because it is broken.")
    version: int = Field(description="Rises with each decision of a person; If-Match takes it.")
    created_at: datetime


class DeliveryPage(ResponseBody):
    """Deliveries, latest promise first. `next` is the cursor of the next page; the Link header has its address."""

    items: list[DeliveryLine]
    next: str | None


class AttemptTold(ResponseBody):
    """One try of the scheduler. `seconds` is how long it took; `message` is empty when all went well."""

    action: Action
    outcome: Outcome
    started_at: datetime
    seconds: float
    message: str
    detail: str


class DeliveryTold(DeliveryLine):
    """A delivery with what it carries, its evidence and its attempts, newest first."""

    revision: int
    rendition_sha256: str
    live_revision: int | None
    evidence: dict[str, Any]
    attempts: list[AttemptTold]
    earlier_attempts: int


def line(row: DeliveryRow) -> DeliveryLine:
    """Return a line of a list."""
    return DeliveryLine(**_line(row.delivery, row.title, row.place.slug, row.place.name, row.place.kind))


def told(session: Session, actor: Actor, delivery_id: int) -> DeliveryTold:
    """Return a delivery whole; raise ``NotFound`` if it is not there for ``actor``."""
    found = detail(session, actor, delivery_id)
    channel, delivery = found.channel, found.delivery
    carried = found.carried or (found.wanted if delivery.live_rendition_id else None)
    evidence = dict(delivery.evidence) if isinstance(delivery.evidence, Mapping) else {}
    return DeliveryTold(
        **_line(delivery, found.shown.title, channel.slug, channel.name, channel.kind),
        revision=found.wanted.revision, rendition_sha256=found.wanted.sha256,
        live_revision=carried.revision if carried else None, evidence=evidence,
        attempts=[_attempt(one) for one in found.tries], earlier_attempts=found.earlier_tries,
    )  # fmt: skip


def delivery_reply(call: Call[Any, Any], delivery_id: int) -> Reply[DeliveryTold]:
    """Return the delivery as it is now; its version leads the ETag."""
    body = told(db.session(), call.actor, delivery_id)
    return Reply(body, version=body.version)


def _line(delivery: Delivery, title: str, slug: str, name: str, kind: str) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "story": delivery.story_id,
        "title": title,
        "channel": slug,
        "channel_name": name,
        "kind": kind,
        "desired": Desired(delivery.desired),
        "state": DeliveryState(delivery.state),
        "scheduled_at": delivery.scheduled_at,
        "until": delivery.until,
        "live_at": delivery.live_at,
        "corrected_at": delivery.corrected_at,
        "withdrawn_at": delivery.withdrawn_at,
        "next_at": delivery.next_at,
        "tries": delivery.tries,
        "link": delivery.link,
        "provider_id": delivery.provider_id,
        "reason": delivery.reason,
        "problem": _problem(delivery.problem),
        "broken_since": delivery.broken_since,
        "version": delivery.schedule_version,
        "created_at": delivery.created_at,
    }


def _problem(stored: Mapping[str, Any]) -> ProblemTold | None:
    found = stored_words(stored)
    if found is None:
        return None
    return ProblemTold(kind=str(stored.get("kind", "")), message=say(found), detail=str(stored.get("detail", "")))


def _attempt(one: AttemptLine) -> AttemptTold:
    row = one.attempt
    return AttemptTold(
        action=Action(row.action), outcome=Outcome(row.outcome), started_at=row.started_at, seconds=one.seconds,
        message=say(one.sentence) if one.sentence else "", detail=row.detail,
    )  # fmt: skip
