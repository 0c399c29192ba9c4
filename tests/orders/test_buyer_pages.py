"""From a product's button to the receipt, in the pages a buyer sees."""

import io
from datetime import timedelta

import pytest
from flask import Flask

from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.journal import sequencer
from marketplace.kernel.money import Money
from orders.cart import services as cart
from orders.cart.models import BasketLine
from orders.cart.wishes import Wish
from orders.checkout.models import Order
from orders.checkout.sale import finalise_paid
from orders.checkout.services import lock_columns
from orders.receipts.models import Receipt
from tests.after import deliver
from tests.client import PageClient
from tests.factories.accounts import make_user
from tests.orders.shop import SALE_DAY, Shop
from tests.page import Page


@pytest.fixture
def buyer(app: Flask, shop: Shop) -> PageClient:
    db.session.commit()
    return PageClient(app)


def fill_basket(buyer: PageClient, shop: Shop) -> Page:
    buyer.post("/basket/add", {"listing_id": shop.scarf.id})
    return buyer.post("/basket/add", {"listing_id": shop.runner.id})


def checked(buyer: PageClient) -> Page:
    """Everything answered, up to the page with the button."""
    page = buyer.get("/checkout", follow=True).form("address")
    who = {"name": "Ann Buyer", "email": "ann@example.org"}
    assert page.fill(country="GB", address="Ann Buyer\n1 High Street", **who).send().h1 == "Check your order"
    return buyer.get("/checkout/payment").form("method").fill(method="transfer").send()


def orders() -> list[Order]:
    db.session.rollback()
    return list(db.session.scalars(db.select(Order)))


def paid_receipt(buyer: PageClient, shop: Shop) -> str:
    fill_basket(buyer, shop)
    checked(buyer).form("client_key").send()
    (order,) = orders()
    finalise_paid(lock_columns(order.id), Money(order.amount_minor, order.charge_currency), fund="bank:USD")
    db.session.commit()
    deliver()
    return db.session.scalars(db.select(Receipt.token)).one()


def test_an_empty_basket_says_what_will_stand_there(buyer):
    assert "Nothing is in it yet." in buyer.get("/basket").words
    assert buyer.get("/checkout", follow=True).h1 == "Basket"


def test_two_cooperatives_one_payment(buyer, shop):
    page = fill_basket(buyer, shop)

    assert "2 cooperatives, one payment, 2 parcels." in page.words
    assert "Total US$95.48" in page.words
    assert "Basket (2)" in page.words


def test_in_indonesian(app, shop):
    db.session.commit()
    page = PageClient(app, "id").post("/basket/add", {"listing_id": shop.runner.id})

    assert page.h1 == "Keranjang"
    assert "Rp285.000" in page.words


def test_a_quantity_changes_and_a_bad_one_is_told_at_its_field(buyer, shop):
    page = fill_basket(buyer, shop)
    form = page.form(action=f"/basket/lines/{shop.scarf.id}")

    assert "Basket (4)" in form.fill(quantity="3").send().words
    refused = form.fill(quantity="x").send(status=422)
    assert list(refused.errors()) == [f"quantity-{shop.scarf.id}"]
    assert "Silk scarf" not in form.fill(quantity="0").send().words.replace("“Silk scarf”", "")


def test_anothers_basket_is_not_seen(app, buyer, shop):
    fill_basket(buyer, shop)

    assert "Nothing is in it yet." in PageClient(app).get("/basket").words


def test_a_basket_goes_with_its_owner_when_she_signs_in(app, buyer, shop):
    fill_basket(buyer, shop)
    user = make_user()
    db.session.commit()
    buyer.sign_in(user)

    buyer.post("/basket/add", {"listing_id": shop.scarf.id})

    elsewhere = PageClient(app).sign_in(user)
    db.session.rollback()
    assert "Basket (3)" in elsewhere.get("/basket").words


def test_a_refusal_right_after_signing_in_loses_no_basket(buyer, shop):
    fill_basket(buyer, shop)
    user = make_user()
    db.session.commit()
    buyer.sign_in(user)
    form = checked(buyer).form("client_key")
    form.values["agreed_minor"] = "9547"

    form.send(status=409)

    assert "Total US$95.48" in buyer.get("/basket").words


def test_who_signs_in_orders_what_both_baskets_hold_and_is_told_so_before(app, buyer, shop):
    user = make_user()
    db.session.commit()
    PageClient(app).sign_in(user).post("/basket/add", {"listing_id": shop.runner.id})
    buyer.post("/basket/add", {"listing_id": shop.scarf.id})
    buyer.sign_in(user)

    page = checked(buyer)
    page.form("client_key").send()

    assert "Total US$95.48" in page.words
    (order,) = orders()
    assert len([line for line in order.lines if line.kind == "item"]) == 2
    assert "Nothing is in it yet." in buyer.get("/basket").words


def test_a_line_that_another_press_took_out_meanwhile_is_told_as_a_clash(buyer, shop, monkeypatch):
    fill_basket(buyer, shop)
    touch = cart._touch

    def outrun(basket: Wish) -> None:
        """Between our look and our word: the order pressed in another tab empties the basket."""
        with db.session.no_autoflush:
            db.session.connection().execute(db.delete(BasketLine))
        touch(basket)

    monkeypatch.setattr(cart, "_touch", outrun)

    buyer.post("/basket/add", {"listing_id": shop.scarf.id}, status=409)


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)  # on SQLite nobody comes between
def test_who_is_told_of_a_clash_is_shown_what_lies_there_now(buyer, shop, monkeypatch):
    form = fill_basket(buyer, shop).form(action=f"/basket/lines/{shop.scarf.id}")
    touch = cart._touch

    def outrun(basket: Wish) -> None:
        """Between our look and our word: the scarf is taken out in another tab."""
        with db.engine.begin() as other:
            other.execute(db.delete(BasketLine).where(BasketLine.listing_id == shop.scarf.id))
        touch(basket)

    monkeypatch.setattr(cart, "_touch", outrun)

    page = form.fill(quantity="2").send(status=409)

    assert "Silk scarf" not in page.words
    assert "Basket (1)" in page.words


