"""What is typed about a parcel on its way."""

from marketplace.kernel.forms import Amount, Form, Text


class Sent(Form):
    """Who carries it, and the number to follow it by."""

    carrier = Text(required=True, min=2, max=80)
    tracking = Text(load_default="", max=80)


class CarrierPaid(Form):
    """What the carrier was paid, and what proves it; a form sent twice counts once by its key."""

    amount = Amount(required=True)
    proof = Text(required=True, min=3, max=200)
    client_key = Text(required=True, min=26, max=26)
