"""More than a recipe allows: the reason, the second person, and the database refusing it without them.

The statements lie beside this file as SQL, one file an engine and direction, parted by lines of `-- next`.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0003_yield_override"
down_revision = "0002_rate_counts"
branch_labels = None
depends_on = None

FOLDER = Path(__file__).with_suffix("")
NEXT = "-- next\n"


def upgrade() -> None:
    """Make the table and the trigger."""
    _run("up")


def downgrade() -> None:
    """Take both away, with all that is in the table."""
    _run("down")


def _run(direction: str) -> None:
    script = FOLDER / f"{direction}.{op.get_bind().dialect.name}.sql"
    for statement in script.read_text(encoding="utf-8").split(NEXT):
        op.execute(sa.DDL(statement.strip().replace("%", "%%")))
