"""Services on baskets. A change is the new quantity, so repeating it is harmless."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from marketplace.catalogue.models import Listing
from marketplace.config import BASKET_LINES_MAX, BASKET_QUANTITY_MAX
from marketplace.kernel import clock, ids
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict, Invalid, NotFound
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
    basket = Basket(id=ids.new_id(), user_id=user_id, token_hash=token_hash, changed_at=clock.now(), lines=[])
    db.session.add(basket)
    return basket, secret


def add_to_basket(basket: Basket, listing_id: str, quantity: int = 1) -> BasketLine:
    """Put pieces beside those that lie in the basket; refuses what set_quantity refuses."""
    line = _line(basket, listing_id)
    return set_quantity(basket, listing_id, quantity + (line.quantity if line else 0))


def set_quantity(basket: Basket, listing_id: str, quantity: int) -> BasketLine:
    """Have exactly `quantity` pieces of a listing in the basket.

    Refuses a listing that is not for sale, a quantity out of bounds and more lines than BASKET_LINES_MAX.
    """
    if not 1 <= quantity <= BASKET_QUANTITY_MAX:
        raise QuantityOutOfBounds(most=BASKET_QUANTITY_MAX)
    line = _line(basket, listing_id)
    if line is None:
        with db.session.no_autoflush:
            listing = _listed(listing_id)
        if len(basket.lines) >= BASKET_LINES_MAX:
            raise BasketFull(most=BASKET_LINES_MAX)
        line = BasketLine(listing_id=listing_id, listing=listing, quantity=quantity)
        basket.lines.append(line)
    line.quantity = quantity
    basket.changed_at = clock.now()
    db.session.flush()
    return line


def remove_from_basket(basket: Basket, listing_id: str) -> None:
    """Take a listing out of the basket; one that does not lie there is out of it already."""
    line = _line(basket, listing_id)
    if line:
        basket.lines.remove(line)
        basket.changed_at = clock.now()
        db.session.flush()


def empty_basket(basket: Basket) -> None:
    """Take everything out, as after an order; refuses where another order took it out in the meantime.

    `basket.lines` shows it after the commit.
    """
    lines = len(basket.lines)
    gone = db.session.scalars(
        delete(BasketLine).where(BasketLine.basket_id == basket.id).returning(BasketLine.id),
        execution_options={"synchronize_session": False},
    )
    if len(gone.all()) != lines:
        raise Conflict


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


def _listed(listing_id: str) -> Listing:
    listing = db.session.get(Listing, listing_id)
    if listing is None or listing.withdrawn_at is not None:
        raise NotFound
    return listing
