"""Reading what was published."""

from collections.abc import Sequence

from sqlalchemy import select

from marketplace.kernel.db import db
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
