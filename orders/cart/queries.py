"""Reading baskets."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, or_, select

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Listing, Stock
from marketplace.kernel import ids
from marketplace.kernel.db import db
from marketplace.kernel.plain import run
from orders.cart.models import Basket, BasketLine
from orders.cart.wishes import Good, Line, Seller, Stocked, Wanted, Wish


def basket_of(user_id: str | None, token: str | None, *, with_goods: bool = True) -> Wish | None:
    """The user's basket, or for a stranger the one whose secret the cookie holds; its goods where they are wanted."""
    if user_id is not None:
        return _read("user_id", user_id, with_goods=with_goods)
    return _read("token_hash", ids.token_hash(token), with_goods=with_goods) if token is not None else None


def goods_of(wish: Wish) -> list[Wanted]:
    """What lies in a basket with its goods: read now, unless they were read with it."""
    known = [line for line in wish.lines if isinstance(line, Wanted)]
    if len(known) == len(wish.lines):
        return known
    found = _read("id", wish.id, with_goods=True)
    wish.lines = found.lines if found else []
    return [line for line in wish.lines if isinstance(line, Wanted)]


def _read(key: str, wanted: str, *, with_goods: bool) -> Wish | None:
    """One question, since a busy shop asks it at every step."""
    db.session.flush()  # from here on statements go past the session
    rows = run(_basket(key, with_goods), {"wanted": wanted}).all()
    if not rows:
        return None
    basket_id, changed_at, *_line = rows[0]
    return Wish(basket_id, changed_at, _with_goods(rows) if with_goods else _lines(rows))


def _lines(rows: Iterable[Row[Any]]) -> list[Line]:
    return [Line(listing_id, quantity) for _id, _at, listing_id, quantity in rows if listing_id is not None]


def _with_goods(rows: Iterable[Row[Any]]) -> list[Wanted]:
    """A row for each lot; of an empty basket one that names no listing."""
    lines: dict[str, Wanted] = {}
    for _basket_id, _changed_at, listing_id, quantity, *told in rows:
        if listing_id is None:
            continue
        if listing_id not in lines:
            seller = Seller(*told[_LISTING_TOLD:_STOCK_FROM])
            good = Good(listing_id, seller, [], *told[:_LISTING_TOLD])
            lines[listing_id] = Wanted(listing_id, quantity, good)
        if told[_STOCK_FROM] is not None:
            lines[listing_id].listing.stocks.append(Stocked(*told[_STOCK_FROM:]))
    return list(lines.values())


# What no page of a basket tells and no order asks is left where it is: a lot's story and its makers' names are long.
_LISTING = (Listing.slug, Listing.title, Listing.currency, Listing.price_minor, Listing.withdrawn_at)
_SELLER = (Organisation.id, Organisation.name, Organisation.country)
_STOCK = (Stock.id, Stock.listing_id, Stock.available, Stock.makers, Stock.folds_labour)
_LISTING_TOLD, _STOCK_FROM = len(_LISTING), len(_LISTING) + len(_SELLER)


@cache
def _basket(key: str, with_goods: bool) -> Select[Any]:
    asked = select(Basket.id, Basket.changed_at, BasketLine.listing_id, BasketLine.quantity)
    asked = asked.outerjoin(BasketLine, BasketLine.basket_id == Basket.id)
    asked = asked.where(Basket.__table__.c[key] == bindparam("wanted"))
    if not with_goods:
        return asked.order_by(BasketLine.id)
    goods = asked.add_columns(*_LISTING, *_SELLER, *_STOCK).outerjoin(Listing, Listing.id == BasketLine.listing_id)
    goods = goods.outerjoin(Organisation, Organisation.id == Listing.organisation_id)
    goods = goods.outerjoin(Stock, Stock.listing_id == Listing.id)
    return goods.order_by(BasketLine.id, Stock.published_at, Stock.id)


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


def pieces_in(basket: Wish | None) -> int:
    """How many pieces lie in the basket."""
    return sum(line.quantity for line in basket.lines) if basket else 0
