"""How often each process was started again: a small file in the home folder, which outlives all of them."""

import fcntl
import json
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

LOG = logging.getLogger(__name__)
NAME = "restarts.json"


@dataclass(frozen=True, slots=True)
class Restarted:
    """How often a process was started again after an end of its own, and when last (seconds since 1970)."""

    count: int
    last: float


class Restarts:
    """The counts of one installation on one machine. Any process may read and write them."""

    def __init__(self, home: Path) -> None:
        self._path = home / NAME

    def read(self) -> Mapping[str, Restarted]:
        """Return the counts by name of the process; nothing if there is no file that can be read."""
        try:
            told = json.loads(self._path.read_text(encoding="utf-8"))
            return {str(name): Restarted(int(one["count"]), float(one["last"])) for name, one in told.items()}
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return {}

    def add(self, name: str, now: datetime) -> None:
        """Count one more restart of ``name``. A full disk is told in the log and stops nobody."""
        try:
            with self._locked():
                known = dict(self.read())
                before = known[name].count if name in known else 0
                known[name] = Restarted(before + 1, now.timestamp())
                self._write({one: {"count": found.count, "last": found.last} for one, found in known.items()})
        except OSError as error:
            LOG.warning("the restart of %s could not be counted: %s", name, error)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _write(self, told: Mapping[str, Any]) -> None:
        fresh = self._path.with_suffix(f".{os.getpid()}.new")
        fresh.write_text(json.dumps(told, sort_keys=True), encoding="utf-8")
        fresh.replace(self._path)
