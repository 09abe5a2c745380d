"""The demonstration's weeks, lived through in order at a clock that is moved.

Nothing is put into the tables by hand: the newsroom's services and the delivery engine do the work.
"""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from sqlalchemy import Engine as Database
from sqlalchemy import func, select

from scheduler.engine.engine import Engine
from scheduler.storage.tables import Delivery

STEP = timedelta(seconds=5)
"""Providers work asynchronously; so much passes before they are asked again."""
MOST_STEPS = 40

Deed = Callable[[datetime], None]


class Clock:
    """A clock that is moved forward."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Timeline:
    """Deeds, each at its time; ``live`` does them in order and lets the engine work in between."""

    engine: Engine
    database: Database
    clock: Clock
    end: datetime
    _queue: list[tuple[datetime, int, Deed]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=count)

    def at(self, moment: datetime, deed: Deed) -> None:
        """Plan ``deed`` for ``moment``; it is told the time. What lies after ``end`` is never done."""
        if moment <= self.end:
            heapq.heappush(self._queue, (moment, next(self._order), deed))

    def live(self) -> None:
        """Do everything, then let the engine bring all up to ``end``."""
        while self._queue:
            moment, _, deed = heapq.heappop(self._queue)
            self.clock.at = max(self.clock.at, moment)
            deed(self.clock.at)
            self._work()
        self.clock.at = max(self.clock.at, self.end)
        self._work()
        self.engine.refresh_documents()

    def _work(self) -> None:
        for _ in range(MOST_STEPS):
            self.engine.run_due()
            if not self._under_way():
                return
            self.clock.at += STEP

    def _under_way(self) -> bool:
        soon = self.clock.at + timedelta(minutes=1)
        due = select(func.count()).select_from(Delivery).where(Delivery.next_at <= soon)
        with self.database.connect() as connection:
            return bool(connection.scalar(due))
