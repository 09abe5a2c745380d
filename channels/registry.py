"""The kinds of channel there are. A new kind is one folder and one line here."""

from functools import cache
from importlib import import_module

from channels.contract import Adapter, PullAdapter, PushAdapter

KINDS: dict[str, str] = {
    "portal_rss": "channels.portal_rss.adapter:PortalRss",
    "zalo_oa": "channels.zalo_oa.adapter:ZaloOa",
    "led_board": "channels.led_board.adapter:LedBoard",
    "radio_script": "channels.radio_script.adapter:RadioScript",
}


class UnknownKind(LookupError):
    """A channel kind that no adapter here serves."""


@cache
def adapter(kind: str) -> Adapter:
    """Return the adapter of ``kind``, loaded on first use; raise ``UnknownKind`` if there is none."""
    try:
        module, name = KINDS[kind].split(":")
    except KeyError:
        raise UnknownKind(kind) from None
    made: Adapter = getattr(import_module(module), name)()
    return made


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
