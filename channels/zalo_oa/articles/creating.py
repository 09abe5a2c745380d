"""The call that makes an article. It is not called refused before the list has been asked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from channels.contract import ChannelError
from channels.zalo_oa.api.connection import Connection
from channels.zalo_oa.api.errors import BELIEVED, Refusal
from channels.zalo_oa.api.listing import Listed
from channels.zalo_oa.articles.lookup import search


def create(article: Mapping[str, Any], api: Connection) -> Mapping[str, Any] | Listed:
    """Ask Zalo to make ``article``; return its answer, or the article itself where a refusal was not the truth.

    Raises ``Refusal`` for a clear no, else ``ChannelError``.
    """
    since = api.account.now()
    try:
        return api.post("article/create", article, expect=BELIEVED, once=True)
    except Refusal:
        if line := _seen(api, article, since):
            return line
        raise


def _seen(api: Connection, article: Mapping[str, Any], since: datetime) -> Listed | None:
    """The article in the list, although the call was refused; None too where the list cannot be read now."""
    try:
        return search(api, article, since)
    except ChannelError:
        return None
