"""How a channel stands, in one pure decision: the same on every page, in the API, for monitors and in the metrics."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from channels.access import Access
from channels.words import N_, Words
from scheduler.decisions.states import Health

SILENT_AFTER = timedelta(hours=24)
"""A board with something to show that has not reported for so long is silent."""


class ChannelStanding(StrEnum):
    """How a channel stands, gravest first: it carries the first of these that is true of it."""

    OFF = "off"
    DOCUMENTS_FAILING = "documents_failing"
    SECRETS_LOST = "secrets_lost"
    NEEDS_AUTH = "needs_auth"
    NOT_CONNECTED = "not_connected"
    PAUSED = "paused"
    RESTING = "resting"
    SILENT = "silent"
    LEAVES_OUT = "leaves_out"
    NO_KEY = "no_key"
    NEVER_SEEN = "never_seen"
    AUTH_ENDING = "auth_ending"
    OK = "ok"


@dataclass(frozen=True, slots=True)
class ChannelFacts:
    """All that decides. ``said`` is what the engine noted for the channel's admin.

    ``access`` tells of its secrets; ``left_out`` counts broken live items, the first of them ``left_out_since``
    (UTC). ``reports`` tells that the channel is one whose controllers report; ``key_since`` and ``seen_at`` (UTC) are
    when it got its key and when it last reported, ``carries`` whether it has anything to show.
    """

    active: bool = True
    health: Health = Health.OK
    said: str = ""
    resume_at: datetime | None = None
    broken_since: datetime | None = None
    broken: Words | None = None
    access: Access = Access.NONE
    left_out: int = 0
    left_out_since: datetime | None = None
    reports: bool = False
    key_since: datetime | None = None
    seen_at: datetime | None = None
    carries: bool = False


@dataclass(frozen=True, slots=True)
class ChannelStatus:
    """How a channel stands: ``name`` of it, what to do (``words``; None: nothing), and since or until when (UTC)."""

    standing: ChannelStanding
    name: Words
    words: Words | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def grave(self) -> bool:
        """Whether it belongs on the list of open matters: what people think is out may not be."""
        return self.standing in GRAVE


GRAVE = frozenset(
    {
        ChannelStanding.DOCUMENTS_FAILING,
        ChannelStanding.SECRETS_LOST,
        ChannelStanding.NEEDS_AUTH,
        ChannelStanding.NOT_CONNECTED,
        ChannelStanding.SILENT,
    }
)

NAMES: Mapping[ChannelStanding, str] = {
    ChannelStanding.OFF: N_("Đã ngừng"),
    ChannelStanding.DOCUMENTS_FAILING: N_("Không tạo được nội dung"),
    ChannelStanding.SECRETS_LOST: N_("Không đọc được mã bí mật"),
    ChannelStanding.NEEDS_AUTH: N_("Cần cấp quyền lại"),
    ChannelStanding.NOT_CONNECTED: N_("Chưa kết nối"),
    ChannelStanding.PAUSED: N_("Tạm dừng"),
    ChannelStanding.RESTING: N_("Đang chờ kênh"),
    ChannelStanding.SILENT: N_("Bảng im lặng"),
    ChannelStanding.LEAVES_OUT: N_("Có tin bị bỏ ra ngoài"),
    ChannelStanding.NO_KEY: N_("Chưa cấp khóa cho bảng"),
    ChannelStanding.NEVER_SEEN: N_("Bảng chưa báo về lần nào"),
    ChannelStanding.AUTH_ENDING: N_("Quyền sắp hết hạn"),
    ChannelStanding.OK: N_("Hoạt động"),
}

TODO: Mapping[ChannelStanding, str] = {
    ChannelStanding.SECRETS_LOST: N_("Khóa mã hóa của máy chủ đã đổi; hãy nhập lại mã bí mật của kênh."),
    ChannelStanding.NEEDS_AUTH: N_("Kênh không nhận mã truy cập nữa nên chưa bài nào lên được; hãy cấp quyền lại."),
    ChannelStanding.NOT_CONNECTED: N_("Bài hẹn lên kênh này sẽ chờ cho đến khi kênh được kết nối; hãy kết nối kênh."),
    ChannelStanding.PAUSED: N_("Bài đang chờ không lên kênh; hãy xử lý nguyên nhân rồi cho kênh chạy tiếp."),
    ChannelStanding.RESTING: N_("Kênh bận hoặc không trả lời; hệ thống tự gửi tiếp khi hết giờ chờ."),
    ChannelStanding.SILENT: N_("Không rõ bảng đang chiếu gì; hãy kiểm tra nguồn điện, mạng và khóa của bảng."),
    ChannelStanding.LEAVES_OUT: N_("Các tin khác vẫn hiện; hãy sửa, thử lại hoặc thu hồi tin bị bỏ ra ngoài."),
    ChannelStanding.NO_KEY: N_("Bảng chưa báo được lượt chiếu nên chỉ tiêu chưa đếm được; hãy cấp khóa cho bảng."),
    ChannelStanding.NEVER_SEEN: N_("Hãy chép địa chỉ và khóa vào bộ điều khiển của bảng."),
    ChannelStanding.AUTH_ENDING: N_("Hãy cấp quyền lại trong vài ngày tới để kênh không bị ngừng."),
}


def stand(facts: ChannelFacts, now: datetime) -> ChannelStatus:
    """Return how a channel of which ``facts`` are known stands at ``now``."""
    found = next(standing for standing in ChannelStanding if _holds(standing, facts, now))
    told = Words(facts.said) if facts.said and found in _SAID else None
    if found is ChannelStanding.DOCUMENTS_FAILING:
        told = facts.broken
    words = told or (Words(TODO[found]) if found in TODO else None)
    return ChannelStatus(found, Words(NAMES[found]), words, _since(found, facts), _until(found, facts))


_SAID = frozenset({ChannelStanding.NEEDS_AUTH, ChannelStanding.PAUSED, ChannelStanding.AUTH_ENDING})
"""Where what the engine noted says more than we know here."""


def _holds(standing: ChannelStanding, facts: ChannelFacts, now: datetime) -> bool:
    """Whether ``standing`` is true of the channel, apart from graver ones."""
    refused = facts.health is Health.NEEDS_AUTH and facts.access is not Access.MISSING
    holds = {
        ChannelStanding.OFF: not facts.active,
        ChannelStanding.DOCUMENTS_FAILING: facts.broken_since is not None,
        ChannelStanding.SECRETS_LOST: facts.access is Access.LOST,
        ChannelStanding.NEEDS_AUTH: facts.access is Access.DEAD or refused,
        ChannelStanding.NOT_CONNECTED: facts.access is Access.MISSING,
        ChannelStanding.PAUSED: facts.health is Health.PAUSED,
        ChannelStanding.RESTING: facts.resume_at is not None and facts.resume_at > now,
        ChannelStanding.LEAVES_OUT: facts.left_out > 0,
        ChannelStanding.AUTH_ENDING: facts.access is Access.ENDING or bool(facts.said),
        ChannelStanding.OK: True,
    }
    return holds[standing] if standing in holds else _of_board(standing, facts, now)


def _of_board(standing: ChannelStanding, facts: ChannelFacts, now: datetime) -> bool:
    if not facts.reports:
        return False
    if standing is ChannelStanding.NO_KEY:
        return facts.key_since is None
    if standing is ChannelStanding.NEVER_SEEN:
        return facts.seen_at is None
    return facts.carries and facts.seen_at is not None and now - facts.seen_at >= SILENT_AFTER


def _since(standing: ChannelStanding, facts: ChannelFacts) -> datetime | None:
    since = {
        ChannelStanding.DOCUMENTS_FAILING: facts.broken_since,
        ChannelStanding.SILENT: facts.seen_at,
        ChannelStanding.LEAVES_OUT: facts.left_out_since,
        ChannelStanding.NEVER_SEEN: facts.key_since,
    }
    return since.get(standing)


def _until(standing: ChannelStanding, facts: ChannelFacts) -> datetime | None:
    return facts.resume_at if standing is ChannelStanding.RESTING else None
