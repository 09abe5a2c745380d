"""A child process never outlives its parent, however the parent ended."""

import ctypes
import os
import signal
import sys
import threading
import time

PR_SET_PDEATHSIG = 1
"""prctl(2): the signal that this process gets when the thread that made it ends. Inherited by no child of its own."""

LOOK_EVERY_S = 0.5


def die_with_parent(parent: int, *, grace_s: float = 0, kernel: bool = True) -> None:
    """End this process when process ``parent``, which started it, has ended; call it in the main thread.

    At once, or with ``grace_s`` seconds to finish what is in hand after a SIGTERM. Linux tells it by a signal, which
    reaches a process in any state; elsewhere, or with ``kernel`` False, a thread looks twice a second.
    """
    told = kernel and _ask_kernel(signal.SIGTERM if grace_s else signal.SIGKILL)
    if grace_s or not told:
        threading.Thread(target=_watch, args=(parent, grace_s), name="parent-watch", daemon=True).start()
    if os.getppid() != parent:  # it ended before the signal was asked for
        os._exit(1)


def _ask_kernel(number: signal.Signals) -> bool:
    if not sys.platform.startswith("linux"):
        return False
    try:
        return bool(ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0) == 0)
    except (OSError, AttributeError):
        return False


def _watch(parent: int, grace_s: float) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY_S)
    if grace_s:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(grace_s)
    os.kill(os.getpid(), signal.SIGKILL)
