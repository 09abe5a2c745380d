"""The quota board and the same for a spreadsheet."""

from collections import Counter
from typing import Any

from flask import Response, make_response, render_template, request, url_for

from channels.words import N_
from cms.core.database import db
from cms.core.refusal import Invalid
from cms.quotas.board import badges, sheet
from cms.quotas.board import board as boards
from cms.quotas.board.board import Board
from cms.quotas.board.csv_export import as_csv
from cms.quotas.pages import cell_views, plan_views
from cms.quotas.pages.blueprint import blueprint
from cms.web.actor import current_actor
from cms.web.context import now
from cms.web.guard import signed_in
from cms.web.output.language import say

__all__ = ["blueprint", "cell_views", "plan_views"]

FILTERS = ("period", "plan", "unit", "group", "status")
blueprint.record_once(lambda state: state.app.jinja_env.globals.update(quota_looks=badges))


@blueprint.get("/quotas")
@signed_in
def board() -> str:
    """Units × quotas for a period; with ``status``, the list of those that stand so, by the time that is left."""
    status = request.args.get("status", "")
    if status and status not in sheet.WHICH:
        raise Invalid(N_("Không có tình trạng này; hãy chọn trong danh sách."), field="status")
    found = _asked_for()
    return render_template(
        "quotas/board.html",
        board=found,
        sheets=[] if status else sheet.sheets(found),
        listed=sheet.listed(found, sheet.WHICH[status]) if status else [],
        summaries=found.summaries(),
        totals=Counter(score.verdict.status for score in found.cells.values()),
        switches=sheet.switches(found),
        status=status,
        address=_address,
        given={name: request.args.get(name, "") for name in FILTERS},
    )


@blueprint.get("/quotas.csv")
@signed_in
def table() -> Response:
    """The board for a spreadsheet, narrowed like the page."""
    found = _asked_for()
    answer = make_response(as_csv(found, say))
    answer.mimetype = "text/csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="chi-tieu-{found.period.code}.csv"'
    return answer


def _asked_for() -> Board:
    return boards.report(
        db.session(), current_actor(), request.args.get("period"), now(),
        unit=request.args.get("unit"), plan=request.args.get("plan"), group=request.args.get("group"),
    )  # fmt: skip


def _address(endpoint: str = "quotas.board", **changes: Any) -> str:
    """The same page with other filters; an empty one is left out."""
    given = {name: request.args.get(name, "") for name in FILTERS} | changes
    return url_for(endpoint, **{name: value for name, value in given.items() if value})
