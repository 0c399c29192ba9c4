"""What is held about members, suppliers and buyers is encrypted; names of makers leave the published story.

On the way down, names published since are forgotten: the story they stood in is hashed and cannot take them back.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.personal_rows import index_rows, open_rows, seal_rows

revision = "0007_personal"
down_revision = "0006_accounts_personal"
branch_labels = None
depends_on = None

FOLDER = Path(__file__).with_suffix("")
NEXT = "-- next\n"
SEALED = {
    "coop_member": ("name", "sex", "birth_year"),
    "material_supplier": ("name",),
    "decision": ("minutes",),
    "labour_work": ("note",),
    "lot_movement": ("note",),
    "phone_objection": ("note",),
    "checkout_order": ("buyer_name", "buyer_email", "buyer_address"),
    "payment_intent": ("session_url",),
    "history_invoice": ("customer",),
}


def upgrade() -> None:
    """Make room, let append-only rows change in what is personal, encrypt every row."""
    _run("up")
    for table, columns in SEALED.items():
        seal_rows(op.get_bind(), table, columns)
    index_rows(op.get_bind(), "history_invoice", "customer")


def downgrade() -> None:
    """Write every row plain again."""
    for table, columns in SEALED.items():
        open_rows(op.get_bind(), table, columns)
    _run("down")


def _run(direction: str) -> None:
    script = FOLDER / f"{direction}.{op.get_bind().dialect.name}.sql"
    for statement in script.read_text(encoding="utf-8").split(NEXT):
        op.execute(sa.DDL(statement.strip().replace("%", "%%")))
