"""Pages of channels: the list with their health, one channel with all that is set, and its forms."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from werkzeug.wrappers import Response

from channels import registry
from channels.contract import Evidence
from channels.words import N_, Words
from cms.channels import forms, kind_files, queries, service
from cms.channels.blueprint import blueprint
from cms.channels.forms import ChannelForm
from cms.channels.late_policies import LATE_POLICIES
from cms.channels.sections import sections_of
from cms.core import units
from cms.core.database import changing, db
from cms.core.permissions import Action
from cms.core.refusal import Invalid, NotFound, Refusal
from cms.deliveries import channel_standings, handling
from cms.deliveries.queries import DeliveryFilter, page
from cms.models.boards import BoardKey
from cms.models.people import Unit
from cms.web import confirming
from cms.web.actor import current_actor
from cms.web.confirming import Question
from cms.web.context import now, settings
from cms.web.guard import signed_in
from cms.web.input import form_values, weekly_times
from cms.web.output.language import say
from scheduler.orders.held_back import held_back
from scheduler.storage.tables import Channel, ChannelSecret
from scheduler.storage.vault import Keys

__all__ = ["blueprint", "kind_files"]

READABLE = ("text/", "application/json", "application/rss+xml", "application/atom+xml", "application/feed+json",
            "application/smil")  # fmt: skip
"""Types of documents that are shown as text."""
STOPPING = N_("Ngừng “%(name)s”? Bài đang chờ được giữ lại.")
SHOWN = 20_000
"""Characters of a document that are shown."""


@blueprint.get("/channels")
@signed_in
def index() -> str:
    """Channels of the admin's units."""
    session, actor, args = db.session(), current_actor(), request.args
    wanted = queries.ChannelFilter(
        words=args.get("q", "")[:100],
        kind=args.get("kind", "") if args.get("kind") in registry.KINDS else "",
        unit_id=form_values.whole(args, "unit"),
    )
    found = queries.page(session, actor, wanted, form_values.whole(args, "page") or 1)
    return render_template(
        "channels/index.html",
        found=found,
        stands=channel_standings.standings(session, [line.channel for line in found.lines], _keys(), now()),
        wanted=wanted,
        units=units.listed(session, actor, Action.MANAGE_CHANNELS),
        labels={kind: registry.adapter(kind).label for kind in registry.KINDS},
        media=queries.media(session),
    )


@blueprint.get("/channels/<int:channel_id>")
@signed_in
def show(channel_id: int) -> str:
    """One channel: how it is, its addresses, what readers get now, its times and secrets."""
    return _shown(channel_id)


@blueprint.route("/channels/new", methods=["GET", "POST"])
@signed_in
def new() -> str | Response:
    """Choose a kind, then fill in its form."""
    actor = current_actor()
    actor.require(Action.MANAGE_CHANNELS)
    kind = request.values.get("kind", "")
    if kind not in registry.KINDS:
        return render_template("channels/kinds.html", labels={k: registry.adapter(k).label for k in registry.KINDS})
    if request.method == "GET":
        return _form_page(forms.blank(kind), None)
    if unit := db.session().get(Unit, form_values.whole(request.form, "unit") or 0):
        actor.require(Action.MANAGE_CHANNELS, unit.path)
    shown, entered = forms.sent(kind, request.form)
    status = 422
    if entered is not None:
        try:
            with changing() as session:
                channel = service.create(
                    session, actor, kind=kind, slug=request.form.get("slug", "").strip(), unit_id=_unit(),
                    basics=entered.basics, settings=entered.settings, now=now(),
                )  # fmt: skip
            flash(_("Đã tạo kênh. Hãy đặt khung giờ và mã bí mật nếu kênh cần."), "success")
            return redirect(url_for("channels.show", channel_id=channel.id), 303)
        except Refusal as refusal:
            status = forms.note(shown, refusal)
    return make_response(_form_page(shown, None), status)


