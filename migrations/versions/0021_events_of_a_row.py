"""Events of a row are found by its key alone: they lie in order of time, not scattered over a place for each table.

The statements lie beside this file as SQL, one file an engine and direction, parted by lines of `-- next`.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0021_events_of_a_row"
down_revision = "0020_waiting_in_order"
branch_labels = None
depends_on = None

FOLDER = Path(__file__).with_suffix("")
NEXT = "-- next\n"


def upgrade() -> None:
    """Have the key come first."""
    _run("up")


def downgrade() -> None:
    """Have the table come first again."""
    _run("down")


def _run(direction: str) -> None:
    script = FOLDER / f"{direction}.{op.get_bind().dialect.name}.sql"
    for statement in script.read_text(encoding="utf-8").split(NEXT):
        op.execute(sa.DDL(statement.strip().replace("%", "%%")))
