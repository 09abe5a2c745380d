"""The public side that is not worth preparing: a live story's page, liveness and metrics."""

from hmac import compare_digest

from flask import Blueprint, Response, abort, jsonify, make_response, render_template, request
from flask_babel import get_locale
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from cms.database import db
from cms.feeds import metrics
from cms.feeds.published import Published, published
from cms.processes.restarts import Restarts
from cms.web.context import now, settings
from cms.web.security import limiter
from scheduler import health

blueprint = Blueprint("feeds", __name__)


@blueprint.get("/tin/<int:story_id>")
def story(story_id: int) -> Response:
    """A story as readers of the portal see it; 410 once it was called back."""
    found = published(db.session(), story_id)
    if found is None:
        abort(404)
    page = make_response(render_template("public/story.html", found=found), 200 if found.live else 410)
    page.headers["Cache-Control"] = "no-cache"
    page.vary.add("Cookie")
    if not found.live:
        return page
    page.set_etag(_tag(found))
    page.last_modified = found.corrected or found.since
    page.make_conditional(request)
    return page


@blueprint.get("/healthz")
@limiter.exempt
def healthz() -> Response:
    """Liveness: 503 if the database cannot be read.

    The scheduler's heartbeat age in seconds goes along, and how often processes of this machine were started again.
    """
    try:
        connection = db.session.connection()
        connection.execute(select(1))
        age = health.heartbeat_age(connection, now())
        body = {
            "status": "ok" if age is not None and age < health.OLD_HEARTBEAT_S else "scheduler-late",
            "heartbeat_age_s": age,
            "overdue": health.overdue(connection, now()),
            "needs_person": health.needs_person(connection),
            "restarts": {name: one.count for name, one in Restarts(settings().home).read().items()},
        }
    except SQLAlchemyError:
        return make_response(jsonify(status="database-unreachable"), 503)
    response = jsonify(body)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/metrics")
@limiter.exempt
def prometheus() -> Response:
    """Counts for Prometheus; nothing personal and nothing secret. The settings may close it or ask for a token."""
    if settings().metrics == "off":
        abort(404)
    wanted = settings().metrics_token
    if wanted and not compare_digest(_bearer(), wanted.encode()):
        return Response("Bearer token needed.\n", 401, {"WWW-Authenticate": "Bearer"}, mimetype="text/plain")
    restarts = Restarts(settings().home).read()
    return Response(metrics.exposition(db.session.connection(), restarts, now()), mimetype=metrics.MIME)


def _bearer() -> bytes:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    return value.strip().encode("latin-1", "replace") if scheme.casefold() == "bearer" else b""


def _tag(found: Published) -> str:
    return f"{found.delivery_id}-{found.rendition_sha256[:20]}-{get_locale()}"
