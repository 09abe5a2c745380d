"""Where an approved story can go: every channel that a person schedules, with what stands in the way of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels import registry
from channels.contract import Finding, Severity
from cms.core import units
from cms.core.permissions import Action, Actor
from cms.lexicon.stations import Stations
from cms.models.people import Unit
from cms.models.stories import Revision, Story
from cms.stories.editing.content import Content
from cms.stories.renditions import outputs
from cms.stories.renditions.pieces import to_piece
from media.storage.store import Store
from scheduler.decisions import slots
from scheduler.decisions.states import ENDED, DeliveryState
from scheduler.storage.tables import Channel, Delivery, StoredRendition


class Availability(StrEnum):
    """What scheduling here would do, or why it cannot be done."""

    FREE = "free"
    CORRECTS = "corrects"
    """An older revision is live; it would be replaced in its place at once."""
    THERE = "there"
    WAITING = "waiting"
    BUSY = "busy"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class ScheduleOption:
    """A channel to choose. ``since`` is when it got what it has; ``slot`` its next free weekly slot (UTC)."""

    id: int
    name: str
    unit: str
    kind: str
    standing: Availability
    since: datetime | None
    slot: datetime | None
    findings: tuple[Finding, ...]

    @property
    def open(self) -> bool:
        """Whether it can be chosen."""
        return self.standing in {Availability.FREE, Availability.CORRECTS}


def places(
    session: Session, store: Store, base_url: str, actor: Actor, story: Story, revision: Revision, now: datetime
) -> dict[str, list[ScheduleOption]]:
    """Return the channels by kind, those of the story's own unit first; a fixed number of queries."""
    rows = _channels(session, actor)
    held, taken = _held(session, story.id), _taken(session, [channel.id for channel, _unit in rows], now)
    checked = _Checks(session, store, base_url, story, revision)
    found: dict[str, list[ScheduleOption]] = {kind: [] for kind in registry.KINDS}
    for channel, unit in sorted(rows, key=lambda row: (row[1].id != story.unit_id, row[1].path, row[0].name)):
        findings = checked.findings(channel)
        delivery = held.get(channel.id)
        place = ScheduleOption(
            id=channel.id,
            name=channel.name,
            unit=unit.name,
            kind=channel.kind,
            standing=_standing(delivery, revision.id, findings),
            since=delivery[2] if delivery else None,
            slot=slots.next_free_slot(channel.weekly_slots, taken.get(channel.id, set()), now),
            findings=findings,
        )
        found[channel.kind].append(place)
    return {kind: group for kind, group in found.items() if group}


class _Checks:
    """Findings of the revision, made once for channels of equal kind and settings."""

    def __init__(self, session: Session, store: Store, base_url: str, story: Story, revision: Revision) -> None:
        self._content = Content.model_validate(revision.content)
        self._around = outputs.surroundings(session, store, base_url, story.unit, self._content)
        self._numbers = (story.id, revision.number)
        self._stations = Stations(session)
        self._made: dict[tuple[str, str], tuple[Finding, ...]] = {}

    def findings(self, channel: Channel) -> tuple[Finding, ...]:
        settings = self._stations.settings(channel)
        key = (channel.kind, settings.model_dump_json())
        if key not in self._made:
            adapter = registry.adapter(channel.kind)
            piece = to_piece(self._content, *self._numbers, channel.kind, self._around)
            self._made[key] = tuple(adapter.check(piece, settings))
        return self._made[key]


Held = tuple[DeliveryState, int, datetime]


def _standing(held: Held | None, revision_id: int, findings: Sequence[Finding]) -> Availability:
    if held is not None and held[0] is DeliveryState.LIVE:
        if held[1] == revision_id:
            return Availability.THERE
        return Availability.REFUSED if _stopped(findings) else Availability.CORRECTS
    if held is not None:
        return Availability.WAITING if held[0] is DeliveryState.SCHEDULED else Availability.BUSY
    return Availability.REFUSED if _stopped(findings) else Availability.FREE


def _stopped(findings: Sequence[Finding]) -> bool:
    return any(finding.severity is Severity.ERROR for finding in findings)


def _channels(session: Session, actor: Actor) -> list[tuple[Channel, Unit]]:
    query = select(Channel, Unit).join(Unit, Unit.id == Channel.unit_id).where(Channel.active)
    rows = session.execute(query.where(units.within(actor.paths(Action.SCHEDULE))))
    return [(channel, unit) for channel, unit in rows if channel.kind in registry.KINDS]


def _held(session: Session, story_id: int) -> dict[int, Held]:
    """What each channel has of the story now: state, the revision promised, and since or until when."""
    query = (
        select(
            Delivery.channel_id, Delivery.state, StoredRendition.revision_id, Delivery.live_at, Delivery.scheduled_at
        )
        .join(StoredRendition, StoredRendition.id == Delivery.rendition_id)
        .where(Delivery.story_id == story_id, Delivery.state.not_in(ENDED))
    )  # fmt: skip
    return {
        channel_id: (DeliveryState(state), revision_id, live_at or scheduled_at)
        for channel_id, state, revision_id, live_at, scheduled_at in session.execute(query)
    }


def _taken(session: Session, channel_ids: Sequence[int], now: datetime) -> dict[int, set[datetime]]:
    """The promised times still ahead, by channel."""
    query = select(Delivery.channel_id, Delivery.scheduled_at).where(
        Delivery.channel_id.in_(channel_ids),
        Delivery.scheduled_at >= now,
        Delivery.state.in_((DeliveryState.SCHEDULED, DeliveryState.SENDING)),
    )
    found: dict[int, set[datetime]] = {}
    for channel_id, at in session.execute(query):
        found.setdefault(channel_id, set()).add(at)
    return found
