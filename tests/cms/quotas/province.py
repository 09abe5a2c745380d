"""A small province for tests: a plan with one quota of each kind, and ways to put evidence into the database."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.localtime import from_local, local_day
from cms.core.permissions import SYSTEM, Actor
from cms.models.boards import PlayDay
from cms.models.people import Person, Unit
from cms.models.plans import ManualRecord, Quota
from cms.models.radio import Broadcast
from cms.models.roles import Grant, Role
from cms.models.stories import Revision, RevisionTag, Story
from cms.models.story_states import StoryState
from cms.quotas.packs.importing import import_pack, read_sent
from scheduler.decisions.states import DeliveryState, Desired
from scheduler.storage.tables import Channel, Delivery, StoredRendition
from tests.conftest import SUNDAY

Made = TypeVar("Made")

PLAN = (Path(__file__).parent / "song-vam.yaml").read_text("utf-8")
"""Units huyen-a and xa-moi show what a merger does; xa-b lies below huyen-b."""


def at(day: str, time: str = "09:00") -> datetime:
    """The instant at which clocks in Viet Nam show ``2026-11-16`` and ``09:00``."""
    return from_local(datetime.fromisoformat(f"{day}T{time}"))


def load(session: Session, text: str = PLAN, **options: object) -> str:
    """Import a pack and commit."""
    told = import_pack(session, SYSTEM, read_sent(text.encode(), "song-vam.yaml"), now=SUNDAY, **options)  # type: ignore[arg-type]
    session.commit()
    return told


def prepare(session: Session) -> None:
    """Load the plan, and the person who writes everything."""
    load(session)
    session.add(Person(username="khoi", name="Nguyễn Minh Khôi", password_hash="-", created_at=SUNDAY))
    session.commit()


@dataclass
class Province:
    """The loaded plan and builders; whatever they make is committed at once."""

    session: Session
    units: dict[str, Unit] = field(default_factory=dict)
    quotas: dict[str, Quota] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    @classmethod
    def of(cls, session: Session) -> "Province":
        """The province that ``prepare`` put there."""
        made = cls(session)
        made.units = {unit.code: unit for unit in session.scalars(select(Unit))}
        made.quotas = {quota.code: quota for quota in session.scalars(select(Quota))}
        return made

    def actor(self, role: Role, unit: str) -> Actor:
        """Someone with one role."""
        found = self.units[unit]
        return Actor(1, "Nguyễn Minh Khôi", (Grant(role, found.id, found.path),))

    def channel(self, unit: str, medium: str, kind: str = "portal_rss") -> Channel:
        """A channel that counts as ``medium``."""
        made = Channel(
            kind=kind, slug=f"kenh-{next(self._numbers)}", name=f"Kênh {medium} của {unit}",
            unit_id=self.units[unit].id, medium=medium, created_at=SUNDAY,
        )  # fmt: skip
        return self._kept(made)

    def story(
        self,
        unit: str = "bao",
        *,
        kind: str = "article",
        column: str = "chuyen-doi-so",
        topics: tuple[str, ...] = (),
        documents: tuple[str, ...] = (),
        state: StoryState = StoryState.APPROVED,
        title: str = "",
    ) -> Story:
        """A story with one revision, approved unless said otherwise."""
        number = next(self._numbers)
        made = self._kept(
            Story(
                unit_id=self.units[unit].id, author_id=1, kind=kind, state=state, title=title or f"Tin số {number}",
                column=column, created_at=SUNDAY, updated_at=SUNDAY,
            )
        )  # fmt: skip
        revision = self._kept(
            Revision(
                story_id=made.id, number=1, kind=kind, column=column, content={}, sha256=f"{number:064x}",
                created_by=1, created_at=SUNDAY,
            )
        )  # fmt: skip
        tags = [("topic", code) for code in topics] + [("document", code) for code in documents]
        self.session.add_all(RevisionTag(revision_id=revision.id, kind=tag, code=code) for tag, code in tags)
        made.current_id = revision.id
        made.approved_id = revision.id if state is StoryState.APPROVED else None
        self.session.commit()
        return made

    def edit(self, story_id: int, *, kind: str, column: str) -> None:
        """Save a second revision of a story, which is then its newest."""
        revision = self._kept(
            Revision(
                story_id=story_id, number=2, kind=kind, column=column, content={}, sha256="0" * 64, created_by=1,
                created_at=SUNDAY,
            )
        )  # fmt: skip
        story = self.session.get_one(Story, story_id)
        story.kind, story.column, story.current_id, story.state = kind, column, revision.id, StoryState.DRAFT
        self.session.commit()

    def delivery(
        self,
        story: Story,
        channel: Channel,
        moment: datetime,
        state: DeliveryState = DeliveryState.LIVE,
        *,
        until: datetime | None = None,
        reason: str = "",
    ) -> Delivery:
        """The story on the channel: promised for, or live since ``moment``; withdrawn an hour later if so."""
        rendition = self._kept(
            StoredRendition(
                story_id=story.id, revision_id=story.current_id, revision=1, channel_id=channel.id, kind=channel.kind,
                sha256=f"{next(self._numbers):064x}", title=story.title, document={}, files=[], created_at=SUNDAY,
            )
        )  # fmt: skip
        was_live = state in _WAS_LIVE
        gone = state in (DeliveryState.WITHDRAWN, DeliveryState.WITHDRAWING)
        return self._kept(
            Delivery(
                key=f"key-{next(self._numbers)}", story_id=story.id, channel_id=channel.id, rendition_id=rendition.id,
                live_rendition_id=rendition.id if was_live else None, state=state, scheduled_at=moment, until=until,
                desired=Desired.WITHDRAWN if gone else Desired.LIVE, live_at=moment if was_live else None,
                withdrawn_at=moment + timedelta(hours=1) if gone else None, reason=reason, created_at=SUNDAY,
            )
        )  # fmt: skip

    def broadcast(self, delivery: Delivery, unit: str, moment: datetime, *, voided: bool = False) -> Broadcast:
        """The unit aired the script."""
        return self._kept(
            Broadcast(
                event_id=f"event-{next(self._numbers):08}", delivery_id=delivery.id, unit_id=self.units[unit].id,
                started_at=moment, duration_s=120, logged_by=1, logged_at=moment,
                voided_at=moment if voided else None, void_reason="nhầm" if voided else "",
            )
        )  # fmt: skip

    def play(self, delivery: Delivery, moment: datetime) -> PlayDay:
        """A board showed the item."""
        day = local_day(moment)
        shown = self.session.get(PlayDay, (delivery.id, day)) or PlayDay(
            delivery_id=delivery.id, day=day, plays=0, elapsed_ms=0
        )
        shown.plays += 1
        shown.elapsed_ms += 10_000
        return self._kept(shown)

    def recorded(
        self, quota: str, unit: str, day: str, note: str = "500 tờ", story: Story | None = None
    ) -> ManualRecord:
        """A result that a person recorded, put there without the service."""
        return self._kept(
            ManualRecord(
                quota_id=self.quotas[quota].id, unit_id=self.units[unit].id, story_id=story.id if story else None,
                day=date.fromisoformat(day), note=note, recorded_by=1, recorded_at=SUNDAY,
            )
        )  # fmt: skip

    def on(self, unit: str, medium: str, day: str, by: str = "portal_rss", **about: Any) -> Delivery:
        """A new story that went live on a new channel (of kind ``by``) of the unit on a day."""
        return self.delivery(self.story(unit, **about), self.channel(unit, medium, by), at(day))

    def _kept(self, made: Made) -> Made:
        self.session.add(made)
        self.session.commit()
        return made


_WAS_LIVE = frozenset({DeliveryState.LIVE, DeliveryState.EXPIRED, DeliveryState.WITHDRAWING, DeliveryState.WITHDRAWN})
