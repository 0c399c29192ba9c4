"""PostgreSQL shows persons and pay only to a transaction that names their cooperative; SQLite has no such thing."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0008_scope"
down_revision = "0007_personal"
branch_labels = None
depends_on = None

FOLDER = Path(__file__).with_suffix("")
NEXT = "-- next\n"


def upgrade() -> None:
    """Force row-level security on every table of persons and pay."""
    _run("up")


def downgrade() -> None:
    """Let the queries alone hold again."""
    _run("down")


def _run(direction: str) -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    script = FOLDER / f"{direction}.postgresql.sql"
    for statement in script.read_text(encoding="utf-8").split(NEXT):
        op.execute(sa.DDL(statement.strip().replace("%", "%%")))
