"""Which basket is the reader's: her own where she is signed in, else the one whose secret her cookie holds."""

from datetime import timedelta
from typing import Any

from flask import Response, after_this_request, has_request_context, request, url_for

from marketplace.accounts.sessions import signed_in
from marketplace.config import BASKET_DAYS_MAX
from marketplace.kernel.cookies import drop_cookie, keep_cookie, read_cookie
from marketplace.storefront.basket import AddForm
from orders.cart import queries, services
from orders.cart.wishes import Wish

COOKIE = "basket"


class Count:
    """How many pieces lie in the reader's basket; the database is asked only by a page that prints it."""

    def __str__(self) -> str:
        return str(self._pieces())

    def any(self) -> bool:
        """Whether anything lies there."""
        return self._pieces() > 0

    def _pieces(self) -> int:
        kept = _kept()
        if "pieces" not in kept:
            kept["pieces"] = queries.count_pieces(_user_id(), _token())
        return int(kept["pieces"])


class Shelf:
    """Tells product pages how their goods get into a basket."""

    def add_form(self, listing_id: str) -> AddForm:
        """The form that puts one piece of a listing into the reader's basket."""
        return AddForm(url_for("cart.add"), {"listing_id": listing_id})


def header() -> dict[str, Any]:
    """What the header of every public page shows of the basket."""
    if not has_request_context():
        return {}
    return {"basket_url": url_for("cart.basket"), "basket_count": Count()}


def seen() -> Wish | None:
    """The reader's basket as it is; a page that only shows it makes none.

    What she put in before signing in is shown with it, as her next change or order makes both one. Read once a request.
    """
    kept = _kept()
    if "basket" not in kept:
        kept["basket"] = _found()
    basket: Wish | None = kept["basket"]
    if _user_id() is None:
        kept["pieces"] = queries.pieces_in(basket)
    return basket


def _found() -> Wish | None:
    stranger, user_id = queries.basket_of(None, _token()), _user_id()
    kept = queries.basket_of(user_id, None) if user_id else None
    if stranger is None or not stranger.lines:
        return kept
    return services.joined(kept, stranger) if kept is not None else stranger


def own(*, with_goods: bool = False) -> Wish:
    """The reader's basket for a change: made where there is none, joined with her own after she signed in.

    `with_goods` reads with it what is needed to order them.
    """
    _kept()["basket"] = basket = _owned(with_goods)
    return basket


def _owned(with_goods: bool) -> Wish:
    user_id, token = _user_id(), _token()
    stranger = queries.basket_of(None, token, with_goods=with_goods) if token else None
    if user_id and stranger is not None:
        _forget()
        return services.adopt_basket(stranger, user_id)
    kept = queries.basket_of(user_id, None, with_goods=with_goods) if user_id else stranger
    if kept is not None:
        return kept
    basket, secret = services.open_basket(user_id=user_id)
    if secret:
        _keep(secret)
    return basket


def look_again() -> None:
    """Have what is shown next read anew, as after a refusal that was not in the basket when it was read."""
    _kept().clear()


def _kept() -> dict[str, Any]:
    """What this request has learned of the reader's basket."""
    kept: dict[str, Any] = request.environ.setdefault("lumbung.basket", {})
    return kept


def _user_id() -> str | None:
    user = signed_in()
    return user.id if user else None


def _token() -> str | None:
    return read_cookie(COOKIE)


def _keep(secret: str) -> None:
    @after_this_request
    def keep(response: Response) -> Response:
        keep_cookie(response, COOKIE, secret, timedelta(days=BASKET_DAYS_MAX))
        return response


def _forget() -> None:
    @after_this_request
    def forget(response: Response) -> Response:
        if response.status_code < 400:  # with a refusal it is a stranger's again, and this cookie alone leads to it
            drop_cookie(response, COOKIE)
        return response
