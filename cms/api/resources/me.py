"""Who a token is."""

from datetime import datetime

from cms.api.kit.calls import Call, Reply
from cms.api.kit.fields import NoQuery, ResponseBody
from cms.api.kit.named import UnitName, unit_names
from cms.api.kit.table import endpoint
from cms.core.database import db
from cms.models.roles import Role


class Held(ResponseBody):
    """A role in a unit and in all units below it."""

    role: Role
    unit: UnitName


class Me(ResponseBody):
    """The person behind the token, their roles, and what the token may be used for."""

    username: str
    name: str
    roles: list[Held]
    token: str
    scopes: list[str]
    expires_at: datetime | None


@endpoint("GET", "/me")
def read_me(call: Call[NoQuery, None]) -> Reply[Me]:
    """Tell whose token this is and what it may do."""
    grants = call.actor.grants
    names = unit_names(db.session(), [grant.unit_id for grant in grants])
    roles = [Held(role=grant.role, unit=names[grant.unit_id]) for grant in grants]
    caller = call.caller
    return Reply(
        Me(
            username=caller.username, name=call.actor.name, roles=roles, token=caller.token,
            scopes=sorted(caller.scopes), expires_at=caller.expires_at,
        )
    )  # fmt: skip
