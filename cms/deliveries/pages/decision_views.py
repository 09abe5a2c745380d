"""The buttons of deliveries: each asks the service, says what happened, and goes back to where the person was."""

from collections.abc import Sequence

from flask import flash, make_response, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from channels.words import N_
from cms.core.database import changing, db
from cms.core.permissions import Action
from cms.core.refusal import Invalid, Refusal
from cms.deliveries import handling
from cms.deliveries.pages.blueprint import blueprint
from cms.deliveries.pages.one_view import page_of
from cms.deliveries.queries import find
from cms.web import confirming
from cms.web.actor import current_actor
from cms.web.confirming import Question
from cms.web.context import now
from cms.web.guard import needs, signed_in
from cms.web.input import form_values
from cms.web.input.addresses import within_site
from cms.web.output.language import say
from scheduler.storage.tables import Channel

ABOUT_TIME = frozenset({"time-in-past", "end-too-early"})
"""Refusals of a new time that are mended by another."""


@blueprint.post("/deliveries/<int:delivery_id>/cancel")
@signed_in
@needs(Action.SCHEDULE, Action.SETTLE)
def cancel(delivery_id: int) -> Response:
    """Un-schedule; nothing is published by it."""
    with changing() as session:
        handling.cancel(
            session, current_actor(), delivery_id, reason=_reason(), version=form_values.whole(request.form, "version"),
            now=now(),
        )  # fmt: skip
    return _back(delivery_id, _("Đã bỏ lịch; bài không lên kênh này."))


@blueprint.post("/deliveries/<int:delivery_id>/drop")
@signed_in
@needs(Action.SCHEDULE, Action.SETTLE)
def drop(delivery_id: int) -> Response:
    """Give up what failed or was missed."""
    with changing() as session:
        handling.cancel(session, current_actor(), delivery_id, reason=_reason(), now=now())
    return _back(delivery_id, _("Đã bỏ qua lượt này; bài không lên kênh."))


@blueprint.post("/deliveries/<int:delivery_id>/move")
@signed_in
@needs(Action.SCHEDULE)
def move(delivery_id: int) -> Response:
    """Give it a new time; the old one counts no longer. A time that is refused stays in the field."""
    find(db.session(), current_actor(), delivery_id)
    try:
        at = form_values.instant(request.form, "at")
        if at is None:
            raise Invalid(N_("Hãy chọn ngày và giờ mới."), field="at")
        with changing() as session:
            handling.move(
                session,
                current_actor(),
                delivery_id,
                at=at,
                version=form_values.whole(request.form, "version"),
                now=now(),
            )
    except Refusal as wrong:
        if wrong.field != "at" and wrong.code not in ABOUT_TIME:
            raise
        return make_response(page_of(delivery_id, wrong=say(wrong.words)), wrong.status)
    return _back(delivery_id, _("Đã dời lịch; giờ cũ không còn hiệu lực."))


@blueprint.post("/deliveries/<int:delivery_id>/retry")
@signed_in
@needs(Action.SETTLE)
def retry(delivery_id: int) -> Response:
    """Try again now."""
    with changing() as session:
        handling.retry(session, current_actor(), delivery_id, now=now())
    return _back(delivery_id, _("Bộ phát hành sẽ thử lại ngay."))


@blueprint.post("/deliveries/<int:delivery_id>/sent")
@signed_in
@needs(Action.SETTLE)
def sent(delivery_id: int) -> Response:
    """The item of an unclear call is on the channel."""
    with changing() as session:
        handling.confirm_sent(
            session, current_actor(), delivery_id, reason=_reason(), link=request.form.get("link", ""), now=now()
        )
    return _back(delivery_id, _("Đã ghi nhận: bài có trên kênh. Hệ thống sẽ không gửi lại."))


@blueprint.post("/deliveries/<int:delivery_id>/again")
@signed_in
@needs(Action.SETTLE)
def again(delivery_id: int) -> Response:
    """The item of an unclear call is not on the channel: send it again."""
    with changing() as session:
        handling.send_again(session, current_actor(), delivery_id, reason=_reason(), now=now())
    return _back(delivery_id, _("Bộ phát hành sẽ gửi lại ngay."))


@blueprint.post("/deliveries/<int:delivery_id>/not-sent")
@signed_in
@needs(Action.SETTLE)
def not_sent(delivery_id: int) -> Response:
    """The item of an unclear call is not on the channel and shall not go there."""
    with changing() as session:
        handling.confirm_not_sent(session, current_actor(), delivery_id, reason=_reason(), now=now())
    return _back(delivery_id, _("Đã ghi nhận: bài không có trên kênh và không gửi nữa."))


@blueprint.post("/deliveries/<int:delivery_id>/removed")
@signed_in
@needs(Action.SETTLE)
def removed(delivery_id: int) -> Response:
    """A person took the item down by hand."""
    with changing() as session:
        handling.confirm_withdrawn(session, current_actor(), delivery_id, reason=_reason(), now=now())
    return _back(delivery_id, _("Đã ghi nhận: bài đã được gỡ khỏi kênh."))


@blueprint.post("/deliveries/retry-channel")
@signed_in
@needs(Action.SETTLE)
def retry_channel() -> Response:
    """Try everything again that failed on one channel: it is asked first, with what would be sent."""
    channel_id = form_values.whole(request.form, "channel")
    if channel_id is None:
        raise Invalid(_("Hãy chọn kênh cần thử lại."), field="channel")
    with changing() as session:
        again = handling.would_retry(session, current_actor(), channel_id, now=now())
    if again and not confirming.said_yes(again):
        return _asked(channel_id, again)
    with changing() as session:
        tried = handling.retry_channel(session, current_actor(), channel_id, now=now())
    flash(_said(len(tried)), "success" if tried else "info")
    return redirect(within_site(request.form.get("next"), url_for("deliveries.attention")), 303)


def _asked(channel_id: int, again: Sequence[int]) -> Response:
    channel, count = db.session.get_one(Channel, channel_id), len(again)
    question = Question(
        str(ngettext("Thử lại ngay %(num)d lượt trên “%(channel)s”?", "Thử lại ngay %(num)d lượt trên “%(channel)s”?",
                     count, channel=channel.name)),
        handling.titled(db.session(), again),
        _("Bài bị từ chối hoặc lỡ giờ được gửi ngay. Lượt chưa rõ đã gửi hay chưa được tra lại, không gửi lần nữa."),
        str(ngettext("Thử lại ngay %(num)d lượt", "Thử lại ngay %(num)d lượt", count)),
    )  # fmt: skip
    return confirming.ask(question, again, url_for("deliveries.attention"))


def _said(count: int) -> str:
    if not count:
        return str(_("Kênh này không có lượt nào cần thử lại."))
    return str(ngettext("Bộ phát hành sẽ thử lại %(num)d lượt.", "Bộ phát hành sẽ thử lại %(num)d lượt.", count))


def _reason() -> str:
    return request.form.get("reason", "")


def _back(delivery_id: int, sentence: str) -> Response:
    flash(sentence, "success")
    here = url_for("deliveries.show", delivery_id=delivery_id)
    return redirect(within_site(request.form.get("next"), here), 303)
