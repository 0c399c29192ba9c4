"""Another shop's history through the same order, ledger and receipt code.

Only the seller's book posts, against `history_clearing`; each line's split is one `producer_share`, declared; no mail.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from marketplace.accounts.models import Organisation
from marketplace.accounts.organisations import PLATFORM_SLUG, register_organisation
from marketplace.catalogue.models import Stock
from marketplace.kernel import clock, ids
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.imports import CellError, ImportSummary
from marketplace.kernel.journal.canonical import digest
from marketplace.kernel.money import Money
from marketplace.ledger.services import credit, debit
from orders.checkout.models import Order, OrderLine, OrderSplit
from orders.checkout.posting import post_in
from orders.history import reading as table
from orders.history.credits import credit_invoice
from orders.history.goods import shelve
from orders.history.models import HistoryInvoice
from orders.history.reading import CURRENCY, SOURCE, Invoice, Line, Reading
from orders.receipts.services import issue_receipt
from producers.lots.selling import take_many_for_sale

INVOICES_PER_COMMIT = 20
SELLER_NAME = "Online Retail"

SENTENCES = {
    "invoice_missing": _l("The row has no invoice number."),
    "stock_code_missing": _l("The row has no stock code."),
    "date_unreadable": _l("Write the date as year-month-day hour:minute:second."),
    "quantity_unreadable": _l("Write the quantity as a whole number."),
    "quantity_zero": _l("A quantity of nothing is no sale."),
    "price_unreadable": _l("Write the price with at most two decimals."),
    "price_not_positive": _l("Without a price above zero this is no sale."),
    "negative_outside_credit": _l("A negative quantity belongs on a credit invoice, whose number begins with C."),
    "positive_in_credit": _l("A credit invoice takes back, so its quantities are negative."),
    "invoice_differs": _l("This invoice was brought in before with other rows. Issued documents are not changed."),
}


class WrongCurrency(Conflict):
    """The cooperative's book is in another currency than the file."""

    code = "history_wrong_currency"
    message = _l("The file is in %(file)s and %(slug)s keeps its book in %(book)s. Choose a cooperative in %(file)s.")


class NoSuchSeller(NotFound):
    """--cooperative names none."""

    code = "no_such_cooperative"
    message = _l("There is no cooperative %(slug)s. Register it first, or leave --cooperative out.")


def import_orders(
    paths: Sequence[Path],
    slug: str | None,
    *,
    progress: Callable[[list[Invoice]], Iterable[Invoice]],
    commit: Callable[[], None],
) -> ImportSummary:
    """Bring in every invoice of the files that is not here yet, oldest first, committing every few.

    A killed run is resumed by running it again. Raises NoSuchSeller, WrongCurrency, and UnknownFormat for a file
    that is no such table.
    """
    found = table.read(paths)
    seller = _seller(slug)
    db.session().expire_on_commit = False
    summary = _summary_of(found)
    known = {invoice.number: invoice for invoice in _known(seller)}
    fresh = [invoice for invoice in found.invoices.values() if _is_new(invoice, known, summary)]
    with clock.at(min((invoice.at for invoice in fresh), default=clock.now())):
        stocks = shelve(seller, fresh)
    commit()
    for count, invoice in enumerate(progress(sorted(fresh, key=lambda each: (each.at, each.is_credit))), start=1):
        with clock.at(invoice.at):
            bring_in_invoice(seller, invoice, stocks)
        _count_created(summary, invoice)
        if count % INVOICES_PER_COMMIT == 0:
            commit()
    commit()
    return summary


def bring_in_invoice(seller: Organisation, invoice: Invoice, stocks: Mapping[str, Stock]) -> HistoryInvoice:
    """One invoice as a paid order with its receipt, or as a credit note; the record that it is here."""
    record = HistoryInvoice(
        id=ids.new_id(),
        organisation_id=seller.id,
        source=SOURCE,
        number=invoice.number,
        customer=invoice.customer,
        at=invoice.at,
        rows=len(invoice.lines),
        rows_sha256=fingerprint(invoice),
        amount_minor=invoice.total.minor,
    )
    if invoice.is_credit:
        credit_invoice(seller, invoice, record)
    else:
        record.order_id = _sell(seller, invoice, stocks).id
        db.session.add(record)
        db.session.flush()
    return record


def fingerprint(invoice: Invoice) -> str:
    """What an invoice says, to be compared when it is met again."""
    lines = [[line.ordinal, line.stock_code, line.quantity, line.unit_price.minor] for line in invoice.lines]
    return digest({"customer": invoice.customer, "at": invoice.at.isoformat(), "lines": lines})


