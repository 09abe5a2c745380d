"""Pages of bulletins: what is coming, the rundown, its files, and logging that it was on air."""

from datetime import datetime
from uuid import uuid4

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from channels.words import N_
from cms.core.database import changing, db
from cms.core.permissions import Action
from cms.core.refusal import Invalid, Refusal
from cms.radio.blueprint import blueprint
from cms.radio.bulletins import airing, composing, programmes, rundown
from cms.radio.bulletins.rundown import Rundown
from cms.radio.forms import duration_of, started_of
from cms.radio.scripts import broadcast_log, downloads
from cms.web.actor import current_actor
from cms.web.context import now
from cms.web.guard import needs, signed_in
from cms.web.input import form_values
from cms.web.input.addresses import within_site
from cms.web.input.cursor import Cursor
from cms.web.input.dates import local_input
from cms.web.output.language import say


@blueprint.get("/radio/bulletins", endpoint="bulletins")
@signed_in
def index() -> str:
    """Coming times of the own programmes, and bulletins, the latest first."""
    return _listed()


def _listed(wrong: str = "") -> str:
    """The list; ``wrong`` says what is wrong with the time that was typed for a new bulletin, which then stays."""
    session, actor = db.session(), current_actor()
    after = Cursor.read(request.args.get("after", ""))
    rows, onward = rundown.page(session, actor, after)
    own = programmes.listed(session, actor) if after is None else []
    begun = programmes.begun(session, [programme.id for programme, _unit in own], now())
    coming = sorted(
        (at, programme, unit)
        for programme, unit in own
        for at in programmes.coming(programme.weekly_slots, begun[programme.id], now())
    ) if own else []  # fmt: skip
    return render_template(
        "radio/bulletins.html", rows=rows, onward=onward, after=after, own=own, coming=coming,
        makes=bool(programmes.makers(session, actor)),
        fresh=request.form.get("air_at", "") if wrong else local_input(now()),
        chosen=request.form.get("programme", "") if wrong else "", wrong=wrong, control=local_input,
    )  # fmt: skip


@blueprint.post("/radio/bulletins")
@signed_in
@needs(Action.WRITE, Action.LOG_BROADCAST)
def begin_bulletin() -> AnyResponse:
    """Begin the bulletin of a programme for a time, and go to its rundown."""
    try:
        with changing() as session:
            made = composing.begin(
                session, current_actor(), programme_id=form_values.whole(request.form, "programme"), air_at=_air_at(),
                now=now(),
            )  # fmt: skip
    except Invalid as wrong:
        return make_response(_listed(say(wrong.words)), wrong.status)
    return redirect(url_for("radio.bulletin", bulletin_id=made.id), 303)


@blueprint.get("/radio/bulletins/<int:bulletin_id>")
@signed_in
def bulletin(bulletin_id: int) -> str:
    """The rundown."""
    return _shown(rundown.read(db.session(), current_actor(), bulletin_id))


@blueprint.post("/radio/bulletins/<int:bulletin_id>/items")
@signed_in
@needs(Action.WRITE, Action.LOG_BROADCAST)
def change_items(bulletin_id: int) -> AnyResponse:
    """Take in, take out, move, arrange or fill; a script of ours gets the rundown alone, a browser the page again."""
    problem, status = "", 200
    _require(bulletin_id)
    try:
        _change(bulletin_id, request.form.get("do", ""))
    except Refusal as refusal:
        if refusal.status in (403, 404) and refusal.field != "items":
            raise
        problem, status = say(refusal.words), refusal.status
    if request.headers.get("X-Part") == "rundown":
        found = rundown.read(db.session(), current_actor(), bulletin_id)
        return make_response(
            render_template("radio/_rundown.html", problem=problem, alone=True, **_parts(found)), status
        )
    if problem:
        flash(problem, "danger")
    return redirect(url_for("radio.bulletin", bulletin_id=bulletin_id), 303)


def _require(bulletin_id: int) -> None:
    """Refuse whoever may not change this bulletin, before the form is read."""
    _bulletin, unit = rundown.find(db.session(), current_actor(), bulletin_id)
    programmes.require(current_actor(), unit.path)


def _change(bulletin_id: int, do: str) -> None:
    actor, version, at = current_actor(), form_values.whole(request.form, "version"), now()
    item = form_values.whole(request.form, "delivery") or 0
    fits = composing.fitting(db.session(), actor, bulletin_id) if do == "fill" else None
    with changing() as session:
        if do == "add":
            composing.add(session, actor, bulletin_id, item, version=version, now=at)
        elif do == "remove":
            composing.remove(session, actor, bulletin_id, item, version=version, now=at)
        elif do in ("up", "down"):
            by = -1 if do == "up" else 1
            composing.move(session, actor, bulletin_id, item, by, version=version, now=at)
        elif do == "order":
            wanted = form_values.row(request.form, "order")
            composing.arrange(session, actor, bulletin_id, wanted, version=version, now=at)
        elif fits is not None:
            composing.fill(session, actor, bulletin_id, fits, version=version, now=at)
        else:
            raise Invalid(N_("Không rõ việc cần làm; hãy tải lại trang."))


@blueprint.post("/radio/bulletins/<int:bulletin_id>/details")
@signed_in
@needs(Action.WRITE, Action.LOG_BROADCAST)
def retime_bulletin(bulletin_id: int) -> AnyResponse:
    """Change title, time and slot."""
    _require(bulletin_id)
    try:
        with changing() as session:
            composing.retime(
                session, current_actor(), bulletin_id, title=request.form.get("title", ""), air_at=_air_at(),
                slot_s=(form_values.whole(request.form, "slot_minutes") or 0) * 60,
                version=form_values.whole(request.form, "version"), now=now(),
            )  # fmt: skip
        flash(_("Đã lưu bản tin."), "success")
    except Invalid as wrong:
        found = rundown.read(db.session(), current_actor(), bulletin_id)
        return make_response(_shown(found, misset=say(wrong.words)), wrong.status)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        flash(say(refusal.words), "danger")
    return redirect(url_for("radio.bulletin", bulletin_id=bulletin_id), 303)


