"""What culture centres pulled, put together and aired, who is told of new scripts, and scripts in other languages."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.storage.base import Base


class Broadcast(Base):
    """A script was on air: the evidence that radio quotas count. ``event_id`` comes from the sender and is unique.

    A mistake is not deleted but voided, with the reason. ``duration_s`` is measured, in seconds; of an item of a
    bulletin it is its share of what was measured for the whole.
    """

    __tablename__ = "broadcast"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(String(80), unique=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    station: Mapped[str] = mapped_column(String(200), default="")
    started_at: Mapped[datetime]
    duration_s: Mapped[int | None]
    logged_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    logged_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str] = mapped_column(Text, default="")
    airing_id: Mapped[int | None] = mapped_column(ForeignKey("bulletin_airing.id"), index=True)
    """The broadcast of a whole bulletin that this was part of."""

    __table_args__ = (Index("ix_broadcast_unit_started", "unit_id", "started_at"),)


class Download(Base):
    """A person or machine took a script; the first time in each format is kept."""

    __tablename__ = "download"

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    format: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]

    __table_args__ = (Index("uq_download", "delivery_id", "person_id", "format", unique=True),)


class ScriptClass(Base):
    """The class that a person gave one script in place of its channel's: thong_thuong, uu_tien or khan_cap."""

    __tablename__ = "script_class"

    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), primary_key=True)
    priority: Mapped[str] = mapped_column(String(20))
    set_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime]


class Confirmation(Base):
    """A unit's presenter said that an urgent script has reached them; it then leaves the top of their list."""

    __tablename__ = "script_confirmation"

    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class Programme(Base):
    """What a unit puts around the items of its bulletins, and when it airs them. Lengths are in seconds.

    ``weekly_slots`` are ``{"weekday": 1…7, "time": "17:30"}`` in Asia/Ho_Chi_Minh; ``rate`` is syllables a second.
    """

    __tablename__ = "programme"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    station: Mapped[str] = mapped_column(String(160), default="")
    greeting: Mapped[str] = mapped_column(Text, default="")
    closing: Mapped[str] = mapped_column(Text, default="")
    tune_s: Mapped[int] = mapped_column(default=10)
    jingle_s: Mapped[int] = mapped_column(default=3)
    slot_s: Mapped[int] = mapped_column(default=600)
    rate: Mapped[float]
    dialect: Mapped[str] = mapped_column(String(10), default="north")
    headlines: Mapped[bool] = mapped_column(default=True)
    weekly_slots: Mapped[list[Any]] = mapped_column(default=list)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class Bulletin(Base):
    """Scripts in the order in which they are aired at ``air_at``. ``version`` rises with every change.

    ``frame`` is the programme as it was when the bulletin was begun, so that a later change does not touch it.
    """

    __tablename__ = "bulletin"

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    title: Mapped[str] = mapped_column(String(200))
    frame: Mapped[dict[str, Any]]
    slot_s: Mapped[int]
    air_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("programme_id", "air_at"), Index("ix_bulletin_unit_air", "unit_id", "air_at"))


class BulletinItem(Base):
    """A script in a bulletin; ``position`` counts from 0."""

    __tablename__ = "bulletin_item"

    bulletin_id: Mapped[int] = mapped_column(ForeignKey("bulletin.id", ondelete="CASCADE"), primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), primary_key=True, index=True)
    position: Mapped[int]


class BulletinAiring(Base):
    """A whole bulletin was on air; each of its items has its own ``Broadcast``. Voided, not deleted."""

    __tablename__ = "bulletin_airing"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(String(80), unique=True)
    bulletin_id: Mapped[int] = mapped_column(ForeignKey("bulletin.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    station: Mapped[str] = mapped_column(String(200), default="")
    started_at: Mapped[datetime]
    duration_s: Mapped[int | None]
    logged_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    logged_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str] = mapped_column(Text, default="")


class ScriptFeed(Base):
    """An address at which a feed reader finds a unit's new scripts; only the SHA-256 of its key is kept."""

    __tablename__ = "script_feed"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class ScriptMail(Base):
    """An address to which news of a unit's scripts goes. What was live before ``since`` is not told."""

    __tablename__ = "script_mail"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    address: Mapped[str] = mapped_column(String(254))
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("person_id", "unit_id"),)


class ScriptNotice(Base):
    """One message about one script: stamped before it is handed over, so that none is ever sent twice.

    ``state`` is waiting, called, sent, unclear or failed; ``next_at`` is when a waiting one is tried.
    """

    __tablename__ = "script_notice"

    mail_id: Mapped[int] = mapped_column(ForeignKey("script_mail.id", ondelete="CASCADE"), primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), primary_key=True, index=True)
    state: Mapped[str] = mapped_column(String(10))
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None] = mapped_column(index=True)
    called_at: Mapped[datetime | None]
    detail: Mapped[str] = mapped_column(Text, default="")


class ScriptVariant(Base):
    """A story's script in another language. ``language`` is a BCP 47 tag with its script where it needs one.

    It was made from ``revision`` of the story; a newer one makes it outdated. ``text`` may be empty if there is audio.
    ``duration_s`` is measured. The sound lies in the media store under ``audio_sha256``.
    """

    __tablename__ = "script_variant"

    id: Mapped[int] = mapped_column(primary_key=True)
    story_id: Mapped[int] = mapped_column(ForeignKey("story.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    language: Mapped[str] = mapped_column(String(35))
    revision: Mapped[int]
    title: Mapped[str] = mapped_column(String(400), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    translator: Mapped[str] = mapped_column(String(200))
    reviewer: Mapped[str] = mapped_column(String(200), default="")
    reviewed_at: Mapped[datetime | None]
    duration_s: Mapped[int | None]
    audio_sha256: Mapped[str] = mapped_column(String(64), default="")
    audio_mime: Mapped[str] = mapped_column(String(40), default="")
    audio_size: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    updated_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("story_id", "unit_id", "language"),)