def test_an_old_rate_is_refused_with_a_sentence(buyer, shop):
    fill_basket(buyer, shop)

    with clock.at(SALE_DAY + timedelta(days=8)):
        page = buyer.get("/basket")

    assert "There is no fresh exchange rate" in page.words
    assert "Go on to delivery" not in page.words


def test_answers_are_kept_and_faults_named(buyer, shop):
    fill_basket(buyer, shop)
    form = buyer.get("/checkout", follow=True).form("address")

    page = form.fill(country="GB", address="x", name="Ann Buyer").send(status=422)

    assert list(page.errors()) == ["email", "address"]
    assert page.form("address").values["country"] == "GB"
    assert page.form("address").values["name"] == "Ann Buyer"


def test_the_button_names_the_sum_and_a_second_press_makes_no_second_order(buyer, shop):
    fill_basket(buyer, shop)
    page = checked(buyer)
    form = page.form("client_key")

    first = form.send("Order for US$95.48")
    second = form.send()

    assert first.h1 == "Transfer US$95.48"
    assert first.address == second.address
    assert len(orders()) == 1
    assert "13 April 2026" in first.words


def test_sold_out_meanwhile_says_what_is_left_and_keeps_the_basket(buyer, shop):
    buyer.post("/basket/add", {"listing_id": shop.scarf.id, "quantity": "5"})
    form = checked(buyer).form("client_key")
    shop.order({"scarf": 4})
    db.session.commit()

    page = form.send(status=409)

    assert "Only 3 left" in page.words
    assert "Basket (5)" in page.words
    assert len(orders()) == 1


def test_a_changed_price_shows_the_new_sum_before_anything_is_ordered(buyer, shop):
    fill_basket(buyer, shop)
    form = checked(buyer).form("client_key")
    form.values["agreed_minor"] = "9547"

    page = form.send(status=409)

    assert "Total US$95.48" in page.words
    assert orders() == []


def test_a_way_of_paying_that_went_away_is_told_not_swapped(buyer, shop):
    fill_basket(buyer, shop)
    form = checked(buyer).form("client_key")
    form.values["agreed_method"] = "card"

    page = form.send(status=409)

    assert "This way of paying is no longer offered." in page.words
    assert orders() == []


def test_an_order_can_be_given_up(buyer, shop):
    fill_basket(buyer, shop)
    page = checked(buyer).form("client_key").send()

    page = page.form(action="/cancel").send()

    assert page.h1 == "This order is cancelled"
    assert shop.scarf.stocks[0].available == 7


def test_who_returns_before_the_answer_is_told_not_to_pay_again(buyer, shop):
    order = shop.order({"scarf": 1})
    address = f"/orders/{order.token}/back"
    order_id, amount = order.id, Money(order.amount_minor, order.charge_currency)
    db.session.commit()

    page = buyer.get(address)
    assert page.h1 == "Do not pay again. We are checking your payment."
    assert "a•••@example.org" in page.words

    finalise_paid(lock_columns(order_id), amount)
    db.session.commit()
    assert buyer.get(address, follow=True).h1 == "Thank you. Your order is paid."


@pytest.mark.parametrize("path", ["/orders/{0}", "/orders/{0}/back", "/receipts/{0}", "/receipts/{0}.json"])
def test_a_guessed_secret_leads_nowhere(buyer, path):
    buyer.http.get(path.format("x" * 43))

    assert buyer.http.get(path.format("x" * 43)).status_code == 404


def test_the_receipt_says_that_it_is_being_sealed_and_then_shows_its_proof(buyer, shop):
    token = paid_receipt(buyer, shop)

    assert "being sealed" in buyer.get(f"/receipts/{token}").words
    assert buyer.get(f"/receipts/{token}.pdf", status=202).h1 == "The receipt is being sealed"
    sequencer.sequence()
    page = buyer.get(f"/receipts/{token}")
    assert "Revision 1 is entry" in page.words
    assert "In the seller’s currency: ฿2,190.00. 1 USD = 35.1250 THB" in page.words


def test_a_receipt_is_checked_by_file_and_by_address(buyer, shop):
    token = paid_receipt(buyer, shop)
    sequencer.sequence()
    file = buyer.http.get(f"/receipts/{token}.json").data

    def bring(data: bytes, status: int = 200) -> Page:
        return buyer.post("/verify", {"file": (io.BytesIO(data), "receipt.json")}, status=status)

    assert bring(file).h1 == "This receipt holds"
    assert bring(file.replace(b'"paid_minor":6235', b'"paid_minor":6236')).h1 == "This receipt does not hold"
    assert list(bring(b"\xff\xfe nothing", status=422).errors()) == ["file"]
    form = buyer.get("/verify").form("token")
    assert form.fill(token=f"https://shop.example/receipts/{token}").send().h1 == "This receipt holds"
    assert list(form.fill(token="guess").send(status=422).errors()) == ["token"]
    assert list(form.fill(token="").send(status=422).errors()) == ["file"]
