"""Reading baskets."""

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from marketplace.catalogue.models import Listing
from marketplace.kernel import ids
from marketplace.kernel.db import db
from orders.cart.models import Basket, BasketLine


def basket_of(user_id: str | None, token: str | None) -> Basket | None:
    """The user's basket, or for a stranger the one whose secret the cookie holds."""
    if user_id is None and token is None:
        return None
    query = select(Basket).options(
        selectinload(Basket.lines).joinedload(BasketLine.listing).selectinload(Listing.stocks)
    )
    if user_id is not None:
        return db.session.scalar(query.where(Basket.user_id == user_id))
    return db.session.scalar(query.where(Basket.token_hash == ids.token_hash(token or "")))


def pieces_in(basket: Basket | None) -> int:
    """How many pieces lie in the basket."""
    return sum(line.quantity for line in basket.lines) if basket else 0
