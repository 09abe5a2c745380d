"""Addresses to go back to, when the browser says where it came from."""

from urllib.parse import urlsplit


def within_site(target: str | None, otherwise: str) -> str:
    """Return ``target`` if it is a path on this site, else ``otherwise``; nobody is led elsewhere by a link of ours."""
    if not target or not target.startswith("/") or target.startswith("//") or "\\" in target:
        return otherwise
    if any(c.isspace() or not c.isprintable() for c in target):
        return otherwise
    parts = urlsplit(target)
    return otherwise if parts.scheme or parts.netloc else target
