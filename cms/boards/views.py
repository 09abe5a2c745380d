"""What LED controllers talk to beside the playlist: proof of play, and a full-screen player page."""

from flask import Blueprint, Response, jsonify, render_template, request
from pydantic import ValidationError
from sqlalchemy import select

from channels import registry
from channels.words import N_
from cms.boards import service
from cms.core.database import changing, db
from cms.core.refusal import Invalid, NotAllowed, NotFound
from cms.web.context import now
from cms.web.input.request_cleaning import clean_json
from cms.web.security import csrf, limiter
from scheduler.storage.tables import Channel

blueprint = Blueprint("boards", __name__)


@blueprint.post("/boards/<slug>/plays")
@csrf.exempt  # type: ignore[untyped-decorator]
@limiter.limit("120 per minute", key_func=lambda: f"{request.remote_addr} {request.path}")
def plays(slug: str) -> Response:
    """Take a batch of proof-of-play events; answers which the board may forget, and why not with ``?reasons=1``.

    Boards of one office share an address, so each has a limit of its own.
    """
    try:
        batch = service.PlayBatch.model_validate_json(clean_json(request.get_data()))
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise Invalid(N_("Báo cáo phát không đúng định dạng ở “%(where)s”."), field="events", where=where) from None
    with changing() as session:
        channel = service.board(session, slug, _key())
        acknowledged = service.record(session, channel, batch.events, now())
    said = {"acknowledged": acknowledged.taken, "refused": acknowledged.refused}
    return jsonify(said | ({"reasons": acknowledged.reasons} if request.args.get("reasons") else {}))


@blueprint.get("/boards/<slug>/player")
def player(slug: str) -> str:
    """A full-screen page that plays the board's playlist in any browser."""
    channel = db.session.scalar(
        select(Channel).where(Channel.slug == slug, Channel.kind.in_(_with_player()), Channel.active)
    )
    if channel is None:
        raise NotFound(N_("Không có bảng này."))
    return render_template("boards/player.html", channel=channel)


def _with_player() -> list[str]:
    """The kinds that this page plays."""
    return [kind for kind in registry.KINDS if "player" in registry.adapter(kind).public_pages]


def _key() -> str:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not value:
        raise NotAllowed(N_("Bảng cần gửi khóa trong tiêu đề Authorization: Bearer."))
    return value.strip()
