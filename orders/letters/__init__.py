"""What buyers are written: order placed, paid, over, parcel sent, money back; in their language, each once."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Hang the letters on the events that they tell of."""
    from marketplace.kernel import outbox
    from orders.letters import handlers

    outbox.subscribe(app, "order.placed", "letters.order_placed", handlers.order_placed, reads_first=True)
    outbox.subscribe(app, "order.paid", "letters.order_paid", handlers.order_paid, reads_first=True)
    outbox.subscribe(app, "order.ended", "letters.order_ended", handlers.order_ended, reads_first=True)
    outbox.subscribe(app, "parcel.sent", "letters.parcel_sent", handlers.parcel_sent, reads_first=True)
    outbox.subscribe(app, "money_back.due", "letters.money_back_due", handlers.money_back_due, reads_first=True)
    outbox.subscribe(
        app, "money_back.by_hand", "letters.money_back_by_hand", handlers.money_back_by_hand, reads_first=True
    )
