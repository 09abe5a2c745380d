"""``dakenh init``, ``check`` and ``demo``: making an installation and looking whether it is sound."""

import os
import secrets
from pathlib import Path

import click
from PIL import features as pillow

from cms.app import schema
from cms.app.commands.application import application, settings
from cms.core.file_store import open_store
from cms.core.settings import PREFIX, Settings
from media.errors import MediaError


@click.command()
def init() -> None:
    """Create the home folder and its key, and bring the database to the newest schema. Harmless when repeated."""
    home = Path(os.environ.get(PREFIX + "HOME") or "var").absolute()
    home.mkdir(parents=True, exist_ok=True)
    _keep_secret(home)
    found = settings()
    found.media.mkdir(parents=True, exist_ok=True)
    schema.upgrade(found.database)
    _keep_to_owner(home / "dakenh.db")
    click.echo(f"Sẵn sàng: {found.home}")


@click.command()
def check() -> None:
    """Look whether everything an installation needs is there; one line for each finding."""
    found = settings()
    problems = [line for line in (schema_problem(found), _raqm(), _store_problem(found)) if line]
    if not schema_problem(found):
        problems += _faults(found)
    for line in problems:
        click.echo(line, err=True)
    if problems:
        raise SystemExit(1)
    click.echo("Mọi thứ đều ổn.")


@click.command()
def demo() -> None:
    """Fill an empty database with the demonstration newsroom; does nothing if there is a plan already."""
    from cms.app.demo.seed import seed

    with application():
        for line in seed():
            click.echo(line)


def _faults(found: Settings) -> list[str]:
    """What the database and the store themselves have to tell."""
    from cms.app.backup import integrity
    from scheduler.storage.database import open_engine
    from scheduler.storage.vault import Keys

    engine = open_engine(found.database)
    try:
        return [str(fault) for fault in integrity.faults(engine, Keys(found.encryption_keys), open_store(found))]
    finally:
        engine.dispose()


def _keep_secret(home: Path) -> None:
    """Write a new key unless there is one; readable by its owner alone."""
    path = home / "secret_key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(48))


def _keep_to_owner(database: Path) -> None:
    """Let nobody else on this machine read what people wrote; SQLite gives its other files the same mode."""
    if database.is_file():
        database.chmod(0o600)


def schema_problem(found: Settings) -> str | None:
    """What keeps the code from working on this database, if anything."""
    at = schema.revision(found.database)
    return None if at == schema.newest() else f"Cơ sở dữ liệu ở phiên bản {at or 'trống'}; hãy chạy dakenh init."


def _raqm() -> str | None:
    return None if pillow.check("raqm") else "Pillow thiếu raqm nên chữ Việt có thể sai dấu; hãy cài lại Pillow."


def _store_problem(found: Settings) -> str | None:
    """What keeps files from being stored, if anything; a bucket is asked for its list, which writes nothing."""
    if found.bucket is None:
        return _writable(found.media)
    try:
        next(iter(open_store(found)), None)
    except MediaError as error:
        return f"{error} ({found.media_url}; nguyên nhân ở nhật ký bên trên)"
    return None


def _writable(folder: Path) -> str | None:
    return None if os.access(folder, os.W_OK) else f"Không ghi được vào {folder}; hãy chạy dakenh init."
