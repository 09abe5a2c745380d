"""Pages of scripts in other languages: what a translator fills in, and the files."""

from flask import Response, flash, make_response, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from channels.words import N_
from cms.core.database import changing, db
from cms.core.permissions import Action
from cms.core.refusal import NotFound, Refusal
from cms.radio.blueprint import blueprint
from cms.radio.scripts import downloads, queries
from cms.radio.scripts.queries import Script
from cms.radio.variants import variant_files, variants
from cms.radio.variants.sounds import EXTENSIONS, Sound, keep
from cms.radio.variants.variants import Variant, VariantFields
from cms.web.actor import current_actor
from cms.web.context import now, settings, store
from cms.web.guard import needs, signed_in
from cms.web.input import form_values
from cms.web.output.language import say


@blueprint.get("/radio/<int:delivery_id>/variants/new")
@signed_in
@needs(Action.WRITE, Action.LOG_BROADCAST)
def new_variant(delivery_id: int) -> str:
    """An empty form beside the Vietnamese text."""
    return _shown(queries.script(db.session(), current_actor(), delivery_id), None)


@blueprint.post("/radio/<int:delivery_id>/variants/new")
@signed_in
@needs(Action.WRITE, Action.LOG_BROADCAST)
def create_variant(delivery_id: int) -> AnyResponse:
    """Keep a new variant."""
    return _save(delivery_id, None)


@blueprint.get("/radio/<int:delivery_id>/variants/<int:variant_id>")
@signed_in
def variant(delivery_id: int, variant_id: int) -> str:
    """A variant to read and to change."""
    found = queries.script(db.session(), current_actor(), delivery_id)
    return _shown(found, variants.find(db.session(), found, variant_id))


@blueprint.post("/radio/<int:delivery_id>/variants/<int:variant_id>")
@signed_in
@needs(Action.WRITE, Action.LOG_BROADCAST)
def edit_variant(delivery_id: int, variant_id: int) -> AnyResponse:
    """Keep a changed variant."""
    return _save(delivery_id, variant_id)


@blueprint.post("/radio/<int:delivery_id>/variants/<int:variant_id>/remove")
@signed_in
@needs(Action.WRITE, Action.LOG_BROADCAST)
def remove_variant(delivery_id: int, variant_id: int) -> AnyResponse:
    """Take a variant away."""
    with changing() as session:
        variants.remove(session, current_actor(), delivery_id, variant_id, now=now())
    flash(_("Đã xóa bản tiếng khác."), "success")
    return redirect(url_for("radio.show", delivery_id=delivery_id), 303)


@blueprint.get("/radio/<int:delivery_id>/variants/<int:variant_id>.<any(txt,docx,pdf):format>")
@signed_in
def download_variant(delivery_id: int, variant_id: int, format: str) -> Response:  # noqa: A002
    """A variant's text as a file; one of a script that was called back says only that."""
    found = queries.script(db.session(), current_actor(), delivery_id)
    return downloads.answer(variant_files.file(found, variants.find(db.session(), found, variant_id), format))


@blueprint.get("/radio/<int:delivery_id>/variants/<int:variant_id>/audio")
@signed_in
def variant_audio(delivery_id: int, variant_id: int) -> AnyResponse:
    """A variant's sound; parts of it are answered too. Gone once the script was called back."""
    found = queries.script(db.session(), current_actor(), delivery_id)
    row = variants.find(db.session(), found, variant_id).row
    if not row.audio_sha256 or found.withdrawn:
        raise NotFound(N_("Không có tệp âm thanh này, hoặc kịch bản đã thu hồi."))
    name = f"kich-ban-{delivery_id}-{row.language.lower()}.{EXTENSIONS[row.audio_mime]}"
    answer = send_file(
        store().path(row.audio_sha256), mimetype=row.audio_mime, download_name=name, conditional=True,
        etag=row.audio_sha256[:32], as_attachment="download" in request.args,
    )  # fmt: skip
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _save(delivery_id: int, variant_id: int | None) -> AnyResponse:
    actor, form = current_actor(), request.form
    variants.require(db.session(), actor, queries.script(db.session(), actor, delivery_id), variant_id)
    try:
        sound = _sound()
        with changing() as session:
            variants.save(
                session, actor, delivery_id, _fields(), unit_id=form_values.whole(form, "unit"), variant_id=variant_id,
                sound=sound, version=form_values.whole(form, "version"), now=now(),
            )  # fmt: skip
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        found = queries.script(db.session(), actor, delivery_id)
        shown = variants.find(db.session(), found, variant_id) if variant_id else None
        return make_response(_shown(found, shown, refusal), refusal.status)
    flash(_("Đã lưu bản tiếng khác."), "success")
    return redirect(url_for("radio.show", delivery_id=delivery_id), 303)


def _fields() -> VariantFields:
    form = request.form
    minutes, seconds = form_values.whole(form, "minutes"), form_values.whole(form, "seconds")
    measured = (minutes or 0) * 60 + (seconds or 0) if minutes is not None or seconds is not None else None
    return VariantFields(
        language=form.get("language_other", "").strip() or form.get("language", ""), title=form.get("title", ""),
        text=form.get("text", ""), translator=form.get("translator", ""), reviewer=form.get("reviewer", ""),
        reviewed="reviewed" in form, duration_s=measured,
    )  # fmt: skip


def _sound() -> Sound | None:
    sent = request.files.get("audio")
    if sent is None or not sent.filename:
        return None
    try:
        return keep(store(), sent.read(), settings().max_upload_mb)
    finally:
        sent.close()


def _shown(found: Script, shown: Variant | None, refusal: Refusal | None = None) -> str:
    session, actor = db.session(), current_actor()
    may = variants.may_change(actor, session, shown) if shown else bool(variants.homes(session, actor, found))
    if shown is None and not may:
        raise NotFound(N_("Không có bản tiếng khác này."))
    spoken = [] if found.withdrawn else [line for line in found.document.get("lines", ()) if line["sentences"]]
    return render_template(
        "radio/variant.html", script=found, shown=shown, row=shown.row if shown else None, may=may, spoken=spoken,
        units=variants.homes(session, actor, found) if shown is None else [], tags=variants.LANGUAGES,
        formats=variant_files.formats(shown.row) if shown else (), typed=request.form if refusal else None,
        wrong=refusal.field if refusal else "", problem=say(refusal.words) if refusal else "",
    )  # fmt: skip
