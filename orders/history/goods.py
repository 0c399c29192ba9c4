"""The goods behind another shop's sales: a brought-in lot and a closed listing for each stock code."""

from collections import Counter
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.accounts.actor import SYSTEM
from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Listing, Stock, StockSplit
from marketplace.kernel import clock, ids
from marketplace.kernel.db import db
from marketplace.kernel.journal.canonical import digest
from orders.history.reading import SOURCE, Invoice, Line
from producers.lots.models import Lot
from producers.lots.services import bring_in, bring_in_more

CATEGORY = "history"


def shelve(seller: Organisation, invoices: Collection[Invoice]) -> dict[str, Stock]:
    """A stock by stock code that covers what the invoices sell; what lies there unsold from before counts."""
    wanted, first = _wanted(invoices)
    known = _known(seller)
    for code, quantity in wanted.items():
        stock = known.get(code)
        if stock is None:
            known[code] = _open(seller, first[code], quantity)
        elif quantity > stock.available:
            _widen(seller, stock, quantity - stock.available)
    db.session.flush()
    return known


def _wanted(invoices: Collection[Invoice]) -> tuple[Counter[str], dict[str, Line]]:
    wanted: Counter[str] = Counter()
    first: dict[str, Line] = {}
    for line in (line for invoice in invoices if not invoice.is_credit for line in invoice.lines):
        wanted[line.stock_code] += line.quantity
        first.setdefault(line.stock_code, line)
    return wanted, first


def _known(seller: Organisation) -> dict[str, Stock]:
    rows = db.session.execute(
        select(Lot.number, Stock)
        .join(Stock, Stock.lot_id == Lot.id)
        .join(Listing)
        .where(Lot.organisation_id == seller.id, Listing.category == CATEGORY)
        .options(joinedload(Stock.listing))
    )
    return dict(rows.tuples().all())


def _open(seller: Organisation, line: Line, quantity: int) -> Stock:
    lot = bring_in(
        SYSTEM, seller, name=line.title[:120], number=line.stock_code, quantity=quantity, unit="H87", note=SOURCE
    )
    listing = Listing(
        organisation_id=seller.id,
        slug=f"{SOURCE}-{ids.public_code().lower()}",
        title=line.title[:120],
        category=CATEGORY,
        currency=seller.currency,
        price_minor=line.unit_price.minor,
        published_at=clock.now(),
        withdrawn_at=clock.now(),  # history is shown on receipts, never offered
    )
    stock = Stock(
        listing=listing,
        lot_id=lot.id,
        lot_code=lot.code,
        listed=quantity,
        reserved=0,
        sold=0,
        returned=0,
        withdrawn=0,
        source_sha256=digest({"source": SOURCE, "stock_code": line.stock_code}),
        published_at=clock.now(),
    )
    stock.split = [
        StockSplit(
            ordinal=1,
            purpose="producer_share",
            label="producer_share",
            amount_minor=line.unit_price.minor,
            status="declared",
        )
    ]
    db.session.add_all([listing, stock])
    return stock


def _widen(seller: Organisation, stock: Stock, quantity: int) -> None:
    lot = db.session.get_one(Lot, stock.lot_id)
    bring_in_more(lot, quantity, source=SOURCE)
    stock.listed += quantity
