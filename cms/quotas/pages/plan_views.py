"""Pages of plans: which are in force, what they ask for, which documents nobody cited, and which reports are due."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from channels.localtime import local_day
from channels.words import N_
from cms.core import periods
from cms.core.database import changing, db
from cms.core.periods import Per
from cms.core.permissions import Action
from cms.core.refusal import Invalid, Refusal
from cms.quotas.board import board, plans
from cms.quotas.board.coverage import coverage
from cms.quotas.board.plans import ENDED
from cms.quotas.counting.facts import plans_in_force, quota_facts
from cms.quotas.packs import importing, reach
from cms.quotas.packs.yaml_reading import MAX_BYTES
from cms.quotas.pages.blueprint import blueprint
from cms.quotas.pages.forms import ProlongForm, UploadForm
from cms.web.actor import current_actor
from cms.web.context import now
from cms.web.guard import signed_in
from cms.web.input import form_values
from cms.web.output.language import say


@blueprint.get("/plans", endpoint="plans")
@signed_in
def index() -> str:
    """All plans and the reports that are due next."""
    current_actor().require(Action.SEE_QUOTAS)
    return _index(UploadForm(formdata=None))


@blueprint.post("/plans")
@signed_in
def upload() -> Response:
    """Load a plan pack: all of it, or nothing with line and reason."""
    actor = current_actor()
    actor.require(Action.MANAGE_PLANS)
    form = UploadForm()
    try:
        sent = request.files.get("file")
        if sent is None or not sent.filename:
            raise Invalid(N_("Hãy chọn tệp kế hoạch."), field="file")
        data, until = sent.stream.read(MAX_BYTES + 1), form_values.day(request.form, "until")
        pack = importing.read_sent(data, sent.filename[:200])
        with changing() as session:
            told = importing.import_pack(
                session,
                actor,
                pack,
                now=now(),
                until=until,
                keep_units="keep_units" in request.form,
            )
    except importing.BadPack as refusal:
        return make_response(_index(form, refusal), refusal.status)
    except Refusal as refusal:
        form.errors_from(refusal, say(refusal.words))
        return make_response(_index(form), refusal.status)
    flash(_("Đã nạp kế hoạch %(told)s.", told=told), "success")
    return redirect(url_for("quotas.plans"), 303)


@blueprint.get("/plans/<code>", endpoint="plan")
@signed_in
def show(code: str) -> str:
    """One plan: its tasks and quotas, documents and who cited them, and its reports."""
    current_actor().require(Action.SEE_QUOTAS)
    return _show(code, ProlongForm(formdata=None))


@blueprint.post("/plans/<code>/extend")
@signed_in
def prolong(code: str) -> Response:
    """Let the plan count for longer."""
    form = ProlongForm()
    try:
        until = form_values.day(request.form, "until")
        with changing() as session:
            plans.prolong(session, current_actor(), code, until, now())
    except Invalid as refusal:
        form.errors_from(refusal, say(refusal.words))
        return make_response(_show(code, form), refusal.status)
    flash(_("Đã kéo dài kế hoạch."), "success")
    return redirect(url_for("quotas.plan", code=code), 303)


def _index(form: UploadForm, bad: importing.BadPack | None = None) -> str:
    session, at = db.session(), now()
    lines = plans.lines(session, local_day(at))
    return render_template(
        "quotas/plans.html",
        lines=lines,
        due=plans.due(session, [line.plan for line in lines if line.standing != ENDED], at),
        form=form,
        bad=bad,
        may_manage=current_actor().may(Action.MANAGE_PLANS),
    )


def _show(code: str, form: ProlongForm) -> str:
    session, at = db.session(), now()
    found = plans.plan(session, code)
    year = board.read_period(request.args.get("year"), at) if request.args.get("year") else periods.at(Per.YEAR, at)
    connection = session.connection()
    in_force = [one for one in plans_in_force(connection, found.valid_from, found.applies_to) if one.id == found.id]
    return render_template(
        "quotas/plan.html",
        plan=found,
        facts=plans.words(found),
        standing=plans.standing(found, local_day(at)),
        tasks=found.pack["tasks"],
        words=in_force[0],
        quotas={one.code: one for one in quota_facts(connection, in_force)},
        coverage=coverage(session, found, year),
        due=plans.due(session, [found], at),
        form=form,
        may_manage=reach.may_change(session, current_actor(), found),
    )
