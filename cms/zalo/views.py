"""Pages of broadcasts: the list, putting one together, the one view before it is promised, and what became of it."""

from uuid import uuid4

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from channels.words import N_, Words
from channels.zalo_oa.audience import broadcast
from channels.zalo_oa.audience.broadcast import AGES, ARTICLES_MAX, GENDERS, BadTarget, Target, target_from, target_of
from channels.zalo_oa.audience.cities import ABROAD, CITIES
from cms.channels import queries as channel_reading
from cms.core.database import changing, db
from cms.core.folding import fold
from cms.core.permissions import Action, Actor
from cms.core.refusal import Invalid, Refusal
from cms.deliveries.notices import Notice, source
from cms.web.actor import current_actor
from cms.web.context import now
from cms.web.guard import needs, signed_in
from cms.web.input import form_values
from cms.web.input.dates import local_input
from cms.web.output.language import say
from cms.zalo import account_views, broadcast_decisions, ordering, queries, webhook_views
from cms.zalo.blueprint import blueprint
from cms.zalo.formats import told
from cms.zalo.ordering import Draft
from cms.zalo.wording import STATES, target_words

__all__ = ["account_views", "blueprint", "webhook_views"]

blueprint.add_app_template_filter(told)

KEY_LENGTH = 32


@blueprint.get("/followers")
@signed_in
def index() -> str:
    """Broadcasts of the units that the person sees."""
    session, actor = db.session(), current_actor()
    actor.require(Action.SEE_DELIVERIES)
    number = max(1, form_values.whole(request.args, "page") or 1)
    lines, more = queries.page(session, actor, number)
    return render_template(
        "followers/index.html",
        lines=lines,
        older_url=url_for("followers.index", page=number + 1) if more else "",
        newer_url=url_for("followers.index", page=number - 1) if number > 1 else "",
        channels=ordering.channels(session, actor) if actor.may(Action.BROADCAST) else [],
        looks=STATES,
        who=lambda line: target_words(target_from(line.broadcast.target)),
        unclear=queries.unclear(session, actor),
    )


@blueprint.get("/followers/new")
@signed_in
@needs(Action.BROADCAST)
def new() -> str:
    """Choose articles, readers and time. Nothing is promised here."""
    return _form(_channel_id(request.args), MultiDict(), None)


@blueprint.post("/followers/review")
@signed_in
@needs(Action.BROADCAST)
def review() -> str | Response:
    """The one view before a broadcast is promised: which articles, to whom, when, and what is left."""
    channel_id = _channel_id(request.form)
    try:
        whole = ordering.review(db.session(), current_actor(), channel_id, _draft(), now=now())
    except Invalid as refusal:
        return make_response(_form(channel_id, request.form, refusal.words), refusal.status)
    if whole.problems and not whole.articles:
        return make_response(_form(channel_id, request.form, whole.problems[0]), 422)
    page = render_template(
        "followers/review.html",
        whole=whole,
        who=target_words(whole.target),
        form=request.form,
        simulated=channel_reading.simulated(whole.channel),
        key=uuid4().hex,
    )
    return make_response(page, 422 if whole.problems else 200)


@blueprint.post("/followers")
@signed_in
@needs(Action.BROADCAST)
def order() -> str | Response:
    """Promise the broadcast that was reviewed."""
    if "back" in request.form:
        return _form(_channel_id(request.form), request.form, None)
    key = request.form.get("key", "")
    if len(key) != KEY_LENGTH or not key.isalnum():
        raise Invalid(N_("Hãy xem lại lượt gửi trước khi xác nhận."))
    channel_id = _channel_id(request.form)
    try:
        with changing() as session:
            made = ordering.order(session, current_actor(), channel_id, _draft(), key=key, now=now())
    except Refusal as refusal:
        if refusal.status != 422:
            raise
        return make_response(_form(channel_id, request.form, refusal.words), 422)
    flash(_("Đã đặt lượt gửi. Bạn còn hủy được cho tới lúc hệ thống gọi Zalo."), "success")
    return redirect(url_for("followers.show", broadcast_id=made), 303)


