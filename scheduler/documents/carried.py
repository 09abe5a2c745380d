"""Reading what a pull channel carries: a row that cannot be read is told apart and keeps no other out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ValidationError
from sqlalchemy import Connection, Select, and_, column, exists, func, or_, select, table

from channels import registry
from channels.contract import Feed, LiveItem, PullAdapter, Tombstone
from media.characters import clean_line, clean_values
from scheduler.decisions.isolating import read_apart
from scheduler.decisions.states import DeliveryState
from scheduler.engine.config import EngineConfig
from scheduler.storage.base import Damaged
from scheduler.storage.rows import CHANNEL, DELIVERY, DOCUMENT, RENDITION, AnyRow, kept_rendition

UNIT = table("unit", column("id"), column("name"))
"""The newsroom's table of units, of which only the name is read here."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A channel as it was at one moment: its feed, and the version of what it carries.

    ``renditions`` has the rendition of each delivery of the feed and of ``unreadable``, which says why a row could not
    be read. ``suspects`` are deliveries that are known to be broken. ``trouble`` is what is wrong with the channel's
    settings, "" if nothing; ``broken`` tells whether the channel is known to have trouble, ``served`` whether it has
    documents that somebody may be reading.
    """

    channel_id: int
    adapter: PullAdapter
    version: int
    feed: Feed
    renditions: Mapping[int, int] = field(default_factory=dict)
    unreadable: Mapping[int, str] = field(default_factory=dict)
    suspects: frozenset[int] = frozenset()
    trouble: str = ""
    broken: bool = False
    served: bool = False


def read_channel(connection: Connection, channel_id: int, config: EngineConfig, now: datetime) -> Snapshot | None:
    """Return all that the channel's documents are made from, or None if there is no such active channel."""
    names = ("id", "kind", "slug", "name", "settings", "version", "broken_since")
    served = exists().where(DOCUMENT.c.channel_id == CHANNEL.c.id).label("served")
    columns = (*(CHANNEL.c[name] for name in names), UNIT.c.name.label("unit"), served)
    joined = select(*columns).outerjoin_from(CHANNEL, UNIT, UNIT.c.id == CHANNEL.c.unit_id)
    row = connection.execute(joined.where(CHANNEL.c.id == channel_id, CHANNEL.c.active)).one_or_none()
    if row is None:
        return None
    adapter = registry.pull(row.kind)
    settings, trouble = read_settings(adapter.Settings, clean_values(row.settings))
    live = _live(channel_id, config.items_per_feed, now)
    renditions = {r.id: (r.live_rendition_id, r.broken) for r in connection.execute(live)}
    items, unreadable = _items(connection, list(renditions))
    feed = Feed(
        slug=row.slug,
        name=clean_line(row.name),
        unit=clean_line(row.unit or ""),
        settings=settings,
        base_url=config.base_url,
        now=now,
        items=items,
        tombstones=_tombstones(connection, channel_id, now - config.tombstones),
        changed=_changed(connection, channel_id, now),
    )
    return Snapshot(
        row.id, adapter, row.version, feed, {id_: live for id_, (live, _broken) in renditions.items()}, unreadable,
        frozenset(id_ for id_, (_live, broken) in renditions.items() if broken), trouble, row.broken_since is not None,
        bool(row.served),
    )  # fmt: skip


def read_settings(model: type[BaseModel], stored: Any) -> tuple[BaseModel, str]:
    """Return stored settings; where some are not valid, the kind's usual ones in their place, and what was wrong."""
    if isinstance(stored, Damaged) or not isinstance(stored, Mapping):
        return model(), "settings: not readable"
    given, trouble = dict(stored), ""
    while True:
        try:
            return model.model_validate(given), trouble
        except ValidationError as error:
            bad = {str(one["loc"][0]) for one in error.errors() if one["loc"]} & set(given)
            trouble = trouble or f"settings: {', '.join(sorted(bad)) or error.errors()[0]['msg']}"
            given = {name: value for name, value in given.items() if name not in bad} if bad else {}
            if not given:
                return model(), trouble


