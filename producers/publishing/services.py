"""Publishing: the last look at a lot before buyers see it, after which story, split and hash are frozen."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from marketplace.accounts.actor import Actor
from marketplace.accounts.models import Organisation
from marketplace.catalogue.listings import Frozen, PhotoFile, SplitLine, add_stock, open_listing
from marketplace.catalogue.models import Listing, Stock
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.kernel.i18n import money
from marketplace.kernel.money import Money
from producers.cooperatives.queries import consenting
from producers.fairprice.pricing import SplitRow
from producers.fairprice.sheet import cost_sheet
from producers.fairprice.status import public_rows
from producers.lots import keeping
from producers.lots.errors import WithoutCost
from producers.lots.models import Lot
from producers.lots.queries import costs_of, makers_of
from producers.publishing.models import Publication, PublicationSplit
from producers.publishing.story import names_of, source_digest, story_of


class BelowFloor(Conflict):
    """A price under which wages and materials would not be covered."""

    code = "price_below_floor"
    message = _l("The price is below the floor of %(floor)s. Enter %(floor)s or more.")


class PriceUnlike(Invalid):
    """A listing has one price in the cooperative's currency."""

    code = "price_unlike"
    message = _l("The price must be in %(currency)s, and the same for all lots of a listing.")


def publish_lot(
    actor: Actor,
    organisation: Organisation,
    lot: Lot,
    *,
    title: str,
    category: str,
    price: Money,
    quantity: int,
    slug: str | None = None,
    description: str = "",
    photos: Sequence[PhotoFile] = (),
    listing: Listing | None = None,
    id: str | None = None,
) -> Stock:
    """Put pieces of a lot on sale, under a new listing or one that stands; gives the stock, whose `listing` is it.

    Freezes the story, the split of a piece and the hash of their source. Refuses a price below the floor or in
    another currency, a lot without cost, on hold or listed already, and more than lies free in the store.
    """
    if lot.organisation_id != organisation.id or (listing and listing.organisation_id != organisation.id):
        raise NotFound
    lot = keeping.lock([lot.id])[lot.id]
    _refuse_unready(organisation, lot, listing, price, quantity)
    sheet = cost_sheet(lot, clock.today(organisation.zone))
    _refuse_below(sheet.floor, price)
    makers = makers_of(lot.id)
    folds = not makers <= consenting(makers, "show_labour_amount")
    rows = sheet.split(price.minor)
    story = story_of(lot, makers)
    sha256 = source_digest(lot, sheet, price.minor, story)
    if listing is None:
        listing = open_listing(
            actor,
            organisation,
            title=title,
            category=category,
            price=price,
            tax_rate=sheet.figures["tax"].value,
            slug=slug,
            description=description,
            photos=photos,
            id=id,
        )
    public = _public(rows, folds)
    frozen = Frozen(lot.id, lot.code, public, sha256, len(makers), folds, story, names_of(makers))
    stock = add_stock(actor, listing, quantity, frozen)
    publication = Publication(
        organisation_id=organisation.id,
        lot_id=lot.id,
        stock_id=stock.id,
        quantity=quantity,
        price_minor=price.minor,
        floor_minor=sheet.floor.minor,
        source_sha256=sha256,
        published_by=actor.user_id,
        published_at=clock.now(),
    )
    _keep(publication, rows)
    return stock


def _keep(publication: Publication, rows: Sequence[SplitRow]) -> None:
    """Keep the unfolded split inside, beside what the shop shows."""
    publication.split = [_kept(place, row) for place, row in enumerate(rows)]
    db.session.add(publication)
    db.session.flush()


def _refuse_below(floor: Money, price: Money) -> None:
    if price < floor:
        raise BelowFloor(floor=money(floor.minor, floor.currency))


def _public(rows: Sequence[SplitRow], folds: bool) -> list[SplitLine]:
    return [SplitLine(row.purpose, row.amount_minor, row.status) for row in public_rows(rows, folds_labour=folds)]


def _kept(place: int, row: SplitRow) -> PublicationSplit:
    return PublicationSplit(ordinal=place, purpose=row.purpose, source_id=row.source_id, amount_minor=row.amount_minor)


def _refuse_unready(organisation: Organisation, lot: Lot, listing: Listing | None, price: Money, quantity: int) -> None:
    keeping.refuse_more_than_there(lot, quantity, None)
    if not costs_of(lot.id):
        raise WithoutCost(number=lot.number)
    if price.currency != organisation.currency or (listing and listing.price_minor != price.minor):
        raise PriceUnlike(currency=organisation.currency)
