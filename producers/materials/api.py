"""Suppliers and purchases over the API."""

from typing import Any

from flask import g
from flask_babel import lazy_gettext as _l
from marshmallow import Schema, fields, validate

from marketplace.accounts.policy import PREPARES
from marketplace.api.frame import PAGE, Blueprint, Taken, body, operation, page_of, pages_of
from marketplace.api.idempotency import once
from marketplace.api.tokens import TokenOf
from marketplace.config import AMOUNT_MINOR_MAX
from marketplace.kernel.errors import Invalid
from marketplace.kernel.forms import Day, PastDay, Text
from marketplace.kernel.money import Money
from marketplace.kernel.paging import page_asked
from marketplace.kernel.policy import allow
from producers.materials import lists, services
from producers.materials.models import Purchase, Supplier
from producers.materials.schemas import PURPOSES

blueprint = Blueprint("api_materials", __name__, description="Suppliers, and what was bought from them.")
NO_SUPPLIER = _l("There is no supplier with this id.")


class SupplierShown(Schema):
    """Somebody bought from."""

    id = fields.String(required=True)
    number = fields.String(required=True)
    name = fields.String(required=True)
    district = fields.String(required=True, allow_none=True)


class PurchaseTaken(Taken):
    """Material bought as one lot: quantity in the unit's base, cost in the currency's minor unit."""

    supplier_id = Text(required=True, max=40)
    name = Text(required=True, min=1, max=160)
    quantity = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=AMOUNT_MINOR_MAX))
    unit = fields.String(required=True, validate=validate.OneOf(["GRM", "H87"]))
    cost_minor = fields.Integer(required=True, strict=True, validate=validate.Range(min=0, max=AMOUNT_MINOR_MAX))
    origin = Text(required=True, min=1, max=120)
    purpose = fields.String(load_default="materials", validate=validate.OneOf(PURPOSES))
    bought_on = PastDay(required=True)
    due_on = Day(load_default=None)
    note = Text(load_default="", max=1000, lines=True)


class PurchaseShown(Schema):
    """A purchase and the lot it became."""

    id = fields.String(required=True)
    lot_id = fields.String(required=True)
    supplier_id = fields.String(required=True)
    purpose = fields.String(required=True)
    quantity = fields.Integer(required=True)
    currency = fields.String(required=True)
    cost_minor = fields.Integer(required=True)
    paid_minor = fields.Integer(required=True)
    origin = fields.String(required=True)
    bought_on = fields.Date(required=True)
    due_on = fields.Date(required=True, allow_none=True)


@operation(blueprint, "/suppliers", pages_of(SupplierShown), asks=(PAGE,))
@allow(TokenOf(PREPARES))
def suppliers(organisation: str) -> dict[str, Any]:
    """A page of suppliers by name."""
    return page_of(lists.listed_suppliers(g.organisation.id, page_asked()), _supplier)


@operation(blueprint, "/purchases", pages_of(PurchaseShown), asks=(PAGE,))
@allow(TokenOf(PREPARES))
def purchases(organisation: str) -> dict[str, Any]:
    """A page of purchases, the newest first."""
    page = lists.bought(g.organisation.id, page_asked())
    return page_of(page, lambda bought: _purchase(bought.purchase, bought.paid_minor))


@operation(blueprint, "/purchases", PurchaseShown, takes=PurchaseTaken)
@allow(TokenOf(PREPARES, writes=True))
@once
def buy(organisation: str) -> dict[str, Any]:
    """Record material bought, without certificates; these are filed in the console."""
    taken = body(PurchaseTaken)
    supplier = lists.supplier_of(g.organisation.id, taken.pop("supplier_id"))
    if supplier is None:
        raise Invalid(fields={"supplier_id": NO_SUPPLIER})
    cost = Money(taken.pop("cost_minor"), g.organisation.currency)
    bought = services.buy_material(
        g.actor, g.organisation, supplier=supplier, cost=cost, client_key=g.client_key, **taken
    )
    shown: dict[str, Any] = PurchaseShown().dump(_purchase(bought, 0))
    return shown


def _supplier(supplier: Supplier) -> dict[str, Any]:
    return {name: getattr(supplier, name) for name in ("id", "number", "name", "district")}


def _purchase(purchase: Purchase, paid_minor: int) -> dict[str, Any]:
    names = ("id", "lot_id", "supplier_id", "purpose", "quantity", "cost_minor", "origin", "bought_on", "due_on")
    shown = {name: getattr(purchase, name) for name in names}
    return shown | {"currency": g.organisation.currency, "paid_minor": paid_minor}