def live_now(connection: Connection, channel_id: int, now: datetime) -> frozenset[tuple[int, int]]:
    """Return delivery and rendition of all that the channel carries, whatever else can be read of it."""
    rows = connection.execute(_live(channel_id, None, now))
    return frozenset((row.id, row.live_rendition_id) for row in rows)


def _live(channel_id: int, limit: int | None, now: datetime) -> Select[Any]:
    return (
        select(DELIVERY.c.id, DELIVERY.c.live_rendition_id, DELIVERY.c.broken_since.is_not(None).label("broken"))
        .where(DELIVERY.c.channel_id == channel_id, DELIVERY.c.state == DeliveryState.LIVE)
        .where(or_(DELIVERY.c.until.is_(None), DELIVERY.c.until > now))
        .order_by(DELIVERY.c.live_at.desc(), DELIVERY.c.id.desc())
        .limit(limit)
    )


def _items(connection: Connection, ids: Sequence[int]) -> tuple[tuple[LiveItem, ...], dict[int, str]]:
    times = (DELIVERY.c.live_at, DELIVERY.c.until, DELIVERY.c.corrected_at)
    content = (RENDITION.c.revision, RENDITION.c.kind, RENDITION.c.document, RENDITION.c.files, RENDITION.c.sha256)
    query = select(DELIVERY.c.id, DELIVERY.c.story_id, *times, *content).outerjoin_from(
        DELIVERY, RENDITION, RENDITION.c.id == DELIVERY.c.live_rendition_id
    )

    def read(some: Sequence[int]) -> dict[int, LiveItem]:
        return {row.id: _item(row) for row in connection.execute(query.where(DELIVERY.c.id.in_(some)))}

    found, bad = read_apart(ids, read)
    return tuple(found[id_] for id_ in ids if id_ in found), bad


def _item(row: AnyRow) -> LiveItem:
    return LiveItem(
        row.id, row.story_id, row.revision, kept_rendition(row), row.live_at, row.until, row.corrected_at
    )  # fmt: skip


def _tombstones(connection: Connection, channel_id: int, since: datetime) -> Sequence[Tombstone]:
    gone = and_(DELIVERY.c.channel_id == channel_id, DELIVERY.c.state == DeliveryState.WITHDRAWN)
    query = (
        select(DELIVERY.c.id, DELIVERY.c.story_id, DELIVERY.c.withdrawn_at, RENDITION.c.revision, RENDITION.c.title,
               RENDITION.c.files)
        .join(RENDITION, RENDITION.c.id == DELIVERY.c.live_rendition_id)
        .where(gone, DELIVERY.c.withdrawn_at >= since)
        .order_by(DELIVERY.c.withdrawn_at.desc(), DELIVERY.c.id.desc())
    )  # fmt: skip
    return tuple(
        Tombstone(r.id, r.story_id, r.revision, r.title, r.withdrawn_at, _hashes(r.files))
        for r in connection.execute(query)
    )


def _changed(connection: Connection, channel_id: int, now: datetime) -> datetime | None:
    """Return when something last came, ended, was withdrawn or was left out."""
    own = DELIVERY.c.channel_id == channel_id
    over = DELIVERY.c.state.in_((DeliveryState.LIVE, DeliveryState.EXPIRED))
    asked = (
        select(func.max(DELIVERY.c.live_at)).where(own, DELIVERY.c.live_at <= now),
        select(func.max(DELIVERY.c.until)).where(own, over, DELIVERY.c.live_at.is_not(None), DELIVERY.c.until <= now),
        select(func.max(DELIVERY.c.withdrawn_at)).where(own, DELIVERY.c.state == DeliveryState.WITHDRAWN),
        select(func.max(DELIVERY.c.broken_since)).where(own, DELIVERY.c.broken_since.is_not(None)),
    )
    found = connection.execute(select(*(one.scalar_subquery() for one in asked))).one()
    return max((moment for moment in found if moment is not None), default=None)


def _hashes(files: Any) -> tuple[str, ...]:
    """Return what can be read of a withdrawn item's files: that it was withdrawn must be told in any case."""
    listed = files if isinstance(files, list) else []
    names = [one.get("sha256") for one in listed if isinstance(one, Mapping)]
    return tuple(name for name in names if isinstance(name, str))
