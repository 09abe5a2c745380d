"""Nothing slow under a write lock: whoever opens a writing transaction says so here, and what is slow asks first.

While one transaction holds SQLite's write lock nobody else can save. So files, network, drawing, rendering and hashing
of passwords come before it or after it, never inside: one body that took half a minute to render would otherwise keep
a whole newsroom from saving. What is slow is marked ``@slow``.
"""

import logging
from collections.abc import Callable
from functools import wraps
from threading import get_ident
from typing import ParamSpec, TypeVar

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

_OPEN: dict[int, int] = {}
"""The writing transactions that are open, with the thread that began each. Nothing is bound to a thread itself: what a
thread holds would be destroyed at its end."""


class SlowUnderLock(RuntimeError):
    """Something slow was begun while a writing transaction was open."""


class _Strictness:
    """Whether what is slow is refused under a lock, as tests do, or done and logged: late is better than not at all."""

    refuses = False


strictness = _Strictness()


def taken(transaction: int) -> None:
    """Say that a writing transaction of this thread began; ``transaction`` tells it from others."""
    _OPEN[transaction] = get_ident()


def released(transaction: int) -> None:
    """Say that it ended; nothing happens if it never began."""
    _OPEN.pop(transaction, None)


def held() -> bool:
    """Whether this thread has a writing transaction open."""
    return get_ident() in list(_OPEN.values())


def complain(what: str) -> None:
    """Refuse ``what`` if a writing transaction is open (``SlowUnderLock``), or log where it was begun."""
    if not held():
        return
    if strictness.refuses:
        raise SlowUnderLock(f"{what} while a writing transaction is open")
    log.error("%s while a writing transaction is open: everyone else waits for it", what, stack_info=True)


def slow(work: Callable[P, T]) -> Callable[P, T]:
    """Mark a function that takes long, or may: it is not to be called while a writing transaction is open."""
    name = getattr(work, "__qualname__", repr(work))

    @wraps(work)
    def asked_first(*args: P.args, **named: P.kwargs) -> T:
        complain(name)
        return work(*args, **named)

    asked_first.is_slow = True  # type: ignore[attr-defined]
    return asked_first
