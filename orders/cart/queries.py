"""Reading baskets."""

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from marketplace.catalogue.models import Listing, Stock
from marketplace.kernel import ids
from marketplace.kernel.db import db
from orders.cart.models import Basket, BasketLine


def basket_of(user_id: str | None, token: str | None) -> Basket | None:
    """The user's basket, or for a stranger the one whose secret the cookie holds."""
    if user_id is None and token is None:
        return None
    mine = Basket.user_id == user_id if user_id is not None else Basket.token_hash == ids.token_hash(token or "")
    # One question, since a busy shop asks it at every step; a lot's story is long and no basket tells it.
    stocks = joinedload(Basket.lines).joinedload(BasketLine.listing).joinedload(Listing.stocks)
    query = select(Basket).where(mine).options(stocks.defer(Stock.story))
    return db.session.scalars(query).unique().one_or_none()


def count_pieces(user_id: str | None, token: str | None) -> int:
    """How many pieces lie in the user's basket and in the one whose secret the cookie holds, in one question."""
    if user_id is None and token is None:
        return 0
    mine = [Basket.token_hash == ids.token_hash(token)] if token else []
    mine += [Basket.user_id == user_id] if user_id else []
    query = select(func.coalesce(func.sum(BasketLine.quantity), 0)).join(Basket).where(or_(*mine))
    return int(db.session.scalar(query) or 0)


def pieces_in(basket: Basket | None) -> int:
    """How many pieces lie in the basket."""
    return sum(line.quantity for line in basket.lines) if basket else 0
