"""Salts of the commitments to what is personal; on the way down they are lost, and what they opened stays unproven."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0013_salts"
down_revision = "0012_hourly_pay"
branch_labels = None
depends_on = None

FOLDER = Path(__file__).with_suffix("")
NEXT = "-- next\n"


def upgrade() -> None:
    """Make the table."""
    _run("up")


def downgrade() -> None:
    """Take it away."""
    _run("down")


def _run(direction: str) -> None:
    script = FOLDER / f"{direction}.{op.get_bind().dialect.name}.sql"
    for statement in script.read_text(encoding="utf-8").split(NEXT):
        op.execute(sa.DDL(statement.strip().replace("%", "%%")))
