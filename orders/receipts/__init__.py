"""The receipt that is proof: numbered documents, stored revisions, the live view, the page and the PDF."""

from flask import Flask
from flask_babel import lazy_gettext as _l


def init_app(app: Flask) -> None:
    """Plug in the receipt's addresses, the page that checks one, what auditors ask, and what `verify` checks."""
    from marketplace.accounts import operator_pages, persons
    from marketplace.kernel import outbox
    from marketplace.kernel.invariants import register
    from marketplace.storefront.shell import add_footer_link
    from orders.receipts import citing, credit_views, erasing, handlers, invariants, verify_views, views
    from producers.audit import receipts as asked

    # The page that checks a receipt hangs its two addresses on the same blueprint.
    assert verify_views
    app.register_blueprint(views.blueprint)
    app.register_blueprint(credit_views.blueprint)
    operator_pages.add_page(app, _l("Credit notes"), "credit_notes.all_notes", order=70)
    persons.register(app, erasing)
    asked.answer_with(app, citing.lines_citing)
    add_footer_link(app, _l("Check a receipt"), "receipts.verify")
    outbox.subscribe(app, "order.paid", "receipts.issue", handlers.issue, reads_first=True)
    register(app, "receipts.issued", invariants.paid_orders_have_one)
    register(app, "receipts.numbers", invariants.numbers_have_no_gap)
    register(app, "receipts.documents", invariants.documents_are_as_issued)
