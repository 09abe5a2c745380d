"""The week as a page."""

from flask import render_template, request

from channels import registry
from channels.localtime import local_day
from cms.core import periods, units
from cms.core.database import db
from cms.core.periods import Per
from cms.core.permissions import Action
from cms.deliveries import queries
from cms.deliveries.calendar import CalendarChoice, Gap, Grouping, asked_week, week
from cms.deliveries.pages.blueprint import blueprint
from cms.web.actor import current_actor
from cms.web.context import now
from cms.web.guard import signed_in
from cms.web.input import form_values


@blueprint.get("/calendar")
@signed_in
def calendar() -> tuple[str, int]:
    """Monday to Sunday: what is promised, what is intended, which times are free."""
    actor = current_actor()
    actor.require(Action.SEE_DELIVERIES)
    session = db.session()
    choice = _choice()
    written = request.args.get("week", "").strip()
    period = asked_week(written, now())
    wrong = bool(written) and period is None
    shown = week(session, actor, period or periods.at(Per.WEEK, now()), choice, now())
    places = [p for p in queries.places(session).values() if actor.may(Action.SEE_DELIVERIES, p.path)]
    page = render_template(
        "deliveries/calendar.html",
        week=shown,
        wrong=written if wrong else "",
        choice=choice,
        groupings=Grouping,
        today=local_day(now()),
        units=units.listed(session, actor, Action.SEE_DELIVERIES),
        places=places,
        kinds={kind: registry.adapter(kind).label for kind in registry.KINDS},
        is_gap=lambda entry: isinstance(entry, Gap),
    )
    return page, 422 if wrong else 200


def _choice() -> CalendarChoice:
    args = request.args
    by = args.get("by", "")
    return CalendarChoice(
        grouping=Grouping(by) if by in set(Grouping) else Grouping.CHANNEL,
        unit_id=form_values.whole(args, "unit"),
        kind=args.get("kind", "") if args.get("kind") in registry.KINDS else "",
        channel_id=form_values.whole(args, "channel"),
    )
