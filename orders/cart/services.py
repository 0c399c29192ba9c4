"""Services on baskets. A change is the new quantity, so repeating it is harmless."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Delete, FromClause, Select, Update, bindparam, delete, or_, select, update

from marketplace.catalogue.models import Listing
from marketplace.config import BASKET_CHANGED_S, BASKET_LINES_MAX, BASKET_QUANTITY_MAX
from marketplace.kernel import clock, ids
from marketplace.kernel.db import db
from marketplace.kernel.driver import session_connection
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.kernel.plain import insert_plain, run, write
from orders.cart.models import Basket, BasketLine
from orders.cart.queries import basket_of
from orders.cart.wishes import Line, Wish


class BasketFull(Invalid):
    """More different things than one order may hold."""

    code = "basket_full"
    message = _l("A basket holds %(most)s different things. Order these first, then go on.")


class QuantityOutOfBounds(Invalid):
    """A quantity nobody can buy at once."""

    code = "quantity_out_of_bounds"
    message = _l("Choose between 1 and %(most)s pieces.")


def open_basket(*, user_id: str | None = None, token: str | None = None) -> tuple[Wish, str | None]:
    """A new basket and, for a stranger, the secret that its cookie keeps (made here unless given)."""
    secret = None if user_id else token or ids.secret_token()
    token_hash = ids.token_hash(secret) if secret else None
    opened = Wish(ids.new_id(), clock.now(), [])
    row = {"id": opened.id, "user_id": user_id, "token_hash": token_hash, "changed_at": opened.changed_at}
    _insert(Basket.__table__, row)
    return opened, secret


def add_to_basket(basket: Wish, listing_id: str, quantity: int = 1) -> str:
    """Put pieces beside those that lie in the basket; refuses what set_quantity refuses. The listing's title."""
    line = _line(basket, listing_id)
    return set_quantity(basket, listing_id, quantity + (line.quantity if line else 0))


def set_quantity(basket: Wish, listing_id: str, quantity: int) -> str:
    """Have exactly `quantity` pieces of a listing in the basket; the listing's title.

    Refuses a listing that is not for sale, a quantity out of bounds, more lines than BASKET_LINES_MAX, and a line that
    another press took out in the meantime.
    """
    if not 1 <= quantity <= BASKET_QUANTITY_MAX:
        raise QuantityOutOfBounds(most=BASKET_QUANTITY_MAX)
    db.session.flush()  # from here on statements go past the session
    line = _line(basket, listing_id)
    listing = run(_listed(), {"listing": listing_id}).first()
    if listing is None or (line is None and listing.withdrawn_at is not None):
        raise NotFound
    _touch(basket)
    if line is None:
        _put(basket, listing_id, quantity)
    else:
        _set(basket, line, quantity)
    return str(listing.title)


def _touch(basket: Wish) -> None:
    """Note that it is in use; days decide when it is cleared away, so a moment ago is now."""
    moment = clock.now()
    if moment - basket.changed_at > timedelta(seconds=BASKET_CHANGED_S):
        basket.changed_at = moment
        write(_touching(), {"basket": basket.id, "moment": moment})


@cache
def _touching() -> Update:
    table = Basket.__table__
    return update(Basket).where(table.c.id == bindparam("basket")).values(changed_at=bindparam("moment"))


def _put(basket: Wish, listing_id: str, quantity: int) -> None:
    if len(basket.lines) >= BASKET_LINES_MAX:
        raise BasketFull(most=BASKET_LINES_MAX)
    row = {"id": ids.new_id(), "basket_id": basket.id, "listing_id": listing_id, "quantity": quantity}
    _insert(BasketLine.__table__, row)
    basket.lines = [*basket.lines, Line(listing_id, quantity)]


def _set(basket: Wish, line: Line, quantity: int) -> None:
    values = {"basket": basket.id, "listing": line.listing_id, "pieces": quantity}
    if write(_setting(), values).rowcount != 1:
        raise Conflict
    line.quantity = quantity


@cache
def _setting() -> Update:
    table = BasketLine.__table__
    line = (table.c.basket_id == bindparam("basket"), table.c.listing_id == bindparam("listing"))
    return update(BasketLine).where(*line).values(quantity=bindparam("pieces"))


def remove_from_basket(basket: Wish, listing_id: str) -> None:
    """Take a listing out of the basket; one that does not lie there is out of it already."""
    line = _line(basket, listing_id)
    if line:
        _touch(basket)
        write(_removing(), {"basket": basket.id, "listing": listing_id})
        basket.lines = [other for other in basket.lines if other is not line]


@cache
def _removing() -> Delete:
    return _emptying().where(BasketLine.__table__.c.listing_id == bindparam("listing"))


def empty_basket(basket: Wish) -> Callable[[], None]:
    """Take everything out, as for an order; `basket` itself stays as it was read.

    Call what it returns once the database has answered: it refuses where another order took it out in the meantime.
    """
    whole = len(basket.lines)
    sent = write(_emptying(), {"basket": basket.id})

    def refuse_unless_whole() -> None:
        if sent.rowcount != whole:
            raise Conflict

    return refuse_unless_whole


@cache
def _emptying() -> Delete:
    lines = BasketLine.__table__
    return delete(BasketLine).where(lines.c.basket_id == bindparam("basket"))


def adopt_basket(stranger: Wish, user_id: str) -> Wish:
    """Give a stranger's basket to the user who just signed in; what both hold keeps the larger quantity.

    Refuses one that another press joined with hers in the meantime: what that ordered would lie there again.
    """
    own = basket_of(user_id, None, with_goods=False)
    if own is None:
        if write(_giving(), {"basket": stranger.id, "user": user_id}).rowcount != 1:
            raise Conflict
        return stranger
    if own.id == stranger.id:  # another press gave it to her just now
        return own
    for line in joined(own, stranger).lines:
        if line not in own.lines:
            with suppress(NotFound):  # withdrawn since: it would keep her from every change
                set_quantity(own, line.listing_id, line.quantity)
    write(_emptying(), {"basket": stranger.id})
    if write(_ending(), {"basket": stranger.id}).rowcount != 1:
        raise Conflict
    return own


def joined(own: Wish, stranger: Wish) -> Wish:
    """What two baskets hold once they are one: each thing in the larger quantity, as much as one order may hold."""
    lines = {line.listing_id: line for line in own.lines}
    for line in stranger.lines:
        held = lines.get(line.listing_id)
        if (held is None and len(lines) < BASKET_LINES_MAX) or (held is not None and held.quantity < line.quantity):
            lines[line.listing_id] = line
    return Wish(own.id, own.changed_at, list(lines.values()))


@cache
def _giving() -> Update:
    table = Basket.__table__
    free = or_(table.c.user_id.is_(None), table.c.user_id == bindparam("user"))
    given = update(Basket).where(table.c.id == bindparam("basket"), free)
    return given.values(user_id=bindparam("user"), token_hash=None)


@cache
def _ending() -> Delete:
    return delete(Basket).where(Basket.__table__.c.id == bindparam("basket"))


def _line(basket: Wish, listing_id: str) -> Line | None:
    return next((line for line in basket.lines if line.listing_id == listing_id), None)


@cache
def _listed() -> Select[tuple[str, datetime | None]]:
    return select(Listing.title, Listing.withdrawn_at).where(Listing.id == bindparam("listing"))


def _insert(table: FromClause, row: Mapping[str, Any]) -> None:
    insert_plain(session_connection(), table, tuple(row), [tuple(row.values())])
