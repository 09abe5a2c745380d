"""How an engine works: its name, its patience and its sizes."""

import os
import random
import socket
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

from scheduler.decisions.backoff import Draw
from scheduler.engine.claims import Lease


def worker_name() -> str:
    """Return a name that no other worker has or had: host, process and a random part."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid4().hex[:8]}"


@dataclass(frozen=True, slots=True)
class EngineConfig:
    """What an engine is told from outside.

    ``base_url``: address of our pages without a trailing slash. ``keys``: passphrases for channel secrets, newest
    first. ``lease``: how long a worker may be silent before others take over; longer than any call to a provider.
    ``settle``: after this long an unclear call that cannot be found at the provider counts as not made; longer than a
    provider needs to show a new item. ``threads``: push channels worked at once; 0 works them one after another in the
    calling thread. ``lane_batch``, ``pull_batch``: deliveries taken at once. ``items_per_feed``: the newest so many
    items of a pull channel are in its documents. ``tombstones``: how long a withdrawn item is announced as such.
    """

    base_url: str = "http://127.0.0.1:8000"
    keys: tuple[str, ...] = field(default=(), repr=False)
    worker: str = field(default_factory=worker_name)
    lease: timedelta = timedelta(seconds=90)
    settle: timedelta = timedelta(seconds=60)
    threads: int = 8
    lane_batch: int = 100
    pull_batch: int = 1000
    items_per_feed: int = 500
    tombstones: timedelta = timedelta(days=45)
    draw: Draw = random.uniform

    @property
    def held(self) -> Lease:
        """The lease that this engine's claims carry."""
        return Lease(self.worker, self.lease)
