"""What a running installation of a test begins with."""

import socket
from datetime import UTC, datetime

from flask import Flask

from cms.app.demo import newsroom
from cms.core import database
from cms.core.database import changing
from cms.core.settings import Settings


def furnish(settings: Settings) -> None:
    """Build the plan, people and channels of the demonstration."""
    app = Flask("cms")
    database.init_app(app, settings.database)
    with app.app_context():
        script, at = newsroom.Script.read(), datetime.now(UTC)
        with changing() as session:
            newsroom.build(session, script, settings, at)
        newsroom.connect(database.db.engine, script, settings, at)
        database.db.session.remove()
        database.db.engine.dispose()


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
