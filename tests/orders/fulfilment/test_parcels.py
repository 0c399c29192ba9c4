"""Parcels: one a seller, packed and sent by the seller alone, in that order or at once."""

import pytest

from marketplace.accounts.actor import SYSTEM, Actor
from marketplace.accounts.models import Role
from marketplace.kernel.errors import Invalid, NotAllowed, NotFound
from marketplace.kernel.money import Money
from orders.fulfilment.queries import parcels_of, parcels_shown
from orders.fulfilment.services import SentAlready, mark_packed, mark_sent, parcel_of, pay_carrier
from tests.orders.shop import Shop


def test_a_paid_order_has_a_parcel_for_each_seller(shop: Shop) -> None:
    order = shop.paid({"scarf": 1, "runner": 1})

    assert [parcel.name for parcel in parcels_shown(order.id)] == [shop.silk.name, shop.batik.name]
    assert [parcel.order_id for parcel in parcels_of(shop.silk.id, ["open"], 10)] == [order.id]


def test_packed_then_sent_once(shop: Shop) -> None:
    parcel = parcel_of(shop.paid({"scarf": 1}).id, shop.silk.id)

    mark_packed(SYSTEM, parcel)
    mark_sent(SYSTEM, parcel, carrier="Post", tracking="RR1")
    mark_sent(SYSTEM, parcel, carrier="Other", tracking="RR2")

    assert (parcel.state, parcel.carrier, parcel.tracking) == ("sent", "Post", "RR1")
    with pytest.raises(SentAlready):
        mark_packed(SYSTEM, parcel)


def test_only_the_seller_handles_its_parcel(shop: Shop) -> None:
    order = shop.paid({"scarf": 1})
    stranger = Actor("someone", shop.batik.id, frozenset({Role.MANAGER}))
    member = Actor("someone", shop.silk.id, frozenset({Role.MEMBER}))

    for actor in (stranger, member):
        with pytest.raises(NotAllowed):
            mark_packed(actor, parcel_of(order.id, shop.silk.id))
        with pytest.raises(NotAllowed):
            pay_carrier(actor, shop.silk, order, Money(100, "THB"))


def test_a_carrier_is_paid_by_a_seller_of_the_order_in_its_own_money(shop: Shop) -> None:
    order = shop.paid({"scarf": 1})

    with pytest.raises(NotFound):
        pay_carrier(SYSTEM, shop.batik, order, Money(100, "IDR"))
    for amount in (Money(0, "THB"), Money(100, "USD")):
        with pytest.raises(Invalid):
            pay_carrier(SYSTEM, shop.silk, order, amount)
    with pytest.raises(NotFound):
        parcel_of(order.id, shop.batik.id)
