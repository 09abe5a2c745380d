"""Uploading a picture from the editor."""

from flask import jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from channels.words import N_
from cms.core.database import changing, db
from cms.core.permissions import Action
from cms.core.picture_addresses import picture_path
from cms.core.refusal import Invalid
from cms.models.people import Unit
from cms.stories.editing import pictures
from cms.stories.pages.blueprint import blueprint
from cms.web.actor import current_actor
from cms.web.context import now, settings, store
from cms.web.guard import signed_in
from cms.web.input import form_values


@blueprint.post("/assets")
@signed_in
def upload() -> Response:
    """Keep the uploaded picture for a unit's stories and return where it is."""
    actor = current_actor()
    actor.require(Action.WRITE)
    most = settings().max_upload_mb * 1_000_000
    try:
        file = request.files.get("file")
    except RequestEntityTooLarge:
        raise pictures.too_heavy(request.content_length or 0, most) from None
    unit_id = form_values.whole(request.form, "unit") or 0
    if unit := db.session().get(Unit, unit_id):
        actor.require(Action.WRITE, unit.path)
    if file is None or not file.filename:
        raise Invalid(N_("Hãy chọn một tệp ảnh."), field="picture")
    with file.stream as stream:
        picture = pictures.clean(stream, max_bytes=most)
    kept = pictures.keep(store(), picture)
    with changing() as session:
        asset = pictures.add(session, actor, unit_id, file.filename, kept, now())
    address = picture_path(asset.sha256, asset.mime)
    facts = {"name": asset.name, "width": asset.width, "height": asset.height, "size": asset.size}
    return jsonify(sha256=asset.sha256, url=address, **facts)
