"""A process that hatches scheduler processes quickly: it has imported everything once and forks on demand.

Run as ``python -m tests.scheduler.nest DATABASE_URL MEDIA_FOLDER``. For each line on standard input it starts a
scheduler and answers with its process id.
"""

import logging
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

from channels import registry
from media.storage.store import Store
from scheduler import timer
from scheduler.engine.config import EngineConfig
from tests.scheduler.fakes import KINDS

LEASE = timedelta(seconds=2)
"""Longer than any call: the provider's clients give up after 0.4 s."""

SETTLE = timedelta(seconds=1.5)


def main(url: str, folder: str) -> None:
    """Hatch one scheduler for each line that is read."""
    registry.KINDS = KINDS
    for kind in KINDS:
        registry.adapter(kind)
    logging.basicConfig(level=logging.ERROR)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _line in sys.stdin:
        child = os.fork()
        if child == 0:
            _be_a_scheduler(url, folder)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


def _be_a_scheduler(url: str, folder: str) -> None:
    os.close(sys.stdin.fileno())
    config = EngineConfig(lease=LEASE, settle=SETTLE, threads=3, lane_batch=5, draw=lambda low, _high: low)
    timer.run(url, Store(Path(folder)), config)
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
