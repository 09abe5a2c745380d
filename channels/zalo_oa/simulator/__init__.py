"""A stand-in for Zalo's OA Open API and its OAuth server, written from the documents and not from the adapter.

``make_app(state_path, *, clock)`` is a WSGI application; ``serve(host, port, state_path)`` runs it; ``seed`` puts an
app, an Official Account and a token pair into it. One SQLite file holds its whole state, so it survives a restart.
Point both ``DAKENH_ZALO_API_URL`` and ``DAKENH_ZALO_OAUTH_URL`` at it.

What the documents leave open is decided here once, each with a switch in ``config.Config`` where sources disagree.
"""

from channels.zalo_oa.simulator.app import make_app
from channels.zalo_oa.simulator.seeding import seed
from channels.zalo_oa.simulator.server import Server, serve

__all__ = ["Server", "make_app", "seed", "serve"]
