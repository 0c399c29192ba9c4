"""What the app's own role may do on PostgreSQL: read and write rows, never change tables (DESIGN.md §3.8)."""

from collections.abc import Iterator

from flask import Flask, current_app
from sqlalchemy import DDL, text

from marketplace.kernel import invariants
from marketplace.kernel.db import db
from marketplace.kernel.invariants import Broken


def grant_statements(role: str) -> list[str]:
    """The statements that let a role, quoted where it must be, work with the rows; run by the tables' owner."""
    return [
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    ]


def let_app_in() -> str | None:
    """Grant the rows to APP_DATABASE_ROLE and commit; the role, or None on SQLite and where none is set."""
    role: str = current_app.config["APP_DATABASE_ROLE"]
    if not role or db.engine.dialect.name != "postgresql":
        return None
    quoted = db.engine.dialect.identifier_preparer.quote(role)
    with db.engine.begin() as connection:
        for statement in grant_statements(quoted):
            connection.execute(DDL(statement.replace("%", "%%")))  # type: ignore[no-untyped-call]
    return role


def init_app(app: Flask) -> None:
    """Plug in the check of the role that works here."""
    invariants.register(app, "database role", unbounded_role)


def unbounded_role() -> Iterator[Broken]:
    """In production a role that walks round row-level security; a test or a trial may use whichever it has."""
    if current_app.config["LUMBUNG_ENV"] != "production" or db.engine.dialect.name != "postgresql":
        return
    query = text("SELECT rolname FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls)")
    role = db.session.scalar(query)
    if role:
        yield Broken("database role", "", role, "sees every cooperative's pay, whatever the app says; use another role")
