"""When and how long something can have been on air: the rules that every entry of the log is held against.

An airing is logged once it is over. It starts at most ``CLOCK`` ahead of our clock, and ends at most ``STILL_ON``
ahead, because who has just read often leaves the minute in which the form was opened; it starts at most ``CLOCK``
before the release. It lasts at most ``LONGEST_S``, and at most ``STRETCH`` times what was estimated (never less than
``ALWAYS_S``): who reads a script again logs it again.
"""

from datetime import datetime, timedelta

from channels.words import N_
from cms.core.refusal import Invalid

LONGEST_S = 4 * 3600
"""Seconds; no script is read for four hours."""
CLOCK = timedelta(minutes=5)
"""The station's clock may be so far from ours."""
STILL_ON = timedelta(minutes=15)
OLDEST = timedelta(days=92)
"""A broadcast is logged within the quarter that it is reported in."""
STRETCH, ALWAYS_S = 4, 900


def check_times(started_at: datetime, duration_s: int | None, released_at: datetime, now: datetime) -> None:
    """Raise ``Invalid`` unless something released at ``released_at`` can have been on air then, and is over."""
    check_length(duration_s)
    if started_at > now + CLOCK:
        raise Invalid(N_("Giờ phát chưa tới; hãy ghi nhật ký sau khi phát."), field="started_at")
    if started_at < now - OLDEST:
        raise Invalid(N_("Giờ phát đã quá ba tháng nên không ghi được nữa; hãy kiểm tra lại ngày."), field="started_at")
    if started_at < released_at - CLOCK:
        raise Invalid(
            N_("Giờ phát sớm hơn lúc kịch bản được phát hành; hãy kiểm tra lại ngày giờ."), field="started_at"
        )
    if started_at + timedelta(seconds=duration_s or 0) > now + STILL_ON:
        raise Invalid(
            N_("Theo giờ bắt đầu và thời lượng thì tin chưa phát xong; hãy ghi nhật ký sau khi phát."),
            field="duration_s",
        )


def check_length(duration_s: int | None, estimated_s: float = 0.0) -> None:
    """Raise ``Invalid`` unless something estimated at ``estimated_s`` seconds (0: unknown) can have taken so long."""
    if duration_s is None:
        return
    if not 1 <= duration_s <= LONGEST_S:
        raise Invalid(N_("Thời lượng đo được phải từ 1 giây đến 4 giờ."), field="duration_s")
    longest = max(ALWAYS_S, STRETCH * estimated_s)
    if estimated_s and duration_s > longest:
        raise Invalid(
            N_("Kịch bản dài khoảng %(estimate)s phút mà ghi phát %(said)s phút. Hãy kiểm tra lại; "
               "nếu phát nhiều lần, hãy ghi mỗi lần một dòng."),
            field="duration_s", estimate=max(1, round(estimated_s / 60)), said=round(duration_s / 60),
        )  # fmt: skip
