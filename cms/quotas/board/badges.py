"""How the board speaks: a word, an icon and a tone for every status and step, and the small words around figures."""

from datetime import datetime, timedelta

from channels.contract import Evidence
from channels.words import N_, Words
from cms.core.periods import Per
from cms.quotas.counting.evidence import Progress
from cms.quotas.counting.facts import QuotaFacts
from cms.quotas.counting.scoring import Score
from cms.quotas.counting.status import Status
from cms.quotas.packs.schema import Counts
from cms.web.output.badges import Look
from cms.web.output.language import say

STATUSES = {
    Status.MISSED: Look(N_("Không đạt"), "x-circle", "bad"),
    Status.AT_RISK: Look(N_("Có nguy cơ"), "exclamation-triangle", "wait"),
    Status.ON_TRACK: Look(N_("Kịp tiến độ"), "graph-up", "plan"),
    Status.MET: Look(N_("Đạt"), "check-circle", "good"),
    Status.NO_NUMBER: Look(N_("Thường xuyên"), "arrow-repeat", "draft"),
    Status.UPCOMING: Look(N_("Chưa đến kỳ"), "clock", "quiet"),
    Status.EXEMPT: Look(N_("Được miễn"), "dash-lg", "quiet"),
    Status.NOT_APPLICABLE: Look(N_("Không áp dụng"), "slash-circle", "quiet"),
}
"""Looks of a status, the most pressing first."""
BY_SHARE = Look(N_("Theo tỷ lệ"), "people", "draft")
"""A share of members that the system does not know has no verdict."""

STEPS = {
    Progress.COUNTED: Look(N_("Đã được tính"), "check-circle", "good"),
    Progress.SCHEDULED: Look(N_("Đã lên lịch"), "calendar-check", "plan"),
    Progress.REVIEW: Look(N_("Chờ duyệt"), "hourglass-split", "wait"),
    Progress.RETRACTED: Look(N_("Đã thu hồi – không còn được tính"), "slash-circle", "bad"),
}
PROOFS = {
    Evidence.RECEIPT: N_("kênh xác nhận đã đăng"),
    Evidence.BROADCAST: N_("nhật ký phát sóng"),
    Evidence.PLAY: N_("bảng điện tử báo đã chiếu"),
    Evidence.MANUAL: N_("ghi nhận thủ công"),
}
PERS = {
    Per.DAY: N_("ngày"),
    Per.WEEK: N_("tuần"),
    Per.MONTH: N_("tháng"),
    Per.QUARTER: N_("quý"),
    Per.YEAR: N_("năm"),
}
BEHIND = frozenset({Status.MISSED, Status.AT_RISK})
_A_DAY = timedelta(days=1)
_AN_HOUR = timedelta(hours=1)


def look_of(score: Score, quota: QuotaFacts) -> Look:
    """How a cell looks."""
    if score.verdict.status is Status.NO_NUMBER and quota.duty.share:
        return BY_SHARE
    return STATUSES[score.verdict.status]


def figure(score: Score) -> str:
    """The number in a cell: 1/2 items; 5/7 parts where the period has several; the count alone without a target."""
    if score.of > 1:
        return f"{score.met}/{score.of}"
    if score.target is None or score.verdict.status is Status.NO_NUMBER:
        return str(score.tally.counted)
    return f"{score.tally.counted}/{score.target}"


def part_name(quota: QuotaFacts, score: Score) -> str:
    """What a figure of several parts counts: "ngày", "tuần"; empty for one part."""
    return PERS[quota.duty.per] if score.of > 1 else ""


def asked(quota: QuotaFacts) -> Words:
    """What a quota asks for, in three words: "1 mỗi tuần", "thường xuyên", "100% mỗi năm"."""
    duty = quota.duty
    if duty.target is None:
        return Words(N_("thường xuyên"))
    per = Words(PERS[duty.per])
    if duty.share:
        return Words(N_("%(percent)s%% mỗi %(per)s"), {"percent": duty.share[0], "per": per})
    if duty.counts is Counts.TIMES:
        return Words(N_("%(n)s lần mỗi %(per)s"), {"n": duty.target, "per": per})
    return Words(N_("%(n)s mỗi %(per)s"), {"n": duty.target, "per": per})


def left(closes: datetime, now: datetime) -> Words:
    """How much time there is: "còn 2 ngày", "còn 5 giờ", "quá hạn 3 ngày"."""
    rest = closes - now
    if rest <= timedelta():
        days = (now - closes) // _A_DAY
        return Words(N_("quá hạn %(n)s ngày"), {"n": days}) if days else Words(N_("vừa quá hạn"))
    if rest >= _A_DAY:
        return Words(N_("còn %(n)s ngày"), {"n": rest // _A_DAY})
    if rest >= _AN_HOUR:
        return Words(N_("còn %(n)s giờ"), {"n": rest // _AN_HOUR})
    return Words(N_("còn chưa đầy 1 giờ"))


def todo(score: Score) -> str:
    """What is still to do, in the reader's language, without a full stop: "cần thêm 1 tin, bài trước …"."""
    return score.verdict.forecast.sentence(say) if score.verdict.forecast else say(score.verdict.why).rstrip(".")


def begun(sentence: str) -> str:
    """The words as the beginning of a sentence: their first letter is a capital."""
    return sentence[:1].upper() + sentence[1:]
