"""What a person decides about a broadcast. Works on the caller's connection, in one transaction with the audit row.

Every decision raises ``token``, so a worker that has the row in hand changes nothing any more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from channels.words import N_
from scheduler.decisions.outcomes import Changes
from scheduler.decisions.refusals import DeskRefusal, ReasonMissing
from scheduler.followers.decisions import RESTORED, ended, unclear
from scheduler.followers.rows import BROADCAST, ITEM, STANDING, TRIAL, gone
from scheduler.followers.states import COUNTED, BroadcastState, Phase, TrialState
from scheduler.storage.dialect import insert_new
from scheduler.storage.rows import AnyRow
from scheduler.storage.wake import tell


class NoSuchBroadcast(DeskRefusal):
    """There is no broadcast with this id."""

    code = "no-such-broadcast"

    def __init__(self) -> None:
        super().__init__(N_("Không có lượt gửi này; có thể trang đã cũ, hãy tải lại."))


class WrongMoment(DeskRefusal):
    """Where the broadcast stands does not allow this decision."""

    code = "wrong-moment"

    def __init__(self) -> None:
        super().__init__(N_("Lượt gửi đã sang trạng thái khác; hãy tải lại trang rồi xem lại."))


class ItemGone(DeskRefusal):
    """An item is not live any more."""

    code = "item-gone"

    def __init__(self, title: str) -> None:
        super().__init__(N_("Bài “%(title)s” đã được gỡ nên không gửi lại được; hãy đặt lượt gửi mới."), title=title)


class TrialRunning(DeskRefusal):
    """One trial of a channel at a time."""

    code = "trial-running"

    def __init__(self) -> None:
        super().__init__(N_("Một bài thử đang chạy; hãy chờ nó xong."))


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person orders: items as (delivery, id at the provider, title), whom, and when followers shall see it."""

    key: str
    channel_id: int
    items: Sequence[tuple[int, str, str]]
    target: Mapping[str, str]
    wanted_at: datetime
    call_at: datetime


def order(connection: Connection, wish: Wish, *, by: int | None, now: datetime) -> tuple[int, bool]:
    """Promise a broadcast; return its id and whether it is new (the same form may be sent twice)."""
    values = {
        "key": wish.key,
        "channel_id": wish.channel_id,
        "state": BroadcastState.WAITING,
        "wanted_at": wish.wanted_at,
        "call_at": wish.call_at,
        "next_at": wish.call_at,
        "target": dict(wish.target),
        "created_at": now,
        "created_by": by,
    }
    made = connection.execute(insert_new(connection, BROADCAST).values(values).returning(BROADCAST.c.id)).scalar()
    if made is None:
        known = connection.execute(select(BROADCAST.c.id).where(BROADCAST.c.key == wish.key)).scalar_one()
        return int(known), False
    lines: list[dict[str, Any]] = [
        {"broadcast_id": made, "position": place, "delivery_id": delivery, "provider_id": provider_id, "title": title}
        for place, (delivery, provider_id, title) in enumerate(wish.items)
    ]
    connection.execute(insert(ITEM), lines)
    tell(connection)
    return int(made), True


def cancel(connection: Connection, broadcast_id: int, *, reason: str, by: int | None, now: datetime) -> None:
    """Call off a broadcast that waits; nothing goes out by this."""
    row = _load(connection, broadcast_id, BroadcastState.WAITING)
    _decide(connection, row, {**ended(BroadcastState.CANCELLED, None), "reason": _given(reason)}, by, now)


def confirm_sent(connection: Connection, broadcast_id: int, *, reason: str, by: int | None, now: datetime) -> None:
    """A person has seen at the provider that an unclear broadcast went out."""
    row = _load(connection, broadcast_id, BroadcastState.UNKNOWN)
    changes = {**ended(BroadcastState.SENT, None), "sent_at": row.called_at or now, "reason": _given(reason)}
    _decide(connection, row, changes, by, now)


