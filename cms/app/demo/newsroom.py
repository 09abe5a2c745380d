"""The standing part of the demonstration: plan, people, channels and their keys."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path
from typing import cast

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from channels.zalo_oa import simulator
from cms.app.demo.channels import DemoChannel, load_channels
from cms.app.demo.people import DemoPerson, load_people
from cms.core import access_keys
from cms.core.permissions import SYSTEM
from cms.core.settings import Settings
from cms.models.boards import BoardKey
from cms.models.people import Membership, Password, Person, Unit
from cms.people.accounts import passwords
from cms.people.accounts.passwords import NewPassword
from cms.quotas.packs import importing
from cms.quotas.packs.schema import Pack
from scheduler.storage.tables import Channel
from scheduler.storage.vault import DatabaseVault, Keys, put_secrets

PLAN = "long-an-2025"
PASSWORD = "chuyendoiso"  # noqa: S105 (of invented people in sample data, printed at every start)


@dataclass(frozen=True, slots=True)
class Script:
    """All that the newsroom is built from, read before anything is written. ``password`` is everybody's."""

    pack: Pack
    people: Sequence[DemoPerson]
    channels: Sequence[DemoChannel]
    password: NewPassword

    @classmethod
    def read(cls) -> "Script":
        """Read it from this package."""
        plan = cast(Path, files("cms.quotas") / "packs" / f"{PLAN}.yaml")
        return cls(importing.read_file(plan), load_people(), load_channels(), passwords.prepared(PASSWORD))


def build(session: Session, script: Script, settings: Settings, now: datetime) -> None:
    """Put plan, people and channels into an empty database. The plan's units are taken as they stood in early 2025."""
    pack = script.pack
    importing.import_pack(session, SYSTEM, pack, now=now, until=date(now.year + 1, 12, 31), keep_units=True)
    units = {unit.code: unit for unit in session.scalars(select(Unit))}
    for person in script.people:
        session.add(_person(person, units, script.password, now))
    for channel in script.channels:
        _add_channel(session, channel, units, settings, now)


def _person(person: DemoPerson, units: dict[str, Unit], password: NewPassword, now: datetime) -> Person:
    made = Person(
        username=person.username, name=person.name, password_hash=password.hash, password_state=Password.DEMO,
        created_at=now,
    )  # fmt: skip
    made.memberships = [Membership(unit_id=units[held.unit].id, role=held.role) for held in person.roles]
    return made


def _add_channel(
    session: Session, channel: DemoChannel, units: dict[str, Unit], settings: Settings, now: datetime
) -> None:
    row = Channel(
        kind=channel.kind,
        slug=channel.slug,
        name=channel.name,
        unit_id=units[channel.unit].id,
        medium=channel.medium,
        settings=channel.settings(),
        weekly_slots=channel.weekly_slots(),
        created_at=now,
    )
    session.add(row)
    session.flush()
    if channel.kind == "led_board":
        session.add(BoardKey(channel_id=row.id, hash=access_keys.digest(access_keys.make()), created_at=now))
    if channel.kind == "zalo_oa":
        pair = {name: secrets.token_urlsafe(24) for name in ("app_secret", "access_token", "refresh_token")}
        put_secrets(session.connection(), row.id, pair, Keys(settings.encryption_keys), now)


def connect(database: Engine, script: Script, settings: Settings, now: datetime) -> None:
    """Let the simulator know each Official Account by its channel's tokens; the real Zalo is never touched."""
    with database.connect() as connection:
        rows = {row.slug: row.id for row in connection.execute(select(Channel.id, Channel.slug))}
    for channel in script.channels:
        if channel.kind == "zalo_oa":
            pair = DatabaseVault(database, rows[channel.slug], Keys(settings.encryption_keys)).read()
            simulator.seed(
                settings.home / "zalo-sim.db", app_id=channel.settings()["app_id"], oa_id=channel.slug,
                oa_name=channel.name, clock=lambda: now, **pair,
            )  # fmt: skip
