"""How live items stand at their providers, as read back, and when they are looked at again.

Revision: 0010, after 0009.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BEFORE = (
    "state IN ('failed', 'missed', 'unknown')"
    " OR state = 'live' AND rendition_id != live_rendition_id AND (next_at IS NULL OR next_at = until)"
    " OR state = 'live' AND until IS NOT NULL AND next_at IS NULL"
    " OR state = 'withdrawing' AND next_at IS NULL"
    " OR broken_since IS NOT NULL"
)
STUCK = f"{BEFORE} OR state = 'live' AND observed IN ('changed', 'hidden')"
LOOKED_AT = "look_at IS NOT NULL AND state IN ('live', 'unknown')"


def upgrade() -> None:
    """Add the columns; what is live at a provider is looked at from now on."""
    op.add_column("delivery", sa.Column("observed", sa.String(12), nullable=False, server_default=""))
    op.add_column("delivery", sa.Column("look_at", sa.DateTime(timezone=True)))
    op.execute("UPDATE delivery SET look_at = live_at WHERE state = 'live' AND provider_id IS NOT NULL")
    where = sa.text(LOOKED_AT)
    op.create_index("ix_delivery_look", "delivery", ["look_at"], sqlite_where=where, postgresql_where=where)
    _index(STUCK)


def downgrade() -> None:
    _index(BEFORE)
    op.drop_index("ix_delivery_look", table_name="delivery")
    op.drop_column("delivery", "look_at")
    op.drop_column("delivery", "observed")


def _index(condition: str) -> None:
    op.drop_index("ix_delivery_stuck", table_name="delivery")
    op.create_index(
        "ix_delivery_stuck",
        "delivery",
        ["scheduled_at", "id"],
        sqlite_where=sa.text(condition),
        postgresql_where=sa.text(condition),
    )
