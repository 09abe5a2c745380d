"""The lines in which requests wait, and which request belongs to which."""

from dataclasses import dataclass
from enum import StrEnum


class AdmissionLine(StrEnum):
    """Requests that share threads. A full line keeps nobody waiting but its own."""

    POLL = "poll"
    """Polls that the thin layer does not answer, and the files of pages."""
    HEALTH = "health"
    """Liveness and metrics."""
    ENTRY = "entry"
    """Signing in and out."""
    SAVE = "save"
    """What people do: it changes something, and may wait for the database's lock."""
    PAGE = "page"
    PUBLIC = "public"
    """What anybody may read without being known."""
    API = "api"
    UPLOAD = "upload"
    """Pictures: taken in here, decoded one at a time in a process of their own (``media/pictures/decoders.py``)."""
    TYPED = "typed"
    """What a page asks for while somebody types: previews and trials of a text that is not saved."""
    DEAR = "dear"
    """What else converts a text, draws, prints, speaks or counts a year."""
    DEED = "deed"
    """What is as dear but must not wait behind previews: saving, approving and scheduling a story."""


@dataclass(frozen=True, slots=True)
class LineCapacity:
    """So many requests of a line run at once, so many more wait, each at most ``patience_s`` seconds.

    Of one person at most ``share`` run and ``share_waiting`` wait.
    """

    running: int
    waiting: int
    patience_s: float
    share: int = 1
    share_waiting: int = 4


HELPED = frozenset({AdmissionLine.TYPED, AdmissionLine.DEAR, AdmissionLine.DEED})
"""Lines whose requests run in a helper process, if there are any."""

POLLS = 16
"""Threads that no line can hold: what the thin layer answers (feeds, playlists, pictures) always finds one."""


def rooms(helpers: int) -> dict[AdmissionLine, LineCapacity]:
    """Return the room of each line. One helper of all is kept for deeds, and one place of a line for another person."""
    every = helpers or 5
    typed = max(1, (every - 1) // 2)
    dear = max(1, every - 1 - typed)
    return {
        AdmissionLine.POLL: LineCapacity(4, 48, 10),
        AdmissionLine.HEALTH: LineCapacity(2, 8, 5),
        AdmissionLine.ENTRY: LineCapacity(3, 16, 10),
        AdmissionLine.SAVE: LineCapacity(5, 32, 15),
        AdmissionLine.PAGE: LineCapacity(5, 32, 15),
        AdmissionLine.PUBLIC: LineCapacity(3, 32, 10),
        AdmissionLine.API: LineCapacity(3, 32, 15),
        AdmissionLine.UPLOAD: LineCapacity(3, 12, 15, share=2, share_waiting=12),
        AdmissionLine.TYPED: LineCapacity(typed, 8, 10, max(1, typed - 1)),
        AdmissionLine.DEAR: LineCapacity(dear, 32, 15, max(1, dear - 1), share_waiting=24),
        AdmissionLine.DEED: LineCapacity(every, 32, 15, max(1, every - 2), share_waiting=24),
    }


def threads(helpers: int) -> int:
    """Return how many threads a web worker needs so that polls find one when all lines are full."""
    return sum(room.running + room.waiting for room in rooms(helpers).values()) + POLLS


TYPED = frozenset({"stories.preview_new", "stories.preview_story", "lexicon.try_out", "lexicon.listen"})
"""Each person may ask for these so many times a minute: ``DAKENH_PREVIEW_LIMIT``."""

DEAR = frozenset({
    "stories.preview_saved", "stories.history", "stories.on_channel", "stories.schedule",
    "radio.download", "radio.download_bulletin", "radio.download_variant", "radio.bulletin", "radio.bulletin_prompter",
    "radio.bulletin_standing", "radio.create_variant", "radio.edit_variant", "radio.listen",
    "lexicon.create", "lexicon.edit", "quotas.board", "quotas.table", "quotas.cell", "quotas.upload", "quotas.plan",
    "quotas.prolong", "audit.download", "followers.new", "followers.review", "followers.begin_trial",
    "api.preview_story", "api.download_script", "api.download_bulletin", "api.read_bulletin",
    "api.download_variant_file", "api.keep_variant", "api.list_quotas", "api.read_quota",
})  # fmt: skip

DEEDS = frozenset({
    "stories.create", "stories.save", "stories.approve", "stories.place", "quotas.schedule", "followers.order",
    "api.create_story", "api.replace_story", "api.change_story", "api.submit_story", "api.approve_story",
    "api.schedule_story", "radio.begin_bulletin", "radio.change_items", "radio.repeat_bulletin", "radio.air_bulletin",
    "api.begin_bulletin", "api.arrange_bulletin", "api.log_bulletin",
})  # fmt: skip

SEARCHES = frozenset({"stories.index", "api.list_stories"})
"""Lists that are dear when a word is looked for (``q``)."""

POLLED = frozenset(
    {"static", "bootstrap.static", "channels.kind_file", "radio.feed", "radio.standing", "boards.player"}
)

WATCHED = frozenset({"monitoring.healthz", "monitoring.prometheus"})

UPLOADS = frozenset({"stories.upload", "api.upload_asset"})

ENTRIES = frozenset({"people.sign_in", "people.sign_out", "people.session_state"})

PUBLIC = frozenset({"feeds.story", "boards.plays", "followers.hook", "api.openapi"})

READS = frozenset({"GET", "HEAD", "OPTIONS"})


def line_of(endpoint: str, method: str, query: str) -> AdmissionLine:
    """Return the line of a request for ``endpoint`` (Flask's name of it; "" if there is none)."""
    named = _BY_NAME.get(endpoint)
    if named is not None:
        return named
    if endpoint in SEARCHES and any(part.startswith("q=") and len(part) > 2 for part in query.split("&")):
        return AdmissionLine.DEAR
    if endpoint.startswith("api."):
        return AdmissionLine.API
    if not endpoint:
        return AdmissionLine.PUBLIC
    return AdmissionLine.PAGE if method in READS else AdmissionLine.SAVE


_BY_NAME = {
    **dict.fromkeys(TYPED, AdmissionLine.TYPED),
    **dict.fromkeys(DEAR, AdmissionLine.DEAR),
    **dict.fromkeys(DEEDS, AdmissionLine.DEED),
    **dict.fromkeys(UPLOADS, AdmissionLine.UPLOAD),
    **dict.fromkeys(POLLED, AdmissionLine.POLL),
    **dict.fromkeys(WATCHED, AdmissionLine.HEALTH),
    **dict.fromkeys(ENTRIES, AdmissionLine.ENTRY),
    **dict.fromkeys(PUBLIC, AdmissionLine.PUBLIC),
}
