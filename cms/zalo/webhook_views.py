"""The address that Zalo calls. No page, no session: the signature is the only proof."""

from flask import Response, jsonify, request

from channels.zalo_oa.audience.webhook import LARGEST, SIGNATURE
from cms.core.database import db
from cms.web.context import now, settings
from cms.web.security import csrf, limiter
from cms.zalo import webhook
from cms.zalo.blueprint import blueprint
from cms.zalo.webhook import Taken
from scheduler.storage.vault import Keys

STATUS = {Taken.UNKNOWN: 404, Taken.FORGED: 403, Taken.BUSY: 503}


@blueprint.post("/hooks/zalo/<slug>")
@csrf.exempt  # type: ignore[untyped-decorator]
@limiter.limit("1200 per minute", key_func=lambda: f"{request.remote_addr} {request.path}")
def hook(slug: str) -> Response:
    """Take one event: 200 for what is kept, known or of no interest; 403 for what Zalo did not sign."""
    request.max_content_length = LARGEST
    keys = Keys(settings().encryption_keys)
    taken = webhook.take(
        db.engine, keys, slug, request.get_data(cache=False), request.headers.get(SIGNATURE, ""), now()
    )
    response = jsonify(result=taken)
    response.status_code = STATUS.get(taken, 200)
    response.headers["Cache-Control"] = "no-store"
    return response
