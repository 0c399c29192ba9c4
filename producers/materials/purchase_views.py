"""Purchases: recorded with origin and paper, paid, and proved by the supplier's own receipt."""

from fractions import Fraction
from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.policy import PREPARES, RoleIn
from marketplace.kernel import clock, ids
from marketplace.kernel.errors import Invalid, LumbungError, NotFound
from marketplace.kernel.forms import Answer, done, load_form, show_form
from marketplace.kernel.i18n import language
from marketplace.kernel.money import Money
from marketplace.kernel.paging import page_asked
from marketplace.kernel.policy import allow
from marketplace.kernel.quantity_format import format_number
from producers.cooperatives import uploads
from producers.cooperatives.evidence import file_kept
from producers.cooperatives.models import Certificate
from producers.cooperatives.views import CONSOLE
from producers.cooperatives.words import CLAIMS
from producers.materials import lists, queries, services
from producers.materials.models import Purchase, Supplier
from producers.materials.quantities import base_quantity
from producers.materials.schemas import PaymentForm, PurchaseForm, SupplierForm
from producers.materials.words import METHODS, PURPOSES


def hang_on(blueprint: Blueprint) -> None:
    """Give the part's blueprint the addresses of purchases and suppliers."""
    start = "/k/<organisation>/materials"
    blueprint.add_url_rule(f"{start}/purchases", view_func=purchases)
    blueprint.add_url_rule(f"{start}/purchases/new", view_func=buy, methods=["GET", "POST"])
    blueprint.add_url_rule(f"{start}/purchases/<purchase_id>", view_func=purchase)
    blueprint.add_url_rule(f"{start}/purchases/<purchase_id>/pay", view_func=pay, methods=["GET", "POST"])
    blueprint.add_url_rule(
        f"{start}/purchases/<purchase_id>/payments/<payment_id>", view_func=receipt, methods=["GET", "POST"]
    )
    blueprint.add_url_rule(f"{start}/suppliers", view_func=suppliers)
    blueprint.add_url_rule(f"{start}/suppliers/new", view_func=new_supplier, methods=["GET", "POST"])


@allow(RoleIn(CONSOLE))
def purchases(organisation: str) -> Answer:
    """What was bought, the newest first."""
    return render_template(
        "producers/materials/purchases.html",
        page=lists.bought(g.organisation.id, page_asked()),
        today=clock.today(g.organisation.zone),
    )


@allow(RoleIn(PREPARES))
def buy(organisation: str) -> Answer:
    """Record material bought: it becomes a lot."""
    today = clock.today(g.organisation.zone)
    if request.method == "POST":
        try:
            document = uploads.taken("document")
            made = _buy(load_form(PurchaseForm(g.organisation.currency)), document)
        except LumbungError as error:
            chosen = request.form.getlist("certificates")
            return show_form("producers/materials/buy.html", error, chosen=chosen, **_choices())
        address = url_for("materials.purchase", organisation=organisation, purchase_id=made.id)
        return done(address, _("Recorded as lot %(number)s.", number=made.lot.number))
    fresh = {"bought_on": today.isoformat(), "purpose": "materials", "client_key": ids.new_id()}
    return show_form("producers/materials/buy.html", values=fresh, chosen=[], **_choices())


@allow(RoleIn(CONSOLE))
def purchase(organisation: str, purchase_id: str) -> Answer:
    """One purchase: lot, cost, claims, paper, payments."""
    made = queries.purchase_of(g.organisation.id, purchase_id)
    paid = sum(payment.amount_minor for payment in made.payments)
    return render_template(
        "producers/materials/purchase.html", purchase=made, owed=made.cost_minor - paid, methods=METHODS, claims=CLAIMS
    )


@allow(RoleIn(PREPARES))
def pay(organisation: str, purchase_id: str) -> Answer:
    """Record money paid to the supplier, with the supplier's receipt where it is there."""
    made = queries.purchase_of(g.organisation.id, purchase_id)
    owed = made.cost_minor - sum(payment.amount_minor for payment in made.payments)
    context: dict[str, Any] = {"purchase": made, "owed": owed, "methods": METHODS}
    address = url_for("materials.purchase", organisation=organisation, purchase_id=purchase_id)
    if request.method == "POST":
        try:
            document = uploads.taken("document")
            answer = load_form(PaymentForm(g.organisation.currency))
            sha256 = file_kept(g.actor, g.organisation, document).sha256 if document else None
            services.pay_supplier(g.actor, made, payee_document=sha256, **answer)
        except LumbungError as error:
            return show_form("producers/materials/pay.html", error, **context)
        return done(address, _("Payment recorded."))
    fresh = {
        "amount": format_number(Fraction(Money(owed, g.organisation.currency).decimal), language()),
        "method": "cash",
        "paid_on": clock.today(g.organisation.zone).isoformat(),
    }
    return show_form("producers/materials/pay.html", values=fresh, **context)


