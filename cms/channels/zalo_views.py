"""The way to Zalo's consent page and back: the account's admin agrees in the browser, the tokens go into the vault."""

import hmac

from flask import flash, redirect, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from channels.contract import ChannelError
from channels.words import N_
from channels.zalo_oa import connect as consent
from cms.channels import connecting
from cms.channels.blueprint import blueprint
from cms.database import changing, db
from cms.refusal import Conflict, Refusal, refusal_from
from cms.web.actor import current_actor
from cms.web.context import now, settings
from cms.web.guard import signed_in
from cms.web.language import say
from scheduler.vault import Keys

KEPT = "zalo-consent"
"""Under this name the browser's session keeps which channel is being connected, and the proofs of who asked."""


@blueprint.get("/channels/<int:channel_id>/connect")
@signed_in
def connect(channel_id: int) -> Response:
    """Send the admin to Zalo's consent page."""
    own, _secret = connecting.app_secret(db.session(), current_actor(), channel_id, _keys())
    verifier, state = consent.new_verifier(), consent.new_verifier()
    session[KEPT] = {"channel": channel_id, "verifier": verifier, "state": state}
    return redirect(consent.consent_url(own, _callback(), verifier, state))


@blueprint.get("/channels/zalo/callback")
@signed_in
def zalo_callback() -> Response:
    """Take the code that Zalo sent along, exchange it for tokens and keep them."""
    asked = session.pop(KEPT, None)
    if not isinstance(asked, dict) or not hmac.compare_digest(asked["state"], request.args.get("state", "")):
        raise Conflict(N_("Lần cấp quyền này không bắt đầu từ đây hoặc đã xong; hãy bấm “Kết nối với Zalo” lần nữa."))
    channel_id = int(asked["channel"])
    try:
        _keep(channel_id, str(asked["verifier"]))
        flash(_("Đã kết nối với Zalo; bài đang chờ sẽ được gửi."), "success")
    except Refusal as refusal:
        flash(say(refusal.words), "danger")
    return redirect(url_for("channels.show", channel_id=channel_id))


def _keep(channel_id: int, verifier: str) -> None:
    """The call to Zalo is made outside any transaction."""
    code, oa_id = request.args.get("code", ""), request.args.get("oa_id", "")
    if not code:
        raise Conflict(N_("Zalo không gửi mã cấp quyền; hãy đồng ý trên trang của Zalo rồi thử lại."))
    own, secret = connecting.app_secret(db.session(), current_actor(), channel_id, _keys())
    db.session.rollback()
    try:
        given = consent.from_code(own, secret, code, verifier, now())
    except ChannelError as error:
        raise refusal_from(409, "not-connected", error.words) from None
    with changing() as database:
        connecting.keep(database, current_actor(), channel_id, given=given, oa_id=oa_id, keys=_keys(), now=now())


def _callback() -> str:
    return settings().public_url + url_for("channels.zalo_callback")


def _keys() -> Keys:
    return Keys(settings().encryption_keys)
