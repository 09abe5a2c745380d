"""How people learn of new scripts without looking: an address for feed readers, and mail."""

import hashlib

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from channels.words import N_
from cms.core.database import changing, db
from cms.core.refusal import NotFound, Refusal
from cms.radio.blueprint import blueprint
from cms.radio.notices import newsfeed, subscribing
from cms.web.actor import current_actor
from cms.web.context import now, settings
from cms.web.guard import signed_in
from cms.web.input import form_values
from cms.web.output.language import say


@blueprint.get("/radio/news")
@signed_in
def news() -> str:
    """The person's feeds and mail."""
    return _shown()


@blueprint.post("/radio/news/feeds")
@signed_in
def create_feed() -> AnyResponse:
    """Make a feed address; it is shown this once."""
    try:
        with changing() as session:
            key = newsfeed.create(session, current_actor(), form_values.whole(request.form, "unit"), now=now())
    except Refusal as refusal:
        return _refused(refusal)
    address = f"{settings().public_url}{url_for('radio.feed', key=key)}"
    response = make_response(_shown(address=address))
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/radio/news/feeds/<int:feed_id>/revoke")
@signed_in
def revoke_feed(feed_id: int) -> AnyResponse:
    """End a feed address."""
    with changing() as session:
        newsfeed.revoke(session, current_actor(), feed_id, now=now())
    flash(_("Đã thu hồi địa chỉ RSS; trình đọc tin không mở được nữa."), "success")
    return redirect(url_for("radio.news"), 303)


@blueprint.post("/radio/news/mail")
@signed_in
def subscribe() -> AnyResponse:
    """Send mail about a unit's new scripts."""
    if not settings().smtp_url:
        raise NotFound(N_("Hệ thống chưa được cấu hình để gửi thư; hãy hỏi người vận hành."))
    try:
        with changing() as session:
            subscribing.subscribe(
                session,
                current_actor(),
                form_values.whole(request.form, "unit"),
                request.form.get("address", ""),
                now=now(),
            )
    except Refusal as refusal:
        return _refused(refusal)
    flash(_("Đã đăng ký; thư được gửi khi có kịch bản mới."), "success")
    return redirect(url_for("radio.news"), 303)


@blueprint.post("/radio/news/mail/<int:mail_id>/end")
@signed_in
def end_mail(mail_id: int) -> AnyResponse:
    """Send no more mail."""
    with changing() as session:
        subscribing.end(session, current_actor(), mail_id, now=now())
    flash(_("Đã thôi gửi thư."), "success")
    return redirect(url_for("radio.news"), 303)


@blueprint.get("/radio/feeds/<string(length=43):key>.rss")
def feed(key: str) -> AnyResponse:
    """A unit's scripts as RSS 2.0, for whoever holds the key; 404 for any other key."""
    found = newsfeed.by_key(db.session(), key)
    if found is None:
        abort(404)
    body, modified = newsfeed.rss(*found, settings().public_url)
    response = make_response(body)
    response.headers["Content-Type"] = "application/rss+xml; charset=utf-8"
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.set_etag(hashlib.sha256(body).hexdigest()[:32])
    response.last_modified = modified
    return response.make_conditional(request)


def _refused(refusal: Refusal) -> AnyResponse:
    if refusal.status in (403, 404) and not refusal.field:
        raise refusal
    return make_response(_shown(problem=say(refusal.words)), refusal.status)


def _shown(address: str = "", problem: str = "") -> str:
    session, actor = db.session(), current_actor()
    return render_template(
        "radio/news.html", units=subscribing.stations(session, actor), feeds=newsfeed.own(session, actor),
        mails=subscribing.own(session, actor), mail_works=bool(settings().smtp_url), address=address, problem=problem,
        typed=request.form,
    )  # fmt: skip
