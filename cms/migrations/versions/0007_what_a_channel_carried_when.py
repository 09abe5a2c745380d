"""What went live on a channel in a stretch of time, found without its whole history: a unit's part of the quota board.

Revision: 0007, after 0006.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_delivery_channel_live", "delivery", ["channel_id", "live_at"])


def downgrade() -> None:
    op.drop_index("ix_delivery_channel_live", table_name="delivery")
