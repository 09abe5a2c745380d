"""Stories and their immutable revisions, working copies, reviews and pictures."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cms.models.people import Person, Unit
from scheduler.storage.base import Base


class Story(Base):
    """What a newsroom works on. Title, kind and column repeat the current revision's for lists and search.

    ``state`` is the editorial state only; what is scheduled or live is told by the deliveries. ``version`` rises
    with every change and is the API's ETag.
    """

    __tablename__ = "story"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(400), default="")
    column: Mapped[str] = mapped_column("column_code", String(80), default="", index=True)
    current_id: Mapped[int | None] = mapped_column(
        ForeignKey("revision.id", use_alter=True, name="fk_story_current_id_revision")
    )
    approved_id: Mapped[int | None] = mapped_column(
        ForeignKey("revision.id", use_alter=True, name="fk_story_approved_id_revision")
    )
    planned_for: Mapped[date | None]
    """The day the newsroom intends; it promises nothing (see deliveries for what is scheduled)."""
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    unit: Mapped[Unit] = relationship(lazy="raise")
    author: Mapped[Person] = relationship(lazy="raise")
    current: Mapped["Revision | None"] = relationship(lazy="raise", foreign_keys=[current_id], post_update=True)
    approved: Mapped["Revision | None"] = relationship(lazy="raise", foreign_keys=[approved_id], post_update=True)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
    __table_args__ = (
        Index("ix_story_updated", "updated_at", "id"),
        Index("ix_story_unit_updated", "unit_id", "updated_at"),
        Index("ix_story_state_updated", "state", "updated_at"),
        Index(
            "ix_story_planned",
            "planned_for",
            sqlite_where=text("planned_for IS NOT NULL"),
            postgresql_where=text("planned_for IS NOT NULL"),
        ),
    )


class Revision(Base):
    """The content of a story at one moment; never changed once written. ``number`` counts from 1 in the story.

    ``content`` is the whole of ``cms.stories.editing.content.Content`` as JSON; ``sha256`` its hash; ``kind`` and
    ``column`` repeat what quotas count by.
    """

    __tablename__ = "revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    story_id: Mapped[int] = mapped_column(ForeignKey("story.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    column: Mapped[str] = mapped_column("column_code", String(80), default="")
    content: Mapped[dict[str, Any]]
    sha256: Mapped[str] = mapped_column(String(64))
    created_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]

    creator: Mapped[Person] = relationship(lazy="raise")

    __table_args__ = (UniqueConstraint("story_id", "number"),)


class SharedStory(Base):
    """What units beyond a story's own see of it: the revision that was approved last, and since when (``at``).

    ``state`` is approved or retracted. Title, kind and column are the revision's, for lists.
    """

    __tablename__ = "shared_story"

    story_id: Mapped[int] = mapped_column(ForeignKey("story.id", ondelete="CASCADE"), primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    state: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(400), default="")
    kind: Mapped[str] = mapped_column(String(20))
    column: Mapped[str] = mapped_column("column_code", String(80), default="")
    at: Mapped[datetime]

    __table_args__ = (Index("ix_shared_story_at", "at", "story_id"),)


class RevisionTag(Base):
    """A topic, audience or legal document that a revision names; ``kind`` is a vocabulary kind."""

    __tablename__ = "revision_tag"

    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    code: Mapped[str] = mapped_column(String(120), primary_key=True)

    __table_args__ = (Index("ix_revision_tag_kind_code", "kind", "code"),)


class WorkingCopy(Base):
    """What a person has typed on one page and not yet saved as a revision; kept every few seconds.

    ``tab`` names the open page, so that a second one never overwrites the first's text;
    every keep has another ``stamp``.
    """

    __tablename__ = "working_copy"

    story_id: Mapped[int] = mapped_column(ForeignKey("story.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    tab: Mapped[str] = mapped_column(String(40), primary_key=True, default="")
    stamp: Mapped[int] = mapped_column(default=0)
    base_id: Mapped[int | None] = mapped_column(ForeignKey("revision.id"))
    """The revision that the person started from."""
    content: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]


class Review(Base):
    """A lead's decision about one revision."""

    __tablename__ = "review"

    id: Mapped[int] = mapped_column(primary_key=True)
    story_id: Mapped[int] = mapped_column(ForeignKey("story.id"), index=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decision: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]

    person: Mapped[Person] = relationship(lazy="joined")


class Asset(Base):
    """A picture that may be used in stories; the bytes lie in the media store under ``sha256``."""

    __tablename__ = "asset"

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(200))
    mime: Mapped[str] = mapped_column(String(40))
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    created_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
