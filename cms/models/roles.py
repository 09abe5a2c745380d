"""What a person can be in a unit, and that somebody is it there."""

from dataclasses import dataclass
from enum import StrEnum

from channels.words import N_


class Role(StrEnum):
    """What a person is in a unit, and thereby in all units below it."""

    EDITOR = "editor"
    LEAD = "lead"
    BROADCASTER = "broadcaster"
    ADMIN = "admin"
    VIEWER = "viewer"


ROLE_NAMES = {
    Role.EDITOR: N_("Biên tập viên"),
    Role.LEAD: N_("Lãnh đạo duyệt bài"),
    Role.BROADCASTER: N_("Phát thanh viên"),
    Role.ADMIN: N_("Quản trị viên"),
    Role.VIEWER: N_("Người xem"),
}


@dataclass(frozen=True, slots=True)
class Grant:
    """A role in the unit whose ``path`` (``/1/5/``) is given."""

    role: Role
    unit_id: int
    path: str
