"""Lists of channels with what an admin needs to see of each: health, last item, what waits, what is stuck."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from channels import registry
from cms.core import units
from cms.core.folding import fold
from cms.core.permissions import Action, Actor
from cms.deliveries.queries import waits_for_person
from cms.models.boards import BoardKey
from cms.models.people import Unit
from cms.models.plans import Plan
from scheduler.decisions.states import DeliveryState
from scheduler.documents.carried import read_settings
from scheduler.storage.base import read_json
from scheduler.storage.dialect import text_in
from scheduler.storage.tables import Channel, ChannelDocument, Delivery

WAITING = (DeliveryState.SCHEDULED, DeliveryState.SENDING)
PAGE = 50
CARRIED = (DeliveryState.LIVE, DeliveryState.EXPIRED, DeliveryState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class ChannelSummary:
    """A channel in the list. ``last_at`` is the promised time of its newest item that went out."""

    channel: Channel
    unit: str
    last_at: datetime | None
    waiting: int
    stuck: int
    seen_at: datetime | None
    """When a board last reported with its key."""
    simulated: bool


@dataclass(frozen=True, slots=True)
class ChannelFilter:
    """Which channels to list: words of name or address, a kind, a unit with all below it."""

    words: str = ""
    kind: str = ""
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class ChannelPage:
    """A page of the list. ``pages`` counts from 1."""

    lines: Sequence[ChannelSummary]
    total: int
    page: int
    pages: int


def page(session: Session, actor: Actor, wanted: ChannelFilter | None = None, number: int = 1) -> ChannelPage:
    """Return a page of the channels that ``actor`` configures, in the order of their units; three queries."""
    actor.require(Action.MANAGE_CHANNELS)
    wanted = wanted or ChannelFilter()
    query = (
        select(Channel.id, Channel.kind, Channel.name, Channel.slug, Unit.path)
        .join(Unit, Unit.id == Channel.unit_id)
        .where(units.within(actor.paths(Action.MANAGE_CHANNELS)))
    )
    terms = fold(wanted.words).split()
    found = sorted(
        (units.trail(path), kind, name, id_)
        for id_, kind, name, slug, path in session.execute(query)
        if (not wanted.kind or kind == wanted.kind)
        and (wanted.unit_id is None or f"/{wanted.unit_id}/" in path)
        and all(term in fold(f"{name} {slug}") for term in terms)
    )
    pages = max(1, -(-len(found) // PAGE))
    number = min(max(1, number), pages)
    ids = [id_ for *_sorting, id_ in found[(number - 1) * PAGE : number * PAGE]]
    return ChannelPage(_lines(session, ids), len(found), number, pages)


def _lines(session: Session, ids: Sequence[int]) -> list[ChannelSummary]:
    stuck = select(Delivery.channel_id, func.count()).where(waits_for_person()).group_by(Delivery.channel_id)
    waits = {id_: count for id_, count in session.execute(stuck)}  # noqa: C416  # rows are no pairs to dict()
    query = (
        select(Channel, Unit.name, BoardKey.seen_at, _count(WAITING), *(_last(state) for state in CARRIED))
        .join(Unit, Unit.id == Channel.unit_id)
        .outerjoin(BoardKey, BoardKey.channel_id == Channel.id)
        .where(Channel.id.in_(ids))
    )
    by_id = {
        channel.id: ChannelSummary(
            channel, unit, max((at for at in last if at), default=None), waiting, waits.get(channel.id, 0), seen_at,
            simulated(channel),
        )
        for channel, unit, seen_at, waiting, *last in session.execute(query)
    }  # fmt: skip
    return [by_id[id_] for id_ in ids]


def stuck(session: Session, channel_id: int) -> int:
    """Return how many deliveries of the channel wait for a person."""
    counted = select(func.count()).select_from(Delivery).where(Delivery.channel_id == channel_id, waits_for_person())
    return session.scalar(counted) or 0


def simulated(channel: Channel) -> bool:
    """Whether the channel publishes to a simulator; every page that shows it says so."""
    if channel.kind not in registry.KINDS:
        return False
    adapter = registry.adapter(channel.kind)
    tells = getattr(adapter, "is_simulated", None)
    return bool(tells and tells(read_settings(adapter.Settings, channel.settings)[0]))


def media(session: Session) -> dict[str, str]:
    """Return the words of all plans for kinds of channel, code to title; a quota counts a channel by this code."""
    found: dict[str, str] = {}
    for written in session.scalars(select(text_in(Plan.pack, "media")).order_by(Plan.valid_from.desc())):
        for label in (read_json(written) if written else None) or ():
            found.setdefault(label["code"], label["title"])
    return found


def documents(session: Session, channel_id: int) -> Sequence[ChannelDocument]:
    """Return the documents that readers are given now."""
    query = select(ChannelDocument).where(ChannelDocument.channel_id == channel_id).order_by(ChannelDocument.name)
    return session.scalars(query).all()


def addresses(kind: str, slug: str, base_url: str) -> Mapping[str, str]:
    """Return the public addresses of a channel, name to address; none for kinds that are not fetched."""
    if kind not in registry.KINDS:
        return {}
    adapter = registry.adapter(kind)
    paths = {**adapter.public_paths, **adapter.public_pages}
    return {name: base_url + path.format(slug=slug) for name, path in paths.items() if "{sha256}" not in path}


def _count(states: tuple[DeliveryState, ...]) -> ScalarSelect[int]:
    return (
        select(func.count())
        .select_from(Delivery)
        .where(Delivery.channel_id == Channel.id, Delivery.state.in_(states))
        .correlate(Channel)
        .scalar_subquery()
    )


def _last(state: DeliveryState) -> ScalarSelect[datetime]:
    """One step into the index (channel, state, time), however many deliveries there are."""
    return (
        select(func.max(Delivery.scheduled_at))
        .where(Delivery.channel_id == Channel.id, Delivery.state == state)
        .correlate(Channel)
        .scalar_subquery()
    )
