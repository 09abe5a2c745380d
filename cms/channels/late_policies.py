"""What becomes of a delivery that comes late, in people's words."""

from channels.words import N_
from scheduler.decisions.states import LatePolicy

LATE_POLICIES = {
    LatePolicy.AT_ONCE: N_("Phát hành ngay dù trễ bao lâu"),
    LatePolicy.WITHIN: N_("Phát hành nếu trễ chưa quá số phút cho phép"),
    LatePolicy.MISSED: N_("Không phát hành nữa, ghi là lỡ giờ"),
}
