"""What is broken since when: an item that is left out of its channel, a channel whose documents cannot be made.

All documents of pull channels count as stale once, so that they are made again by the version that comes with this.

Revision: 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

WAITING = (
    "state IN ('failed', 'missed', 'unknown')"
    " OR state = 'live' AND rendition_id != live_rendition_id AND (next_at IS NULL OR next_at = until)"
    " OR state = 'live' AND until IS NOT NULL AND next_at IS NULL"
    " OR state = 'withdrawing' AND next_at IS NULL"
)
STUCK = f"{WAITING} OR broken_since IS NOT NULL"
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Add the columns; the index of what waits for a person takes in what is broken."""
    op.add_column("channel", sa.Column("broken_since", sa.DateTime(timezone=True)))
    op.add_column("channel", sa.Column("broken", JSON, nullable=False, server_default="{}"))
    op.add_column("delivery", sa.Column("broken_since", sa.DateTime(timezone=True)))
    op.add_column("channel_document", sa.Column("carries", JSON, nullable=False, server_default="[]"))
    _index(STUCK)
    op.execute("UPDATE channel SET version = version + 1")


def downgrade() -> None:
    _index(WAITING)
    op.drop_column("channel_document", "carries")
    op.drop_column("delivery", "broken_since")
    op.drop_column("channel", "broken")
    op.drop_column("channel", "broken_since")


def _index(condition: str) -> None:
    op.drop_index("ix_delivery_stuck", table_name="delivery")
    op.create_index(
        "ix_delivery_stuck",
        "delivery",
        ["scheduled_at", "id"],
        sqlite_where=sa.text(condition),
        postgresql_where=sa.text(condition),
    )
