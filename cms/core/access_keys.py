"""Keys that machines show: made at random, shown once, kept as a hash."""

import hashlib
import secrets


def make(prefix: str = "") -> str:
    """Return a new key of 256 random bits behind ``prefix``, which tells people what it is for."""
    return prefix + secrets.token_urlsafe(32)


def digest(key: str) -> str:
    """What the database keeps of a key. It is random enough for a plain hash."""
    return hashlib.sha256(key.encode()).hexdigest()
