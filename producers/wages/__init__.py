"""Pay: payslips, payments with proof, the payee's confirmation or contest, the hourly check."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in the tables and what `lumbung verify` asks of them."""
    from marketplace.kernel import invariants
    from producers.wages.checks import check

    invariants.register(app, "wages", check)
