"""The operator's own list of pages: parts above add theirs in their init_app."""

from typing import Any

from flask import Flask, current_app, request, url_for

KEY = "operator_pages"


def init_app(app: Flask) -> None:
    """Give templates the list."""
    app.jinja_env.globals["operator_pages"] = operator_pages


def add_page(app: Flask, label: Any, endpoint: str, *, order: int) -> None:
    """Hang a page `/operator/…` on the list; `label` is a lazy sentence."""
    app.extensions.setdefault(KEY, []).append((order, endpoint, label))


def operator_pages() -> list[dict[str, Any]]:
    """The pages in order, each with url, name and whether it is the one shown."""
    kept = sorted(current_app.extensions.get(KEY, []), key=lambda page: page[0])
    return [
        {"url": url_for(endpoint), "name": label, "current": request.path.startswith(url_for(endpoint))}
        for _order, endpoint, label in kept
    ]
