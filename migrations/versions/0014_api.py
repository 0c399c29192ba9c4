"""Tokens of programs, and the answers kept so that a repeated write is harmless.

The statements lie beside this file as SQL, one file an engine and direction, parted by lines of `-- next`.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0014_api"
down_revision = "0013_reconciliation"
branch_labels = None
depends_on = None

FOLDER = Path(__file__).with_suffix("")
NEXT = "-- next\n"


def upgrade() -> None:
    """Make both tables."""
    _run("up")


def downgrade() -> None:
    """Take both away: every token ends."""
    _run("down")


def _run(direction: str) -> None:
    script = FOLDER / f"{direction}.{op.get_bind().dialect.name}.sql"
    for statement in script.read_text(encoding="utf-8").split(NEXT):
        op.execute(sa.DDL(statement.strip().replace("%", "%%")))
