"""Placing an order: what it holds, freezes and refuses; how it ends unpaid."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from marketplace.accounts.actor import SYSTEM, Actor
from marketplace.accounts.organisations import move_platform
from marketplace.catalogue import stock as shelf
from marketplace.catalogue.stock import Outrun, SoldOut
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.errors import NotAllowed
from marketplace.kernel.money import Money
from orders.cart.queries import goods_of
from orders.cart.wishes import Line, Wish
from orders.checkout import services
from orders.checkout.models import DeliveryPrice, Order
from orders.checkout.sale import finalise_paid
from orders.checkout.services import BasketEmpty, PriceChanged, lock_columns, place_order, quote
from orders.checkout.states import PaidAlready, PaidTooLate
from orders.checkout.terms import (
    BadRate,
    CurrencyNotOffered,
    NoDelivery,
    NoFreshRate,
    fresh_rate,
    record_rate,
    set_delivery_price,
)
from tests.orders.books import assert_sound
from tests.orders.shop import BUYER, SALE_DAY, Shop


def test_pieces_are_held_until_a_visible_end(shop: Shop) -> None:
    card = shop.order({"scarf": 3})
    transfer = shop.order({"scarf": 2}, method="transfer")

    assert card.hold_ends_at - card.placed_at == timedelta(minutes=30)
    assert transfer.hold_ends_at - transfer.placed_at == timedelta(days=3)
    assert shop.scarf.stocks[0].available == 2


def test_more_than_is_left_is_refused_and_nothing_held(shop: Shop) -> None:
    shop.order({"scarf": 5})

    with pytest.raises(SoldOut):
        shop.order({"scarf": 3, "runner": 1})

    assert (shop.scarf.stocks[0].available, shop.runner.stocks[0].available) == (2, 12)


def test_the_same_tap_twice_is_one_order(shop: Shop) -> None:
    first, again = (
        place_order(SYSTEM, shop.basket({"scarf": 1}), BUYER, charge_currency="USD", method="card", client_key="tap-1")
        for _tap in range(2)
    )

    assert again is first
    assert shop.scarf.stocks[0].reserved == 1


def test_a_second_tap_finds_the_order_that_took_the_last_pieces(shop: Shop) -> None:
    basket = shop.basket({"scarf": 7})
    before = replace(basket, lines=goods_of(replace(basket)))

    def tap(basket: Wish) -> Order:
        return place_order(SYSTEM, basket, BUYER, charge_currency="USD", method="card", client_key="tap-1")

    first = tap(basket)
    assert tap(before) is first  # the basket as this press had read it, with what is sold out by now
    assert tap(replace(basket, lines=[Line(shop.scarf.id, 7)])) is first  # and as it is, empty


def test_the_shelf_refuses_whoever_was_outrun(shop: Shop) -> None:
    with pytest.raises(Outrun):
        shelf.hold({shop.scarf.stocks[0].id: 8})


def test_a_sum_that_changed_is_shown_again(shop: Shop) -> None:
    seen = quote(shop.basket({"scarf": 1}), country="GB", charge_currency="USD", method="card").total
    record_rate(SYSTEM, charge_currency="USD", currency="THB", rate="34", source="a test", observed_on=SALE_DAY)

    with pytest.raises(PriceChanged):
        place_order(SYSTEM, shop.basket({"scarf": 1}), BUYER, charge_currency="USD", method="card", agreed=seen)


def test_an_empty_basket_is_no_order(shop: Shop) -> None:
    with pytest.raises(BasketEmpty):
        shop.order({})


def test_a_rate_serves_seven_days(shop: Shop) -> None:
    with clock.at(SALE_DAY + timedelta(days=7)):
        assert shop.order({"scarf": 1}).lines[0].rate == "35.1250"
    with clock.at(SALE_DAY + timedelta(days=8)), pytest.raises(NoFreshRate):
        shop.order({"scarf": 1})


def test_one_cooperative_s_own_currency_needs_no_rate(shop: Shop) -> None:
    order = shop.order({"runner": 1}, currency="IDR", method="transfer")

    assert [(line.rate, line.origin_minor, line.charge_minor) for line in order.lines] == [
        ("1", 28500000, 28500000),
        ("1", 18500000, 18500000),
    ]
    finalise_paid(lock_columns(order.id), Money(order.amount_minor, "IDR"), fund="bank:IDR")


@pytest.mark.parametrize(("pieces", "currency"), [({"scarf": 1}, "IDR"), ({"scarf": 1}, "EUR")])
def test_other_currencies_are_not_offered(shop: Shop, pieces: dict[str, int], currency: str) -> None:
    with pytest.raises(CurrencyNotOffered):
        shop.order(pieces, currency=currency)


def test_one_sellers_currency_pays_both_once_the_others_rate_is_there(shop: Shop) -> None:
    with pytest.raises(NoFreshRate):
        shop.order({"scarf": 1, "runner": 1}, currency="IDR")
    record_rate(SYSTEM, charge_currency="IDR", currency="THB", rate="0.00216", source="a test", observed_on=SALE_DAY)

    order = shop.order({"scarf": 1, "runner": 1}, method="transfer", currency="IDR")
    finalise_paid(lock_columns(order.id), Money(order.amount_minor, "IDR"), fund="bank:IDR")

    assert order.charge_currency == "IDR"
    assert_sound()


def test_home_and_abroad_have_their_own_price(shop: Shop) -> None:
    set_delivery_price(SYSTEM, shop.silk, reach="home", price=Money(5000, "THB"), title="Paket")

    def parcel(country: str | None) -> int:
        lines = quote(shop.basket({"scarf": 1}), country=country, charge_currency="USD", method="card").lines
        return lines[-1].origin.minor

    assert (parcel("TH"), parcel("GB"), parcel(None)) == (5000, 15000, 15000)


def test_a_seller_without_a_price_does_not_deliver(shop: Shop) -> None:
    assert db.session.query(DeliveryPrice).count() == 4
    shop.silk.country = "TH"
    other = type(shop.silk)(name="Other", slug="other", currency="THB")

    with pytest.raises(NoDelivery):
        services.delivery_price(other, "TH")


@pytest.mark.parametrize("rate", ["", "0", "-1", "1e3", "nan", "1.2.3", "١٢", "9" * 25])
def test_a_rate_is_a_plain_positive_number(shop: Shop, rate: str) -> None:
    with pytest.raises(BadRate):
        record_rate(SYSTEM, charge_currency="USD", currency="THB", rate=rate, source="x", observed_on=SALE_DAY)


def test_a_rate_is_of_today_where_the_platform_keeps_its_desk(shop: Shop) -> None:
    read = {"charge_currency": "USD", "currency": "THB", "rate": "36", "source": "bank"}
    with clock.at(datetime(2026, 11, 26, 23, 30, tzinfo=UTC)):
        tomorrow = clock.today() + timedelta(days=1)
        with pytest.raises(BadRate):
            record_rate(SYSTEM, observed_on=tomorrow, **read)
        move_platform(SYSTEM, "Asia/Jakarta")
        db.session.commit()
        record_rate(SYSTEM, observed_on=tomorrow, **read)

        found = fresh_rate("USD", "THB")

    assert found is not None
    assert (found.rate, found.observed_on) == ("36", tomorrow)


def test_rates_are_the_operator_s(shop: Shop) -> None:
    with pytest.raises(NotAllowed):
        record_rate(
            Actor("someone"), charge_currency="USD", currency="THB", rate="35", source="x", observed_on=SALE_DAY
        )


def test_a_due_order_lets_its_pieces_go(shop: Shop) -> None:
    order = shop.order({"scarf": 3})

    with clock.at(clock.now() + timedelta(minutes=29)):
        assert services.expire_due_orders() == []
    with clock.at(clock.now() + timedelta(minutes=30)):
        assert services.expire_due_orders() == [order.id]
        assert services.expire_due_orders() == []

    assert shop.scarf.stocks[0].available == 7
    with pytest.raises(PaidTooLate):
        finalise_paid(lock_columns(order.id), Money(order.amount_minor, "USD"))


def test_a_paid_order_neither_expires_nor_is_cancelled(shop: Shop) -> None:
    order = shop.paid({"scarf": 3})

    with clock.at(clock.now() + timedelta(days=9)):
        assert services.expire_order(order.id).state == "paid"
    with pytest.raises(PaidAlready):
        services.cancel_order(order.id)
