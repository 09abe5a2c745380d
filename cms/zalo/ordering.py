"""Ordering a broadcast: what can be chosen, what stands in the way, and the one clear view before it is promised."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from channels.followers import followers_of
from channels.localtime import local_day
from channels.words import N_, Words
from channels.zalo_oa.audience import broadcast
from channels.zalo_oa.audience.broadcast import Allowance, Chosen, Target
from channels.zalo_oa.settings import Settings
from cms.core import units
from cms.core.audit import record
from cms.core.permissions import Action, Actor
from cms.core.refusal import Conflict, NotFound, refusal_from
from cms.models.people import Unit
from cms.zalo.connecting import settings_of
from cms.zalo.wording import target_words
from scheduler.decisions.states import DeliveryState, Desired
from scheduler.followers import orders
from scheduler.followers.states import COUNTED, BroadcastState
from scheduler.followers.tables import AccountStanding, FollowerBroadcast
from scheduler.storage.tables import Channel, Delivery, StoredRendition

NEWEST = 60
"""Articles that are offered, newest first."""

SECOND_TODAY = N_(
    "Hôm ấy Official Account đã có lượt gửi khác. Zalo cho mỗi người nhận tối đa một lượt mỗi ngày; ai đã nhận sẽ "
    "không nhận lượt này."
)
QUOTA_UNKNOWN = N_(
    "Chưa biết còn bao nhiêu lượt gửi: Zalo chưa trả lời và kênh chưa đặt số lượt mỗi kỳ. Hệ thống hỏi lại Zalo ngay "
    "trước khi gửi."
)
PAUSED = N_("Kênh đang tạm dừng hoặc cần kết nối lại; lượt gửi chỉ đi nếu kênh chạy lại kịp giờ.")


@dataclass(frozen=True, slots=True)
class Article:
    """A live article that can be broadcast."""

    delivery_id: int
    provider_id: str
    title: str
    live_at: datetime | None
    link: str
    chosen: Chosen


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person put together. ``at`` (UTC) is when followers shall see it, None for as soon as possible."""

    deliveries: tuple[int, ...]
    target: Target
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Review:
    """All that a person decides on: which articles, to whom, when, what is left, and what is in the way."""

    channel: Channel
    unit: Unit
    articles: Sequence[Article]
    target: Target
    wanted_at: datetime
    call_at: datetime
    allowance: Allowance
    problems: Sequence[Words]
    warnings: Sequence[Words]


def channels(session: Session, actor: Actor) -> list[Channel]:
    """Return the channels whose followers ``actor`` may write to, by name."""
    within = units.within(actor.paths(Action.BROADCAST))
    found = session.scalars(select(Channel).join(Unit, Unit.id == Channel.unit_id).where(within, Channel.active))
    return sorted((one for one in found if followers_of(one.kind)), key=lambda one: one.name)


def allowed_channel(session: Session, actor: Actor, channel_id: int) -> tuple[Channel, Unit]:
    """Return a channel whose followers ``actor`` may write to; raise ``NotFound``, ``NotAllowed`` or ``Conflict``."""
    channel = session.get(Channel, channel_id)
    if channel is None or followers_of(channel.kind) is None:
        raise NotFound(N_("Không có kênh này hoặc kênh không có người theo dõi."), field="channel")
    unit = session.get_one(Unit, channel.unit_id)
    actor.require(Action.BROADCAST, unit.path)
    if not channel.active:
        raise Conflict(N_("Kênh này đã ngừng hoạt động; hãy chọn kênh khác."), field="channel")
    return channel, unit


def candidates(session: Session, channel_id: int) -> list[Article]:
    """Return the newest articles that are live on the channel and shown to everybody."""
    query = _articles().where(
        Delivery.channel_id == channel_id,
        Delivery.state == DeliveryState.LIVE,
        Delivery.desired == Desired.LIVE,
        Delivery.provider_id.is_not(None),
    )
    rows = session.execute(query.order_by(Delivery.live_at.desc(), Delivery.id.desc()).limit(NEWEST))
    found = [_article(delivery, title) for delivery, title in rows]
    return [one for one in found if one.chosen.shown]


