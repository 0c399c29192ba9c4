"""The ledger entries of a sale and of its corrections, as in section 8 of the worked example.

The seller's book knows every row of the split; the platform's knows what it holds, owes and earns, and `fx:<seller>`
bridges the two currencies (rules 20 and 21).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from marketplace.accounts.models import Organisation
from marketplace.accounts.organisations import platform_facts
from marketplace.kernel import clock, memo
from marketplace.kernel.db import db
from marketplace.kernel.money import Money
from marketplace.ledger.models import Book
from marketplace.ledger.services import Draft, Side, credit, debit, post_all
from orders.checkout.totals import Row, by_purpose
from producers.fairprice.pricing import COST_PURPOSES

FEES = ("platform_fee", "payment_fee")
ACCOUNTS = {"premium": "fund:premium", "reserve": "fund:reserve", "tax": "tax_payable"}


class BookKeeper(Protocol):
    """Whose book it is, as an object or as the columns that a posting asks for."""

    @property
    def book_id(self) -> str:
        """Her book."""

    @property
    def zone(self) -> str:
        """Where her day begins and ends."""


class Party(BookKeeper, Protocol):
    """A seller, as an object or as the columns that a sale asks for."""

    @property
    def id(self) -> str:
        """The organisation."""

    @property
    def slug(self) -> str:
        """What names its accounts in the platform's book."""

    @property
    def currency(self) -> str:
        """The one currency of its book."""


@dataclass(frozen=True, slots=True)
class Due:
    """What the platform comes to owe one seller: its own currency, and what of the charge stands behind it."""

    organisation: Party
    origin: Money
    charge: Money


def book_of(organisation: Organisation) -> Book:
    """The organisation's book."""
    book_id = organisation.book_id
    return memo.once(("book", book_id), lambda: db.session.get_one(Book, book_id))


def post_in(organisation: BookKeeper, source: str, sides: Iterable[Side]) -> None:
    """Post in an organisation's book, on the day it is where the organisation lies."""
    post_all([draft_in(organisation, source, sides)])


def draft_in(organisation: BookKeeper, source: str, sides: Iterable[Side]) -> Draft:
    """The entry that `post_in` would post."""
    return Draft(organisation.book_id, source, sides, clock.today(organisation.zone))


def income_account(purpose: str) -> str:
    """The account that a row of a receipt is credited to in the seller's book."""
    return ACCOUNTS.get(purpose, f"sales:{purpose}")


def income_sides(rows: Iterable[Row], currency: str, sign: int = 1) -> Iterator[Side]:
    """One credit a purpose, and for a fee the expense that meets it; `sign` −1 takes them back."""
    for purpose, (_charge, origin) in by_purpose(rows).items():
        amount = Money(sign * origin, currency)
        yield credit(income_account(purpose), amount)
        if purpose in FEES:
            yield debit(f"expense:{purpose}", amount)


def kept_by_seller(rows: Iterable[Row]) -> tuple[int, int]:
    """What of the rows is the seller's, all but the two fees: charge and origin, minor units."""
    kept = [row for row in rows if row.purpose not in FEES]
    return sum(row.amount_minor for row in kept), sum(row.origin_minor for row in kept)


def cost_sides(rows: Iterable[Row], currency: str, inventory: str, sign: int = 1) -> Iterator[Side]:
    """The goods leave the shelf at their actual cost, by purpose; `sign` −1 brings them back."""
    costs = {purpose: origin for purpose, (_charge, origin) in by_purpose(rows).items() if purpose in COST_PURPOSES}
    for purpose, origin in costs.items():
        yield debit(f"cost_of_sales:{purpose}", Money(sign * origin, currency))
    yield credit(inventory, Money(sign * sum(costs.values()), currency))


def payment_of(source: str, order_number: str, amount: Money, fund: str) -> Draft:
    """The buyer's money is here and is still the buyer's."""
    return draft_in(platform_facts(), source, [debit(fund, amount), credit(f"buyer_funds:{order_number}", amount)])


def line_sale(source: str, seller: Party, rows: list[Row], inventory: str | None) -> Draft:
    """One line in the seller's book: what the platform owes for it, each row of its split, the goods it cost."""
    currency = seller.currency
    owed = Money(kept_by_seller(rows)[1], currency)
    sides = [debit("receivable:platform", owed), *income_sides(rows, currency)]
    if inventory:
        sides += cost_sides(rows, currency, inventory)
    return draft_in(seller, source, sides)


def platform_sale(source: str, order_number: str, total: Money, dues: list[Due], fees: Mapping[str, Money]) -> Draft:
    """The buyer's money becomes what is owed to each seller, the platform's fee and the payment fee to come."""
    sides = [debit(f"buyer_funds:{order_number}", total)]
    for due in dues:
        sides += due_sides(due)
    sides += [credit("income:platform_fee", fees["platform_fee"]), credit("payment_fee_accrued", fees["payment_fee"])]
    return draft_in(platform_facts(), source, sides)


def due_sides(due: Due) -> list[Side]:
    """More is owed to a seller: its share of the charge waits in `fx` for the payout; amounts may be negative."""
    slug = due.organisation.slug
    return [
        credit(f"fx:{slug}", due.charge),
        debit(f"fx:{slug}", due.origin),
        credit(f"owed:{slug}", due.origin),
    ]


def refund_reserve(source: str, amount: Money) -> Draft:
    """Set a part of the platform's fee aside for refunds (rule 23)."""
    return draft_in(
        platform_facts(), source, [debit("expense:refund_reserve", amount), credit("refund_reserve", amount)]
    )
