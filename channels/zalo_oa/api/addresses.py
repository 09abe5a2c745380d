"""Addresses: in the plain ASCII that Zalo wants, and who can reach them."""

import ipaddress
from enum import IntEnum
from urllib.parse import quote, urlsplit, urlunsplit

_KEPT = "/%:@!$&'()*+,;=~-._"


class Zone(IntEnum):
    """From where an address can be reached."""

    NOWHERE = 0
    LOOPBACK = 1
    PRIVATE = 2
    PUBLIC = 3


def encoded(url: str) -> str:
    """Return ``url`` percent-encoded: Vietnamese letters and spaces make Zalo refuse a picture's address.

    What is encoded already stays as it is; an address that cannot be read is returned unchanged.
    """
    try:
        parts = urlsplit(url)
        host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
    except ValueError:
        return url
    query = quote(parts.query, safe=_KEPT + "?")
    return urlunsplit((parts.scheme, host, quote(parts.path, safe=_KEPT), query, ""))


def zone(url: str) -> Zone:
    """Return from where ``url`` can be reached, judged by its host alone; NOWHERE if it is no web address."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return Zone.NOWHERE
    if parts.scheme not in {"http", "https"} or not host:
        return Zone.NOWHERE
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return _zone_of_name(host)
    if address.is_loopback:
        return Zone.LOOPBACK
    return Zone.PUBLIC if address.is_global else Zone.PRIVATE


def _zone_of_name(host: str) -> Zone:
    if host == "localhost" or host.endswith(".localhost"):
        return Zone.LOOPBACK
    return Zone.PUBLIC if "." in host and not host.endswith((".local", ".lan", ".internal")) else Zone.PRIVATE


def can_be_fetched(url: str, api_url: str) -> bool:
    """Whether who answers at ``api_url`` can reach ``url``: Zalo sees only the internet, a simulator its machine."""
    return zone(url) >= zone(api_url)
