"""Credit invoices of another shop: each row takes back from the latest earlier sale that has enough left."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Stock
from marketplace.kernel import clock, ids
from marketplace.kernel.db import db
from marketplace.kernel.money import Money
from marketplace.ledger.services import credit, debit
from orders.checkout.models import Order, OrderLine
from orders.checkout.posting import post_in
from orders.checkout.services import lock_order
from orders.history.models import HistoryCreditRow, HistoryInvoice
from orders.history.reading import CURRENCY, Invoice, Line
from orders.receipts.document import PRODUCER_SHARE
from orders.receipts.services import issue_credit_note, revise_receipt
from orders.refunds.models import Refund, RefundLine
from orders.refunds.services import SCRAPPED, book, take_of
from producers.lots.models import Lot
from producers.lots.services import return_from_sale


def credit_invoice(seller: Organisation, invoice: Invoice, record: HistoryInvoice) -> None:
    """One credit note for the invoice: rows that meet a sale refund it, the others stand on the note alone.

    Whether the goods came back to the shelf nobody recorded, so they count as returned and lost.
    """
    met = _meet_sales(record, invoice)
    rows = [_row(record, line, sale) for line, sale in met]
    orders = [lock_order(order_id) for order_id in sorted({sale.order_id for _line, sale in met if sale})]
    for order in orders:
        _refund(order, invoice, [(line, sale) for line, sale in met if sale and sale.order_id == order.id])
    sides = [debit("sales:producer_share", Money(row.amount_minor, CURRENCY)) for row in rows]
    post_in(seller, record.id, [*sides, credit("history_clearing", invoice.total)])
    lines = [_fact(seller, line, sale) for line, sale in met]
    facts = {"amount_minor": invoice.total.minor, "goods": SCRAPPED, "invoice": invoice.number, "lines": lines}
    note = issue_credit_note(orders, cause_id=record.id, currency=CURRENCY, facts=facts)
    record.credit_note_id = note.id
    db.session.add(record)
    db.session.flush()
    db.session.add_all(rows)
    db.session.flush()
    for order in orders:
        revise_receipt(order)


def _meet_sales(record: HistoryInvoice, invoice: Invoice) -> list[tuple[Line, OrderLine | None]]:
    """Each row with the latest earlier sale of the same customer, code and price that has enough left, or none."""
    taken: Counter[str] = Counter()
    met: list[tuple[Line, OrderLine | None]] = []
    for line in invoice.lines:
        sales = _earlier_sales(record, line) if record.customer else []
        sale = next((each for each in sales if each.remaining_quantity - taken[each.id] >= line.quantity), None)
        if sale is not None:
            taken[sale.id] += line.quantity
        met.append((line, sale))
    return met


def _earlier_sales(record: HistoryInvoice, line: Line) -> Sequence[OrderLine]:
    return db.session.scalars(
        select(OrderLine)
        .join(HistoryInvoice, HistoryInvoice.order_id == OrderLine.order_id)
        .join(Stock, Stock.id == OrderLine.stock_id)
        .join(Lot, Lot.id == Stock.lot_id)
        .where(
            HistoryInvoice.organisation_id == record.organisation_id,
            HistoryInvoice.source == record.source,
            HistoryInvoice.customer == record.customer,
            HistoryInvoice.at <= record.at,
            Lot.number == line.stock_code,
            OrderLine.origin_minor == OrderLine.quantity * line.unit_price.minor,
        )
        .order_by(HistoryInvoice.at.desc(), HistoryInvoice.id.desc(), OrderLine.ordinal.desc())
    ).all()


def _refund(order: Order, invoice: Invoice, met: list[tuple[Line, OrderLine]]) -> None:
    """Take the pieces back from the lines of one order, as any refund does; the platform's book is not concerned."""
    pieces: Counter[str] = Counter()
    for line, sale in met:
        pieces[sale.id] += line.quantity
    taken = [take_of(line, pieces[line.id]) for line in order.lines if line.id in pieces]
    made = Refund(
        id=ids.new_id(),
        order_id=order.id,
        goods=SCRAPPED,
        reason=invoice.number,
        currency=CURRENCY,
        amount_minor=sum(each.charge_minor for each in taken),
        made_at=clock.now(),
    )
    made.lines = [
        RefundLine(
            order_line_id=each.line.id,
            quantity=each.quantity,
            charge_minor=each.charge_minor,
            origin_minor=each.origin_minor,
        )
        for each in taken
    ]
    db.session.add(made)
    db.session.flush()
    for each in taken:
        book(each, made.id)
        assert each.line.stock is not None
        return_from_sale(each.line.stock.lot_id, each.quantity, (), restocked=False, source=made.id)
    order.refunded_minor += made.amount_minor
    db.session.flush()


def _row(record: HistoryInvoice, line: Line, sale: OrderLine | None) -> HistoryCreditRow:
    return HistoryCreditRow(
        invoice_id=record.id,
        ordinal=line.ordinal,
        stock_code=line.stock_code,
        quantity=line.quantity,
        amount_minor=line.quantity * line.unit_price.minor,
        order_line_id=sale.id if sale else None,
    )


def _fact(seller: Organisation, line: Line, sale: OrderLine | None) -> dict[str, Any]:
    """A row on the note: its whole amount is the producers' share, taken back from its sale where one is known."""
    amount_minor = line.quantity * line.unit_price.minor
    return {
        "id": sale.id if sale else None,
        "kind": "item",
        "title": f"{line.stock_code} {line.title}".strip(),
        "seller": seller.slug,
        "quantity": line.quantity,
        "amount_minor": amount_minor,
        "origin": {"currency": CURRENCY, "amount_minor": amount_minor},
        "split": [{"purpose": PRODUCER_SHARE, "amount_minor": amount_minor, "origin_minor": amount_minor}],
    }
