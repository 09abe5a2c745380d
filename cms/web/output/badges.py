"""How states look wherever they are shown: a word, an icon and a tone, never colour alone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from channels import registry
from channels.contract import StoryKind
from channels.words import N_
from cms.models.story_states import STAGE_NAMES, Stage
from scheduler.decisions.channel_standing import NAMES, ChannelStanding
from scheduler.decisions.states import DeliveryState


@dataclass(frozen=True, slots=True)
class Look:
    """``name`` is a Vietnamese message, ``icon`` one of static/icons.svg, ``tone`` a class of dakenh.css."""

    name: str
    icon: str
    tone: str


_STAGE_ICONS = {
    Stage.DRAFT: ("pencil", "draft"),
    Stage.SUBMITTED: ("hourglass-split", "wait"),
    Stage.RETURNED: ("arrow-counterclockwise", "warn"),
    Stage.APPROVED: ("check-circle", "good"),
    Stage.SCHEDULED: ("calendar-check", "plan"),
    Stage.LIVE: ("broadcast", "live"),
    Stage.RETRACTED: ("slash-circle", "bad"),
    Stage.EXPIRED: ("archive", "quiet"),
}
STAGES = {stage: Look(STAGE_NAMES[stage], *_STAGE_ICONS[stage]) for stage in Stage}
"""Looks of a story's stage."""

DELIVERIES = {
    DeliveryState.SCHEDULED: Look(N_("Chờ phát hành"), "calendar-check", "plan"),
    DeliveryState.SENDING: Look(N_("Đang gửi"), "arrow-repeat", "wait"),
    DeliveryState.LIVE: Look(N_("Đang phát hành"), "broadcast", "live"),
    DeliveryState.WITHDRAWING: Look(N_("Đang thu hồi"), "hourglass-split", "warn"),
    DeliveryState.WITHDRAWN: Look(N_("Đã thu hồi"), "slash-circle", "quiet"),
    DeliveryState.UNKNOWN: Look(N_("Chưa rõ đã gửi hay chưa"), "question-circle", "bad"),
    DeliveryState.FAILED: Look(N_("Bị từ chối"), "x-circle", "bad"),
    DeliveryState.MISSED: Look(N_("Lỡ giờ"), "clock-history", "bad"),
    DeliveryState.CANCELLED: Look(N_("Đã bỏ lịch"), "calendar-x", "quiet"),
    DeliveryState.EXPIRED: Look(N_("Hết hạn"), "archive", "quiet"),
}
"""Looks of a delivery's state."""

LEFT_OUT = Look(N_("Bị bỏ ra ngoài"), "exclamation-triangle", "bad")
"""How a live delivery looks that is kept out of its channel because it is broken."""

_SEEN = {
    (DeliveryState.UNKNOWN, "gone"): Look(N_("Không còn trên kênh"), "x-circle", "bad"),
    (DeliveryState.LIVE, "hidden"): Look(N_("Đang bị ẩn trên kênh"), "exclamation-triangle", "bad"),
    (DeliveryState.LIVE, "changed"): Look(N_("Khác bản đã duyệt"), "exclamation-triangle", "bad"),
}
"""How a delivery looks of which the provider shows something else than was sent."""


def delivery_look(state: DeliveryState, observed: str = "", broken_since: datetime | None = None) -> Look:
    """Where a delivery stands, with what was read back of it and whether it is left out of its channel."""
    if broken_since is not None and state == DeliveryState.LIVE:
        return LEFT_OUT
    return _SEEN.get((DeliveryState(state), observed)) or DELIVERIES[state]


def kind_icon(kind: str) -> str:
    """The icon of a channel kind; of one that no adapter serves any more, a general one."""
    return registry.adapter(kind).icon if kind in registry.KINDS else "broadcast"


STORY_ICONS = {
    StoryKind.ARTICLE: "file-text",
    StoryKind.INFOGRAPHIC: "bar-chart",
    StoryKind.NOTICE: "info-circle",
    StoryKind.SLOGAN: "megaphone",
}
"""Icons of story kinds."""

_CHANNEL_FACES = {
    ChannelStanding.OFF: ("stop-circle", "quiet"),
    ChannelStanding.DOCUMENTS_FAILING: ("exclamation-triangle", "bad"),
    ChannelStanding.SECRETS_LOST: ("key", "bad"),
    ChannelStanding.NEEDS_AUTH: ("key", "bad"),
    ChannelStanding.NOT_CONNECTED: ("plug", "bad"),
    ChannelStanding.PAUSED: ("pause-circle", "warn"),
    ChannelStanding.RESTING: ("stopwatch", "wait"),
    ChannelStanding.SILENT: ("exclamation-triangle", "bad"),
    ChannelStanding.LEAVES_OUT: ("exclamation-triangle", "warn"),
    ChannelStanding.NO_KEY: ("key", "warn"),
    ChannelStanding.NEVER_SEEN: ("question-circle", "warn"),
    ChannelStanding.AUTH_ENDING: ("hourglass-bottom", "warn"),
    ChannelStanding.OK: ("check-circle", "good"),
}
CHANNELS = {standing: Look(NAMES[standing], *_CHANNEL_FACES[standing]) for standing in ChannelStanding}
"""Looks of a standing: a word, an icon and a tone."""

LOOKS: dict[str, Any] = {
    "stage": STAGES, "delivery": DELIVERIES, "kind_icon": kind_icon, "story": STORY_ICONS,
    "channel": CHANNELS, "look_of": delivery_look,
}  # fmt: skip
