"""Reading baskets."""

from functools import cache

from sqlalchemy import Select, bindparam, func, or_, select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Listing, Stock
from marketplace.kernel import ids
from marketplace.kernel.db import db
from marketplace.kernel.plain import run
from orders.cart.models import Basket, BasketLine


def basket_of(user_id: str | None, token: str | None, *, with_goods: bool = True) -> Basket | None:
    """The user's basket, or for a stranger the one whose secret the cookie holds; its goods where they are wanted."""
    if user_id is None and token is None:
        return None
    wanted = user_id if user_id is not None else ids.token_hash(token or "")
    return db.session.scalars(_basket(user_id is not None, with_goods), {"wanted": wanted}).unique().one_or_none()


@cache
def _basket(of_user: bool, with_goods: bool) -> Select[tuple[Basket]]:
    """One question, since a busy shop asks it at every step."""
    mine = (Basket.user_id if of_user else Basket.token_hash) == bindparam("wanted")
    lines = joinedload(Basket.lines)
    if not with_goods:
        return select(Basket).where(mine).options(lines.lazyload(BasketLine.listing))
    listing = lines.joinedload(BasketLine.listing)
    seller = listing.joinedload(Listing.organisation, innerjoin=True)
    return (
        select(Basket)
        .where(mine)
        .options(
            listing.load_only(*_LISTING),
            seller.load_only(*_SELLER),
            listing.joinedload(Listing.stocks).load_only(*_STOCK),
        )
    )


# What no page of a basket tells and no order asks is left where it is: a lot's story and its makers' names are long.
_LISTING = (
    Listing.organisation_id,
    Listing.slug,
    Listing.title,
    Listing.currency,
    Listing.price_minor,
    Listing.withdrawn_at,
)
_SELLER = (Organisation.slug, Organisation.name, Organisation.currency, Organisation.country, Organisation.district)
_STOCK = (
    Stock.listing_id,
    Stock.listed,
    Stock.reserved,
    Stock.sold,
    Stock.returned,
    Stock.withdrawn,
    Stock.makers,
    Stock.folds_labour,
)


def count_pieces(user_id: str | None, token: str | None) -> int:
    """How many pieces lie in the user's basket and in the one whose secret the cookie holds, in one question."""
    if user_id is None and token is None:
        return 0
    wanted = {"token_hash": ids.token_hash(token) if token else None, "user_id": user_id}
    return int(run(_pieces(), wanted).scalar() or 0)


@cache
def _pieces() -> Select[tuple[int]]:
    mine = or_(Basket.token_hash == bindparam("token_hash"), Basket.user_id == bindparam("user_id"))
    return select(func.coalesce(func.sum(BasketLine.quantity), 0)).join(Basket).where(mine)


def pieces_in(basket: Basket | None) -> int:
    """How many pieces lie in the basket."""
    return sum(line.quantity for line in basket.lines) if basket else 0
