"""The prompter: a script or a bulletin in big type that scrolls as fast as it is read."""

from typing import Any

from flask import jsonify, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from channels.radio_script import script as frozen
from channels.radio_script.bulletins import prompting
from cms.core.database import changing, db
from cms.radio.blueprint import blueprint
from cms.radio.bulletins import rundown
from cms.radio.bulletins.rundown import Rundown
from cms.radio.scripts import broadcast_log, queries
from cms.radio.scripts.queries import Script
from cms.web.actor import current_actor
from cms.web.context import now
from cms.web.guard import signed_in


@blueprint.get("/radio/<int:delivery_id>/prompter")
@signed_in
def prompter(delivery_id: int) -> str:
    """One script on the prompter; it counts as taken."""
    found = queries.script(db.session(), current_actor(), delivery_id)
    if not found.withdrawn:
        _taken([found])
    return _page(
        found.whole, _standing(found),
        back=url_for("radio.show", delivery_id=delivery_id),
        watch=url_for("radio.standing", delivery_id=delivery_id),
    )  # fmt: skip


@blueprint.get("/radio/bulletins/<int:bulletin_id>/prompter")
@signed_in
def bulletin_prompter(bulletin_id: int) -> str:
    """A whole bulletin on the prompter."""
    found = rundown.read(db.session(), current_actor(), bulletin_id)
    _taken([row.script for row in found.rows if not row.gone])
    return _page(
        found.whole, _bulletin_standing(found),
        back=url_for("radio.bulletin", bulletin_id=bulletin_id),
        watch=url_for("radio.bulletin_standing", bulletin_id=bulletin_id),
    )  # fmt: skip


@blueprint.get("/radio/<int:delivery_id>/standing")
@signed_in
def standing(delivery_id: int) -> AnyResponse:
    """Whether the script on a prompter may still be read, for a page that is open; a few bytes."""
    return _told(_standing(queries.script(db.session(), current_actor(), delivery_id)))


@blueprint.get("/radio/bulletins/<int:bulletin_id>/standing")
@signed_in
def bulletin_standing(bulletin_id: int) -> AnyResponse:
    """Whether the bulletin on a prompter is still the same."""
    return _told(_bulletin_standing(rundown.read(db.session(), current_actor(), bulletin_id)))


def _page(script: frozen.Script, stands: dict[str, Any], *, back: str, watch: str) -> str:
    shown = [] if stands["withdrawn"] else list(prompting.blocks(script))
    return render_template(
        "radio/prompter.html", script=script, blocks=shown, stands=stands, back=back, watch=watch,
        pace=prompting.syllables_a_minute(script), total=0 if stands["withdrawn"] else script.estimate.seconds,
    )  # fmt: skip


def _standing(found: Script) -> dict[str, Any]:
    return {"withdrawn": rundown.is_gone(found), "mark": f"{found.rendition_id}"}


def _bulletin_standing(found: Rundown) -> dict[str, Any]:
    items = [f"{row.script.rendition_id}{'x' if row.gone else ''}" for row in found.rows]
    return {"withdrawn": False, "mark": ".".join([f"{found.bulletin.version}", *items])}


def _told(stands: dict[str, Any]) -> AnyResponse:
    answer = jsonify(stands)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _taken(scripts: list[Script]) -> None:
    with changing() as session:
        for one in scripts:
            broadcast_log.note_download(session, current_actor(), one.delivery_id, "prompter", now=now())
