"""The week as a page."""

from flask import render_template, request

from channels import registry
from cms.clock import local_day
from cms.database import db
from cms.deliveries import reading
from cms.deliveries.blueprint import blueprint
from cms.deliveries.calendar import Choice, Gap, Grouping, asked_week, week
from cms.people import units
from cms.people.permissions import Action
from cms.web import asked
from cms.web.actor import current_actor
from cms.web.context import now
from cms.web.guard import signed_in


@blueprint.get("/calendar")
@signed_in
def calendar() -> str:
    """Monday to Sunday: what is promised, what is intended, which times are free."""
    actor = current_actor()
    actor.require(Action.SEE_DELIVERIES)
    session = db.session()
    choice = _choice()
    shown = week(session, actor, asked_week(request.args.get("week", ""), now()), choice, now())
    places = [p for p in reading.places(session).values() if actor.may(Action.SEE_DELIVERIES, p.path)]
    return render_template(
        "deliveries/calendar.html",
        week=shown,
        choice=choice,
        groupings=Grouping,
        today=local_day(now()),
        units=units.listed(session, actor, Action.SEE_DELIVERIES),
        places=places,
        kinds={kind: registry.adapter(kind).label for kind in registry.KINDS},
        is_gap=lambda entry: isinstance(entry, Gap),
    )


def _choice() -> Choice:
    args = request.args
    by = args.get("by", "")
    return Choice(
        grouping=Grouping(by) if by in set(Grouping) else Grouping.CHANNEL,
        unit_id=asked.whole(args, "unit"),
        kind=args.get("kind", "") if args.get("kind") in registry.KINDS else "",
        channel_id=asked.whole(args, "channel"),
    )
