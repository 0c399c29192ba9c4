"""What every purchase in the browser goes through: basket, questions, transfer, seal."""

from marketplace.kernel.db import db
from marketplace.kernel.journal.sequencer import sequence
from marketplace.kernel.money import Money
from orders.checkout.models import Order
from tests.after import deliver


def put_in_basket(buyer, cooperative: str, goods: str) -> None:
    """From the list of cooperatives to what one of them sells, a piece of it."""
    buyer.visit("/cooperatives").tap(cooperative).tap(goods)
    assert buyer.say("Where your money goes") in buyer.words()
    buyer.tap("Put in the basket")


def answer_questions(buyer) -> None:
    """Who she is and where it goes; the way of paying stands on the page after it."""
    buyer.tap("Go on to delivery")
    buyer.type_into("Your name", "Ann Buyer").type_into("E-mail address", "ann@example.org")
    buyer.type_into("Name on the parcel and address", "Ann Buyer, Jalan Melati 1, Maumere").tap("Go on")


def confirm_transfer(app, browse, operator: str) -> None:
    """The operator finds the transfer of the one order on the statement."""
    with app.app_context():
        order = db.session.scalars(db.select(Order)).one()
        amount = str(Money(order.amount_minor, order.charge_currency).decimal)
    desk = browse("en", width=1280).sign_in(operator).visit("/operator/transfers").tap("It came")
    desk.answer(amount=amount, reference="R-1", proof="statement of today, page 2").press()
    with app.app_context():
        deliver()


def seal(app) -> None:
    """What the worker does every moment."""
    with app.app_context():
        sequence()
        db.session.commit()
