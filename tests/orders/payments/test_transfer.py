"""Bank transfers: confirmed by a person with proof, by nobody else, over the very sum."""

import pytest

from marketplace.accounts.actor import SYSTEM, Actor
from marketplace.accounts.models import Role
from marketplace.kernel.errors import NotAllowed
from marketplace.kernel.money import Money
from orders.payments.models import MoneyBack
from orders.payments.services import NotPayableNow, WrongAmount, confirm_transfer, settle_money_back
from orders.payments.stripe_port import NotPayable, from_provider, provider_exponent, to_provider
from orders.refunds.services import refund
from tests.orders.books import assert_sound, minor
from tests.orders.shop import Shop


def manager(shop: Shop) -> Actor:
    return Actor("manager", shop.silk.id, frozenset({Role.MANAGER}))


def test_a_confirmed_transfer_pays_the_order(shop: Shop) -> None:
    order = shop.order({"scarf": 1}, method="transfer")
    amount = Money(order.amount_minor, "USD")

    first = confirm_transfer(SYSTEM, order.id, amount, reference="statement 7", proof="page 2")
    again = confirm_transfer(SYSTEM, order.id, amount, reference="statement 7", proof="page 2")

    assert order.state == "paid"
    assert again is first
    assert minor("platform", "bank:USD", "USD") == order.amount_minor
    assert_sound()


def test_another_sum_is_refused(shop: Shop) -> None:
    order = shop.order({"scarf": 1}, method="transfer")

    with pytest.raises(WrongAmount):
        confirm_transfer(SYSTEM, order.id, Money(order.amount_minor - 1, "USD"), reference="7", proof="page 2")


def test_a_manager_confirms_only_orders_of_her_own_goods(shop: Shop) -> None:
    mixed = shop.order({"scarf": 1, "runner": 1}, method="transfer")

    with pytest.raises(NotAllowed):
        confirm_transfer(manager(shop), mixed.id, Money(mixed.amount_minor, "USD"), reference="7", proof="page 2")


def test_a_card_order_is_not_paid_by_transfer(shop: Shop) -> None:
    order = shop.order({"scarf": 1})

    with pytest.raises(NotPayableNow):
        confirm_transfer(SYSTEM, order.id, Money(order.amount_minor, "USD"), reference="7", proof="page 2")


def test_money_back_by_transfer_waits_for_a_person(shop: Shop) -> None:
    from marketplace.kernel.db import db

    order = shop.order({"scarf": 2}, method="transfer")
    confirm_transfer(SYSTEM, order.id, Money(order.amount_minor, "USD"), reference="7", proof="page 2")
    refund(SYSTEM, order.id, {"O-1-1": 1}, goods="restocked")
    owed = db.session.query(MoneyBack).one()
    assert owed.state == "due"

    with pytest.raises(NotAllowed):
        settle_money_back(manager(shop), owed.id, proof="slip")
    settle_money_back(SYSTEM, owed.id, proof="slip")
    settle_money_back(SYSTEM, owed.id, proof="another")

    assert (owed.state, owed.proof) == ("done", "slip")


@pytest.mark.parametrize(
    ("currency", "minor_units", "units"),
    [("USD", 1234, 1234), ("IDR", 6500000, 6500000), ("JPY", 500, 500), ("VND", 90000, 90000), ("KWD", 1230, 1230)],
)
def test_stripe_s_units_are_ours_where_they_agree(currency: str, minor_units: int, units: int) -> None:
    assert to_provider(Money(minor_units, currency)) == units
    assert from_provider(units, currency.lower()) == Money(minor_units, currency)


def test_stripe_s_units_where_they_differ() -> None:
    assert provider_exponent("UGX") == 0
    with pytest.raises(NotPayable):
        to_provider(Money(1234, "KWD"))  # Stripe wants the third decimal to be zero
    with pytest.raises(ValueError, match="Unknown currency"):
        from_provider(100, "xxx")
