"""Lists of deliveries, one delivery with its attempts, and what waits for a person."""

from dataclasses import replace
from typing import Any

from flask import render_template, request, url_for
from sqlalchemy import func

from channels import registry
from channels.words import N_
from cms.core import units
from cms.core.database import db
from cms.core.permissions import Action, Actor
from cms.core.refusal import Invalid
from cms.deliveries import alarm, channel_standings, queries
from cms.deliveries.notices import notices
from cms.deliveries.options import DecisionReach, options
from cms.deliveries.pages import calendar_views, decision_views, one_view
from cms.deliveries.pages.blueprint import blueprint
from cms.deliveries.pages.formats import FILTERS
from cms.deliveries.queries import ChannelPlace, DeliveryFilter, DeliveryPage, words
from cms.web.actor import current_actor
from cms.web.context import now, settings
from cms.web.guard import signed_in
from cms.web.input import form_values
from cms.web.input.cursor import Cursor
from cms.web.input.form_values import Days
from scheduler.decisions.states import DeliveryState
from scheduler.storage.tables import Delivery
from scheduler.storage.vault import Keys

__all__ = ["blueprint", "calendar_views", "decision_views", "one_view"]

MATTERS = 20
"""Matters on a page; each comes with its decisions."""

blueprint.app_context_processor(alarm.banner)
for _function in FILTERS:
    blueprint.add_app_template_filter(_function)


@blueprint.get("/deliveries")
@signed_in
def index() -> tuple[str, int]:
    """Every delivery that the person may see, filtered."""
    actor = current_actor()
    actor.require(Action.SEE_DELIVERIES)
    session = db.session()
    known = queries.places(session)
    days = form_values.days(request.args)
    wanted = asked_for(days)
    found = queries.page(session, actor, wanted, Cursor.read(request.args.get("after", "")), known=known)
    listed = render_template(
        "deliveries/index.html",
        days=days,
        page=found,
        wanted=wanted,
        waiting=waiting(actor, known),
        **choices(actor, known),
        **links(found),
    )
    return listed, days.status


@blueprint.get("/deliveries/attention")
@signed_in
def attention() -> tuple[str, int]:
    """What cannot go on by itself, with the decisions beside it."""
    actor = current_actor()
    actor.require(Action.SEE_DELIVERIES)
    session = db.session()
    known = queries.places(session)
    days = form_values.days(request.args)
    wanted = replace(asked_for(days), open_matters=True)
    after = Cursor.read(request.args.get("after", ""))
    found = queries.page(session, actor, wanted, after, known=known, size=MATTERS)
    reaches = {row.delivery.id: reach_of(actor, row.place) for row in found.rows}
    listed = render_template(
        "deliveries/attention.html",
        days=days,
        page=found,
        wanted=wanted,
        waiting=waiting(actor, known),
        offered={row.delivery.id: options(row.delivery, reaches[row.delivery.id], now()) for row in found.rows},
        problems={row.delivery.id: words(row.delivery.problem) for row in found.rows},
        stuck=stuck_channels(actor, known),
        notices=notices(session, actor),
        failing=channel_standings.grave(session, actor, Keys(settings().encryption_keys), now()),
        **choices(actor, known),
        **links(found),
    )
    return listed, days.status


def asked_for(days: Days) -> DeliveryFilter:
    """What the address asks for; raise ``Invalid`` with one sentence for what makes no sense."""
    args = request.args
    names = [name for name in args.getlist("state") if name]
    if not set(names) <= set(DeliveryState):
        raise Invalid(N_("Không có trạng thái này; hãy chọn trong danh sách."), field="state")
    return DeliveryFilter(
        states=tuple(DeliveryState(name) for name in names),
        channel_id=form_values.whole(args, "channel"),
        kind=args.get("kind", "") if args.get("kind") in registry.KINDS else "",
        story_id=form_values.whole(args, "story"),
        unit_id=form_values.whole(args, "unit"),
        since=days.since,
        until=days.until,
        overdue_at=now() if args.get("overdue") else None,
    )


def choices(actor: Actor, known: dict[int, ChannelPlace]) -> dict[str, Any]:
    """What the filters offer: channels and units that the person sees, kinds, states."""
    mine = [place for place in known.values() if actor.may(Action.SEE_DELIVERIES, place.path)]
    at_or_above = {id_ for place in mine for id_ in units.trail(place.path)}
    return {
        "places": mine,
        "units": [unit for unit in units.listed(db.session(), actor, Action.SEE_DELIVERIES) if unit.id in at_or_above],
        "kinds": {kind: registry.adapter(kind).label for kind in registry.KINDS},
        "states": list(DeliveryState),
    }


def links(found: DeliveryPage) -> dict[str, str]:
    """Addresses of the first and the next page with the same filters."""
    args = {name: values for name, values in request.args.lists() if name != "after"}
    endpoint = request.endpoint or "deliveries.index"
    return {
        "first_url": url_for(endpoint, **args) if request.args.get("after") else "",  # type: ignore[arg-type]
        "next_url": url_for(endpoint, **args, after=str(found.onward)) if found.onward else "",  # type: ignore[arg-type]
    }


def waiting(actor: Actor, known: dict[int, ChannelPlace]) -> int:
    """How many deliveries that the person sees wait for somebody's decision."""
    query = queries.matching(actor, DeliveryFilter(open_matters=True), known).with_only_columns(func.count())
    return db.session.scalar(query) or 0


def stuck_channels(actor: Actor, known: dict[int, ChannelPlace]) -> list[tuple[ChannelPlace, int]]:
    """Channels on which the person may try everything again, with how much failed or was missed there."""
    query = queries.matching(actor, DeliveryFilter(open_matters=True), known).where(
        Delivery.state.in_((DeliveryState.FAILED, DeliveryState.MISSED))
    )
    counted = query.with_only_columns(Delivery.channel_id, func.count()).group_by(Delivery.channel_id)
    rows = [(known[id_], count) for id_, count in db.session.execute(counted) if id_ in known]
    return [(place, count) for place, count in rows if actor.may(Action.SETTLE, place.path)]


def reach_of(actor: Actor, place: ChannelPlace) -> DecisionReach:
    """What the person may decide on a channel."""
    return DecisionReach(schedules=actor.may(Action.SCHEDULE, place.path), settles=actor.may(Action.SETTLE, place.path))
