"""What the running application holds: settings, clock, store."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import current_app

from cms.core.settings import Settings
from media.storage.store import Store

KEY = "dakenh"


@dataclass(frozen=True, slots=True)
class Context:
    """Parts that ``create_app`` was given or made."""

    settings: Settings
    now: Callable[[], datetime]
    store: Store


def context() -> Context:
    """The context of the running application."""
    return cast(Context, current_app.extensions[KEY])


def settings() -> Settings:
    """Settings in force."""
    return context().settings


def now() -> datetime:
    """The present instant by the application's clock (aware UTC)."""
    return context().now()


def store() -> Store:
    """The media store."""
    return context().store
