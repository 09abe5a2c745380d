"""Pages of programmes: what a unit puts around its bulletins."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from channels.radio_script.speech.length import DEFAULT
from channels.words import N_
from cms.core.database import changing, db
from cms.core.permissions import Action
from cms.core.refusal import Invalid, NotFound, Refusal
from cms.lexicon.stations import rate_of
from cms.models.people import Unit
from cms.models.radio import Programme
from cms.radio.blueprint import blueprint
from cms.radio.bulletins import programmes
from cms.radio.bulletins.programmes import ProgrammeFields
from cms.radio.forms import ProgrammeForm, programme_form
from cms.web.actor import current_actor
from cms.web.context import now
from cms.web.forms import show_at
from cms.web.guard import needs, signed_in
from cms.web.input import form_values, weekly_times
from cms.web.output.language import say


@blueprint.get("/radio/programmes/new")
@signed_in
def new_programme() -> str:
    """An empty form; greeting, closing and the rate that was timed at the station are suggested."""
    units = programmes.makers(db.session(), current_actor())
    if not units:
        programmes.require(current_actor())
        raise NotFound(
            N_("Chưa đơn vị nào của bạn có kênh phát thanh nên chưa soạn được bản tin; hãy hỏi quản trị viên.")
        )
    timed = rate_of(db.session(), units[0].id) if units else None
    return _shown(programme_form(ProgrammeFields(name="", rate=timed or DEFAULT)), None, units)


@blueprint.post("/radio/programmes/new")
@signed_in
@needs(Action.WRITE, Action.LOG_BROADCAST)
def create_programme() -> AnyResponse:
    """Add a programme."""
    actor, form = current_actor(), ProgrammeForm()
    try:
        unit_id = form_values.whole(request.form, "unit") or 0
        if unit := db.session().get(Unit, unit_id):
            programmes.require(actor, unit.path)
        with changing() as session:
            programmes.create(session, actor, unit_id=unit_id, fields=_fields(form), weekly=_weekly(), now=now())
    except Refusal as refusal:
        return _again(form, refusal, None, programmes.makers(db.session(), actor))
    flash(_("Đã lưu chương trình."), "success")
    return redirect(url_for("radio.bulletins"), 303)


@blueprint.get("/radio/programmes/<int:programme_id>")
@signed_in
def programme(programme_id: int) -> str:
    """A programme to change."""
    found, unit = programmes.find(db.session(), current_actor(), programme_id)
    return _shown(programme_form(programmes.fields_of(found)), found, [unit])


@blueprint.post("/radio/programmes/<int:programme_id>")
@signed_in
@needs(Action.WRITE, Action.LOG_BROADCAST)
def edit_programme(programme_id: int) -> AnyResponse:
    """Change a programme."""
    actor, form = current_actor(), ProgrammeForm()
    try:
        with changing() as session:
            programmes.edit(session, actor, programme_id, fields=_fields(form), weekly=_weekly(), now=now())
    except Refusal as refusal:
        found, unit = programmes.find(db.session(), actor, programme_id)
        return _again(form, refusal, found, [unit])
    flash(_("Đã lưu chương trình; bản tin đã soạn giữ lời chào và nhạc cũ."), "success")
    return redirect(url_for("radio.bulletins"), 303)


@blueprint.post("/radio/programmes/<int:programme_id>/stop")
@signed_in
@needs(Action.WRITE, Action.LOG_BROADCAST)
def stop_programme(programme_id: int) -> AnyResponse:
    """End a programme."""
    with changing() as session:
        programmes.stop(session, current_actor(), programme_id, now=now())
    flash(_("Đã ngừng chương trình; các bản tin cũ vẫn được giữ."), "success")
    return redirect(url_for("radio.bulletins"), 303)


def _fields(form: ProgrammeForm) -> ProgrammeFields:
    return ProgrammeFields(
        name=form.name.data or "",
        station=form.station.data or "",
        greeting=form.greeting.data or "",
        closing=form.closing.data or "",
        tune_s=form_values.whole(request.form, "tune_s") or 0,
        jingle_s=form_values.whole(request.form, "jingle_s") or 0,
        slot_s=(form_values.whole(request.form, "slot_minutes") or 0) * 60,
        rate=_rate(form.rate.data or ""),
        dialect=form.dialect.data or "",
        headlines=bool(form.headlines.data),
    )


def _rate(written: str) -> float:
    """Read 4,2 as people here write it, or 4.2."""
    try:
        return float(written.strip().replace(",", "."))
    except ValueError:
        raise Invalid(N_("Tốc độ đọc từ 2,5 đến 7 tiếng mỗi giây; bình thường là 4,2."), field="rate") from None


def _weekly() -> list[dict[str, object]]:
    return weekly_times.read({weekday: request.form.get(f"slot-{weekday}", "")[:400] for weekday in range(1, 8)})


def _again(form: ProgrammeForm, refusal: Refusal, found: Programme | None, units: list[Unit]) -> AnyResponse:
    if refusal.field.startswith("slot-"):
        return make_response(_shown(form, found, units, {refusal.field: say(refusal.words)}), refusal.status)
    status = show_at(form, refusal)
    return make_response(_shown(form, found, units), status)


def _shown(
    form: ProgrammeForm, found: Programme | None, units: list[Unit], slot_error: dict[str, str] | None = None
) -> str:
    posted = request.method == "POST"
    slots = weekly_times.write(found.weekly_slots if found else [])
    if posted:
        slots = {weekday: request.form.get(f"slot-{weekday}", "") for weekday in range(1, 8)}
    return render_template(
        "radio/programme.html", form=form, programme=found, units=units, slots=slots, weekdays=weekly_times.WEEKDAYS,
        slot_error=slot_error or {}, slots_min=programmes.SLOTS_MIN,
    )  # fmt: skip
