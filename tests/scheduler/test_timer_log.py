"""The log of a start speaks of this product, not of the library that keeps its time."""

import logging
from pathlib import Path

import pytest

from cms.app import schema
from scheduler.engine.config import EngineConfig
from scheduler.engine.upkeep import connections_kept


def test_upkeep_begins_without_a_word_of_the_library(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It said "Adding job tentatively" to whoever started the product."""
    logging.getLogger("apscheduler").setLevel(logging.NOTSET)
    schema.upgrade(f"sqlite:///{tmp_path / 'a.db'}")
    with caplog.at_level(logging.INFO), connections_kept(f"sqlite:///{tmp_path / 'a.db'}", EngineConfig()):
        pass
    assert [one.message for one in caplog.records if one.name.startswith("apscheduler")] == []
