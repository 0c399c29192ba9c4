"""`lumbung export ledger`: an organisation's book, posting by posting; and whose records an export means."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from marketplace.accounts.models import Organisation
from marketplace.kernel.db import db
from marketplace.kernel.errors import NotFound
from marketplace.kernel.exports import by_bytes
from marketplace.ledger.models import Account, Entry, Posting


class NobodyToExport(NotFound):
    """--cooperative names none."""

    code = "no_such_organisation"
    message = _l("There is no cooperative %(slug)s. lumbung export needs the word that stands in its address.")


def organisation_called(slug: str) -> Organisation:
    """The organisation with this slug, the platform's own among them."""
    found = db.session.scalar(select(Organisation).where(Organisation.slug == slug))
    if found is None:
        raise NobodyToExport(slug=slug)
    return found


def ledger(slug: str) -> Select[Any]:
    """Every posting of the organisation's book: debit above zero, credit below, each entry sums to zero."""
    query = select(
        Entry.id.label("entry"),
        Entry.on.label("day"),
        Entry.posted_at.label("posted_at"),
        Entry.source.label("source"),
        Entry.reverses_id.label("reverses"),
        Account.code.label("account"),
        Posting.currency.label("currency"),
        Posting.amount_minor.label("amount_minor"),
    )
    query = query.join(Posting, Posting.entry_id == Entry.id).join(Account, Account.id == Posting.account_id)
    query = query.where(Entry.book_id == organisation_called(slug).book_id)
    return query.order_by(by_bytes(Entry.id), Posting.ordinal)