def confirm_not_sent(connection: Connection, broadcast_id: int, *, reason: str, by: int | None, now: datetime) -> None:
    """A person has seen that an unclear broadcast did not go out, and it shall not."""
    row = _load(connection, broadcast_id, BroadcastState.UNKNOWN)
    _decide(connection, row, {**ended(BroadcastState.CANCELLED, None), "reason": _given(reason)}, by, now)


def send_again(
    connection: Connection, broadcast_id: int, *, reason: str, by: int | None, wanted_at: datetime, call_at: datetime,
    now: datetime,
) -> None:  # fmt: skip
    """A person has seen that an unclear broadcast did not go out, and sends it again."""
    row = _load(connection, broadcast_id, BroadcastState.UNKNOWN)
    if lost := gone(connection, broadcast_id):
        raise ItemGone(lost[0])
    again = {"wanted_at": wanted_at, "call_at": call_at, "next_at": call_at, "tries": 0, "reason": _given(reason)}
    _decide(connection, row, {**ended(BroadcastState.WAITING, None), **again}, by, now)


def used(connection: Connection, channel_id: int, since: datetime, until: datetime) -> int:
    """Return how many broadcasts of the channel fall into a period (UTC, half-open), those that wait with them."""
    counted = (
        select(func.count())
        .select_from(BROADCAST)
        .where(BROADCAST.c.channel_id == channel_id, BROADCAST.c.state.in_(COUNTED))
        .where(BROADCAST.c.call_at >= since, BROADCAST.c.call_at < until)
    )
    return int(connection.execute(counted).scalar_one())


def doubt(connection: Connection, made_at: datetime, now: datetime) -> None:
    """After a restore: what was due since the copy was made may have gone out, so a person has to look."""
    due = (BROADCAST.c.state.in_((BroadcastState.WAITING, BroadcastState.SENDING)), BROADCAST.c.next_at <= now)
    free = {"lease_owner": None, "lease_until": None, "called_at": made_at}
    connection.execute(update(BROADCAST).where(*due).values({**unclear(RESTORED), **free}))


def ask(connection: Connection, channel_id: int, now: datetime) -> None:
    """Have the provider asked how the account is, as soon as a worker is free."""
    connection.execute(insert_new(connection, STANDING).values(channel_id=channel_id, next_at=now))
    soon = (STANDING.c.channel_id == channel_id, STANDING.c.lease_owner.is_(None))
    connection.execute(update(STANDING).where(*soon).values(next_at=now))
    tell(connection)


def begin_trial(
    connection: Connection, channel_id: int, document: Mapping[str, Any], *, by: int | None, now: datetime
) -> int:
    """Have a hidden item made and removed again; return the trial's id. Raise ``TrialRunning``."""
    running = (TRIAL.c.channel_id == channel_id, TRIAL.c.state == TrialState.RUNNING)
    if connection.execute(select(TRIAL.c.id).where(*running)).first():
        raise TrialRunning
    values = {
        "channel_id": channel_id,
        "state": TrialState.RUNNING,
        "phase": Phase.PUBLISH,
        "document": dict(document),
        "next_at": now,
        "created_at": now,
        "created_by": by,
    }
    made = connection.execute(insert(TRIAL).values(values).returning(TRIAL.c.id)).scalar_one()
    tell(connection)
    return int(made)


def _load(connection: Connection, broadcast_id: int, *allowed: BroadcastState) -> AnyRow:
    row = connection.execute(select(BROADCAST).where(BROADCAST.c.id == broadcast_id).with_for_update()).one_or_none()
    if row is None:
        raise NoSuchBroadcast
    if BroadcastState(row.state) not in allowed:
        raise WrongMoment
    return row


def _decide(connection: Connection, row: AnyRow, changes: Changes, by: int | None, now: datetime) -> None:
    free = {"token": row.token + 1, "lease_owner": None, "lease_until": None, "decided_at": now, "decided_by": by}
    connection.execute(update(BROADCAST).where(BROADCAST.c.id == row.id).values({**changes, **free}))
    tell(connection)


def _given(reason: str) -> str:
    if not reason.strip():
        raise ReasonMissing
    return reason.strip()
