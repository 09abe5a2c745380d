"""A PostgreSQL database for one test."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg

MIGRATED = "template_dakenh"
BARE = "template1"


@contextmanager
def postgres_database(server: Any, template: str) -> Iterator[str]:
    """Yield the address of a new database made from ``template``; it is dropped afterwards."""
    name = f"other_{uuid4().hex[:12]}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
    yield server.get_uri(database=name).replace("postgresql://", "postgresql+psycopg://", 1)
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
