"""Saying of a delivery or a channel that it is broken, since when and why; and that it is mended."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, update

from channels.words import N_, Words
from scheduler.decisions.outcomes import words_column
from scheduler.decisions.states import Action, DeliveryState, Outcome
from scheduler.storage.rows import ATTEMPT, CHANNEL, DELIVERY
from scheduler.storage.wake import tell

MISSING_FILE = "missing file"
"""What the reason begins with when a file is gone from the store."""

LEFT_OUT = Words(
    N_(
        "Tin này làm hỏng nội dung mà kênh cung cấp nên đang bị bỏ ra ngoài; các tin khác vẫn hiện. "
        "Hãy sửa tin rồi phát hành bản sửa, bấm “Thử lại”, hoặc thu hồi tin."
    )
)
NO_FILE = Words(
    N_(
        "Tệp hình của tin không còn trong kho nên tin đang bị bỏ ra ngoài; các tin khác vẫn hiện. "
        "Hãy phát hành lại tin, hoặc báo người vận hành khôi phục tệp rồi bấm “Thử lại”."
    )
)
UNREADABLE = Words(
    N_("Dữ liệu của lượt phát hành này bị hỏng nên không xử lý được. Hãy báo người vận hành, hoặc thu hồi tin.")
)
NOT_MADE = Words(
    N_(
        "Hệ thống không tạo được nội dung của kênh như cấu hình; tin đã thu hồi vẫn được gỡ. "
        "Hãy kiểm tra cấu hình kênh; nếu cấu hình đúng, hãy báo người vận hành."
    )
)
KIND = "broken"


def mark(connection: Connection, delivery_id: int, rendition_id: int, why: str, worker: str, now: datetime) -> None:
    """Say that a live delivery is left out of what its channel carries, unless it was corrected meanwhile."""
    words = NO_FILE if why.startswith(MISSING_FILE) else LEFT_OUT
    same = (DELIVERY.c.state == DeliveryState.LIVE, DELIVERY.c.live_rendition_id == rendition_id)
    if _break(connection, delivery_id, words, why, now, *same):
        _record(connection, delivery_id, words, why, worker, now)


def set_aside(connection: Connection, delivery_id: int, why: str, worker: str, now: datetime) -> None:
    """Take a delivery whose row cannot be read out of the queue, so that it keeps no other waiting."""
    if _break(connection, delivery_id, UNREADABLE, why, now, next_at=None, lease_owner=None, lease_until=None):
        _record(connection, delivery_id, UNREADABLE, why, worker, now)


def mend(connection: Connection, mended: Mapping[int, int], worker: str, now: datetime) -> None:
    """Say of deliveries (with the rendition that was shown) that they are carried again."""
    for delivery_id, rendition_id in mended.items():
        same = (DELIVERY.c.id == delivery_id, DELIVERY.c.live_rendition_id == rendition_id)
        again = update(DELIVERY).where(*same, DELIVERY.c.broken_since.is_not(None))
        if connection.execute(again.values(broken_since=None, problem={})).rowcount:
            _record(connection, delivery_id, None, "", worker, now)


def tell_channel(connection: Connection, channel_id: int, trouble: str, now: datetime) -> None:
    """Say what is wrong with a channel's documents, and since when; "" is nothing any more."""
    values: dict[str, Any] = {"broken_since": None, "broken": {}}
    if trouble:
        since = func.coalesce(CHANNEL.c.broken_since, now)
        values = {"broken_since": since, "broken": {"kind": KIND, **words_column(NOT_MADE), "detail": trouble}}
    connection.execute(update(CHANNEL).where(CHANNEL.c.id == channel_id).values(values))


def _break(
    connection: Connection, delivery_id: int, words: Words, why: str, now: datetime, *where: ColumnElement[bool],
    **more: Any,
) -> bool:  # fmt: skip
    problem = {"kind": KIND, **words_column(words), "detail": why}
    wanted = update(DELIVERY).where(DELIVERY.c.id == delivery_id, DELIVERY.c.broken_since.is_(None), *where)
    done = connection.execute(wanted.values(broken_since=now, problem=problem, **more)).rowcount == 1
    if done:
        tell(connection)
    return done


def _record(
    connection: Connection, delivery_id: int, words: Words | None, why: str, worker: str, now: datetime
) -> None:
    """Add to the attempts that something broke, or without ``words`` that it is mended."""
    entry = {
        "delivery_id": delivery_id,
        "token": 0,
        "action": Action.PUBLISH,
        "outcome": Outcome.REJECTED if words else Outcome.DONE,
        "started_at": now,
        "ended_at": now,
        "words": words_column(words),
        "detail": why,
        "worker": worker,
    }
    connection.execute(insert(ATTEMPT).values(entry))
