"""Scheduling on channels, taking a schedule back, and calling a story back from everywhere."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import exists, select
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from channels import registry
from channels.words import N_
from cms.core import priorities
from cms.core.database import changing, db
from cms.core.permissions import Action
from cms.core.refusal import Invalid, NotFound, Refusal
from cms.models.people import Unit
from cms.stories.pages.blueprint import blueprint
from cms.stories.pages.editor_page import channel_labels
from cms.stories.pages.opened_story import opened
from cms.stories.publishing import promising, schedule_options, scheduling
from cms.stories.publishing.scheduling import Wish
from cms.stories.publishing.unscheduling import unschedule as cancel_all
from cms.stories.renditions import preview
from cms.web.actor import current_actor
from cms.web.context import now, settings, store
from cms.web.guard import needs, signed_in
from cms.web.input import form_values
from cms.web.input.dates import local_input
from cms.web.output.language import say
from scheduler.decisions.states import DeliveryState
from scheduler.storage.tables import Channel, Delivery

WHEN = frozenset({"now", "slot", "at"})


@dataclass(frozen=True, slots=True)
class AtOnce:
    """A channel that a press of the button changes at once: something goes out, or takes the place of what is live."""

    id: int
    name: str
    unit: str
    corrects: bool


@dataclass(frozen=True, slots=True)
class Chosen:
    """The scheduling form as filled in. ``when`` is now, slot or at; ``at`` and ``until`` are local, as typed.

    ``priority`` is the class of the radio scripts among them, "" for that of each channel. ``confirmed`` names the
    channels on which the person has said that they want something to change at once.
    """

    channels: frozenset[int] = frozenset()
    when: str = ""
    at: str = ""
    until: str = ""
    version: int | None = None
    priority: str = ""
    confirmed: str = ""

    @classmethod
    def read(cls, form: MultiDict[str, str]) -> "Chosen":
        """Read the form as it is."""
        return cls(
            form_values.wholes(form, "channels"), form.get("when") or ("at" if form.get("at", "").strip() else ""),
            form.get("at", ""), form.get("until", ""), form_values.whole(form, "version"), form.get("priority", ""),
            form.get("confirmed", ""),
        )  # fmt: skip

    def wishes(self, radio: Collection[int]) -> list[Wish]:
        """What the form asks for; ``radio`` are the radio channels. Raise ``Invalid`` for a time that is none."""
        if self.when not in WHEN:
            raise Invalid(N_("Hãy chọn khi nào phát hành: ngay bây giờ, khung giờ kế tiếp hay ngày giờ cụ thể."),
                          field="when")  # fmt: skip
        at = form_values.instant({"at": self.at}, "at") if self.when == "at" else None
        if self.when == "at" and at is None:
            raise Invalid(N_("Hãy chọn ngày và giờ phát hành."), field="at")
        until = form_values.instant({"until": self.until}, "until")
        return [
            Wish(id_, at, self.when == "slot", until, self.priority if id_ in radio else "")
            for id_ in sorted(self.channels)
        ]


@blueprint.get("/stories/<int:story_id>/schedule")
@signed_in
@needs(Action.SCHEDULE)
def schedule(story_id: int) -> Response:
    """The form: which channels, when, until when."""
    wanted = form_values.wholes(request.args, "channels")
    return _form(story_id, Chosen(channels=wanted, at=request.args.get("at", ""), when=request.args.get("when", "")))


@blueprint.post("/stories/<int:story_id>/schedule")
@signed_in
@needs(Action.SCHEDULE)
def place(story_id: int) -> Response:
    """Promise the story to all chosen channels or to none; what was filled in stays if refused.

    What would change something at once is asked about once, by a list of the channels.
    """
    chosen = Chosen.read(request.form)
    try:
        wishes = chosen.wishes(_prioritised(chosen.channels))
        asking = _at_once(story_id, chosen)
        if asking and chosen.confirmed != ",".join(str(one.id) for one in asking):
            return _form(story_id, chosen, asking=asking)
        made = promising.schedule(
            store(), settings().public_url, current_actor(), story_id, wishes, now=now(),
            expected_version=chosen.version,
        )  # fmt: skip
    except Refusal as refusal:
        return _form(story_id, chosen, refusal)
    flash(_done(len(made), len(asking)), "success")
    return redirect(url_for("stories.story", story_id=story_id), 303)


@blueprint.post("/stories/<int:story_id>/unschedule")
@signed_in
@needs(Action.SCHEDULE)
def unschedule(story_id: int) -> Response:
    """Take back what waits; nothing is published by it."""
    with changing() as session:
        names = cancel_all(session, current_actor(), story_id, now=now())
    flash(_("Đã bỏ lịch trên: %(channels)s.", channels=", ".join(names)), "success")
    return redirect(url_for("stories.story", story_id=story_id), 303)


@blueprint.route("/stories/<int:story_id>/retract", methods=["GET", "POST"])
@signed_in
@needs(Action.SCHEDULE)
def retract(story_id: int) -> Response:
    """Call the story back from every channel, with a reason."""
    reason, sentence, status = request.form.get("reason", ""), "", 200
    if request.method == "POST":
        try:
            with changing() as session:
                scheduling.retract(session, current_actor(), story_id, reason=reason, now=now())
        except Refusal as refusal:
            sentence, status = say(refusal.words), refusal.status
        else:
            flash(_("Đã thu hồi trên mọi kênh; mục “Trên các kênh” cho biết kênh nào đã gỡ xong."), "success")
            return redirect(url_for("stories.story", story_id=story_id), 303)
    db.session.rollback()
    found = opened(db.session(), current_actor(), story_id)
    current_actor().require(Action.SCHEDULE, found.story.unit.path)
    page = render_template("stories/retract.html", opened=found, reason=reason, sentence=sentence)
    return make_response(page, status)


@blueprint.get("/stories/<int:story_id>/channels/<int:channel_id>")
@signed_in
def on_channel(story_id: int, channel_id: int) -> str:
    """The newest revision as one channel would carry it, with that channel's own settings."""
    session = db.session()
    found = opened(session, current_actor(), story_id)
    channel = session.get(Channel, channel_id)
    if channel is None or channel.kind not in channel_labels():
        raise NotFound(N_("Không có kênh này; có thể kênh đã bị xóa."))
    [shown] = preview.previews(
        session, store(), settings().public_url, found.story.unit, found.content,
        story_id=story_id, revision=found.revision.number, channels=[channel], back=request.path,
    )  # fmt: skip
    return render_template("stories/on_channel.html", opened=found, shown=shown)


