"""The console's shell: a navigation that every part adds its own entry to, and the cooperative it stands in.

A part says in its init_app:

    console.add_entry(app, _l("Materials"), "materials.stock", order=30)

The entry is shown to whom its endpoint's rule lets in, by `order`; it is current on its own address and below it.
"""

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, request, url_for

from marketplace.accounts.policy import RoleIn
from marketplace.kernel.policy import rule_of

KEY = "console_navigation"
HOME = "cooperatives.today"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the navigation; `endpoint` takes the organisation's slug and nothing else."""

    order: int
    label: Any
    endpoint: str


def add_entry(app: Flask, label: Any, endpoint: str, *, order: int) -> None:
    """Hang a page on the console's navigation; `label` is a lazy sentence."""
    app.extensions.setdefault(KEY, []).append(Entry(order, label, endpoint))


def may_open(endpoint: str) -> bool:
    """Whether the reader's roles in the organisation at hand open the endpoint; no question to the database."""
    rule = rule_of(current_app, endpoint)
    return isinstance(rule, RoleIn) and bool(rule.roles & g.actor.roles)


def navigation() -> list[dict[str, Any]]:
    """The reader's entries in order, each with url, name and whether it is the current one."""
    kept = sorted(current_app.extensions.get(KEY, []), key=lambda entry: entry.order)
    entries = [
        {"url": url_for(entry.endpoint, organisation=g.organisation.slug), "name": entry.label, "current": False}
        for entry in kept
        if may_open(entry.endpoint)
    ]
    holding = [entry for entry in entries if _holds(str(entry["url"]))]
    if holding:
        max(holding, key=lambda entry: len(str(entry["url"])))["current"] = True
    return entries


def init_app(app: Flask) -> None:
    """Give the console's layout what it shows."""
    app.context_processor(_shell)
    app.jinja_env.globals["may_open"] = may_open


def _holds(url: str) -> bool:
    """Whether the page shown lies at the address or below it; the home holds only itself."""
    return request.path == url or (not url.endswith("/") and request.path.startswith(url + "/"))


def _shell() -> dict[str, Any]:
    if "organisation" not in g or not request.path.startswith("/k/"):
        return {}
    shell: dict[str, Any] = {"console_nav": navigation(), "cooperative_name": g.organisation.name}
    if HOME in current_app.view_functions:
        shell["cooperative_url"] = url_for(HOME, organisation=g.organisation.slug)
    return shell
