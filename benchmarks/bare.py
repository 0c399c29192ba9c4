"""The bare baseline: the product's own templates and rows with one ORM SELECT, on the same server, and nothing else.

No policy, session, language choice, headers, cache, counters or log: each page's context is taken once from the
product, and a request runs one SELECT and renders the same template with it.
"""

from collections.abc import Callable
from typing import Any

from flask import Flask, template_rendered
from sqlalchemy import Select, select

from marketplace.app import create_app
from marketplace.catalogue.models import Listing
from marketplace.catalogue.queries import _cards_query, is_public
from marketplace.config import PAGE_SIZE
from marketplace.kernel.db import db, only_read


def make() -> Flask:
    """The bare app on the product's database."""
    app = create_app()
    pages = {
        "/bare/catalogue": ("/products", _cards_query().where(is_public()).limit(PAGE_SIZE)),
        "/bare/search": ("/products?q=kopi", _cards_query().where(is_public()).limit(PAGE_SIZE)),
        "/bare/product": (first_product(app), None),
    }
    views = {address: _view(app, source, query) for address, (source, query) in pages.items()}
    for hooks in (app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs):
        hooks.clear()
    app.wsgi_app = Flask.wsgi_app.__get__(app)  # type: ignore[method-assign]
    app._got_first_request = False  # the pages were taken by asking for them
    for address, view in views.items():
        app.add_url_rule(address, address.strip("/").replace("/", "_"), view)
    app.add_url_rule("/bare/hello", "hello", lambda: "hello")
    return app


def first_product(app: Flask) -> str:
    """The address of the product that both sides show: the first by its address."""
    with app.app_context():
        slug = db.session.scalar(
            select(Listing.slug).join(Listing.organisation).where(is_public()).order_by(Listing.slug).limit(1)
        )
        db.session.rollback()
    return f"/products/{slug}"


def _view(app: Flask, source: str, query: Select[Any] | None) -> Callable[[], str]:
    taken: list[tuple[Any, dict[str, Any]]] = []

    def take(_app: Flask, template: Any, context: dict[str, Any], **_rest: Any) -> None:
        taken.append((template, dict(context)))

    with template_rendered.connected_to(take, app):
        answer = app.test_client().get(source, headers={"Accept-Language": "en"})
    assert answer.status_code == 200, source
    template, context = taken[-1]
    one = query if query is not None else _product_query(source)

    def view() -> str:
        only_read(True)
        db.session.execute(one).all()
        page: str = template.render(context)
        return page

    return view


def _product_query(source: str) -> Select[Any]:
    return select(Listing).where(Listing.slug == source.rpartition("/")[2])
