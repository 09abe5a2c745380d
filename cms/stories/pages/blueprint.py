"""The blueprint that the pages of stories share."""

from flask import Blueprint
from markupsafe import Markup

from channels.document.output.html import to_html

blueprint = Blueprint("stories", __name__)


@blueprint.app_template_filter("markdown")
def markdown(text: str) -> Markup:
    """Safe HTML of an editor's Markdown; pictures of this site are shown, other relative addresses dropped."""
    return Markup(to_html(text, link=_own_picture))  # noqa: S704  # to_html lets only safe elements through


def _own_picture(address: str) -> str | None:
    return address if address.startswith("/media/") else None
