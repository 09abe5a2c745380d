"""Alembic's environment: run the migrations on the application's own engine."""

from typing import Any

from alembic import context

from cms.core.database import db

SEARCH = "story_search"
"""Search tables differ by database and are made by hand in the migrations."""


def include(_object: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    """Leave the search tables out of comparisons between tables and code."""
    return not (kind == "table" and name is not None and name.startswith(SEARCH))


def render(kind: str, column_type: Any, _context: Any) -> Any:
    """Write our own column types as plain SQLAlchemy ones, so that old migrations need no code of today."""
    if kind == "type" and type(column_type).__name__ == "UtcDateTime":
        return "sa.DateTime(timezone=True)"
    if kind == "type" and type(column_type).__name__ == "JSON":
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


with db.engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        include_object=include,
        render_item=render,
        compare_type=False,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
