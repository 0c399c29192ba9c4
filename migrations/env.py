"""Runs migrations with the app's own engine and metadata."""

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from marketplace.kernel.db import Base, Instant, without_limits

database = current_app.extensions["migrate"].db


def render_item(kind: str, value: object, _context: object) -> str | bool:
    """Write our own column types as what they are in the database."""
    if kind == "type" and isinstance(value, Instant):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    """Upgrade or downgrade, each migration in one transaction: a killed one has not been; the next run goes on."""
    if context.is_offline_mode():
        raise SystemExit("Migrations run against a database: set DATABASE_URL.")
    with database.engine.connect() as connection, without_limits(connection):
        _let_tables_be_rebuilt(connection)
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            render_item=render_item,
            compare_type=True,
            # On SQLite all of them are one, so that lost rows take everything back; kernel/db.py begins it, not the
            # driver, which would end it at the first CREATE.
            transaction_per_migration=connection.dialect.name != "sqlite",
            transactional_ddl=True,
        )
        with context.begin_transaction():
            context.run_migrations()
            _refuse_lost_rows(connection)
        connection.commit()
        connection.invalidate()


def _let_tables_be_rebuilt(connection: Connection) -> None:
    """SQLite changes a constraint only by a new table in the old one's place, which foreign keys would forbid.

    The switch works outside transactions alone, so it is set on the driver's own connection, which is closed after.
    """
    if connection.dialect.name == "sqlite":
        connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")


def _refuse_lost_rows(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        lost = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(5)
        if lost:
            raise SystemExit(f"A migration left rows that point at nothing: {lost}")


run()