@blueprint.get("/followers/<int:broadcast_id>")
@signed_in
def show(broadcast_id: int) -> str:
    """One broadcast: what it shows to whom, what became of it, and what can be decided."""
    session, actor = db.session(), current_actor()
    row, channel, unit = broadcast_decisions.found(session, actor, broadcast_id, Action.SEE_DELIVERIES)
    return render_template(
        "followers/show.html",
        row=row,
        channel=channel,
        unit=unit,
        items=queries.items(session, row.id),
        tries=queries.attempts(session, row.id),
        names=queries.names(session, row.created_by, row.decided_by),
        look=STATES[row.state],  # type: ignore[index]  # the column holds the value of a BroadcastState
        who=target_words(target_from(row.target)),
        problem=Words(row.problem["text"], row.problem["values"]) if row.problem.get("text") else None,
        may_broadcast=actor.may(Action.BROADCAST, unit.path),
        may_settle=actor.may(Action.SETTLE, unit.path),
        simulated=channel_reading.simulated(channel),
        soonest=broadcast.soonest(now()),
    )


@blueprint.post("/followers/<int:broadcast_id>/<any(cancel,sent,again,not_sent):decision>")
@signed_in
def decide(broadcast_id: int, decision: str) -> Response:
    """Call it off, or say what became of an unclear one."""
    act, sentence = {
        "cancel": (broadcast_decisions.cancel, _("Đã hủy lượt gửi; chưa ai nhận được gì.")),
        "sent": (broadcast_decisions.confirm_sent, _("Đã ghi nhận: lượt gửi đã đi. Hệ thống không gửi lại.")),
        "again": (broadcast_decisions.send_again, _("Hệ thống sẽ gửi lại ngay khi Zalo nhận.")),
        "not_sent": (broadcast_decisions.confirm_not_sent, _("Đã ghi nhận: lượt gửi chưa đi và không gửi nữa.")),
    }[decision]
    with changing() as session:
        act(session, current_actor(), broadcast_id, reason=request.form.get("reason", ""), now=now())
    flash(sentence, "success")
    return redirect(url_for("followers.show", broadcast_id=broadcast_id), 303)


def _form(channel_id: int, typed: MultiDict[str, str], problem: Words | None) -> str:
    """The form with everything that was chosen, so that nothing is lost."""
    session, actor = db.session(), current_actor()
    channel, unit = ordering.allowed_channel(session, actor, channel_id)
    soonest = broadcast.soonest(now())
    return render_template(
        "followers/new.html",
        channel=channel,
        unit=unit,
        channels=ordering.channels(session, actor),
        candidates=ordering.candidates(session, channel.id),
        chosen=typed.getlist("articles"),
        ages=AGES,
        chosen_ages=typed.getlist("ages"),
        genders=GENDERS,
        gender=typed.get("gender", "0"),
        cities=sorted(CITIES.items(), key=lambda one: (one[0] == ABROAD, fold(one[1]))),
        chosen_cities=typed.getlist("cities"),
        when=typed.get("when", "soonest"),
        at=typed.get("at", local_input(soonest)),
        soonest=soonest,
        most=ARTICLES_MAX,
        allowance=ordering.allowance_at(session, channel, broadcast.call_at(soonest), now()),
        problem=say(problem) if problem else "",
        simulated=channel_reading.simulated(channel),
    )


def _draft() -> Draft:
    """What the form says; raise ``Invalid`` for what makes no sense."""
    form = request.form
    chosen = [one for one in form.getlist("articles") if one.isdecimal() and len(one) < 10]
    at = form_values.instant(form, "at") if form.get("when") == "at" else None
    if form.get("when") == "at" and at is None:
        raise Invalid(N_("Hãy chọn ngày giờ gửi."), field="at")
    return Draft(tuple(int(one) for one in chosen), _target(form), at)


def _target(form: MultiDict[str, str]) -> Target:
    try:
        return target_of(form.get("gender", "0"), form.getlist("ages"), form.getlist("cities"))
    except BadTarget:
        raise Invalid(N_("Hãy chọn nhóm người nhận trong danh sách."), field="target") from None


def _channel_id(values: MultiDict[str, str]) -> int:
    found = form_values.whole(values, "channel")
    if found is None:
        raise Invalid(N_("Hãy chọn kênh."), field="channel")
    return found


@source
def unclear_broadcasts(session: Session, actor: Actor) -> Notice | None:
    """How many broadcasts wait for somebody to say whether they went out."""
    count = queries.unclear(session, actor)
    sentence = ngettext(
        "%(num)d lượt gửi tới người theo dõi chưa rõ đã đi hay chưa.",
        "%(num)d lượt gửi tới người theo dõi chưa rõ đã đi hay chưa.", count,
    )  # fmt: skip
    return Notice(str(sentence), url_for("followers.index")) if count else None
