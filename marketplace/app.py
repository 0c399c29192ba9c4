"""create_app: the house put together from its parts, in order."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from flask import Flask

from marketplace import config
from marketplace.kernel import (
    dates,
    db,
    guards,
    i18n,
    limits,
    logs,
    metrics,
    page_cache,
    personal,
    policy,
    quantity_format,
    static_files,
    web,
)

# Every part by its dotted name, in the order in which it is plugged in: ground floor first.
PARTS = (
    "marketplace.kernel.journal",
    "marketplace.kernel.outbox",
    "marketplace.kernel.jobs",
    "marketplace.kernel.invariants",
    "marketplace.kernel.keyring",
    "marketplace.kernel.grants",
    "marketplace.kernel.imports",
    "marketplace.kernel.exports",
    "marketplace.kernel.backup",
    "marketplace.kernel.health",
    "marketplace.ledger",
    "marketplace.accounts",
    "marketplace.catalogue",
    "marketplace.storefront",
    "marketplace.watch",
    "marketplace.api",
    "producers.cooperatives",
    "producers.decisions",
    "producers.materials",
    "producers.lots",
    "producers.labour",
    "producers.wages",
    "producers.deliveries",
    "producers.phone",
    "producers.fairprice",
    "producers.publishing",
    "producers.audit",
    "orders.cart",
    "orders.checkout",
    "orders.payments",
    "orders.fulfilment",
    "orders.refunds",
    "orders.settlement",
    "orders.receipts",
    "orders.letters",
    "orders.history",
    "orders.replay",
    "orders.demo",
)


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """The application; `overrides` are settings that win over the environment.

    Raises BadSetting where a setting cannot be used.
    """
    app = web.LumbungFlask(
        "marketplace",
        static_folder=str(config.CHECKOUT / "static"),
        template_folder=str(config.CHECKOUT / "templates"),
    )
    app.config.from_mapping(config.load(overrides))
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    logs.configure(json_lines=app.config["LUMBUNG_ENV"] == "production")
    stations = (metrics, db, personal, web, limits, policy, i18n, dates, quantity_format, static_files, guards)
    for station in stations:
        station.init_app(app)
    for name in PARTS:
        import_module(name).init_app(app)
    page_cache.init_app(app)
    return app
