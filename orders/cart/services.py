"""Services on baskets. A change is the new quantity, so repeating it is harmless."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import Delete, Select, bindparam, delete, select
from sqlalchemy.orm.attributes import set_committed_value

from marketplace.catalogue.models import Listing
from marketplace.config import BASKET_CHANGED_S, BASKET_LINES_MAX, BASKET_QUANTITY_MAX
from marketplace.kernel import clock, ids
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.kernel.plain import as_read, insert_plain, run
from marketplace.kernel.together import rows_touched
from orders.cart.models import Basket, BasketLine


class BasketFull(Invalid):
    """More different things than one order may hold."""

    code = "basket_full"
    message = _l("A basket holds %(most)s different things. Order these first, then go on.")


class QuantityOutOfBounds(Invalid):
    """A quantity nobody can buy at once."""

    code = "quantity_out_of_bounds"
    message = _l("Choose between 1 and %(most)s pieces.")


def open_basket(*, user_id: str | None = None, token: str | None = None) -> tuple[Basket, str | None]:
    """A new basket and, for a stranger, the secret that its cookie keeps (made here unless given)."""
    secret = None if user_id else token or ids.secret_token()
    token_hash = ids.token_hash(secret) if secret else None
    row = {"id": ids.new_id(), "user_id": user_id, "token_hash": token_hash, "changed_at": clock.now()}
    basket = _written(Basket(**row), row)
    set_committed_value(basket, "lines", [])
    return basket, secret


def add_to_basket(basket: Basket, listing_id: str, quantity: int = 1) -> str:
    """Put pieces beside those that lie in the basket; refuses what set_quantity refuses. The listing's title."""
    line = _line(basket, listing_id)
    return set_quantity(basket, listing_id, quantity + (line.quantity if line else 0))


def set_quantity(basket: Basket, listing_id: str, quantity: int) -> str:
    """Have exactly `quantity` pieces of a listing in the basket; the listing's title.

    Refuses a listing that is not for sale, a quantity out of bounds and more lines than BASKET_LINES_MAX.
    """
    if not 1 <= quantity <= BASKET_QUANTITY_MAX:
        raise QuantityOutOfBounds(most=BASKET_QUANTITY_MAX)
    db.session.flush()  # from here on statements go past the session
    line = _line(basket, listing_id)
    listing = run(_listed(), {"listing": listing_id}).first()
    if listing is None or (line is None and listing.withdrawn_at is not None):
        raise NotFound
    if line is None:
        _put(basket, listing_id, quantity)
    else:
        line.quantity = quantity
    _touch(basket)
    return str(listing.title)


def _touch(basket: Basket) -> None:
    """Note that it is in use; days decide when it is cleared away, so a moment ago is now."""
    moment = clock.now()
    if moment - basket.changed_at > timedelta(seconds=BASKET_CHANGED_S):
        basket.changed_at = moment
    db.session.flush()


def _put(basket: Basket, listing_id: str, quantity: int) -> None:
    if len(basket.lines) >= BASKET_LINES_MAX:
        raise BasketFull(most=BASKET_LINES_MAX)
    row = {"id": ids.new_id(), "basket_id": basket.id, "listing_id": listing_id, "quantity": quantity}
    set_committed_value(basket, "lines", [*basket.lines, _written(BasketLine(**row), row)])


def remove_from_basket(basket: Basket, listing_id: str) -> None:
    """Take a listing out of the basket; one that does not lie there is out of it already."""
    line = _line(basket, listing_id)
    if line:
        basket.lines.remove(line)
        _touch(basket)


def empty_basket(basket: Basket) -> Callable[[], None]:
    """Take everything out, as for an order; `basket.lines` shows it after the commit.

    Call what it returns once the database has answered: it refuses where another order took it out in the meantime.
    """
    whole = len(basket.lines)
    sent = run(_emptying(), {"basket": basket.id})

    def refuse_unless_whole() -> None:
        if rows_touched(sent) != whole:
            raise Conflict

    return refuse_unless_whole


@cache
def _emptying() -> Delete:
    lines = BasketLine.__table__
    return delete(BasketLine).where(lines.c.basket_id == bindparam("basket"))


def adopt_basket(stranger: Basket, user_id: str) -> Basket:
    """Give a stranger's basket to the user who just signed in; what both hold keeps the larger quantity."""
    own = db.session.scalar(select(Basket).where(Basket.user_id == user_id))
    if own is None:
        stranger.user_id, stranger.token_hash = user_id, None
        db.session.flush()
        return stranger
    held = {line.listing_id: line.quantity for line in own.lines}
    for line in list(stranger.lines)[:BASKET_LINES_MAX]:
        if line.listing_id in held or len(own.lines) < BASKET_LINES_MAX:
            set_quantity(own, line.listing_id, max(line.quantity, held.get(line.listing_id, 0)))
    db.session.delete(stranger)
    db.session.flush()
    return own


def _line(basket: Basket, listing_id: str) -> BasketLine | None:
    return next((line for line in basket.lines if line.listing_id == listing_id), None)


@cache
def _listed() -> Select[tuple[str, datetime | None]]:
    return select(Listing.title, Listing.withdrawn_at).where(Listing.id == bindparam("listing"))


T = TypeVar("T", Basket, BasketLine)


def _written(new: T, row: Mapping[str, Any]) -> T:
    """A new object with its row written at once, past the session's search for what else has changed."""
    insert_plain(db.session.connection(), new.__table__, tuple(row), [tuple(row.values())])
    as_read(new)
    return new
