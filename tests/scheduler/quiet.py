"""A loopback server whose clients are killed in the middle of a word."""

from http.server import ThreadingHTTPServer
from typing import Any


class QuietServer(ThreadingHTTPServer):
    """Says nothing about connections that break."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients are killed here; their broken connections are not worth a word."""
