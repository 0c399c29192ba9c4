"""Why a slip is void, a recipe was exceeded, money went back or goods were there may name people: it is personal now.

Its text is encrypted and leaves the digest, so the rows are recorded again: what was journaled before stays, and the
newest event of each row commits to the text. On the way down they are recorded once more, plain.
"""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import Instant
from marketplace.kernel.journal.rewriting import record_rows
from marketplace.kernel.personal_rows import open_rows, seal_rows
from marketplace.kernel.scope import EVERYTHING, SETTING

revision = "0017_reasons"
down_revision = "0016_member_invitations"
branch_labels = None
depends_on = None

FOLDER = Path(__file__).with_suffix("")
NEXT = "-- next\n"
TEXTS = ("reason", "note")


def _table(name: str, **types: Any) -> sa.TableClause:
    return sa.table(name, *(sa.column(column, kind) for column, kind in types.items()))


TABLES = (
    _table("lot_opening", id=sa.String, organisation_id=sa.String, lot_id=sa.String, note=sa.String, brought_in_on=sa.Date),
    _table(
        "delivery_slip_void", id=sa.String, organisation_id=sa.String, slip_id=sa.String, reason=sa.String,
        moved=sa.Boolean, made_by=sa.String, voided_by=sa.String, voided_on=sa.Date, voided_at=Instant(),
    ),
    _table(
        "lot_step_override", step_id=sa.String, unit=sa.String, quantity=sa.BigInteger, most=sa.BigInteger,
        reason=sa.String, recorded_by=sa.String, approved_by=sa.String, approved_at=Instant(),
    ),
    _table(
        "refund_refund", id=sa.String, order_id=sa.String, goods=sa.String, reason=sa.String,
        seller_at_fault=sa.Boolean, currency=sa.String, amount_minor=sa.BigInteger, reserve_minor=sa.BigInteger,
        made_at=Instant(), made_by=sa.String,
    ),
)  # fmt: skip


def upgrade() -> None:
    """Let the rows change in this text alone, encrypt it, record them."""
    _see_everything()
    _run("unlock")
    for table in TABLES:
        text = [name for name in TEXTS if name in table.c]
        seal_rows(op.get_bind(), table.name, text)
        record_rows(op.get_bind(), table, personal=text)
    _run("up")


def downgrade() -> None:
    """Write every text plain again, record the rows."""
    _see_everything()
    _run("unlock")
    for table in TABLES:
        open_rows(op.get_bind(), table.name, [name for name in TEXTS if name in table.c])
        record_rows(op.get_bind(), table)
    _run("down")


def _see_everything() -> None:
    """Row-level security is forced on the owner, too; the setting ends with the transaction."""
    if op.get_bind().dialect.name == "postgresql":
        op.get_bind().exec_driver_sql(f"SELECT set_config('{SETTING}', '{EVERYTHING}', true)")


def _run(direction: str) -> None:
    script = FOLDER / f"{direction}.{op.get_bind().dialect.name}.sql"
    for statement in script.read_text(encoding="utf-8").split(NEXT):
        op.execute(sa.DDL(statement.strip().replace("%", "%%")))
