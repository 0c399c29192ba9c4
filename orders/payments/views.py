"""The address that Stripe calls."""

from flask import Blueprint, Response, current_app, request

from marketplace.config import BAD_WEBHOOKS_ADDRESS_MAX, WEBHOOK_BYTES_MAX
from marketplace.kernel.db import db
from marketplace.kernel.limits import QUARTER, Bound, network_address, spend
from marketplace.kernel.policy import LINK, allow
from orders.payments.port import card_offered, payment_port
from orders.payments.webhook import BadWebhook, read_event, take_event

blueprint = Blueprint("payments", __name__)
BAD = Bound("bad_webhook", BAD_WEBHOOKS_ADDRESS_MAX, QUARTER)


@blueprint.post("/webhooks/stripe")
@allow(LINK)  # the signature is the key
def stripe_webhook() -> Response:
    """Take one signed event: 200 taken or known, 400 refused and nothing changed, 429 where that came too often."""
    try:
        _take()
    except BadWebhook:
        db.session.rollback()  # the count has a transaction of its own
        spend(BAD, network_address())
        raise
    return Response(status=200)


def _take() -> None:
    if not card_offered() or (request.content_length or 0) > WEBHOOK_BYTES_MAX:
        raise BadWebhook
    body = request.get_data(cache=False)
    event = read_event(body, request.headers.get("Stripe-Signature"), current_app.config["STRIPE_WEBHOOK_SECRET"])
    take_event(event, body, live=payment_port().is_live)
