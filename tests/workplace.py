"""The one folder in which a run of tests keeps everything, gone with all that runs in it however the run ends.

A guardian outlives the run by some seconds: when the pipe between the two breaks, in order or because the run was
killed, it ends what was left running and removes the folder.
"""

import atexit
import fcntl
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

MEMORY, ROOM = Path("/dev/shm"), 4 << 30
"""A folder in memory is used where it has so many bytes free: a new database takes a tenth of the time."""

PREFIX, LOCK, KEEP = "dakenh-tests-", "lock", "keep"
PATIENCE_S = 3.0
"""What ends by itself with the run has so long."""


def _roomy(folder: Path) -> bool:
    """Whether tests may keep their files in ``folder`` and run programs from it."""
    return folder.is_dir() and shutil.disk_usage(folder).free > ROOM and not os.statvfs(folder).f_flag & os.ST_NOEXEC


def open_workplace() -> None:
    """Make the folder of this run, unless a run further up has one, and let everything temporary be kept there."""
    if os.environ.get("TMPDIR", "").rpartition("/")[2].startswith(PREFIX):
        return
    if "TMPDIR" not in os.environ and _roomy(MEMORY):
        tempfile.tempdir = str(MEMORY)
    above = Path(tempfile.gettempdir())
    for left in above.glob(f"{PREFIX}*"):
        _remove_if_nobody_works_in(left)
    made = Path(tempfile.mkdtemp(prefix="new-", dir=above))
    made.chmod(0o755)  # PostgreSQL may run as somebody else
    lock = os.open(made / LOCK, os.O_CREAT | os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    folder = made.rename(above / f"{PREFIX}{made.name.removeprefix('new-')}")
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    guardian = subprocess.Popen(
        [sys.executable, "-I", __file__, str(folder)],
        stdin=subprocess.PIPE, start_new_session=True, pass_fds=[lock],
    )  # fmt: skip
    atexit.register(_end, guardian)


def keep() -> None:
    """The files of tests that failed are worth a look: the folder stays until the next run starts."""
    (Path(tempfile.gettempdir()) / KEEP).touch()


def _end(guardian: "subprocess.Popen[bytes]") -> None:
    guardian.communicate(timeout=30)


def _remove_if_nobody_works_in(folder: Path) -> None:
    with suppress(OSError), (folder / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)


def guard(folder: Path) -> None:
    """Wait for the end of the run, then for all that works in its folder, and remove it. The lock is inherited."""
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, signal.SIG_IGN)
    run = os.getppid()
    while os.getppid() == run and not select.select([sys.stdin], [], [], 0.5)[0]:
        pass  # a fork of the run may hold its end of the pipe
    for stop in (0, signal.SIGQUIT, signal.SIGKILL):
        _wait_for_nobody(folder, stop)
    if not (folder / KEEP).exists():
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for_nobody(folder: Path, stop: int) -> None:
    """Tell who works there to stop (SIGQUIT is PostgreSQL's immediate end), and give them time."""
    deadline = time.monotonic() + PATIENCE_S
    while (found := working_in(folder)) and time.monotonic() < deadline:
        for pid in found:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, stop)
        time.sleep(0.1)


def working_in(folder: Path) -> list[int]:
    """The processes, but for this one, whose command or environment names the folder."""
    name, found = os.fsencode(folder), []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError):
            told = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
            if name in told and int(process.name) != os.getpid():
                found.append(int(process.name))
    return found


if __name__ == "__main__":
    guard(Path(sys.argv[1]))
