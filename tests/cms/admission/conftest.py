from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Engine

from tests.cms.feeds.press import Press
from tests.conftest import Clock


@pytest.fixture
def press(app: Flask, engine: Engine, clock: Clock) -> Iterator[Press]:
    """A newsroom with a portal, from which a story can be brought out."""
    made = Press(app, engine, clock)
    yield made
    made.scheduler.close()
