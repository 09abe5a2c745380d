"""Toy kinds in the registry: each is a folder here and one line below, as docs/adding-a-channel.md says."""

from collections.abc import Iterator

import pytest
from flask import Flask

from channels import registry
from cms.core.database import db
from tests.cms.quotas.province import Province, prepare

KINDS = {
    "ticker": "tests.channels.toys.ticker.adapter:Ticker",
    "pigeon": "tests.channels.toys.pigeon.adapter:Pigeon",
}


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Before anything else: the application reads the registry when it is built."""
    for kind, where in KINDS.items():
        monkeypatch.setitem(registry.KINDS, kind, where)
    yield
    registry.adapter.cache_clear()


@pytest.fixture
def there(registered: None, app: Flask) -> Province:
    """A province with a plan in which items on channels of the toys count."""
    prepare(db.session())
    return Province.of(db.session())
