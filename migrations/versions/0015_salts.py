"""Salts of the commitments to what is personal.

On the way down they are lost, and what was committed to until then cannot be proven any more. A journal that is not
empty says so in an event of its own when the table is made: commitments count from there.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

from marketplace.kernel import clock
from marketplace.kernel.db import Instant
from marketplace.kernel.journal.commitments import beginning

revision = "0015_salts"
down_revision = "0014_api"
branch_labels = None
depends_on = None

FOLDER = Path(__file__).with_suffix("")
NEXT = "-- next\n"


def upgrade() -> None:
    """Make the table, and say in the journal that commitments begin."""
    _run("up")
    names = ("at", "table_name", "row_id", "digest", "leaf")
    events = sa.table("journal_event", *(sa.column(name, Instant() if name == "at" else sa.Text()) for name in names))
    if op.get_bind().scalar(sa.select(sa.func.count()).select_from(events)):
        op.get_bind().execute(sa.insert(events).values(beginning(clock.now())))


def downgrade() -> None:
    """Take the table away."""
    _run("down")


def _run(direction: str) -> None:
    script = FOLDER / f"{direction}.{op.get_bind().dialect.name}.sql"
    for statement in script.read_text(encoding="utf-8").split(NEXT):
        op.execute(sa.DDL(statement.strip().replace("%", "%%")))
