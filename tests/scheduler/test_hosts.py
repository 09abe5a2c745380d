"""Schedulers on two machines with one PostgreSQL: one is cut off in the middle of a call, and comes back."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APART = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-current-user", "--keep-caps", "--net"]


def why_not() -> str:
    """What keeps this machine from making network namespaces, or nothing."""
    missing = [program for program in ("unshare", "nsenter", "ip") if shutil.which(program) is None]
    if missing:
        return f"needs {', '.join(missing)}"
    tried = subprocess.run(
        [*APART, "ip", "link", "add", "va", "type", "veth", "peer", "name", "vb"], capture_output=True
    )
    return f"network namespaces are not allowed here: {tried.stderr.decode().strip()}" if tried.returncode else ""


def test_a_host_that_is_cut_off_in_a_call_and_comes_back_loses_nothing_and_sends_nothing_twice(tmp_path: Path) -> None:
    reason = why_not()
    if reason:
        pytest.skip(reason)
    command = [*APART, sys.executable, "-m", "tests.scheduler.hosts", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stderr
