"""Signing in and out, one's own account, and the language of the pages; administration has modules of its own."""

from datetime import timedelta

from flask import (
    Response,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response as AnyResponse

from channels.words import N_
from cms.core.audit import record
from cms.core.database import changing, db
from cms.core.refusal import Invalid, NotFound, Refusal
from cms.models.people import Password, Person
from cms.models.roles import ROLE_NAMES, Role
from cms.people.accounts import guessing, tokens
from cms.people.accounts import sign_in as signing
from cms.people.accounts.forms import REVOKE, PasswordForm, SignInForm, TokenForm
from cms.people.accounts.guessing import SignInTry, TooManyTries
from cms.people.administration import directory, people_views, unit_views
from cms.people.blueprint import blueprint
from cms.web import sessions
from cms.web.actor import SignedIn, current_actor
from cms.web.context import now
from cms.web.guard import signed_in
from cms.web.input import form_values
from cms.web.input.addresses import within_site
from cms.web.output.language import LANGUAGES, say

__all__ = ["blueprint", "people_views", "unit_views"]

YEAR = timedelta(days=365)
LONGEST_DAYS = 3650
"""Days until a token ends, at most, if it ends."""


@blueprint.route("/sign-in", methods=["GET", "POST"], endpoint="sign_in")
def sign_in() -> AnyResponse:
    """Ask for name and password; one answer for every kind of mismatch."""
    home = url_for("stories.index")
    if current_user.is_authenticated:
        return redirect(within_site(request.args.get("next"), home))
    form, status, wait_s = SignInForm(), 200, 0
    if request.method == "POST" and form.validate():
        known = SignInTry.of_request(form.username.data or "")
        try:
            known.admit()
            if _let_in(form.username.data or "", form.password.data or "") is not None:
                answer = redirect(within_site(request.args.get("next"), home), 303)
                known.succeeded(answer)
                return answer
            known.failed()
            form.form_errors, status = [_("Tên đăng nhập hoặc mật khẩu không đúng; hãy nhập lại.")], 401
        except TooManyTries as refusal:
            form.form_errors, status, wait_s = [say(refusal.words)], refusal.status, refusal.wait_s
    page = make_response(render_template("people/sign_in.html", form=form), status)
    if wait_s:
        page.headers["Retry-After"] = str(wait_s)
    return page


def _let_in(username: str, password: str) -> Person | None:
    """Check who it is; on success start a fresh session, so that one planted beforehand is worth nothing."""
    origin = request.remote_addr or ""
    known = signing.verify(db.session(), username, password)
    seen, kept = (known.password_hash, signing.renewed(known, password)) if known else ("", "")
    with changing() as database:
        person = signing.welcome(database, known.id, seen=seen, kept=kept, origin=origin, now=now()) if known else None
        if person is None:
            signing.turn_away(database, origin=origin, now=now())
    if person is not None:
        session.clear()
        session.permanent = True
        login_user(SignedIn(person))
    return person


@blueprint.post("/sign-out")
@signed_in
def sign_out() -> AnyResponse:
    """End the session for good: a copy of its cookie is worth nothing from now on."""
    with changing() as database:
        actor = current_actor()
        sessions.end(database, current_user.identity, now())
        record(database, actor, "person.sign_out", "person", actor.person_id, now=now())
    logout_user()
    session.clear()
    flash(_("Bạn đã đăng xuất."), "success")
    return redirect(url_for("people.sign_in"), 303)


@blueprint.get("/session")
def session_state() -> Response:
    """Who is signed in, and a form token in force: a page left open overnight sends its text with the new one."""
    person = current_user.person.name if current_user.is_authenticated else None
    response = jsonify(person=person, csrf=generate_csrf())
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/language")
def language() -> AnyResponse:
    """Keep the chosen language in a cookie, and with the person if signed in; back to where they were."""
    response = redirect(within_site(request.form.get("next"), url_for("stories.index")), 303)
    chosen = request.form.get("language", "")
    if chosen in LANGUAGES:
        response.set_cookie("language", chosen, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure)
        if current_user.is_authenticated:
            with changing() as database:
                signing.change_language(database, current_actor(), chosen, now())
    return response


@blueprint.get("/profile")
@signed_in
def profile() -> str:
    """One's own account: roles, password, access tokens."""
    return _profile()


@blueprint.get("/profile/password")
@signed_in
def own_password() -> str:
    """Set a password of one's own; whoever came with one that was handed over sees nothing else before."""
    return _own_password(PasswordForm(formdata=None))


@blueprint.post("/profile/password")
@signed_in
def password() -> AnyResponse:
    """Change one's own password; other sessions end, this one goes on, tokens as the person chose."""
    form = PasswordForm()
    started = current_user.person.password_state == Password.START
    try:
        guessing.admit_change(current_actor().person_id)
        change = signing.check_change(
            db.session(), current_actor(), old=form.old.data or "", new=form.password.data or "",
            again=form.again.data or "",
        )  # fmt: skip
        with changing() as database:
            person, ended = signing.change_password(
                database, current_actor(), change, end_tokens=form.tokens.data == REVOKE, now=now()
            )
    except Refusal as refusal:
        form.errors_from(refusal, say(refusal.words))
        return make_response(_own_password(form) if started else _profile(password_form=form), refusal.status)
    session.clear()
    session.permanent = True
    login_user(SignedIn(person))
    flash(_("Đã đổi mật khẩu. Các phiên đăng nhập khác của bạn đã kết thúc."), "success")
    if ended:
        flash(_("Đã thu hồi %(count)s mã truy cập API.", count=ended), "success")
    return redirect(url_for("stories.index") if started else url_for("people.profile"), 303)


def _own_password(form: PasswordForm) -> str:
    person = current_user.person
    return render_template(
        "people/own_password.html",
        password_form=form,
        must=person.password_state == Password.START,
        has_tokens=tokens.has_open(db.session(), person.id, now()),
    )


@blueprint.post("/profile/tokens")
@signed_in
def create_token() -> str | AnyResponse:
    """Make an access token for a machine and show it once."""
    form = TokenForm()
    try:
        days = form_values.whole(request.form, "days") or 0
        if days > LONGEST_DAYS:
            raise Invalid(N_("Mã truy cập có hạn tối đa 10 năm; hãy chọn thời hạn ngắn hơn."), field="days")
        with changing() as database:
            person = database.get_one(Person, current_actor().person_id)
            token = tokens.create(
                database, current_actor(), person, name=form.name.data or "", scopes=form.scopes.data or (),
                expires_at=now() + timedelta(days=days) if days else None, now=now(),
            )  # fmt: skip
    except Refusal as refusal:
        form.errors_from(refusal, say(refusal.words))
        return _profile(token_form=form)
    response = make_response(_profile(new_token=token))
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/profile/tokens/<int:token_id>/revoke")
@signed_in
def revoke_token(token_id: int) -> AnyResponse:
    """End one of one's own access tokens."""
    actor = current_actor()
    if actor.person_id is None:
        raise NotFound(_("Không có mã truy cập này."))
    with changing() as database:
        tokens.revoke(database, actor, token_id, actor.person_id, now())
    flash(_("Đã thu hồi mã truy cập; máy đang dùng mã này không vào được nữa."), "success")
    return redirect(url_for("people.profile"), 303)


def _profile(
    *, password_form: PasswordForm | None = None, token_form: TokenForm | None = None, new_token: str = ""
) -> str:
    person = db.session.get_one(Person, current_actor().person_id)
    roles = [(say_role(m.role), m.unit.name) for m in person.memberships]
    return render_template(
        "people/profile.html",
        person=person,
        roles=sorted(roles),
        password_form=password_form or PasswordForm(formdata=None),
        has_tokens=tokens.has_open(db.session(), person.id, now()),
        token_form=token_form or TokenForm(formdata=None),
        tokens=directory.tokens_of(db.session(), person),
        scope_names=tokens.SCOPES,
        new_token=new_token,
    )


def say_role(role: str) -> str:
    """The name of a role in the reader's language."""
    return str(_(ROLE_NAMES[Role(role)]))
