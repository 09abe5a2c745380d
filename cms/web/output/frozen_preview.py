"""What a stored rendition looked like, shown by the template of its own channel kind."""

import logging
from collections.abc import Callable

from flask import render_template
from markupsafe import escape

from channels import registry
from channels.contract import Rendition, RenditionFile
from channels.words import N_, Words
from cms.core.picture_addresses import picture_path
from cms.web.output.language import say
from scheduler.storage.tables import StoredRendition

log = logging.getLogger(__name__)

UNSHOWN = Words(N_("Không xem được bản này vì dữ liệu đã lưu bị hỏng."))


def frozen_html(stored: StoredRendition, base_url: str, text_url: str = "") -> str:
    """Return the channel kind's own preview of a stored rendition; safe to put into a page. Empty for an unknown kind.

    Pictures are taken from this very site: the public address may not be the one that the reader uses. ``text_url``
    is where a text among its files is fetched.
    """
    if stored.kind not in registry.KINDS:
        return ""
    try:
        files = tuple(RenditionFile(f["name"], f["mime"], f["sha256"], f["size"]) for f in stored.files)
        shown = Rendition(stored.kind, stored.document, files)
        html = render_template(f"channel/{stored.kind}/preview.html", rendition=shown, file_url=_address_of(text_url))
    except Exception:  # a rendition that is damaged must not hide its delivery and what can be done about it
        log.exception("rendition %s cannot be shown", stored.id)
        return str(escape(say(UNSHOWN)))
    return html.replace(f'"{base_url}/media/', '"/media/')


def _address_of(text_url: str) -> Callable[[RenditionFile], str]:
    def address(file: RenditionFile) -> str:
        if file.mime.startswith("text/"):
            return text_url
        return picture_path(file.sha256, file.mime)

    return address
