"""Who may do what where: pure decisions over roles and the unit tree."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from channels.words import N_
from cms.core.refusal import NotAllowed
from cms.models.roles import Grant, Role


class Action(StrEnum):
    """What can be asked for; each is allowed by one or more roles."""

    READ = "read"
    WRITE = "write"
    APPROVE = "approve"
    SCHEDULE = "schedule"
    BROADCAST = "broadcast"
    LOG_BROADCAST = "log_broadcast"
    READ_SCRIPTS = "read_scripts"
    RECORD = "record"
    SEE_QUOTAS = "see_quotas"
    SEE_DELIVERIES = "see_deliveries"
    SETTLE = "settle"
    MANAGE_CHANNELS = "manage_channels"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_PLANS = "manage_plans"
    SEE_AUDIT = "see_audit"


_SEE = frozenset({Action.READ, Action.SEE_QUOTAS, Action.READ_SCRIPTS})
GRANTS: dict[Role, frozenset[Action]] = {
    Role.VIEWER: _SEE,
    Role.BROADCASTER: _SEE | {Action.LOG_BROADCAST},
    Role.EDITOR: _SEE | {Action.WRITE, Action.SEE_DELIVERIES, Action.RECORD},
    Role.LEAD: _SEE
    | {
        Action.WRITE,
        Action.APPROVE,
        Action.SCHEDULE,
        Action.BROADCAST,
        Action.SEE_DELIVERIES,
        Action.SETTLE,
        Action.RECORD,
    },
    Role.ADMIN: _SEE
    | {
        Action.SEE_DELIVERIES,
        Action.SETTLE,
        Action.RECORD,
        Action.LOG_BROADCAST,
        Action.MANAGE_CHANNELS,
        Action.MANAGE_PEOPLE,
        Action.MANAGE_PLANS,
        Action.SEE_AUDIT,
    },
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, with which roles, and how (``via`` web, api or cli; ``origin`` the network address)."""

    person_id: int | None
    name: str
    grants: tuple[Grant, ...]
    via: str = "web"
    origin: str = ""
    language: str = "vi"
    scopes: frozenset[str] | None = None
    """Scopes of an API token; None for a person at a page, who has all that the roles give."""

    def may(self, action: Action, path: str | None = None) -> bool:
        """Whether a role allows ``action`` in the unit with ``path``, or anywhere if ``path`` is None."""
        return any(
            action in GRANTS[grant.role] and (path is None or path.startswith(grant.path)) for grant in self.grants
        )

    def require(self, action: Action, path: str | None = None) -> None:
        """Raise ``NotAllowed`` unless ``may``."""
        if not self.may(action, path):
            raise NotAllowed(SENTENCES[action])

    def paths(self, action: Action) -> tuple[str, ...]:
        """Paths of the topmost units in which ``action`` is allowed; a unit below one of them is covered too."""
        return _topmost(grant.path for grant in self.grants if action in GRANTS[grant.role])


def _topmost(paths: Iterable[str]) -> tuple[str, ...]:
    found: list[str] = []
    for path in sorted(set(paths), key=len):
        if not any(path.startswith(above) for above in found):
            found.append(path)
    return tuple(found)


SYSTEM = Actor(None, "hệ thống", tuple(Grant(role, 0, "/") for role in Role), via="cli")

SENTENCES = {
    Action.READ: N_("Bạn chưa được cấp quyền xem nội dung của đơn vị này; hãy hỏi quản trị viên."),
    Action.WRITE: N_("Bạn chưa được cấp quyền viết bài cho đơn vị này; hãy hỏi quản trị viên."),
    Action.APPROVE: N_("Chỉ lãnh đạo duyệt bài của đơn vị mới được duyệt hoặc trả lại bài."),
    Action.SCHEDULE: N_("Chỉ lãnh đạo duyệt bài của đơn vị quản lý kênh mới được lên lịch hoặc thu hồi trên kênh này."),
    Action.BROADCAST: N_("Chỉ lãnh đạo duyệt bài của đơn vị giữ kênh mới được gửi tới người theo dõi."),
    Action.LOG_BROADCAST: N_("Chỉ phát thanh viên của đơn vị mới được ghi nhật ký phát sóng."),
    Action.READ_SCRIPTS: N_("Bạn chưa được cấp quyền xem kịch bản phát thanh của đơn vị này."),
    Action.RECORD: N_("Bạn chưa được cấp quyền ghi nhận kết quả cho đơn vị này."),
    Action.SEE_QUOTAS: N_("Bạn chưa được cấp quyền xem chỉ tiêu của đơn vị này."),
    Action.SEE_DELIVERIES: N_("Bạn chưa được cấp quyền xem các lượt phát hành của đơn vị này."),
    Action.SETTLE: N_("Chỉ lãnh đạo duyệt bài hoặc quản trị viên mới được xử lý lượt phát hành này."),
    Action.MANAGE_CHANNELS: N_("Chỉ quản trị viên của đơn vị mới được cấu hình kênh."),
    Action.MANAGE_PEOPLE: N_("Chỉ quản trị viên của đơn vị mới được quản lý người dùng và đơn vị."),
    Action.MANAGE_PLANS: N_("Chỉ quản trị viên mới được nạp kế hoạch."),
    Action.SEE_AUDIT: N_("Chỉ quản trị viên mới được xem nhật ký thay đổi."),
}
