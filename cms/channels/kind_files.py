"""Files that a channel kind brings for its own templates; they are everybody's, like all static files."""

from flask import abort, send_from_directory
from werkzeug.wrappers import Response

from channels import registry
from cms.channels.blueprint import blueprint


@blueprint.get("/static/channels/<kind>/<path:name>")
def kind_file(kind: str, name: str) -> Response:
    """A file of the kind's ``static`` folder."""
    if kind not in registry.KINDS:
        abort(404)
    return send_from_directory(registry.folder(kind) / "static", name)
