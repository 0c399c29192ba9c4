"""Reading what was published."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import noload, selectinload

from marketplace.catalogue.models import Listing
from marketplace.kernel.db import db
from marketplace.kernel.errors import NotFound
from marketplace.kernel.paging import Page, paged
from producers.publishing.models import Publication


def publication_of_lot(lot_id: str) -> Publication | None:
    """How a lot was published, if it was."""
    return db.session.scalar(select(Publication).where(Publication.lot_id == lot_id))


def publication_of_stock(stock_id: str) -> Publication | None:
    """The publication behind a stock row of the shop."""
    return db.session.scalar(select(Publication).where(Publication.stock_id == stock_id))


def publications(organisation_id: str, *, limit: int, after: str | None = None) -> Sequence[Publication]:
    """A cooperative's publications, the newest first; `after` is the last id of the page before."""
    query = select(Publication).where(Publication.organisation_id == organisation_id)
    if after:
        query = query.where(Publication.id < after)
    return db.session.scalars(query.order_by(Publication.id.desc()).limit(limit)).all()


def listings(organisation_id: str, number: int) -> Page[Listing]:
    """A page of a cooperative's listings with their stock, the newest first: two questions."""
    query = select(Listing).where(Listing.organisation_id == organisation_id)
    query = query.options(noload(Listing.organisation), selectinload(Listing.stocks))
    return paged(query.order_by(Listing.published_at.desc(), Listing.id.desc()), number)


def listing_of(organisation_id: str, listing_id: str) -> Listing:
    """The listing with this id; NotFound where it is not this cooperative's."""
    listing = db.session.get(Listing, listing_id)
    if listing is None or listing.organisation_id != organisation_id:
        raise NotFound
    return listing