@allow(RoleIn(PREPARES))
def receipt(organisation: str, purchase_id: str, payment_id: str) -> Answer:
    """File the supplier's own receipt for a payment made before."""
    made = queries.purchase_of(g.organisation.id, purchase_id)
    payment = next((each for each in made.payments if each.id == payment_id), None)
    if payment is None or payment.payee_document:
        raise NotFound
    context: dict[str, Any] = {"purchase": made, "payment": payment, "methods": METHODS}
    if request.method == "POST":
        try:
            document = uploads.taken("document")
            if document is None:
                raise Invalid(fields={"document": _("Choose the photo or PDF of the receipt.")})
            filed = file_kept(g.actor, g.organisation, document)
            services.file_payee_document(g.actor, payment, filed.sha256)
        except LumbungError as error:
            return show_form("producers/materials/receipt.html", error, **context)
        address = url_for("materials.purchase", organisation=organisation, purchase_id=purchase_id)
        return done(address, _("Receipt filed."))
    return show_form("producers/materials/receipt.html", **context)


@allow(RoleIn(CONSOLE))
def suppliers(organisation: str) -> Answer:
    """Whom the cooperative buys from."""
    page = lists.listed_suppliers(g.organisation.id, page_asked())
    return render_template("producers/materials/suppliers.html", page=page)


@allow(RoleIn(PREPARES))
def new_supplier(organisation: str) -> Answer:
    """Register a supplier."""
    if request.method == "POST":
        try:
            supplier = services.register_supplier(g.actor, g.organisation, **load_form(SupplierForm))
        except LumbungError as error:
            return show_form("producers/materials/supplier_new.html", error)
        address = url_for("materials.suppliers", organisation=organisation)
        return done(address, _("%(name)s is registered.", name=supplier.name))
    return show_form("producers/materials/supplier_new.html")


def _choices() -> dict[str, Any]:
    papers = lists.certificates_on(g.organisation.id, clock.today(g.organisation.zone))
    return {
        "suppliers": [(each.id, each.name) for each in queries.suppliers(g.organisation.id)],
        "certificates": [
            {
                "value": paper.id,
                "text": str(CLAIMS.get(paper.kind, paper.kind)),
                "hint": f"{paper.holder}, {paper.issuer}",
            }
            for paper in papers
        ],
        "purposes": PURPOSES,
    }


def _buy(answer: dict[str, Any], document: Any) -> Purchase:
    quantity, unit = base_quantity(answer.pop("quantity"))
    claims = _claims(answer.pop("certificates"), answer["bought_on"])
    supplier = _supplier(answer.pop("supplier_id"), answer.pop("new_supplier"), answer.pop("district"))
    sha256 = file_kept(g.actor, g.organisation, document).sha256 if document else None
    return services.buy_material(
        g.actor,
        g.organisation,
        supplier=supplier,
        quantity=quantity,
        unit=unit,
        claims=claims,
        document_sha256=sha256,
        **answer,
    )


def _claims(certificate_ids: list[str], on: Any) -> dict[str, Certificate]:
    known = {paper.id: paper for paper in lists.certificates_on(g.organisation.id, on)}
    if not set(certificate_ids) <= set(known):
        raise Invalid(fields={"certificates": _("This certificate is not in date on the day of the purchase.")})
    return {known[each].kind: known[each] for each in certificate_ids}


def _supplier(supplier_id: str | None, name: str | None, district: str | None) -> Supplier:
    if supplier_id is None:
        return services.register_supplier(g.actor, g.organisation, name=name or "", district=district)
    supplier = lists.supplier_of(g.organisation.id, supplier_id)
    if supplier is None:
        raise Invalid(fields={"new_supplier": _("Choose the supplier, or name a new one.")})
    return supplier
