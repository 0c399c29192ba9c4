"""The receipt that is proof: numbered documents, stored revisions, the live view, the page and the PDF."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in the receipt's addresses."""
    from orders.receipts import views

    app.register_blueprint(views.blueprint)
