"""Runs migrations with the app's own engine and metadata."""

from alembic import context
from flask import current_app

from marketplace.kernel.db import Base, Instant

database = current_app.extensions["migrate"].db


def render_item(kind: str, value: object, _context: object) -> str | bool:
    """Write our own column types as what they are in the database."""
    if kind == "type" and isinstance(value, Instant):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    """Upgrade or downgrade in one transaction, so that a killed run leaves the former state."""
    if context.is_offline_mode():
        raise SystemExit("Migrations run against a database: set DATABASE_URL.")
    with database.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            render_item=render_item,
            compare_type=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
