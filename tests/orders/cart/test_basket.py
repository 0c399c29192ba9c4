"""Baskets: set, not counted up; bounded; a stranger's becomes the user's."""

from dataclasses import replace

import pytest

from marketplace.accounts.models import User
from marketplace.config import BASKET_QUANTITY_MAX
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict, NotFound
from orders.cart import services as cart
from orders.cart.queries import basket_of, pieces_in
from orders.cart.services import BasketFull, QuantityOutOfBounds
from tests.orders.shop import Shop


def user() -> User:
    someone = User(name="Ann", created_at=clock.now())
    db.session.add(someone)
    db.session.flush()
    return someone


def test_pieces_are_added_set_and_removed(shop: Shop) -> None:
    basket, secret = cart.open_basket()

    cart.add_to_basket(basket, shop.scarf.id, 2)
    cart.add_to_basket(basket, shop.scarf.id, 1)
    cart.set_quantity(basket, shop.runner.id, 4)
    cart.set_quantity(basket, shop.runner.id, 1)

    found = basket_of(None, secret, with_goods=False)
    assert found == basket
    assert pieces_in(found) == 4
    cart.remove_from_basket(basket, shop.scarf.id)
    cart.remove_from_basket(basket, shop.scarf.id)
    assert pieces_in(basket) == 1


@pytest.mark.parametrize("quantity", [0, -1, BASKET_QUANTITY_MAX + 1])
def test_a_quantity_out_of_bounds_is_refused(shop: Shop, quantity: int) -> None:
    basket, _secret = cart.open_basket()

    with pytest.raises(QuantityOutOfBounds):
        cart.set_quantity(basket, shop.scarf.id, quantity)


def test_a_basket_has_an_end(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cart, "BASKET_LINES_MAX", 1)
    basket = shop.basket({"scarf": 1})

    with pytest.raises(BasketFull):
        cart.add_to_basket(basket, shop.runner.id)


def test_what_is_not_for_sale_does_not_go_in(shop: Shop) -> None:
    basket, _secret = cart.open_basket()
    shop.scarf.withdrawn_at = clock.now()

    for listing_id in (shop.scarf.id, "nothing"):
        with pytest.raises(NotFound):
            cart.add_to_basket(basket, listing_id)


def test_signing_in_keeps_both_baskets(shop: Shop) -> None:
    someone = user()
    own, no_secret = cart.open_basket(user_id=someone.id)
    cart.set_quantity(own, shop.scarf.id, 1)
    stranger = shop.basket({"scarf": 3, "runner": 2})

    kept = cart.adopt_basket(stranger, someone.id)

    assert no_secret is None
    assert kept.id == own.id
    assert {line.listing_id: line.quantity for line in kept.lines} == {shop.scarf.id: 3, shop.runner.id: 2}


def test_a_first_basket_is_taken_over_whole(shop: Shop) -> None:
    someone = user()
    stranger = shop.basket({"runner": 2})

    kept = cart.adopt_basket(stranger, someone.id)

    assert kept is stranger
    assert basket_of(someone.id, None, with_goods=False) == kept


def test_what_another_press_joined_meanwhile_is_not_joined_again(shop: Shop) -> None:
    someone = user()
    cart.open_basket(user_id=someone.id)
    stranger = shop.basket({"scarf": 3})
    seen_by_another = replace(stranger, lines=list(stranger.lines))
    ordered = cart.adopt_basket(stranger, someone.id)
    cart.empty_basket(ordered)()

    with pytest.raises(Conflict):
        cart.adopt_basket(seen_by_another, someone.id)


def test_what_another_press_gave_her_meanwhile_stays_as_it_is(shop: Shop) -> None:
    someone = user()
    stranger = shop.basket({"scarf": 3, "runner": 2})
    seen_by_another = replace(stranger, lines=list(stranger.lines))
    given = cart.adopt_basket(stranger, someone.id)
    cart.remove_from_basket(given, shop.scarf.id)

    kept = cart.adopt_basket(seen_by_another, someone.id)

    assert [line.listing_id for line in kept.lines] == [shop.runner.id]
    assert basket_of(someone.id, None, with_goods=False) == kept


def test_a_basket_that_somebody_else_took_is_not_given(shop: Shop) -> None:
    stranger = shop.basket({"scarf": 3})
    cart.adopt_basket(stranger, user().id)

    with pytest.raises(Conflict):
        cart.adopt_basket(stranger, user().id)


def test_what_was_withdrawn_meanwhile_keeps_nobody_from_joining_the_rest(shop: Shop) -> None:
    someone = user()
    cart.open_basket(user_id=someone.id)
    stranger = shop.basket({"scarf": 3, "runner": 2})
    shop.scarf.withdrawn_at = clock.now()

    kept = cart.adopt_basket(stranger, someone.id)

    assert [line.listing_id for line in kept.lines] == [shop.runner.id]
