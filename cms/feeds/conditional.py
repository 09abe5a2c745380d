"""HTTP conditional requests (RFC 9110 §13): pure decisions over header values."""

from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime


def http_date(instant: datetime) -> str:
    """``Sun, 22 Nov 2026 01:00:00 GMT``."""
    return format_datetime(instant.astimezone(UTC), usegmt=True)


def not_modified(
    etag: str, modified: datetime | None, if_none_match: str | None, if_modified_since: str | None = None
) -> bool:
    """Whether the client already holds this content; ``modified`` is None where only the tag tells.

    ``If-None-Match`` wins over ``If-Modified-Since``; tags are compared weakly; a header that makes no sense is
    treated as absent.
    """
    if if_none_match is not None:
        held = {_opaque(part) for part in if_none_match.split(",")}
        return "*" in held or _opaque(etag) in held
    if modified is None or not if_modified_since:
        return False
    try:
        since = parsedate_to_datetime(if_modified_since)
    except ValueError:
        return False
    if since.tzinfo is None:
        since = since.replace(tzinfo=UTC)
    return modified.replace(microsecond=0) <= since


def _opaque(tag: str) -> str:
    bare = tag.strip()
    return bare[2:] if bare.startswith("W/") else bare
