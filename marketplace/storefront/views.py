"""The pages a stranger sees: home, goods, one good, cooperatives."""

from typing import Any

from flask import Blueprint, g, render_template, request, url_for

from marketplace.catalogue import queries
from marketplace.catalogue.categories import CATEGORIES, category_name
from marketplace.catalogue.goods import Filters
from marketplace.catalogue.queries import Choice, Facets
from marketplace.catalogue.story import claims_in_force, read_story
from marketplace.config import HOME_LISTINGS, PAGE_SIZE
from marketplace.kernel import clock
from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.forms import load_form
from marketplace.kernel.money_format import SYMBOLS
from marketplace.kernel.policy import PUBLIC, allow
from marketplace.storefront import basket, showing, structured
from marketplace.storefront.freshness import mark
from marketplace.storefront.journey import journey_of
from marketplace.storefront.schemas import Asked, filters
from marketplace.storefront.searching import bounded

blueprint = Blueprint("storefront", __name__)
blueprint.after_request(mark)


@blueprint.get("/")
@allow(PUBLIC)
def home() -> str:
    """The front page: the newest goods, one of them taken apart, and where they come from."""
    newest = queries.cards(Filters(), size=HOME_LISTINGS + 1)
    sellers = queries.cooperatives()
    example = next((card for card in newest if card.makers_percent and card.cover), None)
    return render_template(
        "marketplace/storefront/home.html",
        example=example,
        example_picture=showing.picture(example.cover) if example else None,
        items=showing.items([card for card in newest if card is not example][:HOME_LISTINGS]),
        goods_total=sum(seller.goods for seller in sellers),
        sellers=sellers,
        place=showing.place,
    )


@blueprint.get("/products")
@allow(PUBLIC)
@bounded
def goods() -> str | tuple[str, int]:
    """The list of goods, narrowed by what the address asks."""
    try:
        asked = load_form(Asked, request.args)
        chosen, errors = filters(asked), {}
    except Invalid as error:
        if "page" in error.fields:
            raise NotFound from error
        # What can be read still counts; the refused field says what to do.
        asked, chosen, errors = Asked().load({}), Filters(), {name: str(text) for name, text in error.fields.items()}
    counted = queries.facets(chosen)
    page, pages = asked["page"], max(1, -(-counted.total // PAGE_SIZE))
    if page > pages:
        raise NotFound
    if len(chosen.categories) == 1:
        g.current_category = chosen.categories[0]
    body = render_template(
        "marketplace/storefront/goods.html",
        heading=_heading(chosen),
        items=showing.items(queries.cards(chosen, page=page)),
        chosen=chosen,
        counted=counted,
        values=request.args,
        errors=errors,
        page=page,
        pages=pages,
        url_of=lambda number: url_for("storefront.goods", **{**_kept(), "page": number}),
        **_options(counted, chosen),
    )
    return (body, 422) if errors else body


@blueprint.get("/products/<slug>")
@allow(PUBLIC)
def product(slug: str) -> str:
    """One good: picture, price, where the money goes, the journey of its lot."""
    found = queries.product(slug)
    g.current_category = found.listing.category
    story = read_story(found.shown.story, found.shown.named.values())
    pictures = [showing.picture(photo) for photo in found.listing.photos]
    return render_template(
        "marketplace/storefront/product.html",
        product=found,
        listing=found.listing,
        organisation=found.listing.organisation,
        category=category_name(found.listing.category),
        pictures=pictures,
        place=showing.place(found.listing.organisation, with_country=True),
        story=story,
        journey=journey_of(story, found.listing),
        claims=claims_in_force(story.claims, clock.today(found.listing.organisation.zone)),
        claim_name=showing.claim_name,
        form=basket.add_form(found.listing.id) if found.available else None,
        structured=structured.product(found),
        canonical=showing.outside_url("storefront.product", slug=slug),
    )


@blueprint.get("/cooperatives")
@allow(PUBLIC)
def cooperatives() -> str:
    """Every cooperative that sells here."""
    return render_template(
        "marketplace/storefront/cooperatives.html",
        sellers=queries.cooperatives(),
        place=showing.place,
        current_section="cooperatives",
    )


@blueprint.get("/cooperatives/<slug>")
@allow(PUBLIC)
def cooperative(slug: str) -> str:
    """One cooperative: what it says of itself and what it sells."""
    seller = queries.cooperative(slug)
    its_own = Filters(cooperatives=(slug,))
    items = showing.items(queries.cards(its_own), among_its_own=True)
    return render_template(
        "marketplace/storefront/cooperative.html",
        seller=seller,
        organisation=seller.organisation,
        place=showing.place(seller.organisation, with_country=True),
        currency=showing.currency_name(seller.organisation.currency),
        items=items,
        has_more=len(items) == PAGE_SIZE,
        current_section="cooperatives",
        canonical=showing.outside_url("storefront.cooperative", slug=slug),
    )


def _heading(chosen: Filters) -> str:
    """The page is named after its one category, if it has one."""
    return category_name(chosen.categories[0]) if len(chosen.categories) == 1 else ""


def _kept() -> dict[str, Any]:
    """What the address asks, without the page."""
    return {name: values for name, values in request.args.to_dict(flat=False).items() if name not in {"page", "lang"}}


def _options(counted: Facets, chosen: Filters) -> dict[str, Any]:
    known = {choice.value: choice.count for choice in counted.categories}
    categories = [Choice(code, category_name(code), known.get(code, 0)) for code in CATEGORIES if code in known]
    return {
        "category_options": _shown(categories),
        "cooperative_options": _shown(counted.cooperatives),
        "currency_options": [(code, f"{code} ({SYMBOLS.get(code, code)})") for code in counted.currencies],
        "category_names": [category_name(code) for code in chosen.categories if category_name(code)],
        "cooperative_names": [each.name for each in counted.cooperatives if each.value in chosen.cooperatives],
        "narrowed": chosen != Filters(),
    }


def _shown(choices: list[Choice] | tuple[Choice, ...]) -> list[dict[str, Any]]:
    return [{"value": choice.value, "text": choice.name, "count": choice.count} for choice in choices]
