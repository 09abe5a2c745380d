"""A whole script as a synthetic voice says it."""

from werkzeug.wrappers import Response

from channels.radio_script.files import text
from channels.words import N_
from cms.core.database import db
from cms.core.refusal import Conflict
from cms.lexicon.hearing import heard
from cms.radio.blueprint import blueprint
from cms.radio.scripts import queries
from cms.web.actor import current_actor
from cms.web.guard import signed_in


@blueprint.get("/lexicon/scripts/<int:delivery_id>.wav")
@signed_in
def listen(delivery_id: int) -> Response:
    """The script spoken, for checking only; one that was called back is not spoken."""
    found = queries.script(db.session(), current_actor(), delivery_id)
    if found.withdrawn:
        raise Conflict(N_("Kịch bản đã thu hồi nên không nghe thử được."))
    return heard(text.to_text(found.whole), "north", f"kich-ban-{delivery_id}")
