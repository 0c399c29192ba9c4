"""What is typed about payouts."""

from marketplace.kernel.forms import Amount, Form, Text


class Prepared(Form):
    """How a payout was sent and what proves it; the bank's rates come beside it, one a currency."""

    rail = Text(required=True, min=2, max=40)
    proof = Text(required=True, min=3, max=200)


class Confirmed(Form):
    """How the cooperative saw that a payout came."""

    how = Text(required=True, min=2, max=80)


class Charged(Form):
    """The fee that the payment service really took, and where one reads it."""

    fee = Amount(required=True)
    source = Text(required=True, min=3, max=200)
