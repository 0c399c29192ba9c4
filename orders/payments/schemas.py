"""What the operator types about money that came or went back."""

from marketplace.kernel.forms import Amount, Form, Text


class Arrived(Form):
    """A transfer as the bank's statement shows it."""

    amount = Amount(required=True)
    reference = Text(required=True, min=2, max=60)
    proof = Text(required=True, min=3, max=200)


class Returned(Form):
    """Money sent back by hand, with what proves it."""

    proof = Text(required=True, min=3, max=200)
