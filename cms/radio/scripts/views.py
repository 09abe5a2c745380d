"""Pages of culture centres: scripts to read, as files to print, and the log of what was on air."""

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from channels.radio_script.speech import voice
from cms.core.database import changing, db
from cms.core.permissions import Action
from cms.core.priorities import known
from cms.core.refusal import Refusal
from cms.models.radio import Broadcast
from cms.radio.blueprint import blueprint
from cms.radio.bulletins import bulletin_views, programme_views, rundown
from cms.radio.forms import BroadcastForm, again, broadcast_form, duration_of, started_of
from cms.radio.notices import news_views
from cms.radio.scripts import broadcast_log, downloads, listening_views, logbook, priorities, prompter_views, queries
from cms.radio.scripts.queries import Script, ScriptFilter
from cms.radio.variants import variant_files, variant_views, variants
from cms.web.actor import current_actor
from cms.web.context import now, settings
from cms.web.forms import show_at
from cms.web.guard import needs, signed_in
from cms.web.input import form_values
from cms.web.input.addresses import within_site
from cms.web.input.cursor import Cursor
from cms.web.output.frozen_preview import frozen_html
from scheduler.storage.tables import StoredRendition

__all__ = [
    "blueprint",
    "bulletin_views",
    "listening_views",
    "news_views",
    "programme_views",
    "prompter_views",
    "variant_views",
]


@blueprint.get("/radio")
@signed_in
def index() -> str:
    """Scripts for the person's stations; the urgent ones first."""
    name = request.args.get("shelf", "")
    shelf = ScriptFilter(name) if name in set(ScriptFilter) else ScriptFilter.NEW
    found = queries.page(db.session(), current_actor(), shelf, Cursor.read(request.args.get("after", "")))
    logs = current_actor().may(Action.LOG_BROADCAST)
    return render_template("radio/index.html", page=found, shelf=shelf, shelves=ScriptFilter, logs=logs)


@blueprint.get("/radio/log")
@signed_in
def log() -> str:
    """What was logged as aired, newest first."""
    after = Cursor.read(request.args.get("after", ""))
    rows, onward = logbook.log(db.session(), current_actor(), after)
    mine = current_actor().paths(Action.LOG_BROADCAST)
    return render_template("radio/log.html", rows=rows, onward=onward, after=after, logs=bool(mine))


@blueprint.get("/radio/<int:delivery_id>")
@signed_in
def show(delivery_id: int) -> str:
    """One script as it is read, its files, and its log; an entry taken back can be filled in again."""
    session = db.session()
    found = queries.script(session, current_actor(), delivery_id)
    entry = session.get(Broadcast, form_values.whole(request.args, "again") or 0)
    if entry is None or entry.delivery_id != delivery_id or entry.voided_at is None:
        return _shown(found, None)
    return _shown(found, again(_form(found), entry))


@blueprint.get("/radio/<int:delivery_id>.<any(txt,docx,pdf,json):format>")
@signed_in
def download(delivery_id: int, format: str) -> Response:  # noqa: A002
    """The script as a file; the first time that somebody takes a format is noted."""
    found = queries.script(db.session(), current_actor(), delivery_id)
    made = downloads.file(found, format, queries.approval(db.session(), found))
    if not found.withdrawn:
        with changing() as session:
            broadcast_log.note_download(session, current_actor(), delivery_id, format, now=now())
    return downloads.answer(made)


@blueprint.post("/radio/<int:delivery_id>/confirm")
@signed_in
@needs(Action.LOG_BROADCAST)
def confirm(delivery_id: int) -> AnyResponse:
    """Say that an urgent script has reached the station."""
    with changing() as session:
        priorities.confirm(session, current_actor(), delivery_id, now=now())
    flash(_("Đã xác nhận; khi phát xong hãy ghi nhật ký phát sóng."), "success")
    return redirect(within_site(request.form.get("next"), url_for("radio.show", delivery_id=delivery_id)), 303)


