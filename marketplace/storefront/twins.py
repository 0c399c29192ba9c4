"""The JSON twins: the same facts at the same address + `.json`. Their shapes are kept stable (DESIGN.md §5)."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, jsonify, request

from marketplace.catalogue import queries
from marketplace.catalogue.goods import Filters
from marketplace.catalogue.models import HourlyPay
from marketplace.catalogue.queries import Card, Cooperative
from marketplace.catalogue.story import Claim, Goods, Story, claims_in_force, read_story
from marketplace.config import HOME_LISTINGS, PAGE_SIZE
from marketplace.kernel import clock
from marketplace.kernel.dates import iso
from marketplace.kernel.errors import NotFound
from marketplace.kernel.forms import load_form
from marketplace.kernel.ids import normal_code
from marketplace.kernel.policy import PUBLIC, allow
from marketplace.storefront.freshness import mark
from marketplace.storefront.schemas import Asked, filters
from marketplace.storefront.searching import bounded
from marketplace.storefront.showing import outside_url

blueprint = Blueprint("twins", __name__)
blueprint.after_request(mark)


@blueprint.get("/index.json")
@allow(PUBLIC)
def home() -> Response:
    """The front page."""
    sellers = queries.cooperatives()
    return jsonify(
        products_total=sum(seller.goods for seller in sellers),
        newest=[_card(card) for card in queries.cards(Filters(), size=HOME_LISTINGS)],
        cooperatives=[_cooperative(seller) for seller in sellers],
    )


@blueprint.get("/products.json")
@allow(PUBLIC)
@bounded
def goods() -> Response:
    """A page of goods; the same questions in the address as for people."""
    asked = load_form(Asked, request.args)
    chosen = filters(asked)
    total = queries.facets(chosen).total
    pages = max(1, -(-total // PAGE_SIZE))
    if asked["page"] > pages:
        raise NotFound
    cards = queries.cards(chosen, page=asked["page"])
    return jsonify(total=total, page=asked["page"], pages=pages, products=[_card(card) for card in cards])


@blueprint.get("/products/<slug>.json")
@allow(PUBLIC)
def product(slug: str) -> Response:
    """One product with the split of its price, as frozen when it was published."""
    found = queries.product(slug)
    return jsonify(
        slug=found.listing.slug,
        title=found.listing.title,
        cooperative=found.listing.organisation.slug,
        currency=found.listing.currency,
        price_minor=found.listing.price_minor,
        tax_included=True,
        available=found.available,
        lots=[stock.lot_code for stock in found.stocks if stock.available or stock is found.shown],
        split=[
            {"purpose": row.purpose, "label": row.label, "amount_minor": row.amount_minor, "status": row.status}
            for row in found.shown.split
        ],
        published_at=iso(found.shown.published_at),
        source_sha256=found.shown.source_sha256,
    )


@blueprint.get("/cooperatives.json")
@allow(PUBLIC)
def cooperatives() -> Response:
    """Every cooperative."""
    return jsonify(cooperatives=[_cooperative(seller) for seller in queries.cooperatives()])


@blueprint.get("/cooperatives/<slug>.json")
@allow(PUBLIC)
def cooperative(slug: str) -> Response:
    """One cooperative and the first page of what it sells."""
    seller = queries.cooperative(slug)
    cards = queries.cards(Filters(cooperatives=(slug,)))
    profile = seller.profile
    return jsonify(
        {
            **_cooperative(seller),
            "summary": profile.summary if profile else "",
            "story": profile.story if profile else "",
            "since_year": profile.since_year if profile else None,
            "hourly_pay": [_hourly(pay, seller.organisation.currency) for pay in seller.hourly],
            "products": [_card(card) for card in cards],
        }
    )


@blueprint.get("/trace/<code>.json")
@allow(PUBLIC)
def lot(code: str) -> Response:
    """The journey of a published lot, without any amount."""
    stock, _photo, _profile = queries.published_lot(normal_code(code))
    story = read_story(stock.story, stock.named.values())
    return jsonify(
        {
            "code": stock.lot_code,
            "title": stock.listing.title,
            "cooperative": stock.listing.organisation.slug,
            **_story(story, clock.today(stock.listing.organisation.zone)),
            "published_at": iso(stock.published_at),
            "source_sha256": stock.source_sha256,
        }
    )


def _card(card: Card) -> dict[str, Any]:
    return {
        "slug": card.slug,
        "title": card.title,
        "cooperative": card.seller_slug,
        "category": card.category,
        "currency": card.currency,
        "price_minor": card.price_minor,
        "available": card.available,
        "makers_percent": card.makers_percent,
        "url": outside_url("storefront.product", slug=card.slug),
    }


def _cooperative(seller: Cooperative) -> dict[str, Any]:
    organisation, profile = seller.organisation, seller.profile
    return {
        "slug": organisation.slug,
        "name": organisation.name,
        "district": organisation.district,
        "country": organisation.country,
        "members": profile.members_count if profile else None,
        "url": outside_url("storefront.cooperative", slug=organisation.slug),
    }


def _hourly(pay: HourlyPay, currency: str) -> dict[str, Any]:
    """A craft's published pay for an hour; without figures where fewer than five people did it."""
    return {
        "craft": pay.craft,
        "currency": currency,
        "people": pay.people,
        "mean_minor": pay.mean_minor,
        "median_minor": pay.median_minor,
        "since": pay.since.isoformat(),
        "until": pay.until.isoformat(),
        "holds_until": pay.holds_until.isoformat(),
        "benchmarks": pay.benchmarks,
    }


def _story(story: Story, today: date) -> dict[str, Any]:
    return {
        "lot": {"name": story.name, "quantity": story.quantity, "unit": story.unit},
        "claims": _claims(story.claims, today),
        "makers": story.makers,
        "names": list(story.names),
        "materials": [
            {
                "on": each.on,
                "name": each.name,
                "origin": each.origin,
                "claims": _claims(each.claims, today),
                "evidence": dict(each.evidence),
            }
            for each in story.materials
        ],
        "steps": [
            {
                "on": step.on,
                "name": step.name,
                "kind": step.kind,
                "district": step.district,
                "people": step.people,
                "inputs": [_goods(each) | {"role": "main" if each.is_main else "auxiliary"} for each in step.inputs],
                "outputs": [_goods(each) for each in step.outputs],
                "loss_g": step.loss_g,
                "evidence": dict(step.evidence),
            }
            for step in story.steps
        ],
    }


def _claims(claims: tuple[Claim, ...], today: date) -> list[str]:
    return [claim.name for claim in claims_in_force(claims, today)]


def _goods(goods: Goods) -> dict[str, Any]:
    return {"name": goods.name, "quantity": goods.quantity, "unit": goods.unit, "mass_g": goods.mass_g}
