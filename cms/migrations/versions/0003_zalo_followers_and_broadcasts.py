"""Followers of an Official Account, what Zalo told us, and broadcasts to them.

Revision: 0003, after 0002.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)
DUE: dict[str, Any] = {
    "sqlite_where": sa.text("next_at IS NOT NULL"),
    "postgresql_where": sa.text("next_at IS NOT NULL"),
}
TABLES = (
    "broadcast_item",
    "broadcast_attempt",
    "follower_event",
    "follower_day",
    "follower_broadcast",
    "channel_trial",
    "account_standing",
)


def leased() -> list[sa.Column[Any]]:
    """The columns of work that one worker at a time has in hand."""
    return [
        sa.Column("next_at", TIME, nullable=True),
        sa.Column("lease_owner", sa.String(length=80), nullable=True),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("called_at", TIME, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("problem", JSON, nullable=False),
    ]


def of_channel(table: str, *, cascade: bool = True) -> sa.ForeignKeyConstraint:
    """The reference of a table to its channel."""
    name = op.f(f"fk_{table}_channel_id_channel")
    return sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=name, ondelete="CASCADE" if cascade else None)


def upgrade() -> None:
    """Make the tables."""
    accounts()
    broadcasts()
    followers()


def accounts() -> None:
    """How accounts stand, and trial items."""
    op.create_table(
        "account_standing",
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("looked_at", TIME, nullable=True),
        *leased(),
        of_channel("account_standing"),
        sa.PrimaryKeyConstraint("channel_id", name=op.f("pk_account_standing")),
    )
    op.create_index("ix_account_standing_due", "account_standing", ["next_at"], **DUE)
    op.create_table(
        "channel_trial",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("phase", sa.String(length=12), nullable=False),
        sa.Column("document", JSON, nullable=False),
        sa.Column("progress", JSON, nullable=False),
        sa.Column("steps", JSON, nullable=False),
        sa.Column("provider_id", sa.String(length=200), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        *leased(),
        of_channel("channel_trial"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_trial")),
    )
    op.create_index(op.f("ix_channel_trial_channel_id"), "channel_trial", ["channel_id"])
    op.create_index("ix_channel_trial_due", "channel_trial", ["next_at"], **DUE)


def broadcasts() -> None:
    """Broadcasts, their items and the tries to send them."""
    op.create_table(
        "follower_broadcast",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("wanted_at", TIME, nullable=False),
        sa.Column("call_at", TIME, nullable=False),
        sa.Column("target", JSON, nullable=False),
        sa.Column("provider_id", sa.String(length=200), nullable=True),
        sa.Column("sent_at", TIME, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", TIME, nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        *leased(),
        of_channel("follower_broadcast", cascade=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follower_broadcast")),
        sa.UniqueConstraint("key", name=op.f("uq_follower_broadcast_key")),
    )
    op.create_index("ix_follower_broadcast_channel", "follower_broadcast", ["channel_id", "call_at"])
    op.create_index("ix_follower_broadcast_due", "follower_broadcast", ["next_at"], **DUE)
    op.create_index("ix_follower_broadcast_state", "follower_broadcast", ["state"])
    op.create_table(
        "broadcast_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("broadcast_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=14), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=False),
        sa.Column("words", JSON, nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("worker", sa.String(length=80), nullable=False),
        of_broadcast("broadcast_attempt"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast_attempt")),
    )
    op.create_index(op.f("ix_broadcast_attempt_broadcast_id"), "broadcast_attempt", ["broadcast_id"])
    op.create_table(
        "broadcast_item",
        sa.Column("broadcast_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        of_broadcast("broadcast_item"),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_broadcast_item_delivery_id_delivery")),
        sa.PrimaryKeyConstraint("broadcast_id", "position", name=op.f("pk_broadcast_item")),
    )
    op.create_index(op.f("ix_broadcast_item_delivery_id"), "broadcast_item", ["delivery_id"])


def of_broadcast(table: str) -> sa.ForeignKeyConstraint:
    """The reference of a table to its broadcast."""
    name = op.f(f"fk_{table}_broadcast_id_follower_broadcast")
    return sa.ForeignKeyConstraint(["broadcast_id"], ["follower_broadcast.id"], name=name, ondelete="CASCADE")


def followers() -> None:
    """Followers who came or went, and how many there were."""
    op.create_table(
        "follower_day",
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("followers", sa.Integer(), nullable=False),
        of_channel("follower_day"),
        sa.PrimaryKeyConstraint("channel_id", "day", name=op.f("pk_follower_day")),
    )
    op.create_table(
        "follower_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        of_channel("follower_event"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follower_event")),
    )
    op.create_index("ix_follower_event_at", "follower_event", ["channel_id", "at"])
    op.create_index("uq_follower_event_key", "follower_event", ["channel_id", "key"], unique=True)


def downgrade() -> None:
    """Take them away again; their indexes go with them."""
    for name in TABLES:
        op.drop_table(name)
