"""The standing part of the demonstration: plan, people, channels and their keys."""

import secrets
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.zalo_oa import simulator
from cms.boards.tables import BoardKey
from cms.demo.channels import DemoChannel, load_channels
from cms.demo.people import DemoPerson, load_people
from cms.people import access_keys, passwords
from cms.people.permissions import SYSTEM
from cms.people.tables import Membership, Password, Person, Unit
from cms.quotas import importing
from cms.settings import Settings
from scheduler.tables import Channel
from scheduler.vault import Keys, put_secrets

PLAN = "long-an-2025"
PASSWORD = "chuyendoiso"  # noqa: S105 (of invented people in sample data, printed at every start)


def build(session: Session, settings: Settings, now: datetime) -> None:
    """Put plan, people and channels into an empty database. The plan's units are taken as they stood in early 2025."""
    pack = cast(Path, files("cms.quotas") / "packs" / f"{PLAN}.yaml")
    importing.import_pack(session, SYSTEM, pack, now=now, until=date(now.year + 1, 12, 31), keep_units=True)
    units = {unit.code: unit for unit in session.scalars(select(Unit))}
    for person in load_people():
        session.add(_person(person, units, now))
    for channel in load_channels():
        _add_channel(session, channel, units, settings, now)


def _person(person: DemoPerson, units: dict[str, Unit], now: datetime) -> Person:
    made = Person(
        username=person.username, name=person.name, password_hash=passwords.hash_of(PASSWORD),
        password_state=Password.DEMO, created_at=now,
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
        _connect(session, row, channel, settings, now)


def _connect(session: Session, row: Channel, channel: DemoChannel, settings: Settings, now: datetime) -> None:
    """Give the simulator an Official Account and the channel its tokens. The real Zalo is never touched from here."""
    pair = {name: secrets.token_urlsafe(24) for name in ("app_secret", "access_token", "refresh_token")}
    simulator.seed(
        settings.home / "zalo-sim.db",
        app_id=channel.settings()["app_id"],
        oa_id=channel.slug,
        oa_name=channel.name,
        clock=lambda: now,
        **pair,
    )
    put_secrets(session.connection(), row.id, pair, Keys(settings.encryption_keys), now)
