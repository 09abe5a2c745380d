"""Sessions that were signed out of, and whose a password is: the person's own or one to be changed first.

Revision: 0012, after 0011.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Passwords that are there count as people's own: nobody is kept out by the update."""
    op.create_table(
        "ended_session",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_ended_session")),
    )
    op.add_column("person", sa.Column("password_state", sa.String(length=10), nullable=False, server_default="own"))


def downgrade() -> None:
    op.drop_column("person", "password_state")
    op.drop_table("ended_session")