@blueprint.post("/radio/<int:delivery_id>/class")
@signed_in
@needs(Action.SCHEDULE)
def set_class(delivery_id: int) -> AnyResponse:
    """Decide how urgent the script is."""
    with changing() as session:
        priorities.set_class(session, current_actor(), delivery_id, request.form.get("priority", ""), now=now())
    flash(_("Đã đổi loại bản tin; các đài thấy ngay."), "success")
    return redirect(url_for("radio.show", delivery_id=delivery_id), 303)


@blueprint.post("/radio/<int:delivery_id>/broadcasts")
@signed_in
@needs(Action.LOG_BROADCAST)
def broadcast(delivery_id: int) -> AnyResponse:
    """Log that the script was on air."""
    actor = current_actor()
    found = queries.script(db.session(), actor, delivery_id)
    form = _form(found, filled=True)
    try:
        with changing() as session:
            broadcast_log.log_broadcast(
                session, actor, delivery_id=delivery_id, event_id=form.event_id.data or "",
                started_at=started_of(request.form), duration_s=duration_of(request.form),
                station=form.station.data or "",
                unit_id=form_values.whole(request.form, "unit"), now=now(),
            )  # fmt: skip
    except Refusal as refusal:
        status = show_at(form, refusal)
        return make_response(_shown(queries.script(db.session(), actor, delivery_id), form), status)
    flash(_("Đã ghi nhật ký phát sóng."), "success")
    return redirect(url_for("radio.show", delivery_id=delivery_id), 303)


@blueprint.post("/radio/broadcasts/<int:broadcast_id>/void")
@signed_in
@needs(Action.LOG_BROADCAST)
def void(broadcast_id: int) -> AnyResponse:
    """Take a wrong entry out of the count."""
    with changing() as session:
        entry = broadcast_log.void_broadcast(
            session, current_actor(), broadcast_id, reason=request.form.get("reason", ""), now=now()
        )
        here = url_for("radio.show", delivery_id=entry.delivery_id)
    if "again" in request.form:
        return redirect(f"{here}?again={broadcast_id}#log-title", 303)
    flash(_("Đã hủy dòng nhật ký; dòng cũ vẫn được giữ cùng lý do."), "success")
    return redirect(within_site(request.form.get("next"), here), 303)


def _shown(found: Script, form: BroadcastForm | None) -> str:
    session, actor = db.session(), current_actor()
    units = broadcast_log.airing_units(session, actor, found)
    confirmations = logbook.confirmations(session, found.delivery_id)
    stored = session.get_one(StoredRendition, found.rendition_id)
    text_url = url_for("radio.download", delivery_id=found.delivery_id, format="txt")
    return render_template(
        "radio/show.html",
        script=found,
        preview="" if found.withdrawn else frozen_html(stored, settings().public_url, text_url=text_url),
        airings=logbook.airings(session, [found.delivery_id]).get(found.delivery_id, []),
        takers=logbook.takers(session, found.delivery_id),
        confirmations=confirmations,
        asked={unit.name for unit in units} - {name for name, _person, _at in confirmations},
        bulletins=rundown.standing_in(session, actor, found.delivery_id),
        gone=rundown.is_gone(found),
        variants=[(one, variant_files.formats(one.row)) for one in variants.listed(session, found)],
        translates=bool(variants.homes(session, actor, found)) and not found.withdrawn,
        priorities=known(queries.KIND) if priorities.may_set(actor, found) and not found.withdrawn else {},
        units=units,
        form=(form or _form(found)) if units else None,
        formats=list(downloads.MIMES),
        voice=None if found.withdrawn else voice.find_voice("north", settings().piper_voice),
    )


def _form(found: Script, *, filled: bool = False) -> BroadcastForm:
    session = db.session()
    units = broadcast_log.airing_units(session, current_actor(), found)
    query = select(Broadcast.station).where(Broadcast.unit_id.in_([unit.id for unit in units]), Broadcast.station != "")
    last = session.scalar(query.order_by(Broadcast.id.desc()).limit(1))
    return broadcast_form(units, last or str(found.document.get("station") or ""), now(), filled=filled)
