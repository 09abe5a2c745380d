"""A running installation, as the tests know it."""

from dataclasses import dataclass

from cms.core.settings import Settings


@dataclass(frozen=True)
class Running:
    """Its address, that of its Zalo simulator, and its settings."""

    address: str
    zalo: str
    settings: Settings
