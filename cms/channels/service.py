"""Configuring channels: making, changing, stopping them, their weekly times, their secrets and boards' keys."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from channels import registry
from channels.contract import Evidence
from channels.followers import followers_of
from channels.words import N_
from cms.core import access_keys
from cms.core.audit import record
from cms.core.channel_secrets import opened
from cms.core.permissions import Action, Actor
from cms.core.refusal import Conflict, Invalid, NotFound
from cms.models.boards import BoardKey
from cms.models.people import Unit
from cms.people.administration.unit_admin import tidy
from scheduler.decisions.states import Health, LatePolicy
from scheduler.followers import orders as followers
from scheduler.orders import promises
from scheduler.storage.tables import Channel
from scheduler.storage.vault import Keys, put_secrets

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_SLUG, LONGEST_NAME, LONGEST_MEDIUM, LONGEST_SECRET = 80, 200, 40, 4_000
LATEST = 7 * 24 * 60
"""Minutes of lateness that a channel can be told to accept: a week."""


@dataclass(frozen=True, slots=True)
class ChannelBasics:
    """What every channel has whatever its kind. ``medium`` is the plan's word by which quotas count it."""

    name: str
    medium: str = ""
    late_policy: str = LatePolicy.WITHIN
    late_minutes: int = 60


def create(
    session: Session, actor: Actor, *, kind: str, slug: str, unit_id: int, basics: ChannelBasics, settings: BaseModel,
    now: datetime,
) -> Channel:  # fmt: skip
    """Add a channel. ``slug`` becomes part of its public addresses and never changes."""
    if kind not in registry.KINDS:
        raise NotFound(N_("Không có loại kênh này; hãy chọn trong danh sách."), field="kind")
    unit = session.get(Unit, unit_id)
    if unit is None:
        raise NotFound(N_("Không có đơn vị này; hãy chọn đơn vị trong danh sách."), field="unit")
    actor.require(Action.MANAGE_CHANNELS, unit.path)
    _check_slug(session, slug)
    channel = Channel(
        kind=kind, slug=slug, unit_id=unit.id, settings=settings.model_dump(mode="json"), created_at=now,
        **_checked(basics),
    )  # fmt: skip
    session.add(channel)
    session.flush()
    record(
        session, actor, "channel.create", "channel", channel.id, unit_id=unit.id, now=now,
        kind=kind, slug=slug, name=channel.name,
    )  # fmt: skip
    return channel


def edit(
    session: Session, actor: Actor, channel_id: int, *, basics: ChannelBasics, settings: BaseModel, now: datetime
) -> Channel:
    """Change a channel; the audit row tells each old and new value. Its documents are made anew."""
    channel = managed(session, actor, channel_id)
    new = _checked(basics)
    changes = {name: [getattr(channel, name), value] for name, value in new.items() if getattr(channel, name) != value}
    changes |= _changes(channel.settings, wanted := settings.model_dump(mode="json"))
    if not changes:
        return channel
    for name, value in new.items():
        setattr(channel, name, value)
    channel.settings = wanted
    channel.version = Channel.version + 1  # counted by the database: the engine counts too
    record(session, actor, "channel.edit", "channel", channel.id, unit_id=channel.unit_id, now=now, changes=changes)
    return channel


def set_slots(
    session: Session, actor: Actor, channel_id: int, slots: Sequence[Mapping[str, Any]], *, now: datetime
) -> Channel:
    """Replace the weekly times; what is promised already keeps its time."""
    channel = managed(session, actor, channel_id)
    new = [dict(slot) for slot in slots]
    if new != channel.weekly_slots:
        channel.weekly_slots = new
        record(session, actor, "channel.slots", "channel", channel.id, unit_id=channel.unit_id, now=now,
               slots=[f"{slot['weekday']} {slot['time']}" for slot in new])  # fmt: skip
    return channel


def set_active(session: Session, actor: Actor, channel_id: int, active: bool, *, now: datetime) -> Channel:
    """Stop a channel (what waits is held, its public documents go) or open it again."""
    channel = managed(session, actor, channel_id)
    if channel.active == active:
        raise Conflict(N_("Kênh đang hoạt động.") if active else N_("Kênh đã ngừng trước đó."))
    channel.active = active
    channel.version = Channel.version + 1  # counted by the database: the engine counts too
    action = "channel.activate" if active else "channel.deactivate"
    record(session, actor, action, "channel", channel.id, unit_id=channel.unit_id, now=now, name=channel.name)
    return channel


