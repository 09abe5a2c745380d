"""What every test watches besides its own matter: no file and no network while a writing transaction is open."""

import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from media import underlock

SLOW = frozenset(
    {"socket.connect", "socket.getaddrinfo", "subprocess.Popen", "time.sleep", "os.remove", "os.rename", "os.mkdir"}
)
HOUSE = str(Path(__file__).parents[1])
OURS = (HOUSE, sys.prefix, sys.base_prefix, *sysconfig.get_paths().values(), "/usr/share/zoneinfo")
COMPILED = "/__jinja2_"
"""Code, templates and catalogues are read when they are first needed; they are no files of the newsroom."""


class _Watch:
    on = False


def _audited(event: str, arguments: tuple[object, ...]) -> None:
    if not _Watch.on or (event != "open" and event not in SLOW) or not underlock.held():
        return
    what = arguments[0] if arguments else ""
    if event == "open" and (isinstance(what, int) or str(what).startswith(OURS) or COMPILED in str(what)):
        return
    raise underlock.SlowUnderLock(f"{event} {what} while a writing transaction is open")


sys.addaudithook(_audited)


@contextmanager
def watched() -> Iterator[None]:
    """Refuse what is slow under a lock, as long as the block runs."""
    _Watch.on = underlock.strictness.refuses = True
    try:
        yield
    finally:
        _Watch.on = underlock.strictness.refuses = False