@blueprint.route("/channels/<int:channel_id>/edit", methods=["GET", "POST"])
@signed_in
def edit(channel_id: int) -> str | Response:
    """Change what is set."""
    actor = current_actor()
    channel = service.managed(db.session(), actor, channel_id)
    if channel.kind not in registry.KINDS:
        raise NotFound(N_("Loại kênh này không còn được hỗ trợ nên không sửa được."))
    if request.method == "GET":
        return _form_page(forms.filled(channel), channel)
    shown, entered = forms.sent(channel.kind, request.form)
    status = 422
    if entered is not None:
        try:
            with changing() as session:
                service.edit(session, actor, channel_id, basics=entered.basics, settings=entered.settings, now=now())
            flash(_("Đã lưu cấu hình kênh."), "success")
            return redirect(url_for("channels.show", channel_id=channel_id), 303)
        except Refusal as refusal:
            status = forms.note(shown, refusal)
    return make_response(_form_page(shown, service.managed(db.session(), actor, channel_id)), status)


@blueprint.post("/channels/<int:channel_id>/slots")
@signed_in
def slots(channel_id: int) -> str | Response:
    """Replace the weekly times."""
    written = {weekday: request.form.get(f"slot-{weekday}", "") for weekday in range(1, 8)}
    try:
        with changing() as session:
            service.set_slots(session, current_actor(), channel_id, weekly_times.read(written), now=now())
    except Invalid as refusal:
        return make_response(
            _shown(channel_id, slots=written, slot_error={refusal.field: say(refusal.words)}), refusal.status
        )
    flash(_("Đã lưu khung giờ của kênh."), "success")
    return redirect(url_for("channels.show", channel_id=channel_id), 303)


@blueprint.post("/channels/<int:channel_id>/secrets")
@signed_in
def secrets(channel_id: int) -> str | Response:
    """Store new secrets; they are never shown again."""
    values = {name.removeprefix("secret-"): value for name, value in request.form.items() if name.startswith("secret-")}
    try:
        with changing() as session:
            service.store_secrets(session, current_actor(), channel_id, values, _keys(), now=now())
    except Invalid as refusal:
        return make_response(_shown(channel_id, secret_error=say(refusal.words)), refusal.status)
    flash(_("Đã lưu mã bí mật; mã được mã hóa và không hiện lại."), "success")
    return redirect(url_for("channels.show", channel_id=channel_id), 303)


@blueprint.post("/channels/<int:channel_id>/<any(activate,deactivate):change>")
@signed_in
def active(channel_id: int, change: str) -> Response:
    """Stop the channel, or open it again: what then goes out at once is asked about."""
    if change == "activate" and (question := _held_back(service.managed(db.session(), current_actor(), channel_id))):
        return question
    with changing() as session:
        service.set_active(session, current_actor(), channel_id, change == "activate", now=now())
    said = _("Kênh đã mở lại.") if change == "activate" else _("Kênh đã ngừng; bài đang chờ được giữ lại.")
    flash(said, "success")
    return redirect(url_for("channels.show", channel_id=channel_id), 303)


@blueprint.post("/channels/<int:channel_id>/resume")
@signed_in
def resume(channel_id: int) -> Response:
    """Let a channel that was held go on; what then goes out at once is asked about."""
    if question := _held_back(handling.to_settle(db.session(), current_actor(), channel_id)):
        return question
    with changing() as session:
        handling.resume_channel(session, current_actor(), channel_id, now=now())
    flash(_("Kênh chạy tiếp; bài đang chờ được gửi khi đến giờ."), "success")
    return redirect(url_for("channels.show", channel_id=channel_id), 303)


