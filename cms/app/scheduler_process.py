"""The delivery engine as this product runs it: settings turned into the scheduler's own configuration."""

from cms.core.file_store import open_store
from cms.core.settings import Settings
from scheduler import timer
from scheduler.engine.engine import EngineConfig
from scheduler.engine.upkeep import connections_kept


def config(settings: Settings) -> EngineConfig:
    """What the engine needs to know of the installation."""
    return EngineConfig(base_url=settings.public_url, keys=settings.encryption_keys)


def run(settings: Settings) -> None:
    """Run a scheduler process until SIGTERM or SIGINT; mail about scripts goes out beside it, if it is configured."""
    from cms.radio.notices import mailing

    own = config(settings)
    with connections_kept(settings.database, own), mailing.beside(settings):
        timer.run(settings.database, open_store(settings), own)
