"""How a server process looks for garbage: seldom, and never through what the application itself is made of."""

import gc

NET_NEW = 50_000
"""Containers that must be left over before the youngest are looked through. A page over a month of evidence holds tens
of thousands of rows at once, which all go by their reference count; the interpreter's 700 looks through them dozens of
times (measured: a sixth of the page's time)."""


def settle() -> None:
    """Call once the application is made: what is there now stays for good and is not looked through again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NET_NEW, 10, 10)
