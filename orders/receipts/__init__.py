"""The receipt that is proof: numbered documents, stored revisions, the live view, the page and the PDF."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in the tables."""
    from orders.receipts import models

    app.extensions["receipts"] = models
