from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cms.app.cli import main
from tests.databases import BARE, postgres_database

Dakenh = Callable[..., Result]


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of a database in which there is nothing yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'home' / 'dakenh.db'}"
        return
    with postgres_database(request.getfixturevalue("postgres"), BARE) as address:
        yield address


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where the installation keeps its things."""
    return tmp_path / "home"


@pytest.fixture
def dakenh(home: Path, bare_url: str) -> Dakenh:
    """The command on a new machine; ``typed`` is what a person answers."""

    def run(*arguments: str, env: dict[str, str] | None = None, typed: str | None = None) -> Result:
        environment = {"DAKENH_HOME": str(home), "DAKENH_DATABASE_URL": bare_url, **(env or {})}
        return CliRunner(env=environment).invoke(main, list(arguments), input=typed)

    return run


@pytest.fixture
def ready(dakenh: Dakenh) -> Dakenh:
    """The command on a machine where ``init`` has been run."""
    assert dakenh("init").exit_code == 0
    return dakenh
