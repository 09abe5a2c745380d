"""How long to wait before a process that has ended is started again."""

from collections import deque

AT_ONCE = 3
"""Ends within ``WINDOW_S`` after which a process is started again at once."""
WINDOW_S = 60.0
FIRST_S, LONGEST_S = 1.0, 10.0


class Pauses:
    """Remembers the ends of one process. A single end costs no pause; one that ends again and again costs up to ten
    seconds each time, so that it does not eat the machine, and is still back soon after its trouble is over."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._ends: deque[float] = deque()

    def after_end(self, at: float) -> float:
        """Note an end at ``at`` (monotonic seconds) and return the seconds to wait."""
        self._ends.append(at)
        while self._ends[0] <= at - WINDOW_S:
            self._ends.popleft()
        over = len(self._ends) - self._at_once
        return min(FIRST_S * 2.0 ** min(over - 1, 10), LONGEST_S) if over > 0 else 0.0
