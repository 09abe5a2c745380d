"""The tables as Core sees them, and the way from a row to the values that decisions are made from."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Row, Table, select

from channels import registry
from channels.contract import Receipt, Rendition, RenditionFile, Transport
from media.characters import clean_values
from scheduler.decisions.isolating import read_apart
from scheduler.decisions.next_step import ChannelPolicy, Facts, Progress
from scheduler.decisions.states import RESEND, DeliveryState, Desired, Health, LatePolicy
from scheduler.storage.base import Damaged
from scheduler.storage.tables import (
    Attempt,
    Channel,
    ChannelDocument,
    ChannelSecret,
    Delivery,
    RateBucket,
    StoredRendition,
    Worker,
)

W = TypeVar("W", bound=StrEnum)

AnyRow = Row[*tuple[Any, ...]]
"""A row whatever its columns are."""

ATTEMPT = cast(Table, Attempt.__table__)
BUCKET = cast(Table, RateBucket.__table__)
CHANNEL = cast(Table, Channel.__table__)
DELIVERY = cast(Table, Delivery.__table__)
DOCUMENT = cast(Table, ChannelDocument.__table__)
RENDITION = cast(Table, StoredRendition.__table__)
SECRET = cast(Table, ChannelSecret.__table__)
WORKER = cast(Table, Worker.__table__)

FACTS = tuple(
    DELIVERY.c[name]
    for name in (
        *("id", "key", "story_id", "channel_id", "token", "schedule_version", "next_at", "lease_owner"),
        *("scheduled_at", "rendition_id", "desired", "state", "until", "live_rendition_id", "called_at", "progress"),
        *("tries", "live_at", "provider_id", "link", "evidence", "broken_since", "observed"),
    )
)
"""The columns of a delivery that decisions and orders are made from."""

GATE = (CHANNEL.c.active, CHANNEL.c.health, CHANNEL.c.resume_at, CHANNEL.c.late_policy, CHANNEL.c.late_minutes)
"""The columns of a channel that say what it allows."""


def transport(kind: str) -> Transport | None:
    """Return how channels of ``kind`` get their content, or None if no adapter here serves the kind."""
    try:
        return registry.adapter(kind).transport
    except registry.UnknownKind:
        return None


def gate_of(row: AnyRow, how: Transport) -> ChannelPolicy:
    """Return what the channel in ``row`` (columns ``GATE``) allows."""
    health, policy = _word(Health, row.health, Health.PAUSED), _word(LatePolicy, row.late_policy, LatePolicy.WITHIN)
    return ChannelPolicy(how, row.active, health, row.resume_at, policy, row.late_minutes)


def _word(words: type[W], value: str, otherwise: W) -> W:
    """A channel whose word nobody knows stands still by itself instead of stopping all others."""
    try:
        return words(value)
    except ValueError:
        return otherwise


def facts_of(row: AnyRow, gate: ChannelPolicy) -> Facts:
    """Return what decides about the delivery in ``row`` (columns ``FACTS``)."""
    return Facts(
        gate=gate,
        scheduled_at=row.scheduled_at,
        rendition_id=row.rendition_id,
        desired=Desired(row.desired),
        state=DeliveryState(row.state),
        until=row.until,
        live_rendition_id=row.live_rendition_id,
        called_at=row.called_at,
        progress=Progress.read(row.progress),
        tries=row.tries,
        live_at=row.live_at,
        progress_lost=Progress.is_lost(row.progress),
        resend=row.observed == RESEND,
    )


def receipt_of(row: AnyRow) -> Receipt | None:
    """Return the receipt of what is live, or None if nothing is."""
    if row.live_rendition_id is None:
        return None
    evidence = row.evidence if isinstance(row.evidence, Mapping) else {}
    return Receipt(row.provider_id or "", row.link or "", evidence)


def rendition_of(row: AnyRow) -> Rendition:
    """Return a stored rendition; its files have no bytes, those lie in the store.

    One from before there was a cleaner at every edge must not break the documents of its channel.
    """
    files = tuple(RenditionFile(f["name"], f["mime"], f["sha256"], f["size"]) for f in row.files)
    return Rendition(row.kind, clean_values(row.document), files)


def is_as_kept(row: AnyRow) -> bool:
    """Tell whether a stored rendition still has the checksum that it was kept with: nothing of it was changed since.

    Taken of what is stored, before any cleaning. Raise what reading a damaged list of files raises.
    """
    files = tuple(RenditionFile(f["name"], f["mime"], f["sha256"], f["size"]) for f in row.files)
    stored = isinstance(row.document, Mapping) and isinstance(row.files, list)
    return stored and Rendition(row.kind, row.document, files).sha256 == row.sha256


def file_entry(file: RenditionFile) -> dict[str, Any]:
    """Return a file as the ``files`` column lists it."""
    return {"name": file.name, "mime": file.mime, "sha256": file.sha256, "size": file.size}


def kept_rendition(row: AnyRow) -> Rendition:
    """Return a stored rendition that is what was approved; raise ``ValueError`` or what reading raises if it is not."""
    if isinstance(row.document, Damaged) or isinstance(row.files, Damaged):
        raise ValueError("the stored rendition is not readable")
    if not is_as_kept(row):
        raise ValueError("the stored rendition is not what was approved: its checksum differs")
    return rendition_of(row)


def renditions(connection: Connection, ids: Iterable[int]) -> tuple[dict[int, Rendition], dict[int, str]]:
    """Return the stored renditions with these ids, and for each that is not what was approved why."""
    columns = (RENDITION.c.id, RENDITION.c.kind, RENDITION.c.document, RENDITION.c.files, RENDITION.c.sha256)

    def read(some: Sequence[int]) -> dict[int, Rendition]:
        rows = connection.execute(select(*columns).where(RENDITION.c.id.in_(some)))
        return {row.id: kept_rendition(row) for row in rows}

    return read_apart(sorted(set(ids)), read)
