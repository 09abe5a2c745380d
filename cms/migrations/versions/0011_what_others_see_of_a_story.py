"""What units beyond a story's own see of it: its approved revision, in rows and a search of their own.

Revision: 0011, after 0010.
"""

import unicodedata
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

SEARCHED = ("title", "summary", "body", "byline")
LONGEST = 20_000
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Make the table and fill it with what was approved last."""
    op.create_table(
        "shared_story",
        sa.Column("story_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("column_code", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["revision_id"], ["revision.id"], name=op.f("fk_shared_story_revision_id_revision")),
        sa.ForeignKeyConstraint(
            ["story_id"], ["story.id"], name=op.f("fk_shared_story_story_id_story"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("story_id", name=op.f("pk_shared_story")),
    )
    op.create_index("ix_shared_story_at", "shared_story", ["at", "story_id"])
    _make_search()
    _fill()


def downgrade() -> None:
    op.execute("DROP TABLE story_search_shared")
    op.drop_table("shared_story")


def _make_search() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE story_search_shared USING fts5(text, tokenize = 'unicode61', prefix = '2 3')")
        return
    op.execute(
        "CREATE TABLE story_search_shared (story_id integer PRIMARY KEY REFERENCES story (id) ON DELETE CASCADE,"
        " text text NOT NULL)"
    )
    op.execute(
        "CREATE INDEX ix_story_search_shared_text ON story_search_shared USING gin (to_tsvector('simple', text))"
    )


def _fill() -> None:
    connection = op.get_bind()
    op.execute(
        "INSERT INTO shared_story (story_id, revision_id, state, title, kind, column_code, at)"
        " SELECT story.id, revision.id, CASE WHEN story.state = 'retracted' THEN 'retracted' ELSE 'approved' END,"
        " '', revision.kind, revision.column_code,"
        " COALESCE((SELECT MAX(review.at) FROM review"
        " WHERE review.revision_id = revision.id AND review.decision = 'approved'), story.updated_at)"
        " FROM story JOIN revision ON revision.id = story.approved_id"
    )
    revisions = sa.table("revision", sa.column("id"), sa.column("content", JSON))
    shared = sa.table("shared_story", sa.column("story_id"), sa.column("revision_id"), sa.column("title"))
    rows = connection.execute(
        sa.select(shared.c.story_id, revisions.c.content).join(revisions, revisions.c.id == shared.c.revision_id)
    ).all()
    key = "rowid" if connection.dialect.name == "sqlite" else "story_id"
    search = sa.text(f"INSERT INTO story_search_shared ({key}, text) VALUES (:id, :text)")  # noqa: S608
    for story_id, content in rows:
        title = str(content.get("title", ""))[:400]
        connection.execute(shared.update().where(shared.c.story_id == story_id).values(title=title))
        connection.execute(search, {"id": story_id, "text": _folded(content)})


def _folded(content: dict[str, Any]) -> str:
    words = " ".join(str(content.get(name, "")) for name in SEARCHED)
    bare = "".join(c for c in unicodedata.normalize("NFD", words.casefold()) if not unicodedata.combining(c))
    return bare.replace("đ", "d")[:LONGEST]
