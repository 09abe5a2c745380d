"""How often boards showed each item on each day, summed up when a board reports.

Revision: 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and sum up what boards have reported so far."""
    op.create_table(
        "play_day",
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("plays", sa.Integer(), nullable=False),
        sa.Column("elapsed_ms", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_play_day_delivery_id_delivery")),
        sa.PrimaryKeyConstraint("delivery_id", "day", name=op.f("pk_play_day")),
    )
    with op.batch_alter_table("play_day", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_play_day_day"), ["day"], unique=False)
    op.drop_index("ix_play_channel_day", table_name="play")
    op.execute(
        "INSERT INTO play_day (delivery_id, day, plays, elapsed_ms)"
        " SELECT delivery_id, day, count(*), sum(elapsed_ms) FROM play GROUP BY delivery_id, day"
    )


def downgrade() -> None:
    op.create_index("ix_play_channel_day", "play", ["channel_id", "day"])
    op.drop_table("play_day")
