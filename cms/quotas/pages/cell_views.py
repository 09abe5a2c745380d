"""One number opened, and its forms: recording a result by hand, taking one back, scheduling in the next free slot."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from channels.words import N_
from cms.core.database import changing, db
from cms.core.permissions import Action
from cms.core.refusal import Invalid, Refusal
from cms.models.plans import Term
from cms.quotas.board import records
from cms.quotas.board.cell import Cell, history, open_cell
from cms.quotas.board.ready_stories import ready
from cms.quotas.pages.blueprint import blueprint
from cms.quotas.pages.forms import RecordForm
from cms.stories.editing.diff import KIND_NAMES
from cms.stories.publishing import promising
from cms.stories.publishing.scheduling import Wish
from cms.web.actor import current_actor
from cms.web.context import now, settings, store
from cms.web.guard import needs, signed_in
from cms.web.input import form_values
from cms.web.input.addresses import within_site
from cms.web.output.formats import moment_zone
from cms.web.output.language import say
from scheduler.storage.tables import Delivery


@blueprint.get("/quotas/<int:quota_id>/<unit>")
@signed_in
def cell(quota_id: int, unit: str) -> str:
    """The items that make one number, those on the way, and what can be done about it."""
    return _page(quota_id, unit, RecordForm(formdata=None))


@blueprint.post("/quotas/<int:quota_id>/<unit>/records")
@signed_in
@needs(Action.RECORD)
def add_record(quota_id: int, unit: str) -> Response:
    """Record a result; what was filled in stays if it is refused."""
    form = RecordForm()
    try:
        day = form_values.day(request.form, "day")
        if day is None:
            raise Invalid(N_("Hãy chọn ngày thực hiện."), field="day")
        with changing() as session:
            made = records.add(
                session, current_actor(), quota_id, unit, day=day, note=request.form.get("note", ""),
                story_id=form_values.whole(request.form, "story"), now=now(),
            )  # fmt: skip
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        form.errors_from(refusal, say(refusal.words))
        return make_response(_page(quota_id, unit, form), refusal.status)
    flash(_("Đã ghi nhận %(count)s kết quả.", count=len(made)), "success")
    return redirect(_cell(quota_id, unit), 303)


@blueprint.post("/quotas/records/<int:record_id>/void")
@signed_in
@needs(Action.RECORD)
def void_record(record_id: int) -> Response:
    """Take a recorded result back."""
    with changing() as session:
        records.void(session, current_actor(), record_id, reason=request.form.get("reason", ""), now=now())
    flash(_("Đã hủy kết quả; kết quả không còn được tính."), "success")
    return redirect(within_site(request.form.get("next"), url_for("quotas.board")), 303)


@blueprint.post("/quotas/<int:quota_id>/<unit>/schedule")
@signed_in
@needs(Action.SCHEDULE)
def schedule(quota_id: int, unit: str) -> Response:
    """Promise a story to a channel at its next free slot."""
    story, channel = form_values.whole(request.form, "story"), form_values.whole(request.form, "channel")
    wishes = [Wish(channel or 0, next_slot=True)]
    made = promising.schedule(store(), settings().public_url, current_actor(), story or 0, wishes, now=now())
    at = db.session.get_one(Delivery, made[0]).scheduled_at
    flash(_("Đã lên lịch lúc %(moment)s.", moment=moment_zone(at)), "success")
    return redirect(_cell(quota_id, unit), 303)


def _cell(quota_id: int, unit: str) -> str:
    return url_for("quotas.cell", quota_id=quota_id, unit=unit, period=request.args.get("period") or None)


def _page(quota_id: int, unit: str, form: RecordForm) -> str:
    session, actor, at = db.session(), current_actor(), now()
    found = open_cell(session, actor, quota_id, unit, request.args.get("period"), at)
    return render_template(
        "quotas/cell.html",
        cell=found,
        history=history(session, actor, found, at),
        ready=ready(session, actor, found, at),
        form=form,
        topics=_topics(session, found),
        kind_names=KIND_NAMES,
        may_record=actor.may(Action.RECORD, found.unit.path),
        may_read_deliveries=actor.may(Action.SEE_DELIVERIES),
    )


def _topics(session: Session, found: Cell) -> list[str]:
    """What the quota is about, in the plan's words."""
    codes = found.quota.detail.get("topics") or ()
    labels = dict(
        session.execute(select(Term.code, Term.label).where(Term.kind == "topic", Term.code.in_(codes))).all()
    )
    return [labels.get(code, code) for code in codes]
