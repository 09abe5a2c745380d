"""``docs/permissions.md`` is what the product does: every route by every role, every command."""

import difflib
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from flask import Flask

from cms.app.cli import main
from cms.core.settings import Settings
from tests.cms.rights import walk, world

TABLE = Path(__file__).parents[3] / "docs" / "permissions.md"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """With mail, or nothing about it could be asked for."""
    return settings.model_copy(update={"smtp_url": "smtp://127.0.0.1:9"})


def told(first: str) -> list[str]:
    """The rows of the table whose first column is headed ``first``."""
    lines = TABLE.read_text("utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"| {first} |"))
    rest = lines[start + 2 :]
    return rest[: next((number for number, line in enumerate(rest) if not line.startswith("|")), len(rest))]


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_every_route_answers_every_role_as_the_table_says(app: Flask) -> None:
    """A route without a row fails here; what it does is in the difference, for whoever writes the row."""
    found = [str(row) for row in walk.rows(app, world.build(app))]
    assert len(found) > 230
    difference = "\n".join(difflib.unified_diff(told("route"), found, "docs/permissions.md", "the product", n=0))
    assert not difference, difference


def commands(group: click.Group, name: str) -> Iterator[str]:
    context = click.Context(group)
    for one in group.list_commands(context):
        command = group.get_command(context, one)
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} {one}")
        else:
            yield f"{name} {one}"


def test_every_command_has_a_row() -> None:
    rows = [re.findall(r"`([^`]+)`", row)[0] for row in told("command")]
    assert rows == sorted(commands(main, "dakenh"))
