from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.channels.zalo_oa.running import Clock, Running, running


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Running]:
    """A simulator over real HTTP, on its own clock."""
    with running(tmp_path / "zalo.sqlite", Clock()) as run:
        yield run
