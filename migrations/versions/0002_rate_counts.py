"""Counts of what repeats, shared by all workers, instead of the rows of failed sign-ins.

The statements lie beside this file as SQL, one file an engine and direction, parted by lines of `-- next`.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0002_rate_counts"
down_revision = "0001"
branch_labels = None
depends_on = None

FOLDER = Path(__file__).with_suffix("")
NEXT = "-- next\n"


def upgrade() -> None:
    """Make the table of counts; failures counted so far are forgotten."""
    _run("up")


def downgrade() -> None:
    """Bring the table of failed sign-ins back, empty."""
    _run("down")


def _run(direction: str) -> None:
    script = FOLDER / f"{direction}.{op.get_bind().dialect.name}.sql"
    for statement in script.read_text(encoding="utf-8").split(NEXT):
        op.execute(sa.DDL(statement.strip().replace("%", "%%")))
