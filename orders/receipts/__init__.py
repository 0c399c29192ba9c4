"""The receipt that is proof: numbered documents, stored revisions, the live view, the page and the PDF."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in the receipt's addresses."""
    from marketplace.kernel.invariants import register
    from orders.receipts import invariants, views

    app.register_blueprint(views.blueprint)
    register(app, "receipts.numbers", invariants.numbers_have_no_gap)
    register(app, "receipts.documents", invariants.documents_are_as_issued)
