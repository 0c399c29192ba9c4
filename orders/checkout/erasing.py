"""A buyer is not erased while goods or money are on their way to her; what she bought stays without her name."""

from collections.abc import Iterator

from flask_babel import gettext as _

from marketplace.accounts.persons import Person
from marketplace.kernel.db import db


def refusals(person: Person) -> Iterator[str]:
    """Orders that wait for payment, parcels to send, money to send back."""
    numbers = {order.id: order.number for order in person.of("checkout_order")}
    waiting = {order.id for order in person.of("checkout_order") if order.state == "placed"}
    waiting |= {parcel.order_id for parcel in person.of("fulfilment_parcel") if parcel.state != "sent"}
    waiting |= {back.order_id for back in person.of("payment_money_back") if back.state != "done"}
    for order_id in sorted(waiting):
        yield _("Order %(number)s is not finished: it is to be paid, sent or refunded.", number=numbers[order_id])


def removals(person: Person) -> Iterator[str]:
    """Forget her basket, say what stays."""
    for basket in person.of("cart_basket"):
        db.session.delete(basket)
    if person.of("checkout_order"):
        yield _("%(count)s orders and their receipts stay without name and address: "
                "bookkeeping law asks for ten years.", count=len(person.of("checkout_order")))  # fmt: skip
