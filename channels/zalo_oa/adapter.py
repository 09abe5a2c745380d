"""The Zalo Official Account as a channel: articles made, corrected, looked up and removed through its Open API."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from pydantic import BaseModel

from channels.access import Access
from channels.contract import (
    Account,
    Continue,
    Evidence,
    Finding,
    Order,
    Piece,
    Receipt,
    Rendition,
    StoryKind,
    Transport,
)
from channels.observing import LiveStanding, Observed
from channels.words import N_, Words
from channels.zalo_oa import checks
from channels.zalo_oa.api import tokens
from channels.zalo_oa.api.connection import Connection, connected
from channels.zalo_oa.api.errors import JOB_VERDICTS, PROCESSING, RULES, Refusal, unclear
from channels.zalo_oa.articles import article, publishing
from channels.zalo_oa.articles.confirming import observed
from channels.zalo_oa.articles.jobs import Stage, payload, receipt
from channels.zalo_oa.articles.lookup import search
from channels.zalo_oa.articles.removing import remove
from channels.zalo_oa.audience import webhook
from channels.zalo_oa.settings import Settings, is_simulated


class ZaloOa:
    """Publishes articles. Holds no state; every call opens and closes its own connection."""

    kind: ClassVar[str] = article.KIND
    label: ClassVar[Words] = Words(N_("Zalo Official Account"))
    short_label: ClassVar[Words] = Words(N_("Zalo"))
    icon: ClassVar[str] = "chat-dots"
    transport: ClassVar[Transport] = Transport.PUSH
    evidence: ClassVar[Evidence] = Evidence.RECEIPT
    story_kinds: ClassVar[frozenset[StoryKind]] = checks.KINDS
    texts: ClassVar[frozenset[str]] = frozenset(("title", "summary", "body"))
    Settings: ClassVar[type[BaseModel]] = Settings
    secrets: ClassVar[Mapping[str, Words]] = {
        "app_secret": Words(N_("Khóa bí mật của ứng dụng (App Secret)")),
        "access_token": Words(N_("Token truy cập (Access Token)")),
        "refresh_token": Words(N_("Token làm mới (Refresh Token)")),
        "code_verifier": Words(N_("Code verifier cố định (chỉ khi ứng dụng đã khai code challenge trên Zalo)")),
        webhook.SECRET: Words(N_("Khóa bí mật Official Account (OA Secret Key, ở trang Webhook)")),
    }
    stopping: ClassVar[Words] = Words(
        N_("Ngừng “%(name)s”? Bài đang chờ được giữ lại, chưa gửi. Bài đã đăng vẫn ở trên kênh và vẫn thu hồi được.")
    )
    public_paths: ClassVar[Mapping[str, str]] = {}
    public_pages: ClassVar[Mapping[str, str]] = {}
    page_template: ClassVar[str] = ""
    priorities: ClassVar[Mapping[str, Words]] = {}
    calls_per_minute: ClassVar[int] = 60
    """Steps; a step makes up to two calls, and the smaller package allows 100 calls a minute."""
    calls_of_a_look: ClassVar[int] = 1
    shows_after: ClassVar[timedelta] = timedelta(minutes=3)
    """The list may show an article only after two looks and over a minute; production code saw half a minute."""

    def check(self, piece: Piece, settings: BaseModel) -> Sequence[Finding]:
        """Say what stops or hurts the piece on Zalo; shows how title and description will be cut."""
        return checks.check(piece, _own(settings))

    def render(self, piece: Piece, settings: BaseModel) -> Rendition:
        """Return the article's payload and the pictures that had to be made lighter or cut."""
        return article.render(piece, _own(settings))

    def access(self, secrets: Mapping[str, str], settings: BaseModel, now: datetime) -> Access:
        """How the tokens hold."""
        return tokens.ACCESS[tokens.token_state(secrets, _own(settings).app_id, now)]

    def publish(self, order: Order, account: Account) -> Receipt | Continue:
        """Make one step: create or update, then verify until Zalo gives the id, then ask for the link."""
        with connected(account) as api:
            return publishing.publish(order, api)

    def find(self, order: Order, account: Account) -> Receipt | None:
        """Look an unclear article up: by its job if one is known, else by title, time and content in the list."""
        with connected(account) as api:
            return _found(order, api)

    def retract(self, order: Order, account: Account) -> None:
        """Remove the article, or hide it where Zalo does not remove it; one that is gone already is a success."""
        if order.live is not None:
            with connected(account) as api:
                remove(order, api)

    def observe(self, order: Order, account: Account) -> Observed:
        """Read the live article back and compare it with what was sent."""
        if order.live is None or not order.live.provider_id:
            return Observed(LiveStanding.UNTOLD)
        with connected(account) as api:
            return observed(order, order.live.provider_id, api)

    def is_simulated(self, settings: BaseModel) -> bool:
        """Whether a channel with these settings publishes to a simulator; every page that shows it must say so."""
        return is_simulated(settings)

    def keep_connected(self, account: Account) -> Words | None:
        """Renew the tokens if they are due, so that a silent channel does not lose them.

        Return what its admin has to do soon, None if nothing. Raises ``ChannelError``, AUTH if the tokens are spent.
        """
        with connected(account) as api:
            return tokens.kept(account, api.client)


def _own(settings: BaseModel) -> Settings:
    if not isinstance(settings, Settings):
        raise TypeError("settings of another channel kind")
    return settings


def _found(order: Order, api: Connection) -> Receipt | None:
    stage = Stage.read(order.progress)
    if stage.article_id:
        return receipt(api.account, order, stage.article_id, "", stage)
    if stage.token and (found := _of_job(order, stage, api)):
        return found
    since = order.called_at or (datetime.fromisoformat(stage.since) if stage.since else None)
    line = search(api, payload(order), since or api.account.now())
    return receipt(api.account, order, line.id, line.link, stage) if line else None


def _of_job(order: Order, stage: Stage, api: Connection) -> Receipt | None:
    """Ask for a job that Zalo has confirmed taking: while it works on it nobody can say that the article is not."""
    try:
        data = api.post("article/verify", {"token": stage.token}, expect=JOB_VERDICTS)
    except Refusal as refusal:
        if refusal.code == PROCESSING or refusal.code not in RULES:
            raise unclear(once=True, detail=str(refusal)) from None
        return None
    article_id = str(data.get("id") or "")
    return receipt(api.account, order, article_id, "", stage) if article_id else None
