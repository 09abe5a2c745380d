"""Changing a story: one writer at a time, so that of two who started from the same version one is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.api.kit.calls import Call
from cms.core.database import changing
from cms.models.stories import Story
from cms.stories.queries import lookup


@contextmanager
def changing_story(call: Call[Any, Any], story_id: int) -> Iterator[tuple[Session, Story, int | None]]:
    """Open a writing transaction on a story; yields it with the version that a service is to expect.

    The row is locked before it is read. SQLite has one writer anyway; on PostgreSQL the second writer waits here and
    then sees what the first one did, instead of failing half-way.
    """
    with changing() as session:
        session.execute(select(Story.id).where(Story.id == story_id).with_for_update())
        found = lookup.story(session, call.actor, story_id)
        yield session, found, call.expected.version_for(lookup.seen(session, call.actor, found).version)
