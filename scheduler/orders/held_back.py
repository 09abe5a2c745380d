"""What a stopped channel holds back, and what becomes of it once the channel works again."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select

from scheduler.decisions.next_step import too_late
from scheduler.decisions.states import DeliveryState, Health
from scheduler.storage.rows import CHANNEL, DELIVERY, FACTS, GATE, facts_of, gate_of, transport


def held_back(connection: Connection, channel_id: int, now: datetime) -> tuple[list[int], list[int]]:
    """Return the deliveries whose time has come while the channel stood still, in their order: those that go out as
    soon as it works, and those that its policy for lateness then marks as missed."""
    channel = connection.execute(select(CHANNEL.c.kind, *GATE).where(CHANNEL.c.id == channel_id)).one_or_none()
    how = transport(channel.kind) if channel is not None else None
    if channel is None or how is None:
        return [], []
    gate = replace(gate_of(channel, how), active=True, health=Health.OK, resume_at=None)
    due = select(*FACTS).where(
        DELIVERY.c.channel_id == channel_id, DELIVERY.c.state == DeliveryState.SCHEDULED,
        DELIVERY.c.scheduled_at <= now,
    ).order_by(DELIVERY.c.scheduled_at, DELIVERY.c.id)  # fmt: skip
    goes: list[int] = []
    missed: list[int] = []
    for row in connection.execute(due).all():
        (goes if too_late(facts_of(row, gate), now) is None else missed).append(row.id)
    return goes, missed
