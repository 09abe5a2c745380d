"""Looking up what the public may see of a story."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels import registry
from scheduler.decisions.states import DeliveryState
from scheduler.storage.tables import Channel, Delivery, StoredRendition

SEEN = (DeliveryState.LIVE, DeliveryState.WITHDRAWING, DeliveryState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Published:
    """A story on a channel whose items have pages: the frozen document, or only the fact that it was withdrawn."""

    story_id: int
    delivery_id: int
    live: bool
    title: str
    document: Mapping[str, Any]
    rendition_sha256: str
    since: datetime | None
    corrected: datetime | None
    channel: str
    template: str
    """The template of the channel's kind that shows the document."""


def published(session: Session, story_id: int) -> Published | None:
    """What such a channel carries or carried of the story; a live one first. None if it never was public."""
    rows = session.execute(
        select(Delivery, StoredRendition, Channel)
        .join(StoredRendition, StoredRendition.id == Delivery.live_rendition_id)
        .join(Channel, Channel.id == Delivery.channel_id)
        .where(Delivery.story_id == story_id, Channel.kind.in_(_with_pages()), Delivery.state.in_(SEEN))
        .order_by(Delivery.id.desc())
    )
    found = sorted(rows, key=lambda row: row[0].state != DeliveryState.LIVE)
    if not found:
        return None
    delivery, rendition, channel = found[0]
    live = delivery.state == DeliveryState.LIVE
    return Published(
        story_id=story_id,
        delivery_id=delivery.id,
        live=live,
        title=rendition.title if live else "",
        document=rendition.document if live else {},
        rendition_sha256=rendition.sha256,
        since=delivery.live_at,
        corrected=delivery.corrected_at,
        channel=channel.name,
        template=f"channel/{channel.kind}/{registry.adapter(channel.kind).page_template}",
    )


def _with_pages() -> list[str]:
    """The kinds whose items are public pages."""
    return [kind for kind in registry.KINDS if registry.adapter(kind).page_template]
