"""Zalo's jobs: how far one has come between two steps, what was sent with it, and the proof that it leads to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from channels.contract import Account, ChannelError, ErrorKind, Order, Receipt
from channels.words import N_, Words
from channels.zalo_oa.api.connection import Connection, settings_of
from channels.zalo_oa.api.errors import JOB_VERDICTS, PROCESSING, Refusal
from channels.zalo_oa.articles.article import to_send

POLL_SECONDS = 3.0
QUICK_POLLS = 8
"""Production code polls 8 times 3 s; 5 times 2 s gave false failures. Slower after that."""
SLOW_POLLS = (5.0, 10.0, 20.0, 30.0, 60.0)
POLLS_MAX = 40
NOTHING_KEPT = Words(N_("Bản đã duyệt của bài không còn đọc được nên không gửi gì lên Zalo."))


@dataclass(frozen=True, slots=True)
class Stage:
    """How far a publication has come, as the engine keeps it between two steps.

    ``token`` names Zalo's job and ``article_id`` what came of it; ``polls`` and ``tries`` count questions (``tries``
    those that were answered strangely, then those for the link);
    ``restarts`` counts new attempts after pictures that Zalo could not fetch, ``resent`` those of a correction whose
    job Zalo forgot or whose content it did not show; ``since`` is when the call was made; ``looks`` counts looks that
    showed what was sent; ``earlier`` are jobs of corrections that this one replaces; ``hides`` tells that the job is
    the hiding of an article that shall be gone.
    """

    token: str = ""
    article_id: str = ""
    polls: int = 0
    tries: int = 0
    restarts: int = 0
    resent: int = 0
    since: str = ""
    looks: int = 0
    earlier: tuple[str, ...] = ()
    hides: bool = False

    @classmethod
    def read(cls, progress: Mapping[str, Any]) -> "Stage":
        """Read what an earlier step committed."""
        known = {name: progress[name] for name in cls.__dataclass_fields__ if name in progress}
        return cls(**known | {"earlier": tuple(known.get("earlier", ()))})

    def write(self) -> dict[str, Any]:
        """Return what is to be committed, empty values left out."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items() if value}


def payload(order: Order) -> dict[str, Any]:
    """Return what is sent for an order; after a failed fetch of pictures with the default cover."""
    stage = Stage.read(order.progress)
    if "article" not in order.rendition.document:
        raise ChannelError(ErrorKind.REJECTED, NOTHING_KEPT)
    return to_send(order.rendition.document, order.key, fallback=stage.restarts > 0)


def pause(polls: int) -> float:
    """Seconds to wait after the ``polls``-th answer "being processed"."""
    if polls < QUICK_POLLS:
        return POLL_SECONDS
    return SLOW_POLLS[min(polls - QUICK_POLLS, len(SLOW_POLLS) - 1)]


def begun(progress: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the jobs that a correction had begun when another one took its place."""
    stage = Stage.read(progress)
    pending = (stage.token,) if stage.token and not stage.article_id and not stage.hides else ()
    return (*stage.earlier, *pending)


def at_work(tokens: tuple[str, ...], api: Connection) -> tuple[str, ...]:
    """Ask for each job; return those that Zalo still works on. Asking is also what may bring a job to its end."""
    return tuple(token for token in tokens if _is_at_work(token, api))


def _is_at_work(token: str, api: Connection) -> bool:
    try:
        api.post("article/verify", {"token": token}, expect=JOB_VERDICTS)
    except Refusal as refusal:
        return refusal.code == PROCESSING
    return False


def receipt(account: Account, order: Order, article_id: str, link: str, stage: Stage) -> Receipt:
    """Return the proof: when it was seen, on which account, and whether the default cover had to stand in."""
    settings = settings_of(account)
    known_link = link or (order.live.link if order.live else "")
    evidence: dict[str, Any] = {
        "confirmed_at": account.now().isoformat(),
        "oa_id": settings.oa_id,
        "status": order.rendition.document["article"]["status"],
    }
    if stage.restarts and order.rendition.document.get("fallback_cover"):
        evidence["cover"] = "default"
    if settings.simulated:
        evidence["simulated"] = True
    return Receipt(article_id, known_link, evidence)
