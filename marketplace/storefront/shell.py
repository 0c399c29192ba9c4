"""What stands around every public page: categories in the header, links in the footer."""

from typing import Any

from flask import Flask, current_app, g, url_for
from flask_babel import lazy_gettext as _l

from marketplace.catalogue.categories import CATEGORIES, IN_HEADER


def init_app(app: Flask) -> None:
    """Give every template the header's categories and the footer's links."""
    app.extensions["footer_links"] = []
    add_footer_link(app, _l("Look up a code"), "trace.find")
    app.context_processor(_surroundings)


def add_footer_link(app: Flask, name: Any, endpoint: str) -> None:
    """Put a link to an endpoint into the footer of every page; `name` is a lazy translation."""
    app.extensions["footer_links"].append((name, endpoint))


def _surroundings() -> dict[str, Any]:
    current = g.get("current_category", "")
    return {
        "nav_categories": [
            {
                "name": CATEGORIES[code],
                "url": url_for("storefront.goods", category=code),
                "current": code == current,
            }
            for code in IN_HEADER
        ],
        "cooperatives_url": url_for("storefront.cooperatives"),
        "footer_links": [
            {"name": name, "url": url_for(endpoint)} for name, endpoint in current_app.extensions["footer_links"]
        ],
    }
