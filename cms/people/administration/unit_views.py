"""Pages on which admins keep the tree of units."""

from datetime import date

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from channels.localtime import local_day
from channels.words import N_
from cms.core import units
from cms.core.database import changing, db
from cms.core.permissions import Action
from cms.core.refusal import Invalid, Refusal
from cms.models.people import Unit
from cms.people.administration import unit_admin
from cms.people.administration.forms import MergeForm, UnitForm, unit_choices
from cms.people.administration.unit_admin import UnitFields
from cms.people.blueprint import blueprint
from cms.web.actor import current_actor
from cms.web.context import now
from cms.web.forms import show_at
from cms.web.guard import signed_in
from cms.web.input import form_values


@blueprint.get("/units")
@signed_in
def unit_tree() -> str:
    """The units that the admin keeps."""
    actor = current_actor()
    actor.require(Action.MANAGE_PEOPLE)
    return render_template("people/units.html", lines=unit_admin.tree(db.session(), actor, local_day(now())))


@blueprint.route("/units/new", methods=["GET", "POST"])
@signed_in
def new_unit() -> str | Response:
    """Add a unit below one of the admin's."""
    actor = current_actor()
    actor.require(Action.MANAGE_PEOPLE)
    form = UnitForm(parent=request.args.get("parent", ""))
    status = 200
    if request.method == "POST":
        try:
            with changing() as session:
                made = unit_admin.create(
                    session, actor, parent_id=form_values.whole(request.form, "parent"),
                    code=(form.code.data or "").strip(), fields=_fields(form), now=now(),
                )  # fmt: skip
            flash(_("Đã tạo đơn vị."), "success")
            return redirect(url_for("people.unit", unit_id=made.id), 303)
        except Refusal as refusal:
            status = show_at(form, refusal)
    form.parent.choices = unit_choices(units.listed(db.session(), actor))
    return make_response(render_template("people/new_unit.html", form=form), status)


@blueprint.route("/units/<int:unit_id>", methods=["GET", "POST"])
@signed_in
def unit(unit_id: int) -> str | Response:
    """One unit: names, validity, merger."""
    if request.method == "GET":
        return _unit_page(unit_id)
    form = UnitForm()
    try:
        with changing() as session:
            unit_admin.edit(session, current_actor(), unit_id, fields=_fields(form), now=now())
    except Refusal as refusal:
        status = show_at(form, refusal)
        return make_response(_unit_page(unit_id, form=form), status)
    flash(_("Đã lưu đơn vị."), "success")
    return redirect(url_for("people.unit", unit_id=unit_id), 303)


@blueprint.post("/units/<int:unit_id>/merge")
@signed_in
def merge(unit_id: int) -> str | Response:
    """Hand the unit's duties to another one."""
    form = MergeForm()
    try:
        with changing() as session:
            unit_admin.merge(
                session, current_actor(), unit_id, successor_id=_chosen("successor"), last_day=_last_day(),
                with_people=bool(form.with_people.data), now=now(),
            )  # fmt: skip
    except Refusal as refusal:
        status = show_at(form, refusal)
        return make_response(_unit_page(unit_id, merge_form=form), status)
    flash(_("Đã ghi nhận sáp nhập; chỉ tiêu chuyển cho đơn vị kế thừa từ ngày hôm sau."), "success")
    return redirect(url_for("people.unit", unit_id=unit_id), 303)


@blueprint.post("/units/<int:unit_id>/unmerge")
@signed_in
def unmerge(unit_id: int) -> Response:
    """Take a merger back."""
    with changing() as session:
        unit_admin.unmerge(session, current_actor(), unit_id, now=now())
    flash(_("Đã bỏ sáp nhập; đơn vị hoạt động lại."), "success")
    return redirect(url_for("people.unit", unit_id=unit_id), 303)


def _unit_page(unit_id: int, *, form: UnitForm | None = None, merge_form: MergeForm | None = None) -> str:
    actor, session = current_actor(), db.session()
    found = unit_admin.managed(session, actor, unit_id)
    form = form or UnitForm(
        formdata=None, name=found.name, short_name=found.short_name, own_approval=found.own_approval,
        valid_from=_iso(found.valid_from), valid_to=_iso(found.valid_to),
    )  # fmt: skip
    merge_form = merge_form or MergeForm(formdata=None)
    others = [one for one in units.listed(session, actor) if one.id != found.id and not units.ended(one, now())]
    merge_form.successor.choices = unit_choices(others)
    return render_template(
        "people/unit.html",
        unit=found,
        parent=session.get(Unit, found.parent_id) if found.parent_id else None,
        successor=session.get(Unit, found.successor_id) if found.successor_id else None,
        form=form,
        merge_form=merge_form,
        ended=units.ended(found, now()),
    )


def _fields(form: UnitForm) -> UnitFields:
    return UnitFields(
        name=form.name.data or "",
        short_name=form.short_name.data or "",
        valid_from=form_values.day(request.form, "valid_from"),
        valid_to=form_values.day(request.form, "valid_to"),
        own_approval=bool(form.own_approval.data),
    )


def _chosen(name: str) -> int:
    found = form_values.whole(request.form, name)
    if found is None:
        raise Invalid(N_("Hãy chọn một đơn vị."), field=name)
    return found


def _last_day() -> date:
    found = form_values.day(request.form, "last_day")
    if found is None:
        raise Invalid(N_("Hãy chọn ngày cuối của đơn vị cũ."), field="last_day")
    return found


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
