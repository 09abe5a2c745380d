"""Liveness and metrics, for machines that watch."""

from datetime import datetime
from hmac import compare_digest
from typing import Any

from flask import Blueprint, Response, abort, jsonify, make_response, request
from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from cms.core.database import db
from cms.deliveries.channel_standings import standings
from cms.monitoring import metrics
from cms.processes.restarts import Restarts
from cms.web.context import now, settings
from cms.web.security import limiter
from scheduler import health
from scheduler.decisions.channel_standing import ChannelStatus
from scheduler.storage.tables import Channel
from scheduler.storage.vault import Keys

blueprint = Blueprint("monitoring", __name__)


@blueprint.get("/healthz")
@limiter.exempt
def healthz() -> Response:
    """Liveness: 503 if the database cannot be read.

    The scheduler's heartbeat age in seconds goes along, and how often processes of this machine were started again.
    """
    try:
        connection = db.session.connection()
        connection.execute(select(1))
        body = _health(connection)
    except SQLAlchemyError:
        return make_response(jsonify(status="database-unreachable"), 503)
    response = jsonify(body)
    response.headers["Cache-Control"] = "no-store"
    return response


def _health(connection: Connection) -> dict[str, Any]:
    """What a monitor needs; ``status`` names the worst of it. Trouble with documents is told when there is any."""
    age = health.heartbeat_age(connection, now())
    grave = {slug: one.standing.value for slug, one in _stands().items() if one.grave}
    late, trouble = age is None or age >= health.OLD_HEARTBEAT_S, _documents(connection)
    return {
        "status": "scheduler-late" if late else "documents-failing" if trouble else "ok",
        "heartbeat_age_s": age,
        "overdue": health.overdue(connection, now()),
        "needs_person": health.needs_person(connection),
        "restarts": {name: one.count for name, one in Restarts(settings().home).read().items()},
        **trouble,
        **({"channels": grave} if grave else {}),
    }


def _stands() -> dict[str, ChannelStatus]:
    """How each active channel stands, by its slug."""
    session = db.session()
    channels = session.scalars(select(Channel).where(Channel.active).order_by(Channel.slug)).all()
    found = standings(session, channels, Keys(settings().encryption_keys), now())
    return {channel.slug: found[channel.id] for channel in channels}


def _documents(connection: Connection) -> dict[str, Any]:
    """Which channels' documents fail and how many items are left out, and since when; empty if all is well."""
    failing, left_out = health.failing(connection), sum(health.left_out(connection).values())
    if not failing and not left_out:
        return {}
    return {
        "documents_failing": {one.slug: one.since.isoformat() for one in failing},
        "documents_failing_since": _iso(min((one.since for one in failing), default=None)),
        "left_out": left_out,
        "left_out_since": _iso(health.left_out_since(connection)),
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


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
    return Response(metrics.exposition(db.session.connection(), restarts, _stands(), now()), mimetype=metrics.MIME)


def _bearer() -> bytes:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    return value.strip().encode("latin-1", "replace") if scheme.casefold() == "bearer" else b""