def _done(count: int, at_once: int) -> str:
    """What has been promised on ``count`` channels, of which ``at_once`` are being sent to now."""
    later, sent = (
        count - at_once,
        _("Đang phát hành ngay trên %(count)s kênh; kết quả ở mục “Trên các kênh”.", count=at_once),
    )
    if not at_once:
        return str(_("Đã lên lịch trên %(count)s kênh.", count=later))
    return f"{sent} {_('Đã lên lịch trên %(count)s kênh.', count=later)}" if later else str(sent)


def _at_once(story_id: int, chosen: Chosen) -> list[AtOnce]:
    """The chosen channels on which something changes as soon as the button is pressed."""
    live = exists().where(
        Delivery.channel_id == Channel.id, Delivery.story_id == story_id, Delivery.state == DeliveryState.LIVE
    )
    rows = db.session.execute(
        select(Channel.id, Channel.name, Unit.name.label("unit"), live.label("live"))
        .join(Unit, Unit.id == Channel.unit_id)
        .where(Channel.id.in_(chosen.channels))
        .order_by(Channel.id)
    )
    found = [AtOnce(row.id, row.name, row.unit, bool(row.live)) for row in rows]
    return [one for one in found if one.corrects or chosen.when == "now"]


def _form(story_id: int, chosen: Chosen, refusal: Refusal | None = None, *, asking: Sequence[AtOnce] = ()) -> Response:
    db.session.rollback()
    session, actor = db.session(), current_actor()
    actor.require(Action.SCHEDULE)
    found = opened(session, actor, story_id)
    groups = schedule_options.places(session, store(), settings().public_url, actor, found.story, found.revision, now())
    page = render_template(
        "stories/schedule.html",
        opened=found,
        groups=groups,
        chosen=chosen,
        asking=asking,
        labels=channel_labels(),
        priorities={kind: priorities.known(kind) for kind in registry.KINDS},
        earliest=local_input(now()),
        sentence=say(refusal.words) if refusal else "",
        field=refusal.field if refusal else "",
    )
    return make_response(page, refusal.status if refusal else 200)


def _prioritised(channels: Collection[int]) -> set[int]:
    """Those of ``channels`` whose kind tells urgent items from others."""
    kinds = [kind for kind in registry.KINDS if priorities.known(kind)]
    return set(db.session.scalars(select(Channel.id).where(Channel.id.in_(channels), Channel.kind.in_(kinds))))
