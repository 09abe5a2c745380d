"""The public side that is not worth preparing: a live story's page."""

import logging

from flask import Blueprint, Response, abort, make_response, render_template, request
from flask_babel import get_locale

from cms.core.database import db
from cms.feeds.published_stories import Published, published

log = logging.getLogger(__name__)

blueprint = Blueprint("feeds", __name__)


@blueprint.get("/tin/<int:story_id>")
def story(story_id: int) -> Response:
    """A story as readers of the portal see it; 410 once it was called back."""
    found = published(db.session(), story_id)
    if found is None:
        abort(404)
    page = make_response(_page_of(found), 200 if found.live else 410)
    page.headers["Cache-Control"] = "no-cache"
    page.vary.add("Cookie")
    if not found.live:
        return page
    page.set_etag(_tag(found))
    page.last_modified = found.corrected or found.since
    page.make_conditional(request)
    return page


def _page_of(found: Published) -> str:
    """The page; what is stored of the story may be damaged, and then it is left out here as in the feeds."""
    try:
        return render_template(found.template if found.live else "public/withdrawn.html", found=found)
    except Exception:
        log.exception("delivery %s: its page cannot be made", found.delivery_id)
        abort(404)


def _tag(found: Published) -> str:
    return f"{found.delivery_id}-{found.rendition_sha256[:20]}-{get_locale()}"