def review(session: Session, actor: Actor, channel_id: int, draft: Draft, *, now: datetime) -> Review:
    """Return the whole of a broadcast before it is promised; nothing is changed."""
    channel, unit = allowed_channel(session, actor, channel_id)
    articles = _chosen(session, channel.id, draft.deliveries)
    wanted = draft.at or broadcast.soonest(now)
    call_at = max(broadcast.call_at(wanted), now)
    allowance = allowance_at(session, channel, call_at, now)
    problems = broadcast.refusals([one.chosen for one in articles], wanted, allowance, now)
    return Review(
        channel, unit, articles, draft.target, wanted, call_at, allowance, problems,
        _warnings(session, channel, wanted, allowance),
    )  # fmt: skip


def order(session: Session, actor: Actor, channel_id: int, draft: Draft, *, key: str, now: datetime) -> int:
    """Promise a broadcast and return its id; the same ``key`` promises once. Raise the first problem in the way."""
    known = session.scalar(select(FollowerBroadcast.id).where(FollowerBroadcast.key == key))
    if known is not None:
        return known
    whole = review(session, actor, channel_id, draft, now=now)
    if whole.problems:
        raise refusal_from(422, "invalid", whole.problems[0])
    wish = orders.Wish(
        key=key, channel_id=whole.channel.id, target=draft.target.payload(), wanted_at=whole.wanted_at,
        items=[(one.delivery_id, one.provider_id, one.title) for one in whole.articles], call_at=whole.call_at,
    )  # fmt: skip
    made, new = orders.order(session.connection(), wish, by=actor.person_id, now=now)
    if new:
        record(
            session, actor, "follower_broadcast.order", "follower_broadcast", made, unit_id=whole.unit.id, now=now,
            channel=whole.channel.name, articles=[one.title for one in whole.articles],
            target=target_words(draft.target), wanted_at=whole.wanted_at.isoformat(),
        )  # fmt: skip
    return made


def allowance_at(session: Session, channel: Channel, at: datetime, now: datetime) -> Allowance:
    """Return what is left for a broadcast called at ``at``; Zalo's word counts only for the period that is running."""
    settings: Settings = settings_of(channel)
    since, until = broadcast.period(settings.period_starts, at)
    used = orders.used(session.connection(), channel.id, since, until)
    left = None
    if since <= now < until:
        told = session.scalar(select(AccountStanding.facts).where(AccountStanding.channel_id == channel.id)) or {}
        left = _less_promised(session, channel.id, told.get("left"))
    return Allowance(settings.broadcasts_per_period, used, left)


def _less_promised(session: Session, channel_id: int, left: object) -> int | None:
    """Zalo does not know yet of what waits here."""
    if not isinstance(left, int):
        return None
    waiting = select(FollowerBroadcast.id).where(
        FollowerBroadcast.channel_id == channel_id, FollowerBroadcast.state == BroadcastState.WAITING
    )
    return max(0, left - len(session.scalars(waiting).all()))


def _warnings(session: Session, channel: Channel, wanted: datetime, allowance: Allowance) -> list[Words]:
    others = session.scalars(
        select(FollowerBroadcast.wanted_at).where(
            FollowerBroadcast.channel_id == channel.id, FollowerBroadcast.state.in_(COUNTED)
        )
    )
    found = [Words(SECOND_TODAY)] if any(local_day(at) == local_day(wanted) for at in others) else []
    if allowance.remaining is None:
        found.append(Words(QUOTA_UNKNOWN))
    return found + ([Words(PAUSED)] if channel.health != "ok" else [])


def _chosen(session: Session, channel_id: int, deliveries: Sequence[int]) -> list[Article]:
    """The articles of these deliveries in the given order; those of another channel are not found."""
    query = _articles().where(Delivery.channel_id == channel_id, Delivery.id.in_(deliveries))
    known = {delivery.id: _article(delivery, title) for delivery, title in session.execute(query)}
    return [known[one] for one in deliveries if one in known]


def _articles() -> Select[Delivery, str]:
    return select(Delivery, StoredRendition.title).join(
        StoredRendition, StoredRendition.id == Delivery.live_rendition_id, isouter=True
    )


def _article(delivery: Delivery, title: str | None) -> Article:
    live = delivery.state == DeliveryState.LIVE and delivery.desired == Desired.LIVE and bool(delivery.provider_id)
    shown = delivery.evidence.get("status") != "hide"
    words = title or delivery.provider_id or ""
    return Article(
        delivery.id, delivery.provider_id or "", words, delivery.live_at, delivery.link or "",
        Chosen(delivery.id, words, live, shown, delivery.until),
    )  # fmt: skip
