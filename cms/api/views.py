"""``/api/v1``: every endpoint of the table, and the OpenAPI document that is made from it."""

from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any

from flask import Blueprint, Response, jsonify, request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from cms.api.kit import access, answers, expecting, intake, problems
from cms.api.kit.calls import Call
from cms.api.kit.openapi import document
from cms.api.kit.table import TABLE, Endpoint
from cms.core.refusal import Refusal
from cms.web.context import now, settings
from cms.web.security import csrf, limiter

MODULES = (
    "resources.stories", "resources.review", "resources.publishing", "resources.revisions", "resources.previews",
    "resources.assets", "resources.channels", "resources.deliveries", "resources.delivery_decisions",
    "resources.quotas", "radio.scripts", "radio.variants", "radio.broadcasts", "radio.bulletins",
    "resources.vocabulary", "resources.me",
)  # fmt: skip
"""Where endpoints are; importing a module enters its endpoints into the table."""

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
csrf.exempt(blueprint)
limiter.shared_limit(lambda: settings().api_limit, scope="api", key_func=access.limited_by)(blueprint)
blueprint.register_error_handler(Refusal, problems.refused)
blueprint.register_error_handler(StaleDataError, problems.overtaken)
blueprint.register_error_handler(IntegrityError, problems.overtaken)


@blueprint.get("/openapi.json", endpoint="openapi")
def openapi() -> Response:
    """The document; open to everyone, because it holds nothing of the newsroom."""
    response = jsonify(document())
    response.headers["Cache-Control"] = "public, max-age=300"
    response.add_etag()
    response.make_conditional(request)
    return response


def view(entry: Endpoint) -> Callable[..., Response]:
    """Return what Flask calls for one endpoint: who asks, what for, do it, answer."""

    @wraps(entry.handler)
    def answer(**sent: Any) -> Response:
        actor, caller = access.caller(entry.scopes)
        arguments = intake.arguments(sent)
        expected = expecting.read(request.headers.get("If-Match"), entry.match)
        call = Call(actor, caller, intake.query(entry.query), intake.body(entry), expected, now())
        return answers.made(entry.handler(call, **arguments))

    return answer


for _module in MODULES:
    import_module(f"cms.api.{_module}")
for _endpoint in TABLE:
    blueprint.add_url_rule(
        _endpoint.rule, _endpoint.name, view(_endpoint), methods=[_endpoint.method], provide_automatic_options=False
    )
