"""What happens to a broadcast now, and what the end of its call means: pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from channels.contract import ChannelError, ErrorKind
from channels.localtime import local_day
from channels.words import N_, Words
from scheduler.decisions.backoff import WAITS, Draw, wait
from scheduler.decisions.next_step import PUNCTUAL
from scheduler.decisions.outcomes import Changes, words_column
from scheduler.decisions.states import Health, LatePolicy
from scheduler.followers.states import BroadcastState

HOLD = timedelta(minutes=1)
"""A channel that is closed for now is looked at again after so long."""

ASK = Words(
    N_(
        "Chưa rõ lượt gửi đã tới kênh hay chưa. Hệ thống không tự gửi lại; hãy mở trang quản trị của kênh xem rồi chọn "
        "“Đã gửi” hoặc “Chưa gửi, gửi lại”."
    )
)
DIED = Words(N_("Tiến trình gửi đã dừng giữa lúc gọi kênh nên không biết kênh đã nhận lượt gửi hay chưa."))
BROKEN = Words(N_("Phần mềm gặp lỗi giữa lúc gửi; hãy báo người quản trị."))
AWAY = Words(N_("Cơ sở dữ liệu bận đúng lúc gửi nên lượt gửi dừng lại; hãy xem kênh rồi quyết định."))
STALE = Words(N_("Tiến trình gửi đứng lại quá lâu trước khi gọi kênh nên đã không gọi."))
RESTORED = Words(N_("Dữ liệu được khôi phục từ bản sao nên không biết lượt gửi này đã đi hay chưa."))
STOPPED = N_("Bài “%(title)s” đã bị thu hồi hoặc gỡ nên cả lượt gửi đã dừng; chưa ai nhận được gì.")
LATE = N_("Đã quá giờ gửi %(minutes)s phút nên không gửi nữa; hãy đặt lượt gửi mới nếu vẫn cần.")
ANOTHER_DAY = N_("Ngày đã chọn đã qua nên không gửi nữa; hãy đặt lượt gửi mới nếu vẫn cần.")


class Act(StrEnum):
    """What is next for a broadcast in hand."""

    CALL = "call"
    ASK = "ask"
    STOP = "stop"
    MISS = "miss"
    HOLD = "hold"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class Facts:
    """All that decides about one broadcast. ``gone`` are the titles of items that are not live any more."""

    state: BroadcastState
    call_at: datetime
    called_at: datetime | None
    tries: int
    gone: Sequence[str]
    active: bool = True
    health: Health = Health.OK
    late_policy: LatePolicy = LatePolicy.WITHIN
    late_minutes: int = 60


def next_act(facts: Facts, now: datetime, closed: Words | None) -> tuple[Act, Words | None]:
    """Return what is next and, where nothing goes out, why. ``closed`` is why the provider must not be called now.

    A stamped call comes before everything: it may have gone out, whatever has happened since.
    """
    if facts.called_at is not None:
        return Act.ASK, DIED
    if facts.state is not BroadcastState.WAITING:
        return Act.REST, None
    if facts.gone:
        return Act.STOP, Words(STOPPED, {"title": facts.gone[0]})
    if words := too_late(facts, now) or closed:
        return Act.MISS, words
    return (Act.CALL, None) if facts.active and facts.health is Health.OK else (Act.HOLD, None)


def too_late(facts: Facts, now: datetime) -> Words | None:
    """Say why a broadcast that never went out shall not any more; it never moves to another day by itself."""
    late = now - facts.call_at
    allowed = {
        LatePolicy.AT_ONCE: timedelta.max,
        LatePolicy.WITHIN: max(PUNCTUAL, timedelta(minutes=facts.late_minutes)),
        LatePolicy.MISSED: PUNCTUAL,
    }[facts.late_policy]
    if late > allowed:
        return Words(LATE, {"minutes": int(late.total_seconds() // 60)})
    if local_day(now) != local_day(facts.call_at) and late > PUNCTUAL:
        return Words(ANOTHER_DAY)
    return None


def ended(state: BroadcastState, words: Words | None, kind: str = "", detail: str = "") -> Changes:
    """Return the columns of a broadcast that rests; ``words`` tell people why."""
    said = {"kind": kind or state.value, **words_column(words), "detail": detail} if words else {}
    return {"state": state, "next_at": None, "called_at": None, "problem": said}


def unclear(words: Words, detail: str = "") -> Changes:
    """Return the columns of a broadcast that may have gone out: its stamp stays, only a person moves it on."""
    said = {"kind": ErrorKind.UNCERTAIN.value, **words_column(words), "detail": detail}
    return {"state": BroadcastState.UNKNOWN, "next_at": None, "problem": said}


def after_error(error: ChannelError, detail: str, facts: Facts, now: datetime, draw: Draw) -> Changes:
    """Return the columns after a call that failed: tried again only where it surely went nowhere."""
    if error.kind is ErrorKind.UNCERTAIN:
        return unclear(ASK, detail)
    if error.kind in WAITS:
        later = now + wait(error.kind, facts.tries, draw, error.retry_after)
        again = ended(BroadcastState.WAITING, error.words, error.kind.value, detail)
        return {**again, "next_at": later, "tries": facts.tries + 1}
    return ended(BroadcastState.FAILED, error.words, error.kind.value, detail)


def sent(provider_id: str, at: datetime) -> Changes:
    """Return the columns of a broadcast that the provider took."""
    return {**ended(BroadcastState.SENT, None), "provider_id": provider_id, "sent_at": at}


def step_line(at: datetime, good: bool, words: Words, detail: str = "") -> dict[str, Any]:
    """Return one line of what was done, as a column keeps it."""
    return {"at": at.isoformat(), "good": good, **words_column(words), "detail": detail}
