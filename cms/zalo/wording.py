"""Groups of followers and states of broadcasts in people's words."""

from flask_babel import gettext as _
from flask_babel import ngettext

from channels.words import N_
from channels.zalo_oa.audience.broadcast import AGES, GENDERS, Target
from channels.zalo_oa.audience.cities import CITIES
from cms.web.output.badges import Look
from scheduler.followers.states import BroadcastState, TrialState

STATES = {
    BroadcastState.WAITING: Look(N_("Chờ gửi"), "calendar-check", "plan"),
    BroadcastState.SENDING: Look(N_("Đang gửi"), "arrow-repeat", "wait"),
    BroadcastState.SENT: Look(N_("Zalo đã nhận"), "send-check", "good"),
    BroadcastState.UNKNOWN: Look(N_("Chưa rõ đã gửi hay chưa"), "question-circle", "bad"),
    BroadcastState.FAILED: Look(N_("Không gửi được"), "x-circle", "bad"),
    BroadcastState.MISSED: Look(N_("Lỡ giờ"), "clock-history", "bad"),
    BroadcastState.STOPPED: Look(N_("Đã dừng vì bài bị gỡ"), "slash-circle", "warn"),
    BroadcastState.CANCELLED: Look(N_("Đã hủy"), "calendar-x", "quiet"),
}
TRIALS = {
    TrialState.RUNNING: Look(N_("Đang thử"), "hourglass-split", "wait"),
    TrialState.DONE: Look(N_("Thử thành công"), "check-circle", "good"),
    TrialState.FAILED: Look(N_("Thử không thành"), "x-circle", "bad"),
    TrialState.LEFT: Look(N_("Cần người dọn"), "exclamation-triangle", "bad"),
}
MANY = 6
"""More places than this are told as a number."""


def target_words(target: Target) -> str:
    """Return who is written to: "Nữ; 25–34 tuổi; Long An, Tiền Giang"."""
    if target.everybody:
        return str(_("Mọi người theo dõi"))
    parts = [] if target.gender == "0" else [_(GENDERS[target.gender])]
    if target.ages:
        parts.append(", ".join(_(AGES[age]) for age in target.ages))
    if target.cities:
        parts.append(_places(target.cities))
    return "; ".join(str(part) for part in parts)


def _places(cities: tuple[str, ...]) -> str:
    if len(cities) > MANY:
        return str(ngettext("%(num)d tỉnh, thành", "%(num)d tỉnh, thành", len(cities)))
    return ", ".join(_(CITIES[code]) for code in cities)