def store_secrets(
    session: Session, actor: Actor, channel_id: int, values: Mapping[str, str], keys: Keys, *, now: datetime
) -> Sequence[str]:
    """Keep new secrets; an empty value keeps what is stored. Return the names replaced; the audit row has only names.

    A channel that waited for a new authorisation works again with the next round of the scheduler.
    """
    channel = managed(session, actor, channel_id)
    known = registry.adapter(channel.kind).secrets
    new = {name: value.strip() for name, value in values.items() if name in known and value.strip()}
    if not new:
        raise Invalid(N_("Hãy nhập ít nhất một mã bí mật; ô để trống giữ mã đang có."), field="secrets")
    if any(len(value) > LONGEST_SECRET for value in new.values()):
        raise Invalid(N_("Mã bí mật dài quá %(limit)s ký tự; hãy kiểm tra lại."), field="secrets", limit=LONGEST_SECRET)
    kept = {name: value for name, value in (opened(session, channel.id, keys) or {}).items() if name in known}
    replace_secrets(
        session, actor, channel, {**kept, **new}, keys, action="channel.secrets", now=now, names=sorted(new)
    )
    return sorted(new)


def replace_secrets(
    session: Session, actor: Actor, channel: Channel, values: Mapping[str, str], keys: Keys, *, action: str,
    now: datetime, names: Sequence[str] = (),
) -> None:  # fmt: skip
    """Keep exactly ``values``; what the adapter had noted about older ones is forgotten with them."""
    put_secrets(session.connection(), channel.id, values, keys, now)
    if channel.health == Health.NEEDS_AUTH:
        promises.resume_channel(session.connection(), channel_id=channel.id)
        session.expire(channel)
    if followers_of(channel.kind):
        followers.ask(session.connection(), channel.id, now)
    detail = {"secrets": list(names)} if names else {}
    record(session, actor, action, "channel", channel.id, unit_id=channel.unit_id, now=now, **detail)


def secrets_held(session: Session, channel_id: int, keys: Keys) -> frozenset[str] | None:
    """Return the names of the secrets that a channel has, never a value; None if no key opens them any more."""
    found = opened(session, channel_id, keys)
    return None if found is None else frozenset(name for name, value in found.items() if value)


def issue_board_key(session: Session, actor: Actor, channel_id: int, *, now: datetime) -> str:
    """Make a new key for a board's controller and return it, for the only time; the old key ends at once."""
    channel = managed(session, actor, channel_id)
    if channel.kind not in registry.proven_by(Evidence.PLAY):
        raise Conflict(N_("Chỉ bảng điện tử mới có khóa."))
    key = access_keys.make("bk_")
    held = session.get(BoardKey, channel.id)
    if held is None:
        session.add(BoardKey(channel_id=channel.id, hash=access_keys.digest(key), created_at=now))
    else:
        held.hash, held.created_at = access_keys.digest(key), now
    record(session, actor, "channel.board_key", "channel", channel.id, unit_id=channel.unit_id, now=now,
           name=channel.name)  # fmt: skip
    return key


def managed(session: Session, actor: Actor, channel_id: int) -> Channel:
    """Return a channel that ``actor`` configures; raise ``NotFound`` or ``NotAllowed``."""
    channel = session.get(Channel, channel_id)
    if channel is None:
        raise NotFound(N_("Không có kênh này."))
    actor.require(Action.MANAGE_CHANNELS, session.get_one(Unit, channel.unit_id).path)
    return channel


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, list[Any]]:
    return {name: [old.get(name), value] for name, value in new.items() if old.get(name) != value}


def _check_slug(session: Session, slug: str) -> None:
    if not SLUG.fullmatch(slug) or len(slug) > LONGEST_SLUG:
        raise Invalid(
            N_("Địa chỉ kênh chỉ gồm chữ thường không dấu, chữ số và dấu gạch nối, ví dụ “bao-long-an”."), field="slug"
        )
    if session.scalar(select(Channel.id).where(Channel.slug == slug)) is not None:
        raise Conflict(N_("Địa chỉ “%(slug)s” đã có kênh khác dùng; hãy chọn địa chỉ khác."), field="slug", slug=slug)


def _checked(basics: ChannelBasics) -> dict[str, Any]:
    name, medium = tidy(basics.name), tidy(basics.medium)
    if not name:
        raise Invalid(N_("Hãy nhập tên kênh."), field="name")
    if len(name) > LONGEST_NAME:
        raise Invalid(N_("Tên kênh dài quá %(limit)s ký tự; hãy rút gọn."), field="name", limit=LONGEST_NAME)
    if len(medium) > LONGEST_MEDIUM:
        raise Invalid(N_("Hãy chọn loại phương tiện trong danh sách."), field="medium")
    if basics.late_policy not in set(LatePolicy):
        raise Invalid(N_("Hãy chọn cách xử lý khi trễ giờ trong danh sách."), field="late_policy")
    if not 1 <= basics.late_minutes <= LATEST:
        raise Invalid(N_("Số phút trễ cho phép từ 1 đến %(limit)s."), field="late_minutes", limit=LATEST)
    return {
        "name": name,
        "medium": medium,
        "late_policy": str(basics.late_policy),
        "late_minutes": basics.late_minutes,
    }
