"""What the platform owes is what the sellers are owed, in the books and item by item."""

from collections.abc import Iterator

from sqlalchemy import select

from marketplace.accounts.models import Organisation
from marketplace.accounts.organisations import PLATFORM_SLUG
from marketplace.kernel.db import db
from marketplace.kernel.invariants import Broken
from marketplace.ledger.models import Book
from marketplace.ledger.queries import balances
from orders.settlement.queries import open_amounts


def debts_mirror() -> Iterator[Broken]:
    """For every seller: platform `owed:X` = −X `receivable:platform` = the items not paid out (rule 20)."""
    books = {book.name: book for book in db.session.scalars(select(Book))}
    if PLATFORM_SLUG not in books:
        return
    owed = dict_of(books[PLATFORM_SLUG])
    open_items = {organisation_id: money.minor for organisation_id, money in open_amounts()}
    for seller in db.session.scalars(select(Organisation).where(Organisation.kind == "cooperative")):
        debt = -owed.get((f"owed:{seller.slug}", seller.currency), 0)
        claim = dict_of(books[seller.slug]).get(("receivable:platform", seller.currency), 0)
        items = open_items.get(seller.id, 0)
        if not debt == claim == items:
            detail = f"platform owes {debt}, seller claims {claim}, open items {items}"
            yield Broken("settlement.debts_mirror", "account_organisation", seller.id, detail)


def dict_of(book: Book) -> dict[tuple[str, str], int]:
    """A book's balances by account and currency."""
    return {(code, amount.currency): amount.minor for code, amount in balances(book)}
