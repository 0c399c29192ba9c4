"""Pay: payslips, payments with proof, the payee's confirmation or contest, the hourly check."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in the tables."""
    from producers.wages import models

    app.extensions["wages"] = models