@blueprint.post("/radio/bulletins/<int:bulletin_id>/repeat")
@signed_in
@needs(Action.WRITE, Action.LOG_BROADCAST)
def repeat_bulletin(bulletin_id: int) -> AnyResponse:
    """Begin the same bulletin a week later."""
    items = composing.still_live(db.session(), current_actor(), bulletin_id)
    with changing() as session:
        made = composing.repeat(session, current_actor(), bulletin_id, items, now=now())
    flash(_("Đây là bản tin của tuần sau; tin đã thu hồi hoặc hết hạn không được chép sang."), "success")
    return redirect(url_for("radio.bulletin", bulletin_id=made.id), 303)


@blueprint.post("/radio/bulletins/<int:bulletin_id>/discard")
@signed_in
@needs(Action.WRITE, Action.LOG_BROADCAST)
def discard_bulletin(bulletin_id: int) -> AnyResponse:
    """Throw away a bulletin that was never aired."""
    with changing() as session:
        composing.discard(session, current_actor(), bulletin_id, now=now())
    flash(_("Đã bỏ bản tin; các kịch bản vẫn còn nguyên."), "success")
    return redirect(url_for("radio.bulletins"), 303)


@blueprint.get("/radio/bulletins/<int:bulletin_id>.<any(txt,docx,pdf,json):format>")
@signed_in
def download_bulletin(bulletin_id: int, format: str) -> Response:  # noqa: A002
    """The whole bulletin as a file; each script in it counts as taken."""
    found = rundown.read(db.session(), current_actor(), bulletin_id)
    made = downloads.bulletin_file(found, format)
    taken = [row.script.delivery_id for row in found.rows if not row.gone]
    with changing() as session:
        for delivery_id in taken:
            broadcast_log.note_download(session, current_actor(), delivery_id, format, now=now())
    return downloads.answer(made)


@blueprint.post("/radio/bulletins/<int:bulletin_id>/broadcasts")
@signed_in
@needs(Action.LOG_BROADCAST)
def air_bulletin(bulletin_id: int) -> AnyResponse:
    """Log that the bulletin was on air: one entry for each item that was read."""
    actor = current_actor()
    try:
        started_at = started_of(request.form)
        items = sorted(form_values.wholes(request.form, "items"))
        read = airing.as_aired(db.session(), actor, bulletin_id, items, started_at)
        with changing() as session:
            airing.log_bulletin(
                session, actor, read, bulletin_id=bulletin_id, event_id=request.form.get("event_id", ""),
                started_at=started_at, duration_s=duration_of(request.form),
                station=request.form.get("station", ""), unit_id=form_values.whole(request.form, "unit"), now=now(),
            )  # fmt: skip
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        found = rundown.read(db.session(), actor, bulletin_id)
        return make_response(_shown(found, wrong=say(refusal.words)), refusal.status)
    flash(_("Đã ghi nhật ký phát sóng cho từng tin của bản tin."), "success")
    return redirect(url_for("radio.bulletin", bulletin_id=bulletin_id), 303)


@blueprint.post("/radio/airings/<int:airing_id>/void")
@signed_in
@needs(Action.LOG_BROADCAST)
def void_airing(airing_id: int) -> AnyResponse:
    """Take the entry of a whole bulletin out of the count."""
    with changing() as session:
        entry = airing.void_airing(
            session, current_actor(), airing_id, reason=request.form.get("reason", ""), now=now()
        )
        here = url_for("radio.bulletin", bulletin_id=entry.bulletin_id)
    flash(_("Đã hủy nhật ký của cả bản tin; các dòng cũ vẫn được giữ cùng lý do."), "success")
    return redirect(within_site(request.form.get("next"), here), 303)


def _air_at() -> datetime:
    """The time on air that the form says; raise ``Invalid``."""
    air_at = form_values.instant(request.form, "air_at")
    if air_at is None:
        raise Invalid(N_("Hãy chọn ngày và giờ phát."), field="air_at")
    return air_at


def _shown(found: Rundown, wrong: str = "", misset: str = "") -> str:
    """The rundown; what was typed stays: ``wrong`` is about the form of the log, ``misset`` about title, time, slot."""
    session, actor = db.session(), current_actor()
    units = airing.units_for(session, actor, found.unit)
    typed = request.form if wrong else {}
    return render_template(
        "radio/bulletin.html", units=units, wrong=wrong, typed=typed, problem="", alone=False,
        formats=list(downloads.MIMES),
        event_id=typed.get("event_id") or uuid4().hex, misset=misset, details=_details(found, refused=bool(misset)),
        fresh=typed.get("started_at") or local_input(min(found.bulletin.air_at, now())),
        slots_min=programmes.SLOTS_MIN, **_parts(found),
    )  # fmt: skip


def _details(found: Rundown, *, refused: bool) -> dict[str, str]:
    """Title, time and slot as the form shows them: as they were typed if they were refused."""
    kept = found.bulletin
    shown = {"title": kept.title, "air_at": local_input(kept.air_at), "slot_minutes": str(kept.slot_s // 60)}
    return {name: request.form.get(name, "") for name in shown} if refused else shown


def _parts(found: Rundown) -> dict[str, object]:
    """What the rundown itself shows."""
    makes = programmes.may_assemble(current_actor(), found.unit.path)
    return {
        "found": found,
        "makes": makes,
        "choices": rundown.choices(db.session(), found) if makes else [],
    }
