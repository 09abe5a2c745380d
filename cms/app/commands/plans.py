"""``dakenh plan import`` and ``dakenh quota``."""

import json
from datetime import date, datetime
from pathlib import Path

import click

from cms.app.commands.application import acting, application
from cms.core.clock import utc_now
from cms.core.database import changing, db
from cms.core.permissions import SYSTEM


@click.group()
def plan() -> None:
    """Plans and their quotas."""


@plan.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day on which a prolonged plan still counts.")
@click.option("--keep-units", is_flag=True, help="Take the units as they stood when the plan began, without an end.")
@click.option("--as", "username", help="Act with the rights of this person, who is named in the audit trail.")
def import_plan(file: Path, until: datetime | None, keep_units: bool, username: str | None) -> None:
    """Load the plan pack FILE (YAML): all of it, or nothing. Without --as every unit is within reach."""
    from cms.quotas.packs import importing

    last: date | None = until.date() if until else None
    with application():
        pack = importing.read_file(file)
        with changing() as session:
            actor = acting(session, username)
            summary = importing.import_pack(session, actor, pack, until=last, keep_units=keep_units, now=utc_now())
    click.echo(summary)


@click.command()
@click.option("--week", "period", help="ISO week like 2025-W10 (this week if not given); 2025-03, 2025-Q1, 2025.")
@click.option("--plan", "plan_code", help="Code of one plan.")
@click.option("--unit", help="Code of a unit; takes in the units below it.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
def quota(period: str | None, plan_code: str | None, unit: str | None, style: str) -> None:
    """Show how far each unit is with each quota."""
    from cms.quotas.board import board

    with application():
        found = board.report(db.session(), SYSTEM, period, utc_now(), plan=plan_code, unit=unit)
    click.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=2) if style == "json" else found.as_text())
