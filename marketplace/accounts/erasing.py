"""A person is erased: her personal fields, sessions and photos go, the facts stay under a number (DESIGN.md §3.7).

Parts are asked first. Nothing is touched while one of them says that she is owed something or that a case is open.
The journal holds no personal field, so log and ledger verify as before.
"""

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from marketplace.accounts.models import Membership, Role
from marketplace.accounts.persons import ERASED, Person, parts
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict
from marketplace.kernel.personal import personal_fields

# What must not be empty: a name shown in its place, a reason that the database asks for.
NAMES = ("name", "label", "reason")
FORGOTTEN = (
    "account_access",
    "account_new_address",
    "account_recovery_code",
    "account_second_factor",
    "account_sign_in",
    "account_token",
)


class CannotErase(Conflict):
    """Something is still owed to her, or waits for her."""

    code = "person_not_erasable"
    message = _l("This person cannot be erased yet. %(reasons)s")


def erase_person(person: Person) -> list[str]:
    """Erase what is personal; a sentence for each thing done, and for each kept and why.

    Refuses with CannotErase while any part has a reason against it.
    """
    reasons = [sentence for part in parts() for sentence in part.refusals(person)]
    if reasons:
        raise CannotErase(reasons=" ".join(reasons))
    done = [sentence for part in parts() for sentence in part.removals(person)]
    fields = sum(_erase_fields(row) for rows in person.rows.values() for row in rows.values() if row in db.session)
    db.session.flush()
    return [_("%(count)s personal fields are erased.", count=fields), *done]


def refusals(person: Person) -> Iterator[str]:
    """An operator, or the only manager of a cooperative, hands her work over first."""
    for user in person.of("account_user"):
        if user.is_operator:
            yield _("She is an operator: another operator takes that away first.")
    moment = clock.now()
    for membership in _current(person, moment):
        if membership.role == Role.MANAGER and not _other_manager(membership, moment):
            yield _("She is the only manager of %(cooperative)s: name another one first.",
                    cooperative=membership.organisation.name)  # fmt: skip


def removals(person: Person) -> Iterator[str]:
    """End her roles, forget her sessions, links and secrets."""
    moment = clock.now()
    for membership in _current(person, moment):
        membership.ends_at = moment
    for table in FORGOTTEN:
        for row in person.of(table):
            db.session.delete(row)
    for user in person.of("account_user"):
        for column in user.__table__.columns:
            if column.name.endswith(("_hash", "_secret")):
                setattr(user, column.name, None)
    if person.of("account_user"):
        yield _("Her roles have ended, and she is signed out everywhere.")


def forget_freed_pages() -> None:
    """Empty SQLite's write-ahead file into the main one, where what was erased is overwritten with zeros."""
    if db.engine.dialect.name == "sqlite":
        db.session.remove()
        with db.engine.connect() as connection:
            connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _erase_fields(row: Any) -> int:
    """Empty each personal field of a row that holds something; how many."""
    erased = 0
    for field in personal_fields([row.__table__]):
        empty = None if field.column.nullable else ERASED if field.name.endswith(NAMES) else ""
        if getattr(row, field.name) not in (None, "", empty):
            setattr(row, field.name, empty)
            erased += 1
    return erased


def _current(person: Person, moment: Any) -> list[Membership]:
    rows: list[Membership] = person.of("account_membership")
    return [row for row in rows if row.ends_at is None or row.ends_at > moment]


def _other_manager(membership: Membership, moment: Any) -> bool:
    query = select(Membership.id).where(
        Membership.organisation_id == membership.organisation_id,
        Membership.role == Role.MANAGER,
        Membership.user_id != membership.user_id,
        Membership.ends_at.is_(None) | (Membership.ends_at > moment),
    )
    return db.session.scalar(query.limit(1)) is not None
