"""Pages on which admins keep people: the list, one person with roles and tokens, a new account."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from channels.words import N_
from cms.core import units
from cms.core.database import changing, db
from cms.core.permissions import Action
from cms.core.refusal import Invalid, Refusal
from cms.models.people import Person
from cms.models.roles import ROLE_NAMES, Role
from cms.people.accounts import passwords, tokens
from cms.people.administration import admin, directory
from cms.people.administration.directory import PeopleFilter
from cms.people.administration.forms import NameForm, PersonForm, RoleForm, role_choices, unit_choices
from cms.people.blueprint import blueprint
from cms.web.actor import current_actor
from cms.web.context import now
from cms.web.forms import show_at
from cms.web.guard import signed_in
from cms.web.input import form_values


@blueprint.get("/people")
@signed_in
def index() -> str:
    """People of the admin's units."""
    actor, session = current_actor(), db.session()
    actor.require(Action.MANAGE_PEOPLE)
    wanted = PeopleFilter(
        words=request.args.get("q", "")[:100],
        unit_id=form_values.whole(request.args, "unit"),
        active=request.args.get("ended") is None,
    )
    found = directory.search(session, actor, wanted, form_values.whole(request.args, "page") or 1)
    return render_template(
        "people/index.html", found=found, wanted=wanted, units=units.listed(session, actor), role_names=role_names()
    )


@blueprint.route("/people/new", methods=["GET", "POST"])
@signed_in
def new_person() -> str | Response:
    """Make an account; its start password stands on the answer and nowhere else."""
    actor = current_actor()
    actor.require(Action.MANAGE_PEOPLE)
    form = PersonForm()
    form.unit.choices, form.role.choices = unit_choices(units.listed(db.session(), actor)), role_choices()
    if request.method == "GET":
        return render_template("people/new_person.html", form=form)
    try:
        start = passwords.start()
        with changing() as session:
            made = admin.create(
                session, actor, username=form.username.data or "", name=form.name.data or "",
                places=[(_unit(), form.role.data or "")], start=start, now=now(),
            )  # fmt: skip
    except Refusal as refusal:
        status = show_at(form, refusal)
        form.unit.choices = unit_choices(units.listed(db.session(), actor))
        return make_response(render_template("people/new_person.html", form=form), status)
    return _once(made, start.text)


@blueprint.get("/people/<int:person_id>")
@signed_in
def person(person_id: int) -> str:
    """One person: roles, tokens, and what can be done about the account."""
    return _person(person_id)


@blueprint.post("/people/<int:person_id>/name")
@signed_in
def rename(person_id: int) -> str | Response:
    """Change how the person is called."""
    form = NameForm()
    try:
        with changing() as session:
            admin.rename(session, current_actor(), person_id, name=form.name.data or "", now=now())
    except Refusal as refusal:
        status = show_at(form, refusal)
        return make_response(_person(person_id, name_form=form), status)
    flash(_("Đã sửa họ tên."), "success")
    return redirect(url_for("people.person", person_id=person_id), 303)


@blueprint.post("/people/<int:person_id>/roles")
@signed_in
def grant(person_id: int) -> str | Response:
    """Give a role."""
    form = RoleForm()
    try:
        with changing() as session:
            admin.grant(session, current_actor(), person_id, unit_id=_unit(), role=form.role.data or "", now=now())
    except Refusal as refusal:
        status = show_at(form, refusal)
        return make_response(_person(person_id, role_form=form), status)
    flash(_("Đã cấp vai trò; có hiệu lực ngay."), "success")
    return redirect(url_for("people.person", person_id=person_id), 303)


@blueprint.post("/people/<int:person_id>/roles/remove")
@signed_in
def take_away(person_id: int) -> Response:
    """Take a role away."""
    with changing() as session:
        admin.take_away(
            session, current_actor(), person_id, unit_id=_unit(), role=request.form.get("role", ""), now=now()
        )
    flash(_("Đã thôi vai trò; có hiệu lực ngay."), "success")
    return redirect(url_for("people.person", person_id=person_id), 303)


@blueprint.post("/people/<int:person_id>/deactivate")
@signed_in
def deactivate(person_id: int) -> Response:
    """End the account."""
    with changing() as session:
        admin.deactivate(session, current_actor(), person_id, now=now())
    flash(_("Đã ngừng tài khoản; phiên đăng nhập và mã truy cập của người này đã hết hiệu lực."), "success")
    return redirect(url_for("people.person", person_id=person_id), 303)


@blueprint.post("/people/<int:person_id>/reactivate")
@signed_in
def reactivate(person_id: int) -> Response:
    """Open the account again with a new start password."""
    start = passwords.start()
    with changing() as session:
        made = admin.reactivate(session, current_actor(), person_id, start=start, now=now())
    return _once(made, start.text)


@blueprint.post("/people/<int:person_id>/password")
@signed_in
def reset_password(person_id: int) -> Response:
    """Replace a forgotten password."""
    start = passwords.start()
    with changing() as session:
        made = admin.reset_password(session, current_actor(), person_id, start=start, now=now())
    return _once(made, start.text)


@blueprint.post("/people/<int:person_id>/tokens/<int:token_id>/revoke")
@signed_in
def revoke_token_of(person_id: int, token_id: int) -> Response:
    """End a token of somebody."""
    with changing() as session:
        admin.revoke_token(session, current_actor(), person_id, token_id, now=now())
    flash(_("Đã thu hồi mã truy cập; máy đang dùng mã này không vào được nữa."), "success")
    return redirect(url_for("people.person", person_id=person_id), 303)


def role_names() -> dict[str, str]:
    """Roles in the reader's language."""
    return {role.value: _(ROLE_NAMES[role]) for role in Role}


def _person(person_id: int, *, name_form: NameForm | None = None, role_form: RoleForm | None = None) -> str:
    actor, session = current_actor(), db.session()
    actor.require(Action.MANAGE_PEOPLE)
    found = directory.seen(session, actor, person_id)
    name_form = name_form or NameForm(formdata=None, name=found.name)
    role_form = role_form or RoleForm(formdata=None)
    mine = units.listed(session, actor)
    role_form.unit.choices = unit_choices(unit for unit in mine if not units.ended(unit, now()))
    role_form.role.choices = role_choices()
    own, controlled = {unit.id for unit in mine}, admin.may_control(actor, found)
    return render_template(
        "people/person.html",
        person=found,
        roles=sorted(found.memberships, key=lambda m: (units.trail(m.unit.path), m.role)),
        removable={m.id for m in found.memberships if m.unit_id in own and len(found.memberships) > 1},
        controlled=controlled,
        myself=found.id == actor.person_id,
        tokens=directory.tokens_of(session, found) if controlled else [],
        scope_names=tokens.SCOPES,
        role_names=role_names(),
        name_form=name_form,
        role_form=role_form,
    )


def _once(made: Person, password: str) -> Response:
    """The page with a start password: kept in no cache, no cookie and no log."""
    response = make_response(render_template("people/start_password.html", person=made, password=password))
    response.headers["Cache-Control"] = "no-store"
    return response


def _unit() -> int:
    unit_id = form_values.whole(request.form, "unit")
    if unit_id is None:
        raise Invalid(N_("Hãy chọn một đơn vị."), field="unit")
    return unit_id
