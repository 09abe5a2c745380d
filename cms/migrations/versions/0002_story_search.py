"""Full-text search over stories, made with what each database has.

Revision: 0002, after 0001.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The text is folded (no diacritics) before it gets here, so the tokenizers need not do it."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE story_search USING fts5(text, tokenize = 'unicode61', prefix = '2 3')")
        return
    op.execute(
        "CREATE TABLE story_search (story_id integer PRIMARY KEY REFERENCES story (id) ON DELETE CASCADE,"
        " text text NOT NULL)"
    )
    op.execute("CREATE INDEX ix_story_search_text ON story_search USING gin (to_tsvector('simple', text))")


def downgrade() -> None:
    op.execute("DROP TABLE story_search")