def _sell(seller: Organisation, invoice: Invoice, stocks: Mapping[str, Stock]) -> Order:
    order = _order(invoice.at, invoice)
    order.lines = [_line(order.id, line, seller, stocks[line.stock_code]) for line in invoice.lines]
    db.session.add(order)
    for line in order.lines:
        assert line.stock is not None
        line.stock.sold += line.quantity
    db.session.flush()
    take_many_for_sale([(line.id, line.stock.lot_id, line.quantity) for line in order.lines if line.stock])
    sides = [credit("sales:producer_share", Money(line.origin_minor, CURRENCY)) for line in order.lines]
    post_in(seller, order.id, [debit("history_clearing", invoice.total), *sides])
    issue_receipt(order)
    return order


def _order(at: datetime, invoice: Invoice) -> Order:
    return Order(
        id=ids.new_id(),
        number=f"{SOURCE}-{invoice.number}",
        token=ids.secret_token(),
        buyer_name=invoice.customer,
        buyer_email="",
        buyer_address=invoice.country,
        language="en",
        charge_currency=CURRENCY,
        amount_minor=invoice.total.minor,
        captured_minor=invoice.total.minor,
        refunded_minor=0,
        method="history",
        state="paid",
        placed_at=at,
        hold_ends_at=at,
        paid_at=at,
    )


def _line(order_id: str, line: Line, seller: Organisation, stock: Stock) -> OrderLine:
    total = line.quantity * line.unit_price.minor
    made = OrderLine(
        id=f"{order_id}-{line.ordinal}",
        ordinal=line.ordinal,
        kind="item",
        title=line.title[:120],
        organisation=seller,
        organisation_id=seller.id,
        stock=stock,
        quantity=line.quantity,
        refunded_quantity=0,
        currency=CURRENCY,
        rate="1",
        origin_minor=total,
        charge_minor=total,
        refunded_origin_minor=0,
        refunded_charge_minor=0,
        makers=0,
    )
    made.splits = [
        OrderSplit(
            ordinal=1,
            kind="sale",
            cause_id=order_id,
            purpose="producer_share",
            source_id="",
            amount_minor=total,
            origin_minor=total,
        )
    ]
    return made


def _seller(slug: str | None) -> Organisation:
    """The cooperative named, or one named after the source; the platform, which issues receipts, exists beside it."""
    if db.session.scalar(select(Organisation.id).where(Organisation.slug == PLATFORM_SLUG)) is None:
        register_organisation(slug=PLATFORM_SLUG, name="Lumbung", currency=CURRENCY, kind="platform", zone="UTC")
    seller = db.session.scalar(select(Organisation).where(Organisation.slug == (slug or SOURCE)))
    if seller is None and slug is not None:
        raise NoSuchSeller(slug=slug)
    if seller is None:
        seller = register_organisation(slug=SOURCE, name=SELLER_NAME, currency=CURRENCY)
    if seller.currency != CURRENCY:
        raise WrongCurrency(file=CURRENCY, slug=seller.slug, book=seller.currency)
    return seller


def _known(seller: Organisation) -> Sequence[HistoryInvoice]:
    query = select(HistoryInvoice).where(HistoryInvoice.organisation_id == seller.id, HistoryInvoice.source == SOURCE)
    return db.session.scalars(query).all()


def _is_new(invoice: Invoice, known: Mapping[str, HistoryInvoice], summary: ImportSummary) -> bool:
    """Whether the invoice is to be brought in; one that is here is counted, one that now differs is refused."""
    before = known.get(invoice.number)
    if before is None:
        return True
    if before.rows_sha256 == fingerprint(invoice):
        summary.unchanged += len(invoice.lines)
        _add_sum(summary, invoice)
        return False
    summary.rejected += len(invoice.lines)
    sentence = str(SENTENCES["invoice_differs"])
    summary.errors.append(CellError(0, "InvoiceNo", invoice.number, "invoice_differs", sentence))
    return False


def _summary_of(found: Reading) -> ImportSummary:
    summary = ImportSummary("orders")
    summary.sources = [{"name": name, "sha256": sha256} for name, sha256 in found.sources]
    summary.rows = found.rows
    summary.rejected = len(found.refused)
    summary.errors = [
        CellError(each.row, each.column, each.value, each.code, str(SENTENCES[each.code]), each.file)
        for each in found.refused
    ]
    return summary


def _count_created(summary: ImportSummary, invoice: Invoice) -> None:
    if invoice.is_credit:
        summary.created.update({"credit_note": 1, "credit_row": len(invoice.lines)})
    else:
        summary.created.update({"order": 1, "order_line": len(invoice.lines), "receipt": 1})
    _add_sum(summary, invoice)


def _add_sum(summary: ImportSummary, invoice: Invoice) -> None:
    if invoice.is_credit:
        summary.add_sum("credit_notes", -invoice.total)
    else:
        summary.add_sum("orders", invoice.total)
