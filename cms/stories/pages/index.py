"""The list of stories."""

from enum import StrEnum
from typing import Any, TypeVar

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from channels.contract import StoryKind
from cms.core.database import db
from cms.core.permissions import Action
from cms.core.refusal import Invalid
from cms.models.story_states import STAGE_NAMES, Stage
from cms.stories.editing.diff import KIND_NAMES
from cms.stories.pages.blueprint import blueprint
from cms.stories.queries import listing
from cms.stories.queries.listing import Filters
from cms.vocabulary import choices
from cms.web.actor import current_actor
from cms.web.guard import signed_in

Choice = TypeVar("Choice", bound=StrEnum)


@blueprint.get("/")
@signed_in
def index() -> str | Response:
    """Stories that the person may read, newest change first."""
    session, actor = db.session(), current_actor()
    filters = _filters()
    try:
        page = listing.page(session, actor, filters, after=request.args.get("after"))
    except Invalid:
        return redirect(url_for("stories.index", **_arguments()))
    words = choices.vocabulary(session, "column")
    return render_template(
        "stories/index.html",
        page=page,
        filters=filters,
        arguments=_arguments(),
        filtered=bool(_arguments()),
        stages=STAGE_NAMES,
        kinds={kind: _(name) for kind, name in KIND_NAMES.items()},
        columns=words["column"],
        column_names={choice.code: choice.label for choice in words["column"]},
        units=choices.unit_choices(session),
        may_write=actor.may(Action.WRITE),
    )


def _filters() -> Filters:
    unit = request.args.get("unit", "")
    return Filters(
        query=request.args.get("q", "")[:200],
        stage=_chosen(Stage, "stage"),
        unit_id=int(unit) if unit.isdecimal() and len(unit) < 10 else None,
        column=request.args.get("column", ""),
        kind=_chosen(StoryKind, "kind"),
        author_id=current_actor().person_id if request.args.get("mine") else None,
    )


def _arguments() -> dict[str, Any]:
    """The filters in force, as they stand in the address."""
    names = ("q", "stage", "unit", "column", "kind", "mine")
    return {name: request.args[name] for name in names if request.args.get(name)}


def _chosen(kind: type[Choice], name: str) -> Choice | None:
    """The filter's value; an unknown one filters nothing."""
    try:
        return kind(request.args.get(name, ""))
    except ValueError:
        return None
