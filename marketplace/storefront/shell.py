"""What stands around every public page: categories in the header, links in the footer."""

from typing import Any

from flask import Flask, current_app, g, has_request_context, request, url_for
from flask_babel import lazy_gettext as _l

from marketplace.catalogue.categories import CATEGORIES, IN_HEADER
from marketplace.kernel.i18n import language


def init_app(app: Flask) -> None:
    """Give every template the header's categories and the footer's links."""
    app.extensions["footer_links"], app.extensions["surroundings"] = [], {}
    add_footer_link(app, _l("Look up a code"), "trace.find")
    app.context_processor(_surroundings)


def add_footer_link(app: Flask, name: Any, endpoint: str) -> None:
    """Put a link to an endpoint into the footer of every page; `name` is a lazy translation."""
    app.extensions["footer_links"].append((name, endpoint))


def _surroundings() -> dict[str, Any]:
    """The same for every page of a language and category, so it is made once for each."""
    current = g.get("current_category")
    marked = current if current in IN_HEADER else ""
    if not has_request_context():
        return _made(marked)
    kept: dict[tuple[str, str, str], dict[str, Any]] = current_app.extensions["surroundings"]
    page = language(), request.root_path, marked
    if page not in kept:
        kept[page] = _made(marked)
    return kept[page]


def _made(marked: str) -> dict[str, Any]:
    return {
        "nav_categories": [
            {
                "name": str(CATEGORIES[code]),
                "url": url_for("storefront.goods", category=code),
                "current": code == marked,
            }
            for code in IN_HEADER
        ],
        "cooperatives_url": url_for("storefront.cooperatives"),
        "footer_links": [
            {"name": str(name), "url": url_for(endpoint)} for name, endpoint in current_app.extensions["footer_links"]
        ],
    }
