"""The address that Stripe calls."""

from flask import Blueprint, Response, current_app, request

from marketplace.config import BAD_WEBHOOKS_ADDRESS_MAX, WEBHOOK_BYTES_MAX
from marketplace.kernel.limits import QUARTER, Bound, per_address
from marketplace.kernel.policy import LINK, allow
from orders.payments.port import card_offered, payment_port
from orders.payments.webhook import BadWebhook, read_event, take_event

blueprint = Blueprint("payments", __name__)
BAD = Bound("bad_webhook", BAD_WEBHOOKS_ADDRESS_MAX, QUARTER)


@blueprint.post("/webhooks/stripe")
@allow(LINK)  # the signature is the key
@per_address(BAD, counts=lambda response: response.status_code == 400)
def stripe_webhook() -> Response:
    """Take one signed event: 200 taken or known, 400 refused and nothing changed."""
    if not card_offered() or (request.content_length or 0) > WEBHOOK_BYTES_MAX:
        raise BadWebhook
    body = request.get_data(cache=False)
    event = read_event(body, request.headers.get("Stripe-Signature"), current_app.config["STRIPE_WEBHOOK_SECRET"])
    take_event(event, body, live=payment_port().is_live)
    return Response(status=200)
