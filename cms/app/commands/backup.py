"""``dakenh backup`` and ``dakenh restore``."""

from pathlib import Path

import click

from channels.words import Words
from cms.app import schema
from cms.app.backup import archive
from cms.app.commands.application import settings
from cms.core.clock import utc_now
from cms.core.file_store import open_store
from scheduler.storage.database import open_engine


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
def backup(file: Path) -> None:
    """Write the whole installation (without its keys) to FILE; may run while the system works."""
    found = settings()
    engine = open_engine(found.database)
    try:
        rows = archive.backup(engine, open_store(found), schema.newest() or "", file, utc_now())
    finally:
        engine.dispose()
    click.echo(f"{file}: {rows} dòng. Hãy cất riêng khóa mã hóa; bản sao không chứa khóa.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Fill this (new, empty) installation from FILE."""
    found = settings()
    schema.upgrade(found.database)
    engine = open_engine(found.database)
    try:
        rows = archive.restore(engine, open_store(found), schema.newest() or "", file, utc_now(), _note)
    finally:
        engine.dispose()
    click.echo(f"Đã khôi phục {rows} dòng.")


def _note(told: Words) -> None:
    click.echo(str(told), err=True)