def _held_back(channel: Channel) -> Response | None:
    """Ask before a channel works again, if its standing still has held something back; None if not, or after a yes."""
    goes, missed = held_back(db.session().connection(), channel.id, now())
    if not goes or confirming.said_yes([*goes, *missed]):
        return None
    count = len(goes)
    hint = ngettext(
        "%(num)d lượt khác đã trễ quá mức kênh cho phép nên thành lỡ giờ, không tự gửi.",
        "%(num)d lượt khác đã trễ quá mức kênh cho phép nên thành lỡ giờ, không tự gửi.", len(missed),
    )  # fmt: skip
    question = Question(
        str(ngettext("“%(channel)s” chạy lại thì %(num)d lượt đã đến giờ được gửi ngay",
                     "“%(channel)s” chạy lại thì %(num)d lượt đã đến giờ được gửi ngay", count, channel=channel.name)),
        handling.titled(db.session(), goes), str(hint) if missed else "",
        str(ngettext("Cho chạy và gửi ngay %(num)d lượt", "Cho chạy và gửi ngay %(num)d lượt", count)),
    )  # fmt: skip
    return confirming.ask(question, [*goes, *missed], url_for("channels.show", channel_id=channel.id))


@blueprint.post("/channels/<int:channel_id>/board-key")
@signed_in
def board_key(channel_id: int) -> Response:
    """Issue or replace a board's key; it stands on this one page and nowhere else."""
    with changing() as session:
        key = service.issue_board_key(session, current_actor(), channel_id, now=now())
    response = make_response(_shown(channel_id, new_key=key))
    response.headers["Cache-Control"] = "no-store"
    return response


def _shown(
    channel_id: int, *, new_key: str = "", secret_error: str = "", slots: dict[int, str] | None = None,
    slot_error: dict[str, str] | None = None,
) -> str:  # fmt: skip
    session, actor = db.session(), current_actor()
    channel = service.managed(session, actor, channel_id)
    unit = session.get_one(Unit, channel.unit_id)
    adapter = registry.adapter(channel.kind) if channel.kind in registry.KINDS else None
    reports = adapter is not None and adapter.evidence is Evidence.PLAY
    kept = session.scalar(select(ChannelSecret.updated_at).where(ChannelSecret.channel_id == channel.id))
    return render_template(
        "channels/show.html",
        channel=channel,
        unit=unit,
        adapter=adapter,
        simulated=queries.simulated(channel),
        settings_fields=forms.filled(channel).settings if adapter else [],
        media=queries.media(session),
        late_policies=LATE_POLICIES,
        addresses=queries.addresses(channel.kind, channel.slug, settings().public_url),
        base_url=settings().public_url,
        documents=[(one, _text_of(one.mime, one.body)) for one in queries.documents(session, channel.id)],
        held=service.secrets_held(session, channel.id, _keys()) if adapter and adapter.secrets else frozenset(),
        kept_at=kept,
        sections=sections_of(session, channel, _keys(), now()),
        board_key=session.get(BoardKey, channel.id) if reports else None,
        is_board=reports,
        new_key=new_key,
        secret_error=secret_error,
        slots=slots or weekly_times.write(channel.weekly_slots),
        slot_error=slot_error or {},
        weekdays=weekly_times.WEEKDAYS,
        recent=page(session, actor, DeliveryFilter(channel_id=channel.id), size=10).rows,
        stopping=Words(adapter.stopping.text if adapter else STOPPING, {"name": channel.name}),
        settles=actor.may(Action.SETTLE, unit.path),
        stuck=queries.stuck(session, channel.id),
        stand=channel_standings.standings(session, [channel], _keys(), now())[channel.id],
    )


def _form_page(shown: ChannelForm, channel: Channel | None) -> str:
    session = db.session()
    return render_template(
        "channels/form.html",
        form=shown,
        channel=channel,
        label=registry.adapter(shown.kind).label,
        units=units.listed(session, current_actor(), Action.MANAGE_CHANNELS),
        media=queries.media(session),
        late_policies=LATE_POLICIES,
        simulated=queries.simulated(channel) if channel else False,
    )


def _unit() -> int:
    unit_id = form_values.whole(request.form, "unit")
    if unit_id is None:
        raise Invalid(N_("Hãy chọn đơn vị quản lý kênh."), field="unit")
    return unit_id


def _keys() -> Keys:
    return Keys(settings().encryption_keys)


def _text_of(mime: str, body: bytes) -> str:
    """The beginning of a document that people can read; empty for pictures."""
    return body.decode("utf-8", "replace")[:SHOWN] if mime.startswith(READABLE) else ""
