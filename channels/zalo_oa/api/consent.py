"""Connecting an Official Account: a pasted pair of tokens, or the consent of its admin in the browser (OAuth, PKCE)."""

import base64
import hashlib
import re
import secrets as random
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

from channels.contract import ChannelError, ErrorKind
from channels.words import N_, Words
from channels.zalo_oa.api.client import NOTHING, Client, NoToken
from channels.zalo_oa.api.tokens import with_pair
from channels.zalo_oa.settings import Settings

VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")
WRONG_APP = N_("Zalo không biết mã ứng dụng (App ID) này. Hãy xem lại mã ứng dụng trong cấu hình kênh.")
WRONG_CALLBACK = N_("Callback URL chưa được khai ở trang ứng dụng trên Zalo. Hãy chép địa chỉ từ trang kênh sang đó.")
EMPTY = N_("Zalo trả lời rỗng nên chưa có token. Hãy bấm “Kết nối với Zalo” lần nữa.")
KNOWN = {"-14002": WRONG_APP, "-14003": WRONG_CALLBACK, NOTHING: EMPTY}
"""What the codes of the OAuth server, or the name of a failure without code, mean for who connects."""
REFUSED = N_("Zalo không cấp token: %(reason)s. Kiểm tra mã ứng dụng và khóa bí mật, rồi cấp quyền lại trong 10 phút.")


def new_verifier() -> str:
    """Return a PKCE verifier: 43 signs from 32 random bytes."""
    return base64.urlsafe_b64encode(random.token_bytes(32)).rstrip(b"=").decode()


def is_verifier(text: str) -> bool:
    """Whether ``text`` can be a PKCE verifier (RFC 7636, 4.1): 43 to 128 letters, digits and ``-._~``."""
    return VERIFIER.fullmatch(text) is not None


def challenge_of(verifier: str) -> str:
    """Return the PKCE challenge of a verifier; the one to save in Zalo's console when it wants a fixed one."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def consent_url(settings: Settings, redirect_uri: str, verifier: str, state: str) -> str:
    """Return where the account's admin agrees. The browser comes back with ``code``, ``oa_id`` and ``state``."""
    query = {
        "app_id": settings.app_id,
        "redirect_uri": redirect_uri,
        "code_challenge": challenge_of(verifier),
        "state": state,
    }
    return f"{settings.oauth_url}/v4/oa/permission?{urlencode(query)}"


def from_code(settings: Settings, app_secret: str, code: str, verifier: str, now: datetime) -> Mapping[str, str]:
    """Exchange a code for the secrets to store. Raises ``ChannelError``: AUTH if refused, else TRANSIENT."""
    form = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
    with Client(settings) as client:
        try:
            answer = client.token(app_secret, form)
        except NoToken as refusal:
            reason = f"{refusal.code} {refusal.name}".strip(" .")
            text = KNOWN.get(refusal.code or refusal.name, REFUSED)
            values = {"reason": reason} if text == REFUSED else {}
            raise ChannelError(ErrorKind.AUTH, Words(text, values), detail=reason) from None
    return with_pair({"app_secret": app_secret}, answer, now)


def from_pair(app_secret: str, access_token: str, refresh_token: str) -> Mapping[str, str]:
    """Return the secrets to store for a pasted pair. Its age is unknown, so it is renewed on first use."""
    pasted = {"app_secret": app_secret, "access_token": access_token, "refresh_token": refresh_token}
    return {name: value.strip() for name, value in pasted.items()}
