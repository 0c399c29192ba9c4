"""Reading the books in tests: entries as lines of text, the invariants that hold after everything."""

from sqlalchemy import select

from marketplace.accounts.models import Organisation
from marketplace.kernel.db import db
from marketplace.ledger.models import Book, Entry
from marketplace.ledger.queries import balance, book_named, unbalanced_entries
from orders.checkout.models import Order, OrderLine
from orders.checkout.splits import in_force


def entries(source: str) -> list[str]:
    """The entries of one fact, one line each: 'silk: Dr cash THB 142.00; Cr …'."""
    found = db.session.scalars(select(Entry).where(Entry.source == source).order_by(Entry.id)).all()
    return [f"{db.session.get_one(Book, entry.book_id).name}: {_sides(entry)}" for entry in found]


def _sides(entry: Entry) -> str:
    return "; ".join(
        f"{'Dr' if p.amount_minor > 0 else 'Cr'} {p.account.code} {p.currency} {abs(p.amount_minor)}"
        for p in entry.postings
    )


def minor(book: str, account: str, currency: str | None = None) -> int:
    """Debit minus credit of an account."""
    return balance(book_named(book), account, currency).minor


def assert_sound() -> None:
    """Every entry sums to zero, the platform's debt mirrors the sellers' claims, every line equals its split."""
    assert unbalanced_entries() == []
    for seller in db.session.scalars(select(Organisation).where(Organisation.kind == "cooperative")):
        owed = minor("platform", f"owed:{seller.slug}", seller.currency)
        assert owed == -minor(seller.slug, "receivable:platform"), seller.slug
    for line in db.session.scalars(select(OrderLine).join(Order).where(Order.state == "paid")):
        rows = in_force(line)
        assert sum(row.amount_minor for row in rows) == line.charge_minor - line.refunded_charge_minor
        assert sum(row.origin_minor for row in rows) == line.origin_minor - line.refunded_origin_minor
    for order in db.session.scalars(select(Order)):
        assert sum(line.refunded_charge_minor for line in order.lines) == order.refunded_minor
