"""A turnstile: so many inside, so many waiting, everybody else is sent away at once; nobody has more than a share."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition
from time import monotonic

from cms.admission.lines import LineCapacity


class Full(Exception):
    """Too many wait already, or one has waited long enough."""


class TooMany(Exception):
    """This person has too many waiting already."""


@dataclass(eq=False, slots=True)
class _Waiting:
    """One that waits; two of the same person are two."""

    who: str


class Turnstile:
    """Lets requests of one line in: those who came first before the others, but past one whose person has their share
    inside. ``who`` may be "" for somebody who has no share."""

    def __init__(self, room: LineCapacity) -> None:
        self._room = room
        self._queue: list[_Waiting] = []
        self._inside: Counter[str] = Counter()
        self._changed = Condition()

    @property
    def inside(self) -> int:
        """How many are inside now."""
        return self._inside.total()

    @property
    def waiting(self) -> int:
        """How many wait now."""
        return len(self._queue)

    @contextmanager
    def passing(self, who: str = "") -> Iterator[None]:
        """Wait for a place and hold it; raise ``Full`` or ``TooMany``."""
        self._enter(_Waiting(who))
        try:
            yield
        finally:
            with self._changed:
                self._inside[who] -= 1
                if not self._inside[who]:
                    del self._inside[who]
                self._changed.notify_all()

    def _enter(self, me: _Waiting) -> None:
        with self._changed:
            if not self._may_enter(me, self._queue):
                self._require_room_to_wait(me)
            self._queue.append(me)
            try:
                self._wait_for_my_turn(me)
                self._inside[me.who] += 1
            finally:
                self._queue.remove(me)
                self._changed.notify_all()

    def _require_room_to_wait(self, me: _Waiting) -> None:
        own = sum(one.who == me.who for one in self._queue) if me.who else 0
        if own >= self._room.share_waiting and (own or self._has_share(me)):
            raise TooMany
        if len(self._queue) >= self._room.waiting:
            raise Full

    def _wait_for_my_turn(self, me: _Waiting) -> None:
        deadline = monotonic() + self._room.patience_s
        while not self._may_enter(me, self._queue[: self._queue.index(me)]):
            left = deadline - monotonic()
            if left <= 0:
                raise TooMany if self._has_share(me) else Full
            self._changed.wait(left)

    def _may_enter(self, me: _Waiting, before: list[_Waiting]) -> bool:
        free = self.inside < self._room.running
        return free and not self._has_share(me) and all(self._has_share(one) for one in before)

    def _has_share(self, one: _Waiting) -> bool:
        return bool(one.who) and self._inside[one.who] >= self._room.share
