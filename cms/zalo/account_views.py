"""The way to Zalo's consent page and back: the account's admin agrees in the browser, the tokens go into the vault."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from channels.contract import ChannelError
from channels.words import N_
from channels.zalo_oa.api import consent
from channels.zalo_oa.api.tokens import TokenState
from cms.channels import sections, service
from cms.channels.sections import Section, SectionPlace
from cms.core.channel_secrets import opened
from cms.core.database import changing, db
from cms.core.permissions import Action
from cms.core.refusal import Conflict, Refusal, refusal_from
from cms.web.actor import current_actor
from cms.web.context import now, settings
from cms.web.guard import needs, signed_in
from cms.web.output.badges import Look
from cms.web.output.language import say
from cms.zalo import connecting
from cms.zalo import panel as account_panel
from cms.zalo.blueprint import blueprint
from cms.zalo.wording import TRIALS
from scheduler.storage.tables import Channel
from scheduler.storage.vault import Keys

KEPT = "zalo-consent"
"""Under this name the browser's session keeps which channel is being connected, and the proofs of who asked."""


@blueprint.get("/channels/<int:channel_id>/connect")
@signed_in
def connect(channel_id: int) -> Response:
    """Send the admin to Zalo's consent page."""
    asking = connecting.asking(db.session(), current_actor(), channel_id, _keys())
    verifier, state = asking.verifier or consent.new_verifier(), consent.new_verifier()
    session[KEPT] = {"channel": channel_id, "state": state} | ({} if asking.verifier else {"verifier": verifier})
    return redirect(consent.consent_url(asking.settings, callback_address(), verifier, state))


@blueprint.post("/channels/<int:channel_id>/connect/challenge")
@signed_in
def fix_challenge(channel_id: int) -> Response:
    """Give the channel a fixed code challenge, for an app whose console wants one."""
    with changing() as database:
        connecting.fix_verifier(database, current_actor(), channel_id, _keys(), now())
    flash(
        _("Đã tạo code challenge cố định; hãy khai nó ở trang ứng dụng trên Zalo rồi bấm “Kết nối với Zalo”."),
        "success",
    )
    return redirect(url_for("channels.show", channel_id=channel_id))


@blueprint.get("/channels/zalo/callback")
@signed_in
@needs(Action.MANAGE_CHANNELS)
def consent_callback() -> Response:
    """Take the code that Zalo sent along, exchange it for tokens and keep them."""
    asked = session.pop(KEPT, None)
    if not isinstance(asked, dict) or not _comes_from_here(asked):
        raise Conflict(N_("Lần cấp quyền này không bắt đầu từ đây hoặc đã xong; hãy bấm “Kết nối với Zalo” lần nữa."))
    channel_id = int(asked["channel"])
    try:
        _keep(channel_id, str(asked.get("verifier", "")))
        flash(_("Đã kết nối với Zalo; bài đang chờ sẽ được gửi."), "success")
        _warn_of_sharers(channel_id)
    except Refusal as refusal:
        flash(say(refusal.words), "danger")
    return redirect(url_for("channels.show", channel_id=channel_id))


def _warn_of_sharers(channel_id: int) -> None:
    for name in connecting.sharers(db.session(), db.session.get_one(Channel, channel_id)):
        words = _(
            "Kênh “%(name)s” cũng dùng Official Account này: hai kênh sẽ làm mất token của nhau. Hãy ngừng một kênh.",
            name=name,
        )
        flash(words, "warning")


def _comes_from_here(asked: Mapping[str, Any]) -> bool:
    """Whether the answer belongs to the consent that this browser asked for.

    The documents promise no ``state`` in the answer. Without one, a verifier of this consent alone proves as much: a
    code that somebody else was given cannot be exchanged with it.
    """
    state = request.args.get("state")
    if state is None:
        return "verifier" in asked
    return hmac.compare_digest(str(asked["state"]).encode(), state.encode())


@blueprint.get("/channels/<int:channel_id>/zalo")
@signed_in
def account(channel_id: int) -> Response:
    """The part of a channel's page that tells of the account, for a page that looks again."""
    channel = service.managed(db.session(), current_actor(), channel_id)
    connecting.settings_of(channel)
    page = make_response(render_template("followers/_account.html", part=(_panel(channel), TRIALS)))
    page.headers["Cache-Control"] = "no-store"
    return page


@blueprint.post("/channels/<int:channel_id>/zalo/ask")
@signed_in
def ask_account(channel_id: int) -> Response:
    """Have Zalo asked how the account is; the answer comes to the page by itself."""
    with changing() as database:
        account_panel.ask(database, current_actor(), channel_id, now=now())
    return redirect(url_for("channels.show", channel_id=channel_id) + "#zalo", 303)


@blueprint.post("/channels/<int:channel_id>/zalo/trial")
@signed_in
def begin_trial(channel_id: int) -> Response:
    """Send a hidden article and remove it; the page tells each step."""
    with changing() as database:
        account_panel.begin_trial(database, current_actor(), channel_id, settings().public_url, now=now())
    return redirect(url_for("channels.show", channel_id=channel_id) + "#zalo", 303)


def _panel(channel: Channel) -> account_panel.Panel:
    return account_panel.panel(db.session(), channel, _keys(), settings().public_url, now())


def _keep(channel_id: int, verifier: str) -> None:
    """The call to Zalo is made outside any transaction. An empty ``verifier`` means the channel's fixed one."""
    code, oa_id = request.args.get("code", ""), request.args.get("oa_id", "")
    if not code:
        raise Conflict(N_("Zalo không gửi mã cấp quyền; hãy đồng ý trên trang của Zalo rồi thử lại."))
    asking = connecting.asking(db.session(), current_actor(), channel_id, _keys())
    db.session.rollback()
    try:
        given = consent.from_code(asking.settings, asking.app_secret, code, verifier or asking.verifier, now())
    except ChannelError as error:
        raise refusal_from(409, "not-connected", error.words) from None
    with changing() as database:
        connecting.keep(database, current_actor(), channel_id, given=given, oa_id=oa_id, keys=_keys(), now=now())


@dataclass(frozen=True, slots=True)
class Connection:
    """How the account is connected, and what its admin writes into the app's console at Zalo.

    ``look`` is None for secrets that no key opens; ``challenge`` is empty while none is fixed.
    """

    channel_id: int
    look: Look | None
    works: bool
    missing: bool
    can_ask: bool
    callback: str
    challenge: str


@sections.of_kind(connecting.KIND)
def account_sections(database: Session, channel: Channel, keys: Keys, at: datetime) -> list[Section]:
    """What the page of a Zalo channel shows: the account, and how it is connected."""
    return [
        Section(SectionPlace.MAIN, "followers/_account.html", (_panel(channel), TRIALS), script="refresh.js"),
        Section(SectionPlace.SECRETS, "followers/_connection.html", _connection(database, channel, keys, at)),
    ]


def _connection(database: Session, channel: Channel, keys: Keys, at: datetime) -> Connection:
    state, held = connecting.state(database, channel, keys, at), opened(database, channel.id, keys) or {}
    return Connection(
        channel.id,
        look=connecting.LOOKS[state] if state else None,
        works=state in (TokenState.GOOD, TokenState.DUE),
        missing=state is TokenState.MISSING,
        can_ask=bool(held.get("app_secret")),
        callback=callback_address(),
        challenge=connecting.fixed_challenge(held),
    )


def callback_address() -> str:
    """Return the address to which Zalo sends the browser back; the app's console has to know it."""
    return settings().public_url + url_for("followers.consent_callback")


def _keys() -> Keys:
    return Keys(settings().encryption_keys)
