"""Connecting an Official Account: how its tokens stand, and keeping what its admin's consent gave."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels import registry
from channels.words import N_
from channels.zalo_oa.api import consent
from channels.zalo_oa.api.tokens import TokenState, token_state
from channels.zalo_oa.audience import webhook
from channels.zalo_oa.settings import Settings
from cms.channels import service
from cms.core.channel_secrets import opened
from cms.core.permissions import Actor
from cms.core.refusal import Conflict
from cms.web.output.badges import Look
from scheduler.decisions.states import Health
from scheduler.storage.tables import Channel
from scheduler.storage.vault import Keys

KIND = "zalo_oa"
VERIFIER = "code_verifier"
LOOKS = {
    TokenState.MISSING: Look(N_("Chưa kết nối với Zalo"), "unlock", "wait"),
    TokenState.GOOD: Look(N_("Đã kết nối với Zalo"), "check-circle", "good"),
    TokenState.DUE: Look(N_("Đã kết nối, mã truy cập sắp được gia hạn tự động"), "check-circle", "good"),
    TokenState.AGING: Look(N_("Sắp hết hạn: hãy cấp quyền lại trong vài ngày tới"), "hourglass-bottom", "warn"),
    TokenState.RECONNECT: Look(N_("Zalo không nhận mã nữa: hãy cấp quyền lại"), "key", "bad"),
}
"""How a connection is told, early enough that nothing stops."""

NOT_WORKING = N_("Kênh đã ngừng nên chưa thử được; hãy mở lại kênh trước.")


def settings_of(channel: Channel) -> Settings:
    """Return the settings of a Zalo channel; raise ``Conflict`` for another kind."""
    if channel.kind != KIND:
        raise Conflict(N_("Chỉ kênh Zalo OA mới cần cấp quyền theo cách này."))
    return Settings.model_validate(channel.settings)


def state(session: Session, channel: Channel, keys: Keys, now: datetime) -> TokenState | None:
    """Return how the tokens of a Zalo channel stand; None for other kinds and for secrets that no key opens."""
    if channel.kind != KIND or KIND not in registry.KINDS:
        return None
    secrets = opened(session, channel.id, keys)
    if secrets is None:
        return None
    found = token_state(secrets, settings_of(channel).app_id, now)
    lost = channel.health == Health.NEEDS_AUTH and found is not TokenState.MISSING
    return TokenState.RECONNECT if lost else found


@dataclass(frozen=True, slots=True)
class ConsentRequest:
    """What a consent needs. ``verifier`` is the fixed one of PKCE, empty where each consent has its own."""

    settings: Settings
    app_secret: str
    verifier: str


def asking(session: Session, actor: Actor, channel_id: int, keys: Keys) -> ConsentRequest:
    """Return what a consent needs; raise ``Conflict`` with what to fill in first."""
    channel = service.managed(session, actor, channel_id)
    settings = settings_of(channel)
    held = opened(session, channel.id, keys) or {}
    secret, verifier = held.get("app_secret", ""), held.get(VERIFIER, "")
    if not settings.app_id or not secret:
        raise Conflict(N_("Hãy điền mã ứng dụng (App ID) và lưu khóa bí mật của ứng dụng trước khi cấp quyền."))
    if verifier and not consent.is_verifier(verifier):
        raise Conflict(N_("Code verifier phải dài từ 43 đến 128 ký tự, gồm chữ không dấu, chữ số và các dấu - . _ ~."))
    return ConsentRequest(settings, secret, verifier)


def fix_verifier(session: Session, actor: Actor, channel_id: int, keys: Keys, now: datetime) -> str:
    """Give the channel a fixed PKCE verifier; return its challenge, which the app's console at Zalo wants to know."""
    settings_of(service.managed(session, actor, channel_id))
    verifier = consent.new_verifier()
    service.store_secrets(session, actor, channel_id, {VERIFIER: verifier}, keys, now=now)
    return consent.challenge_of(verifier)


def fixed_challenge(held: Mapping[str, str]) -> str:
    """Return the challenge of the fixed verifier among these secrets, empty if there is none."""
    return consent.challenge_of(held[VERIFIER]) if held.get(VERIFIER) else ""


def sharers(session: Session, channel: Channel) -> list[str]:
    """Return the names of other channels that use the same app and account; they would spend each other's tokens."""
    own = settings_of(channel)
    others = session.scalars(select(Channel).where(Channel.kind == KIND, Channel.id != channel.id, Channel.active))
    account = (own.app_id, own.oa_id)
    return sorted(
        one.name for one in others if own.oa_id and (one.settings.get("app_id"), one.settings.get("oa_id")) == account
    )


def keep(
    session: Session, actor: Actor, channel_id: int, *, given: Mapping[str, str], oa_id: str, keys: Keys, now: datetime
) -> Channel:
    """Store the tokens that a consent gave; raise ``Conflict`` if it was given for another account."""
    channel = service.managed(session, actor, channel_id)
    wanted, held = settings_of(channel).oa_id, opened(session, channel.id, keys) or {}
    if wanted and oa_id and wanted != oa_id:
        raise Conflict(
            N_("Bạn vừa cấp quyền cho Official Account %(other)s, còn kênh này là %(wanted)s; hãy chọn lại."),
            other=oa_id, wanted=wanted,
        )  # fmt: skip
    if oa_id and not wanted:
        channel.settings = {**channel.settings, "oa_id": oa_id}
    fixed = {name: held[name] for name in (VERIFIER, webhook.SECRET) if held.get(name)}  # consent gives neither
    service.replace_secrets(session, actor, channel, {**given, **fixed}, keys, action="channel.connect", now=now)
    return channel
