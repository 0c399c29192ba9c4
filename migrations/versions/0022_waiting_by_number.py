"""On SQLite what waits for its number is found by the index of numbers itself; the other one was only written."""

import sqlalchemy as sa
from alembic import op

revision = "0022_waiting_by_number"
down_revision = "0021_events_of_a_row"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let go of the index; PostgreSQL, whose index of numbers gives no order by id, keeps it."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(sa.DDL("DROP INDEX ix_journal_event_unsequenced"))


def downgrade() -> None:
    """Have the index again."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(sa.DDL("CREATE INDEX ix_journal_event_unsequenced ON journal_event (id) WHERE seq IS NULL"))
