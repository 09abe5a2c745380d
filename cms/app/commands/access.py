"""``dakenh token create`` and ``dakenh person create``: access from the command line."""

from datetime import datetime, timedelta

import click
from sqlalchemy import select

from channels.words import N_
from cms.app.commands.application import application
from cms.core.clock import utc_now
from cms.core.database import changing
from cms.core.permissions import SYSTEM
from cms.core.refusal import NotFound
from cms.models.people import Person, Unit
from cms.models.roles import Role
from cms.people.accounts import passwords, tokens
from cms.people.accounts.passwords import NewPassword
from cms.people.administration import admin


@click.group()
def token() -> None:
    """Access tokens for machines."""


@token.command("create")
@click.argument("username")
@click.option("--name", default="dòng lệnh", help="What the token is for.")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(sorted(tokens.SCOPES)), required=True)
@click.option("--days", type=click.IntRange(1, 3650), default=365, show_default=True, help="Days until it expires.")
def create_token(username: str, name: str, scopes: tuple[str, ...], days: int) -> None:
    """Create a token for USERNAME and print it once."""
    now = utc_now()
    with application(), changing() as session:
        person = session.scalar(select(Person).where(Person.username == username))
        if person is None or not person.active:
            raise NotFound(N_("Không có người dùng “%(username)s” đang hoạt động."), username=username)
        made = tokens.create(
            session, SYSTEM, person, name=name, scopes=scopes, expires_at=now + timedelta(days=days), now=now
        )
    click.echo(made)


@click.group()
def person() -> None:
    """People who sign in."""


@person.command("create")
@click.argument("username")
@click.option("--name", required=True, help="Name as it is shown.")
@click.option("--unit", "unit_code", required=True, help="Code of the unit.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice([role.value for role in Role]))
@click.password_option(help="Password; asked for if not given.")
def create_person(username: str, name: str, unit_code: str, roles: tuple[str, ...], password: str) -> None:
    """Create the person USERNAME with roles in one unit (the first admin, for example)."""
    now = utc_now()
    with application():
        passwords.check(password, username)
        fresh = passwords.prepared(password)
        _add_person(username, name, unit_code, roles, fresh, now)
    click.echo(f"{username}: {', '.join(roles)} – {unit_code}")


def _add_person(
    username: str, name: str, unit_code: str, roles: tuple[str, ...], fresh: NewPassword, now: datetime
) -> None:
    with changing() as session:
        unit = session.scalar(select(Unit).where(Unit.code == unit_code))
        if unit is None:
            raise NotFound(
                N_("Không có đơn vị “%(code)s”; hãy nạp kế hoạch trước (dakenh plan import)."), code=unit_code
            )
        places = [(unit.id, role) for role in roles]
        admin.create(session, SYSTEM, username=username, name=name, places=places, start=fresh, now=now)
