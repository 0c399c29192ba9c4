"""The bare baseline: the product's own templates and rows with one ORM SELECT, on the same server, and nothing else.

A request runs one SELECT for the rows that the page shows, a list the product's own, makes of them what the template
prints, with the product's own functions, and renders it. There is no policy, session, context processor, header, page
cache, count of requests or searches, or log; whatever else the page prints (header, filters with their counts, splits,
the journey) was taken once from the product and lies ready. Words, dates, money and addresses that the template itself
asks for are asked for on both sides.
"""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, template_rendered
from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from marketplace.accounts.models import Organisation
from marketplace.app import create_app
from marketplace.catalogue.goods import Filters, cards_query, is_public
from marketplace.catalogue.models import Listing, Profile
from marketplace.catalogue.queries import cards_of
from marketplace.config import PAGE_SIZE
from marketplace.kernel.db import db, only_read
from marketplace.storefront import showing

WORD = "kopi"
Page = Callable[[], str]
View = tuple[str, str, Callable[..., Any]]
"""Method, address, function."""


def make() -> Flask:
    """The bare app on the product's database."""
    app = create_app()
    product = first_product(app)
    views = {
        "/bare/catalogue": _list(app, "/products", Filters()),
        "/bare/search": _list(app, f"/products?q={WORD}", Filters(text=WORD)),
        "/bare/product": _product(app, product),
        "/bare/hello": lambda: "hello",
    }
    return stripped(app, [("GET", address, view) for address, view in views.items()])


def stripped(app: Flask, views: Iterable[View]) -> Flask:
    """The app with these views and without whatever the product does around each request."""
    for hooks in (app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs):
        hooks.clear()
    app.wsgi_app = Flask.wsgi_app.__get__(app)  # type: ignore[method-assign]
    app._got_first_request = False  # the pages were taken by asking for them
    for method, address, view in views:
        app.add_url_rule(address, f"{method} {address.replace('.', '')}", view, methods=[method])
    return app


def first_product(app: Flask) -> str:
    """The address of the product that both sides show: the first by its address."""
    with app.app_context():
        slug = db.session.scalar(
            select(Listing.slug).join(Listing.organisation).where(is_public()).order_by(Listing.slug).limit(1)
        )
        db.session.rollback()
    return f"/products/{slug}"


def _list(app: Flask, source: str, filters: Filters) -> Page:
    """A list of goods."""
    template, context = taken(app, source)
    query, values = cards_query(filters.shape), {**filters.values, "size": PAGE_SIZE, "skipped": 0}

    def view() -> str:
        only_read(True)
        rows = db.session.execute(query, values).all()
        page: str = template.render({**context, "items": showing.items(cards_of(rows))})
        return page

    return view


def _product(app: Flask, source: str) -> Page:
    """A product with its lots and pictures."""
    template, context = taken(app, source)
    query = (
        select(Listing, Profile)
        .join(Listing.organisation)
        .outerjoin(Profile, Profile.organisation_id == Organisation.id)
        .where(Listing.slug == source.rpartition("/")[2], is_public())
        .options(contains_eager(Listing.organisation), joinedload(Listing.stocks), joinedload(Listing.photos))
    )

    def view() -> str:
        only_read(True)
        listing, _profile = db.session.execute(query).unique().one()
        shown = {"listing": listing, "organisation": listing.organisation}
        pictures = [showing.picture(photo) for photo in listing.photos]
        page: str = template.render({**context, **shown, "pictures": pictures})
        return page

    return view


def taken(app: Flask, source: str) -> tuple[Any, dict[str, Any]]:
    """The template of a page and everything the product gave it."""
    found: list[tuple[Any, dict[str, Any]]] = []

    def take(_app: Flask, template: Any, context: dict[str, Any], **_rest: Any) -> None:
        found.append((template, dict(context)))

    with template_rendered.connected_to(take, app):
        answer = app.test_client().get(source, headers={"Accept-Language": "en"})
    assert answer.status_code == 200, source
    return found[-1]
