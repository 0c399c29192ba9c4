"""Where an order meets the provider: the one place besides the kernel's edge that commits.

Our row must be on disk before the provider hears its id, else a crash between the two would leave a page that can
be paid for an order nobody knows.
"""

from datetime import timedelta

from marketplace.config import PROVIDER_KEY_HOURS_MIN
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.money import Money
from orders.checkout.models import Order
from orders.checkout.services import expire_order
from orders.payments import services
from orders.payments.models import MoneyBack, PaymentIntent
from orders.payments.port import SentBack, SessionWish, card_offered, payment_port


def start_card_payment(order_id: str, *, success_url: str, cancel_url: str) -> str:
    """The address of the page on which the order is paid; asking again gives the same page.

    Commits before and after the call. Refuses where no card is offered and an order that cannot be paid.
    """
    payment_port()
    db.session.commit()  # a new order keeps its goods locked until then, and others wait for them
    intent = services.open_intent(order_id)
    if intent.session_url:
        url = intent.session_url
        db.session.commit()
        return url
    return open_page(intent.order, intent.id, success_url=success_url, cancel_url=cancel_url)


def open_page(order: Order, intent_id: str, *, success_url: str, cancel_url: str) -> str:
    """The address of the page opened for an order's intent that has none; commits before and after the call."""
    wish = SessionWish(
        intent_id=intent_id,
        order_number=order.number,
        amount=Money(order.amount_minor, order.charge_currency),
        email=order.buyer_email,
        language=order.language,
        ends_at=order.hold_ends_at,
        success_url=success_url,
        cancel_url=cancel_url,
    )
    db.session.commit()
    session = payment_port().open_session(wish)
    services.attach_session(intent_id, session.id, session.url)
    db.session.commit()
    return session.url


def end_due_order(order_id: str) -> None:
    """End an order whose hold is over: first close its page, so that nobody pays for what is no longer held.

    A page that was paid meanwhile pays the order instead.
    """
    intent = services.live_intent(order_id)
    session_id = intent.session_id if intent else None
    if not (session_id and close_page(order_id, session_id)):
        expire_order(order_id)
    db.session.commit()


def close_page(order_id: str, session_id: str) -> bool:
    """Have a page closed so that it cannot be paid any more; what was paid on it before is taken. Whether it was."""
    db.session.commit()
    paid = payment_port().close_session(session_id) if card_offered() else None
    if paid:
        services.record_payment(order_id, paid.amount, method="card", reference=paid.payment_id)
    else:
        services.close_session_of(session_id)
    db.session.commit()
    return paid is not None


def ask_about(intent_id: str) -> bool:
    """Ask the provider whether a page was paid and take what was, as its own word would; whether it was."""
    intent = db.session.get_one(PaymentIntent, intent_id)
    order_id, session_id = intent.order_id, intent.session_id
    db.session.commit()
    paid = payment_port().paid_on(session_id) if session_id else None
    if paid:
        services.record_payment(order_id, paid.amount, method="card", reference=paid.payment_id)
    db.session.commit()
    return paid is not None


def send_money_back(owed: MoneyBack) -> SentBack:
    """Send a sum back by the card it came from; repeating it sends it once.

    The provider forgets our key after PROVIDER_KEY_HOURS_MIN, so an old one is first looked for.
    """
    assert owed.payment is not None
    money_back_id, reference = owed.id, owed.payment.reference
    amount = Money(owed.amount_minor, owed.currency)
    is_old = clock.now() - owed.due_at > timedelta(hours=PROVIDER_KEY_HOURS_MIN / 2)
    db.session.commit()
    port = payment_port()
    sent = port.sent_back(money_back_id, reference) if is_old else None
    sent = sent or port.send_back(money_back_id, reference, amount)
    services.note_sent(money_back_id, sent.id)
    if sent.is_done:
        services.arrive_money_back(money_back_id)
    return sent
