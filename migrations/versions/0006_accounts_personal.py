"""Names, e-mail addresses and phone numbers of the accounts are encrypted; a keyed index finds them."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.personal_rows import index_rows, open_rows, seal_rows

revision = "0006_accounts_personal"
down_revision = "0005_void_slips"
branch_labels = None
depends_on = None

FOLDER = Path(__file__).with_suffix("")
NEXT = "-- next\n"
SEALED = {
    "account_user": ("email", "phone", "name"),
    "account_invitation": ("name", "email"),
    "account_device": ("label",),
}


def upgrade() -> None:
    """Make room, encrypt every row, work out what finds it."""
    _run("up")
    for table, columns in SEALED.items():
        seal_rows(op.get_bind(), table, columns)
    for column in ("email", "phone"):
        index_rows(op.get_bind(), "account_user", column)


def downgrade() -> None:
    """Write every row plain again."""
    for table, columns in SEALED.items():
        open_rows(op.get_bind(), table, columns)
    _run("down")


def _run(direction: str) -> None:
    script = FOLDER / f"{direction}.{op.get_bind().dialect.name}.sql"
    for statement in script.read_text(encoding="utf-8").split(NEXT):
        op.execute(sa.DDL(statement.strip().replace("%", "%%")))
