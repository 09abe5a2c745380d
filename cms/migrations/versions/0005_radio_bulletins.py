"""Bulletins of several scripts, who is told of new ones, and scripts in other languages.

Revision: 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "programme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("station", sa.String(length=160), nullable=False),
        sa.Column("greeting", sa.Text(), nullable=False),
        sa.Column("closing", sa.Text(), nullable=False),
        sa.Column("tune_s", sa.Integer(), nullable=False),
        sa.Column("jingle_s", sa.Integer(), nullable=False),
        sa.Column("slot_s", sa.Integer(), nullable=False),
        sa.Column("rate", sa.Double(), nullable=False),
        sa.Column("dialect", sa.String(length=10), nullable=False),
        sa.Column("headlines", sa.Boolean(), nullable=False),
        sa.Column("weekly_slots", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_programme_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme")),
    )
    with op.batch_alter_table("programme", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_programme_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "script_feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_script_feed_person_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_script_feed_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_script_feed")),
        sa.UniqueConstraint("hash", name=op.f("uq_script_feed_hash")),
    )
    with op.batch_alter_table("script_feed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_script_feed_person_id"), ["person_id"], unique=False)

    op.create_table(
        "script_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_script_mail_person_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_script_mail_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_script_mail")),
        sa.UniqueConstraint("person_id", "unit_id", name=op.f("uq_script_mail_person_id_unit_id")),
    )
    with op.batch_alter_table("script_mail", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_script_mail_person_id"), ["person_id"], unique=False)

    op.create_table(
        "bulletin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("frame", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("slot_s", sa.Integer(), nullable=False),
        sa.Column("air_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_bulletin_created_by_person")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_bulletin_programme_id_programme")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_bulletin_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletin")),
        sa.UniqueConstraint("programme_id", "air_at", name=op.f("uq_bulletin_programme_id_air_at")),
    )
    with op.batch_alter_table("bulletin", schema=None) as batch_op:
        batch_op.create_index("ix_bulletin_unit_air", ["unit_id", "air_at"], unique=False)

    op.create_table(
        "script_variant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("story_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("translator", sa.String(length=200), nullable=False),
        sa.Column("reviewer", sa.String(length=200), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("duration_s", sa.Integer(), nullable=True),
        sa.Column("audio_sha256", sa.String(length=64), nullable=False),
        sa.Column("audio_mime", sa.String(length=40), nullable=False),
        sa.Column("audio_size", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_script_variant_created_by_person")),
        sa.ForeignKeyConstraint(["story_id"], ["story.id"], name=op.f("fk_script_variant_story_id_story")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_script_variant_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_script_variant")),
        sa.UniqueConstraint(
            "story_id", "unit_id", "language", name=op.f("uq_script_variant_story_id_unit_id_language")
        ),
    )
    op.create_table(
        "bulletin_airing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(length=80), nullable=False),
        sa.Column("bulletin_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("station", sa.String(length=200), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("duration_s", sa.Integer(), nullable=True),
        sa.Column("logged_by", sa.Integer(), nullable=False),
        sa.Column("logged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["bulletin_id"], ["bulletin.id"], name=op.f("fk_bulletin_airing_bulletin_id_bulletin")),
        sa.ForeignKeyConstraint(["logged_by"], ["person.id"], name=op.f("fk_bulletin_airing_logged_by_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_bulletin_airing_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletin_airing")),
        sa.UniqueConstraint("event_id", name=op.f("uq_bulletin_airing_event_id")),
    )
    with op.batch_alter_table("bulletin_airing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bulletin_airing_bulletin_id"), ["bulletin_id"], unique=False)

    op.create_table(
        "bulletin_item",
        sa.Column("bulletin_id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bulletin_id"], ["bulletin.id"], name=op.f("fk_bulletin_item_bulletin_id_bulletin"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_bulletin_item_delivery_id_delivery")),
        sa.PrimaryKeyConstraint("bulletin_id", "delivery_id", name=op.f("pk_bulletin_item")),
    )
    with op.batch_alter_table("bulletin_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bulletin_item_delivery_id"), ["delivery_id"], unique=False)

    op.create_table(
        "script_class",
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("priority", sa.String(length=20), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_script_class_delivery_id_delivery")),
        sa.ForeignKeyConstraint(["set_by"], ["person.id"], name=op.f("fk_script_class_set_by_person")),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_script_class")),
    )
    op.create_table(
        "script_confirmation",
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_script_confirmation_delivery_id_delivery")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_script_confirmation_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_script_confirmation_unit_id_unit")),
        sa.PrimaryKeyConstraint("delivery_id", "unit_id", name=op.f("pk_script_confirmation")),
    )
    op.create_table(
        "script_notice",
        sa.Column("mail_id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_script_notice_delivery_id_delivery")),
        sa.ForeignKeyConstraint(
            ["mail_id"], ["script_mail.id"], name=op.f("fk_script_notice_mail_id_script_mail"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("mail_id", "delivery_id", name=op.f("pk_script_notice")),
    )
    with op.batch_alter_table("script_notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_script_notice_delivery_id"), ["delivery_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_script_notice_next_at"), ["next_at"], unique=False)

    with op.batch_alter_table("broadcast", schema=None) as batch_op:
        batch_op.add_column(sa.Column("airing_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_broadcast_airing_id"), ["airing_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_broadcast_airing_id_bulletin_airing"), "bulletin_airing", ["airing_id"], ["id"]
        )


def downgrade() -> None:
    """Take them away again."""
    with op.batch_alter_table("broadcast", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_broadcast_airing_id_bulletin_airing"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_broadcast_airing_id"))
        batch_op.drop_column("airing_id")

    op.drop_table("script_notice")
    op.drop_table("script_confirmation")
    op.drop_table("script_class")
    with op.batch_alter_table("bulletin_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bulletin_item_delivery_id"))

    op.drop_table("bulletin_item")
    with op.batch_alter_table("bulletin_airing", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bulletin_airing_bulletin_id"))

    op.drop_table("bulletin_airing")
    op.drop_table("script_variant")
    with op.batch_alter_table("bulletin", schema=None) as batch_op:
        batch_op.drop_index("ix_bulletin_unit_air")

    op.drop_table("bulletin")
    with op.batch_alter_table("script_mail", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_script_mail_person_id"))

    op.drop_table("script_mail")
    with op.batch_alter_table("script_feed", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_script_feed_person_id"))

    op.drop_table("script_feed")
    with op.batch_alter_table("programme", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_programme_unit_id"))

    op.drop_table("programme")
