"""Promising a story to channels: made first, then promised in one short transaction."""

from collections.abc import Sequence
from datetime import datetime

from cms.core.database import changing, db
from cms.core.permissions import Actor
from cms.stories.publishing import render_ahead, scheduling
from cms.stories.publishing.scheduling import Wish
from media.storage.store import Store


def schedule(
    store: Store,
    base_url: str,
    actor: Actor,
    story_id: int,
    wishes: Sequence[Wish],
    *,
    now: datetime,
    expected_version: int | None = None,
) -> list[int]:
    """Promise the approved revision to all channels of ``wishes``, or to none; return the delivery ids.

    A channel that already carries an older revision is corrected instead. Opens its own transaction, after all that is
    slow. Raise a ``Refusal`` that names the first channel in the way and what to do.
    """

    def attempt() -> list[int]:
        ready = scheduling.prepare(
            db.session(), store, base_url, actor, story_id, wishes, expected_version=expected_version
        )
        with changing() as session:
            return scheduling.schedule(session, actor, ready, wishes, now=now, expected_version=expected_version)

    return render_ahead.until_same(attempt)
