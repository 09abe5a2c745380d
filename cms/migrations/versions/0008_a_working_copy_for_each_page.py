"""A working copy for each open page of the editor, so that a person's second tab never erases the first's text.

Revision: 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Name the page that each copy belongs to; copies so far belong to a page without a name."""
    with op.batch_alter_table("working_copy") as batch:
        batch.add_column(sa.Column("tab", sa.String(length=40), nullable=False, server_default=""))
        batch.add_column(sa.Column("stamp", sa.Integer(), nullable=False, server_default="0"))
        batch.drop_constraint("pk_working_copy", type_="primary")
        batch.create_primary_key("pk_working_copy", ["story_id", "person_id", "tab"])
    with op.batch_alter_table("working_copy") as batch:
        batch.alter_column("tab", server_default=None)
        batch.alter_column("stamp", server_default=None)


def downgrade() -> None:
    """Keep the latest copy of each person."""
    op.execute(
        "DELETE FROM working_copy WHERE EXISTS (SELECT 1 FROM working_copy AS later"
        " WHERE later.story_id = working_copy.story_id AND later.person_id = working_copy.person_id"
        " AND (later.saved_at > working_copy.saved_at"
        " OR (later.saved_at = working_copy.saved_at AND later.tab > working_copy.tab)))"
    )
    with op.batch_alter_table("working_copy") as batch:
        batch.drop_constraint("pk_working_copy", type_="primary")
        batch.create_primary_key("pk_working_copy", ["story_id", "person_id"])
        batch.drop_column("stamp")
        batch.drop_column("tab")
