"""How a server process looks for garbage: seldom, and never through what the application itself is made of."""

import ctypes
import gc
from contextlib import suppress

NET_NEW = 50_000
"""Containers that must be left over before the youngest are looked through. A page over a month of evidence holds tens
of thousands of rows at once, which all go by their reference count; the interpreter's 700 looks through them dozens of
times (measured: a sixth of the page's time)."""


def settle() -> None:
    """Call once the application is made: what is there now stays for good and is not looked through again."""
    _give_back_what_is_large()
    gc.collect()
    gc.freeze()
    gc.set_threshold(NET_NEW, 10, 10)


M_MMAP_THRESHOLD, LARGE = -3, 1 << 20


def _give_back_what_is_large() -> None:
    """Have glibc return every block of a megabyte and more (a picture, an upload) to the system once it is free. By
    itself it keeps such blocks for each thread that ever had one: eight threads that drew for a 4K screen kept 690 MB.
    """
    with suppress(AttributeError, OSError):  # another C library has no such habit
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE)
