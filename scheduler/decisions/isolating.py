"""Telling the one that is at fault from the many that are not."""

import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from sqlalchemy.exc import DataError, DBAPIError

CHUNK = 500
"""Rows that are read at once."""

DETAIL = 1000
"""Longest description of an error that is kept, in characters."""

T = TypeVar("T")


def said(error: BaseException) -> str:
    """Return what is kept of an error: its kind, its words and the place it came from."""
    frames = list(traceback.walk_tb(error.__traceback__))[-1:]
    place = "".join(f" ({frame.f_code.co_name}:{line})" for frame, line in frames)
    text = "".join(c if c.isprintable() else "�" for c in f"{type(error).__name__}: {error}")
    return f"{text[:DETAIL]}{place}"


def read_apart(
    ids: Sequence[int], read: Callable[[Sequence[int]], Mapping[int, T]]
) -> tuple[dict[int, T], dict[int, str]]:
    """Return what ``read`` gives for ``ids``, and for each that it cannot read why.

    Only reading is forgiven: what the database itself refuses is raised.
    """
    found: dict[int, T] = {}
    bad: dict[int, str] = {}
    waiting = [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]
    while waiting:
        some = waiting.pop()
        try:
            found |= read(some)
        except Exception as error:
            if isinstance(error, DBAPIError) and not isinstance(error, DataError):
                raise
            if len(some) == 1:
                bad[some[0]] = said(error)
            else:
                waiting += [some[: len(some) // 2], some[len(some) // 2 :]]
    return found, bad
