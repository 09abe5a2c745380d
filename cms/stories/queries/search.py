"""Full-text search that forgives missing diacritics: FTS5 on SQLite, a GIN index on PostgreSQL."""

import html
import re

from sqlalchemy import ColumnElement, literal_column, text
from sqlalchemy.orm import Session

from cms.core.folding import fold
from cms.models.stories import Story
from cms.stories.editing.content import Content

LONGEST_TEXT = 20_000
"""Characters of a story that are searched; a body beyond that adds nothing that a reader would search by."""

MOST_MATCHES = 2_000
"""A search is over the newest so many stories that match: who gets more adds a word, and a word that stands in every
story costs no more than a rare one."""


def terms(query: str) -> list[str]:
    """The words that a query asks for, folded; at most 12, so that nobody can ask for an endless one."""
    return re.findall(r"\w+", fold(query))[:12]


NEWEST, SHARED = "story_search", "story_search_shared"
"""Where the newest content of each story is searched, and where what other units see of it."""


def index(session: Session, story_id: int, content: Content) -> None:
    """Make the story findable by its newest content."""
    _index(session, NEWEST, story_id, content)


def index_shared(session: Session, story_id: int, content: Content) -> None:
    """Make the story findable for other units by its approved content."""
    _index(session, SHARED, story_id, content)


def _index(session: Session, table: str, story_id: int, content: Content) -> None:
    whole = " ".join((content.title, content.summary, content.body, content.byline))
    written = fold(html.unescape(whole))[:LONGEST_TEXT]
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text(f"DELETE FROM {table} WHERE rowid = :id"), {"id": story_id})  # noqa: S608
        session.execute(
            text(f"INSERT INTO {table} (rowid, text) VALUES (:id, :text)"),  # noqa: S608
            _row(story_id, written),
        )
    else:
        session.execute(
            text(
                f"INSERT INTO {table} (story_id, text) VALUES (:id, :text)"  # noqa: S608
                " ON CONFLICT (story_id) DO UPDATE SET text = excluded.text"
            ),
            _row(story_id, written),
        )


def matching(session: Session, query: str, table: str = NEWEST) -> ColumnElement[bool] | None:
    """A condition on ``Story`` that holds for stories with all words of ``query``; None if it has no word.

    The last word also matches as a beginning, so that results appear while one types. ``table`` is ``NEWEST`` or
    ``SHARED``.
    """
    words = terms(query)
    if not words:
        return None
    if session.get_bind().dialect.name == "sqlite":
        wanted = " ".join(f'"{word}"' for word in words) + "*"
        found = text(
            f"SELECT rowid FROM {table} WHERE {table} MATCH :wanted ORDER BY rowid DESC LIMIT :most"  # noqa: S608
        ).bindparams(wanted=wanted, most=MOST_MATCHES)
    else:
        wanted = " & ".join(words) + ":*"
        found = text(
            f"SELECT story_id FROM {table} WHERE to_tsvector('simple', text) @@ to_tsquery('simple', :wanted)"  # noqa: S608
            " ORDER BY story_id DESC LIMIT :most"
        ).bindparams(wanted=wanted, most=MOST_MATCHES)
    return Story.id.in_(found.columns(literal_column("id")))


def _row(story_id: int, written: str) -> dict[str, object]:
    return {"id": story_id, "text": written}
