"""How periodic jobs ran and what checks of the whole house found, for the operator and for alerts.

The statements lie beside this file as SQL, one file an engine and direction, parted by lines of `-- next`.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0011_checks"
down_revision = "0010_refused_consents"
branch_labels = None
depends_on = None

FOLDER = Path(__file__).with_suffix("")
NEXT = "-- next\n"


def upgrade() -> None:
    """Make the two tables."""
    _run("up")


def downgrade() -> None:
    """Take the two tables away."""
    _run("down")


def _run(direction: str) -> None:
    script = FOLDER / f"{direction}.{op.get_bind().dialect.name}.sql"
    for statement in script.read_text(encoding="utf-8").split(NEXT):
        op.execute(sa.DDL(statement.strip().replace("%", "%%")))
