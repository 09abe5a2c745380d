"""The kinds of channel there are. A new kind is one folder and one line here."""

from collections.abc import Callable
from functools import cache, wraps
from importlib import import_module
from importlib.util import find_spec
from inspect import isroutine
from pathlib import Path
from typing import Any

from channels.contract import Adapter, Evidence, PullAdapter, PushAdapter
from media.underlock import slow

KINDS: dict[str, str] = {
    "portal_rss": "channels.portal_rss.adapter:PortalRss",
    "zalo_oa": "channels.zalo_oa.adapter:ZaloOa",
    "led_board": "channels.led_board.adapter:LedBoard",
    "radio_script": "channels.radio_script.adapter:RadioScript",
}

ANSWERED_AT_ONCE = frozenset({"is_simulated"})
"""What an adapter tells from its settings alone."""


class UnknownKind(LookupError):
    """A channel kind that no adapter here serves."""


@cache
def adapter(kind: str) -> Adapter:
    """Return the adapter of ``kind``, loaded on first use; raise ``UnknownKind`` if there is none.

    Everything that it does is slow or may be (``media.underlock``), of a kind that is added later too.
    """
    try:
        module, name = KINDS[kind].split(":")
    except KeyError:
        raise UnknownKind(kind) from None
    kind_of: type[Adapter] = getattr(import_module(module), name)
    watched = type(name, (kind_of,), {each: _watched(kind_of, each) for each in worked(kind_of)})
    made: Adapter = watched()
    return made


def folder(kind: str) -> Path:
    """Return the folder that the kind lives in, with its templates and static files."""
    spec = find_spec(KINDS[kind].partition(":")[0])
    if spec is None or spec.origin is None:
        raise UnknownKind(kind)
    return Path(spec.origin).parent


def proven_by(evidence: Evidence) -> tuple[str, ...]:
    """Return the kinds whose items this proves."""
    return tuple(kind for kind in KINDS if adapter(kind).evidence is evidence)


def pull(kind: str) -> PullAdapter:
    """Return the adapter of a pull kind."""
    found = adapter(kind)
    if not isinstance(found, PullAdapter):
        raise UnknownKind(kind)
    return found


def push(kind: str) -> PushAdapter:
    """Return the adapter of a push kind."""
    found = adapter(kind)
    if not isinstance(found, PushAdapter):
        raise UnknownKind(kind)
    return found


def _watched(kind_of: type[Adapter], name: str) -> Callable[..., Any]:
    """What ``kind_of`` does under ``name``, looked up when it is called, which may be slow."""

    @wraps(getattr(kind_of, name))
    def work(adapter: Adapter, *given: Any, **named: Any) -> Any:
        return getattr(kind_of, name)(adapter, *given, **named)

    return slow(work)


def worked(made: Adapter | type[Adapter]) -> list[str]:
    """Return the names of what an adapter does, apart from what it merely says of itself."""
    found = {name: getattr(made, name) for name in dir(made) if not name.startswith("_")}
    return [name for name, value in found.items() if isroutine(value) and name not in ANSWERED_AT_ONCE]
