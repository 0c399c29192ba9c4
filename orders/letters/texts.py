"""The letters to buyers, as plain text: sums, goods and links; nothing from the makers' side, no address, no phone."""

from collections.abc import Iterable

from flask_babel import gettext as _
from sqlalchemy import select

from marketplace.kernel.dates import moment
from marketplace.kernel.db import db
from marketplace.kernel.i18n import money
from marketplace.kernel.mail import Letter, address_of
from orders.checkout.models import Order, OrderLine
from orders.checkout.names import zone_of
from orders.checkout.queries import bank_account
from orders.fulfilment.models import Parcel
from orders.payments.models import MoneyBack
from orders.receipts.models import CreditNote, Receipt
from orders.receipts.queries import receipt_of


def placed(order: Order) -> Letter:
    """The order with how it is paid and the time until which it is held."""
    total = money(order.amount_minor, order.charge_currency)
    until = moment(order.hold_ends_at, zone_of(order.buyer_country))
    if order.method == "transfer":
        subject = _("Order %(number)s: transfer %(sum)s", number=order.number, sum=total)
        how = _transfer(order, total)
    else:
        subject = _("Order %(number)s is waiting for the payment", number=order.number)
        how = [_("If you have not paid yet, do it on the page of your order:"), _order_page(order)]
    held = [
        _("The goods are held for you until %(until)s.", until=until),
        _("If the money has not come by then, the order ends by itself and you owe nothing."),
    ]
    return _letter(order, subject, [_goods(order), *how, *held, *_where(order)])


def paid(order: Order, receipt: Receipt | None) -> Letter:
    """The receipt's link."""
    subject = _("Order %(number)s is paid", number=order.number)
    came = _("%(sum)s has come. Thank you.", sum=money(order.amount_minor, order.charge_currency))
    proof = []
    if receipt:
        link = address_of("receipts.show", token=receipt.token)
        proof = [_("Your receipt %(number)s says where every part of it goes:", number=receipt.number), link]
    keep = _("Whoever has this link sees the amounts. Keep it.")
    return _letter(order, subject, [came, *proof, keep, _goods(order), *_where(order)])


def expired(order: Order) -> Letter:
    """The order's time is over."""
    subject = _("The time for order %(number)s is over", number=order.number)
    paragraphs = [
        _("No payment came in time, so the order has ended and the goods are back in the shop. You owe nothing."),
        _("If you have sent the money meanwhile, all of it goes back to you."),
    ]
    return _letter(order, subject, [*paragraphs, *_where(order)])


def sent(parcel: Parcel) -> Letter:
    """A parcel with its carrier and what is in it."""
    order, seller = parcel.order, parcel.organisation.name
    subject = _("Order %(number)s: %(seller)s has sent your parcel", number=order.number, seller=seller)
    lines = [line for line in order.lines if line.organisation_id == parcel.organisation_id and line.kind == "item"]
    contents = "\n".join(f"- {line.remaining_quantity} × {line.title}" for line in lines if line.remaining_quantity)
    by = [_("Carrier: %(carrier)s", carrier=parcel.carrier)] if parcel.carrier else []
    if parcel.tracking:
        by.append(_("Number to follow it by: %(tracking)s", tracking=parcel.tracking))
    left = _("%(seller)s has sent your parcel.", seller=seller)
    return _letter(order, subject, [left, contents, "\n".join(by), *_where(order)])


def money_back(owed: MoneyBack) -> Letter:
    """A sum that goes back: for a refund with its credit note, or a payment that found no order to fill."""
    order, amount = owed.order, money(owed.amount_minor, owed.currency)
    subject = _("Order %(number)s: %(sum)s goes back to you", number=order.number, sum=amount)
    if owed.kind == "refund":
        why = [_("%(sum)s of your order goes back to you.", sum=amount), *_credit_note(owed)]
    else:
        why = [_("%(sum)s came for an order that had ended. All of it goes back to you.", sum=amount)]
    if owed.payment is not None and owed.payment.method == "card":
        how = _("It goes to the card you paid with. Banks take up to ten days to show it.")
    else:
        how = _("We send it by hand to the account it came from, and write to you when it has left.")
    return _letter(order, subject, [*why, how, *_where(order)])


def money_sent_back(owed: MoneyBack) -> Letter:
    """A sum that has left for the buyer's account."""
    order, amount = owed.order, money(owed.amount_minor, owed.currency)
    subject = _("Order %(number)s: %(sum)s has been sent back to you", number=order.number, sum=amount)
    left = _("%(sum)s has been sent to you by hand. Banks may take some days.", sum=amount)
    return _letter(order, subject, [left, *_where(order)])


def _letter(order: Order, subject: str, paragraphs: Iterable[str]) -> Letter:
    # A name from a form holds no line break; one from elsewhere could, and must not make a paragraph of its own.
    greeting = _("Hello %(name)s,", name=" ".join(order.buyer_name.split()))
    return Letter(order.buyer_email, subject, "\n\n".join(filter(None, [greeting, *paragraphs])) + "\n")


def _goods(order: Order) -> str:
    total = money(order.amount_minor, order.charge_currency)
    lines = [_line(line, order.charge_currency) for line in order.lines]
    return "\n".join([*lines, _("Together: %(sum)s", sum=total)])


def _line(line: OrderLine, currency: str) -> str:
    pieces = f"{line.quantity} × " if line.kind == "item" else ""
    return f"- {pieces}{line.title}: {money(line.charge_minor, currency)}"


def _transfer(order: Order, total: str) -> list[str]:
    account = bank_account(order.charge_currency)
    if account is None:
        return [_("The account to transfer to will stand on your order’s page. Look there before you pay.")]
    facts = [
        _("Amount: %(sum)s", sum=total),
        _("To: %(holder)s", holder=account.holder),
        _("Bank: %(bank)s", bank=account.bank),
        _("Account number: %(number)s", number=account.number),
        _("Reference: %(number)s", number=order.number),
    ]
    return [_("Transfer the whole sum at once and write the reference with it:"), "\n".join(facts)]


def _credit_note(owed: MoneyBack) -> list[str]:
    """The link to the refund's credit note."""
    note = db.session.scalar(select(CreditNote).where(CreditNote.cause_id == owed.cause_id))
    receipt = receipt_of(owed.order_id)
    if note is None or receipt is None:
        return []
    link = address_of("credit_notes.behind_receipt", token=receipt.token, number=note.number)
    return [_("Credit note %(number)s says what was taken back:", number=note.number), link]


def _order_page(order: Order) -> str:
    return address_of("orders.show", token=order.token)


def _where(order: Order) -> list[str]:
    return [_("The page of your order, which only this link opens:"), _order_page(order)]
