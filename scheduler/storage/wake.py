"""Telling schedulers that there is something new to look at."""

from sqlalchemy import Connection, text

CHANNEL = "dakenh_deliveries"
"""The name under which PostgreSQL passes the news on."""


def tell(connection: Connection) -> None:
    """Wake every scheduler when the caller's transaction commits. SQLite needs no word: they see the file change."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})
