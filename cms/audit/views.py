"""The audit trail as a page and as a file."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, render_template, request, stream_with_context, url_for

from channels.localtime import local_day
from cms.audit import export, queries, wording
from cms.audit.names import ACTIONS, SUBJECTS
from cms.audit.queries import AuditFilter
from cms.core import units
from cms.core.database import db
from cms.core.permissions import Action
from cms.web.actor import current_actor
from cms.web.context import now
from cms.web.guard import signed_in
from cms.web.input import form_values
from cms.web.input.cursor import Cursor
from cms.web.input.form_values import Days
from cms.web.output.language import say

blueprint = Blueprint("audit", __name__)


@blueprint.get("/audit")
@signed_in
def index() -> tuple[str, int]:
    """Who changed what, newest first."""
    actor, session = current_actor(), db.session()
    actor.require(Action.SEE_AUDIT)
    days = form_values.days(request.args)
    wanted, after = _wanted(days), Cursor.read(request.args.get("after", ""))
    found = queries.page(session, actor, wanted, after)
    args = _filters()
    listed = render_template(
        "audit/index.html",
        days=days,
        page=found,
        wanted=wanted,
        actions=_actions(),
        units=units.listed(session, actor, Action.SEE_AUDIT),
        details={entry.id: wording.lines(entry.detail, say) for entry in found.entries},
        action_name=lambda action: wording.action_name(action, say),
        subject_name=lambda subject: wording.subject_name(subject, say),
        via_name=lambda via: wording.via_name(via, say),
        csv_url=url_for("audit.download", **args),
        first_url=url_for("audit.index", **args) if after else "",
        next_url=url_for("audit.index", **args, after=str(found.onward)) if found.onward else "",
    )
    return listed, days.status


@blueprint.get("/audit.csv")
@signed_in
def download() -> Response:
    """What the filters let through, as CSV."""
    actor, session = current_actor(), db.session()
    actor.require(Action.SEE_AUDIT)
    days = form_values.days(request.args)
    days.insist()
    wanted = _wanted(days)

    def lines() -> Iterator[str]:
        yield from export.csv_lines(queries.everything(session, actor, wanted), say)

    response = Response(stream_with_context(lines()), mimetype="text/csv")
    name = f"nhat-ky-{local_day(now()).isoformat()}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _wanted(days: Days) -> AuditFilter:
    args = request.args
    return AuditFilter(
        who=args.get("who", "")[:100],
        action=args.get("action", "") if args.get("action", "") in {*ACTIONS, *SUBJECTS} else "",
        subject=args.get("subject", "") if args.get("subject", "") in SUBJECTS else "",
        subject_id=form_values.whole(args, "subject_id"),
        unit_id=form_values.whole(args, "unit"),
        since=days.since,
        until=days.until,
    )


def _filters() -> dict[str, Any]:
    names = ("who", "action", "subject", "subject_id", "unit", "since", "until")
    return {name: request.args[name] for name in names if request.args.get(name)}


def _actions() -> dict[str, list[str]]:
    """Actions by what they are about."""
    groups: dict[str, list[str]] = {subject: [] for subject in SUBJECTS}
    for action in ACTIONS:
        groups.setdefault(action.partition(".")[0], []).append(action)
    return {subject: actions for subject, actions in groups.items() if actions}
