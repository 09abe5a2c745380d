"""Readings that a newsroom keeps of its own, and how fast its presenters read.

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "lexicon_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("written", sa.String(length=80), nullable=False),
        sa.Column("say", sa.String(length=300), nullable=False),
        sa.Column("after", sa.String(length=300), nullable=False),
        sa.Column("before", sa.String(length=300), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["changed_by"], ["person.id"], name=op.f("fk_lexicon_entry_changed_by_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_lexicon_entry_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lexicon_entry")),
        sa.UniqueConstraint(
            "unit_id",
            "kind",
            "written",
            "after",
            "before",
            name=op.f("uq_lexicon_entry_unit_id_kind_written_after_before"),
        ),
    )
    op.create_table(
        "timed_reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("presenter", sa.String(length=120), nullable=False),
        sa.Column("syllables", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("rate", sa.Double(), nullable=False),
        sa.Column("measured_by", sa.Integer(), nullable=True),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["measured_by"], ["person.id"], name=op.f("fk_timed_reading_measured_by_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_timed_reading_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timed_reading")),
    )
    with op.batch_alter_table("timed_reading", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_timed_reading_unit_id"), ["unit_id"], unique=False)


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("timed_reading")
    op.drop_table("lexicon_entry")
