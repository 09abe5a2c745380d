"""``dakenh read-aloud``: how text sounds on air."""

import sys

import click

from channels.radio_script.reading import Lexicon, built_in, read_aloud_line
from channels.words import N_


@click.command("read-aloud")
@click.option("--unit", "unit_code", help="Code of a unit: its lexicon and those of the units above it are used.")
@click.option("--dialect", type=click.Choice(["north", "south"]), default="north", show_default=True)
def read_aloud(unit_code: str | None, dialect: str) -> None:
    """Read lines from standard input and write each as a presenter would say it."""
    lexicon = _of_unit(unit_code) if unit_code else built_in()
    sys.stdin.reconfigure(encoding="utf-8", errors="replace", newline="\n")  # type: ignore[union-attr]
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    for line in sys.stdin:
        click.echo(read_aloud_line(line.rstrip("\r\n"), lexicon, dialect))


def _of_unit(code: str) -> Lexicon:
    """Return the lexicon of a unit; only this needs the application, which takes long to start."""
    from sqlalchemy import select

    from cms.app.commands.application import application
    from cms.core.database import db
    from cms.core.refusal import NotFound
    from cms.lexicon.stations import Stations
    from cms.models.people import Unit

    with application():
        path = db.session().scalar(select(Unit.path).where(Unit.code == code))
        if path is None:
            raise NotFound(N_("Không có đơn vị “%(code)s”; hãy nạp kế hoạch trước (dakenh plan import)."), code=code)
        return Stations(db.session()).lexicon(path)
