"""Addresses to go back to, when the browser says where it came from, and numbers in addresses."""

from typing import Any
from urllib.parse import urlsplit

from werkzeug.routing import IntegerConverter, Map

LARGEST_ID = 2**31 - 1
"""No row has a larger number, and PostgreSQL refuses to look one up."""


class Number(IntegerConverter):
    """The number of a row in an address, ``<int:story_id>``; one that no row can have leads nowhere."""

    regex = "[0-9]+"  # one row, one address: no other script's digits

    def __init__(self, map: Map, *args: Any, **options: Any) -> None:  # noqa: A002  # werkzeug's name
        super().__init__(map, *args, **{"max": LARGEST_ID, **options})


def within_site(target: str | None, otherwise: str) -> str:
    """Return ``target`` if it is a path on this site, else ``otherwise``; nobody is led elsewhere by a link of ours."""
    if not target or not target.startswith("/") or target.startswith("//") or "\\" in target:
        return otherwise
    if any(c.isspace() or not c.isprintable() for c in target):
        return otherwise
    parts = urlsplit(target)
    return otherwise if parts.scheme or parts.netloc else target
