"""Where an order meets the provider: the one place besides the kernel's edge that commits.

Our row must be on disk before the provider hears its id, else a crash between the two would leave a page that can
be paid for an order nobody knows.
"""

from marketplace.kernel.db import db
from marketplace.kernel.money import Money
from orders.checkout.services import expire_order
from orders.payments import services
from orders.payments.port import SessionWish, card_offered, payment_port


def start_card_payment(order_id: str, *, success_url: str, cancel_url: str) -> str:
    """The address of the page on which the order is paid; asking again gives the same page.

    Commits before and after the call. Refuses where no card is offered and an order that cannot be paid.
    """
    port = payment_port()
    db.session.commit()  # a new order keeps its goods locked until then, and others wait for them
    intent = services.open_intent(order_id)
    if intent.session_url:
        url = intent.session_url
        db.session.commit()
        return url
    order = intent.order
    wish = SessionWish(
        intent_id=intent.id,
        order_number=order.number,
        amount=Money(intent.amount_minor, intent.currency),
        email=order.buyer_email,
        language=order.language,
        ends_at=order.hold_ends_at,
        success_url=success_url,
        cancel_url=cancel_url,
    )
    db.session.commit()
    session = port.open_session(wish)
    services.attach_session(wish.intent_id, session.id, session.url)
    db.session.commit()
    return session.url


def end_due_order(order_id: str) -> None:
    """End an order whose hold is over: first close its page, so that nobody pays for what is no longer held.

    A page that was paid meanwhile pays the order instead.
    """
    intent = services.live_intent(order_id)
    session_id = intent.session_id if intent else None
    db.session.commit()
    paid = payment_port().close_session(session_id) if session_id and card_offered() else None
    if paid:
        services.record_payment(order_id, paid.amount, method="card", reference=paid.payment_id)
    else:
        expire_order(order_id)
    db.session.commit()
