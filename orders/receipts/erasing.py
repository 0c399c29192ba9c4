"""A buyer who is erased leaves no paper with her name on it; the receipt itself never held it."""

from collections.abc import Iterator

from sqlalchemy import select

from marketplace.accounts.persons import Person
from marketplace.kernel.db import db
from orders.receipts.models import Receipt
from orders.receipts.pdf import forget_paper


def refusals(_person: Person) -> Iterator[str]:
    """Nothing stands in the way."""
    yield from ()


def removals(person: Person) -> Iterator[str]:
    """Remove the kept papers of her receipts; they are drawn anew, without her name, when asked for."""
    for receipt in db.session.scalars(select(Receipt).where(Receipt.order_id.in_(person.ids("checkout_order")))):
        forget_paper(receipt)
    yield from ()
