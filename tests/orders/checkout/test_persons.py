"""Whose an order is: its account's, or whoever has shown that the address in it is hers."""

import pytest
from sqlalchemy import select

from marketplace.accounts.erasing import CannotErase, erase_person
from marketplace.accounts.persons import ERASED, find_person
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.journal import sequencer, verify
from orders.fulfilment.models import Parcel
from tests.factories.accounts import make_user


@pytest.fixture
def paid(shop):
    """A paid order of nobody's account; the buyer's address is `shop.BUYER`'s."""
    return shop.paid({"scarf": 1})


def make_buyer(order, *, confirmed):
    user = make_user("Ann")
    user.email = order.buyer_email
    user.email_confirmed_at = clock.now() if confirmed else None
    db.session.flush()
    return user


def test_an_order_belongs_to_a_confirmed_address_alone(shop, paid):
    user = make_buyer(paid, confirmed=False)
    typed = find_person(user.id).ids("checkout_order")
    user.email_confirmed_at = clock.now()
    db.session.flush()

    assert typed == set()
    assert find_person(user.id).ids("checkout_order") == {paid.id}
    assert find_person(paid.id).ids("account_user") == set()


def test_another_accounts_order_stays_with_it(shop, paid):
    user = make_buyer(paid, confirmed=True)
    paid.user_id = make_user("Somebody else").id
    db.session.flush()

    assert find_person(user.id).ids("checkout_order") == set()


def test_a_buyer_is_erased_when_her_parcels_have_left(shop, paid):
    with pytest.raises(CannotErase, match=paid.number):
        erase_person(find_person(paid.id))
    for parcel in db.session.scalars(select(Parcel)):
        parcel.state = "sent"
    db.session.flush()

    erase_person(find_person(paid.id))
    db.session.commit()
    sequencer.sequence()

    assert (paid.buyer_name, paid.buyer_email, paid.buyer_address) == (ERASED, "", "")
    assert list(verify.check_journal()) == []
