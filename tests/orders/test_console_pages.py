"""From a transfer to a refund in the pages of operator and cooperative."""

import pytest
from flask import Flask

from marketplace.accounts.models import Organisation, Role, User
from marketplace.kernel.db import db
from marketplace.kernel.money import Money
from orders.checkout.models import BankAccount, ExchangeRate, Order
from orders.checkout.sale import finalise_paid
from orders.checkout.services import lock_columns
from orders.fulfilment.models import CarrierPayment
from orders.fulfilment.queries import parcel_numbered
from tests.client import PageClient
from tests.factories.accounts import join, make_user
from tests.orders.books import assert_sound
from tests.orders.shop import Shop


@pytest.fixture
def operator(app: Flask, shop: Shop) -> PageClient:
    user = make_user("Oki Operator", is_operator=True)
    db.session.commit()
    return PageClient(app).sign_in(user)


def person(app: Flask, seller: Organisation, *roles: Role, language: str = "en") -> PageClient:
    user: User = make_user(language=language)
    join(user, seller, *roles)
    db.session.commit()
    return PageClient(app, language).sign_in(user)


def transfer(shop: Shop, pieces: dict[str, int]) -> str:
    number = shop.order(pieces, method="transfer").number
    db.session.commit()
    return number


def paid(shop: Shop, pieces: dict[str, int]) -> str:
    order = shop.order(pieces, method="transfer")
    finalise_paid(lock_columns(order.id), Money(order.amount_minor, order.charge_currency), fund="bank:USD")
    number = order.number
    db.session.commit()
    return number


def order_numbered(number: str) -> Order:
    db.session.rollback()
    return db.session.scalars(db.select(Order).where(Order.number == number)).one()


def test_the_operator_notes_a_rate_and_a_bad_one_is_kept_in_the_form(operator):
    page = operator.get("/operator/rates")
    form = page.form("observed_on").fill(charge_currency="USD", currency="PHP", rate="57,25", source="Central bank")

    refused = form.fill(rate="x").send(status=422)
    page = refused.form("observed_on").fill(rate="57,25").send()

    assert "1 USD = 57.25 PHP" in page.words
    assert refused.form("observed_on").values["source"] == "Central bank"
    db.session.rollback()
    assert db.session.scalars(db.select(ExchangeRate).where(ExchangeRate.currency == "PHP")).one().rate == "57.25"


def test_the_operator_names_an_account_that_the_buyer_then_sees(operator, shop, app):
    number = transfer(shop, {"scarf": 1})

    page = operator.get("/operator/accounts").form("holder")
    page.fill(currency="USD", holder="Lumbung", bank="A bank", number="12345678").send()

    db.session.rollback()
    assert db.session.scalars(db.select(BankAccount)).one().holder == "Lumbung"
    buyer = PageClient(app).get(f"/orders/{order_numbered(number).token}")
    assert "12345678" in buyer.words
    assert number in buyer.words


def test_a_transfer_is_confirmed_with_its_sum_and_proof(operator, shop):
    number = transfer(shop, {"scarf": 1})
    form = operator.get("/operator/transfers").follow("It came").form("proof")

    wrong = form.fill(amount="1.00", reference="R1", proof="statement 1").send(status=422)
    operator.send(wrong.form("proof").fill(amount="66.62"))

    assert order_numbered(number).state == "paid"
    assert_sound()


def test_a_parcel_is_packed_and_sent_and_its_carrier_paid(app, shop):
    number = paid(shop, {"scarf": 1})
    manager = person(app, shop.silk, Role.BOOKKEEPER)

    page = manager.get("/k/silk/orders").follow(number)
    assert "1 High Street" in page.words
    page = page.form(action="/packed").send()
    page = page.form("carrier").fill(carrier="Thailand Post", tracking="TH1").send()
    assert "1 High Street" not in page.words
    page.form("amount").fill(amount="142", proof="slip 7").send()

    db.session.rollback()
    parcel = parcel_numbered(shop.silk.id, number)
    assert (parcel.state, parcel.carrier, parcel.tracking) == ("sent", "Thailand Post", "TH1")
    assert_sound()


def test_the_carrier_is_paid_once_however_often_the_form_is_sent(app, shop):
    number = paid(shop, {"scarf": 1})
    manager = person(app, shop.silk, Role.MANAGER)
    page = manager.get(f"/k/silk/orders/{number}").form("carrier").fill(carrier="Thailand Post").send()
    form = page.form("amount").fill(amount="142", proof="slip 7")

    form.send()
    form.send()

    db.session.rollback()
    assert db.session.scalar(db.select(db.func.count()).select_from(CarrierPayment)) == 1
    assert_sound()


def test_a_carrier_paid_nothing_is_refused_at_the_field(app, shop):
    number = paid(shop, {"scarf": 1})
    manager = person(app, shop.silk, Role.MANAGER)
    page = manager.get(f"/k/silk/orders/{number}").form("carrier").fill(carrier="Thailand Post").send()

    page = page.form("amount").fill(amount="0", proof="slip 7").send(status=422)

    assert "Enter a price above zero in THB." in page.words
    assert page.form("amount").values["proof"] == "slip 7"


def test_a_credit_note_shows_to_the_seller_whose_goods_came_back(app, shop):
    number = paid(shop, {"scarf": 1, "runner": 1})
    silk = person(app, shop.silk, Role.MANAGER)
    form = silk.get(f"/k/silk/orders/{number}/refund").form("reason")
    form.fill(**{"pieces-1": "1"}, goods="restocked", reason="too long").send()

    own = silk.get(f"/k/silk/orders/{number}")
    other = person(app, shop.batik, Role.MANAGER).get(f"/k/batik/orders/{number}")

    assert "Credit notes" in own.words
    assert "too long" in own.words
    assert "Credit notes" not in other.words
    assert "too long" not in other.words


def test_the_board_reads_an_order_without_the_buyers_address(app, shop):
    number = paid(shop, {"scarf": 1})

    page = person(app, shop.silk, Role.BOARD).get(f"/k/silk/orders/{number}")

    assert "Silk scarf" in page.words
    assert "1 High Street" not in page.words
    assert "Ann Buyer" not in page.words


def test_a_cooperative_sees_neither_anothers_order_nor_anothers_lines(app, shop):
    mixed, foreign = paid(shop, {"scarf": 1, "runner": 1}), paid(shop, {"runner": 1})
    manager = person(app, shop.silk, Role.MANAGER)

    page = manager.get(f"/k/silk/orders/{mixed}")

    assert "Batik runner" not in page.words
    for path in ("", "/refund"):
        manager.get(f"/k/silk/orders/{foreign}{path}", status=404)
        manager.get(f"/k/batik/orders/{foreign}{path}", status=404)
    for act in ("packed", "sent", "carrier"):
        manager.post(f"/k/silk/orders/{foreign}/{act}", {"carrier": "Post", "amount": "1", "proof": "xyz"}, status=404)


def test_the_board_may_not_pack_and_the_bookkeeper_may_not_refund(app, shop):
    number = paid(shop, {"scarf": 1})

    person(app, shop.silk, Role.BOARD).post(f"/k/silk/orders/{number}/packed", status=403)
    person(app, shop.silk, Role.BOOKKEEPER).get(f"/k/silk/orders/{number}/refund", status=403)


def test_pieces_are_refunded_once_however_often_the_form_is_sent(app, shop):
    number = paid(shop, {"scarf": 3})
    manager = person(app, shop.silk, Role.MANAGER)

    for pieces in ("1", "2"):  # some of them, then all that are left
        form = manager.get(f"/k/silk/orders/{number}/refund").form("reason")
        form.fill(**{"pieces-1": pieces}, goods="restocked", reason="too long")
        assert [form.send().status for _press in range(2)] == [200, 200]

    db.session.rollback()
    assert order_numbered(number).lines[0].refunded_quantity == 3
    assert_sound()


def test_the_id_of_anothers_refund_shows_nothing_of_it(app, shop):
    number, foreign = paid(shop, {"scarf": 1, "runner": 1}), paid(shop, {"runner": 1})
    batik = person(app, shop.batik, Role.MANAGER)
    keys = []
    for each in (number, foreign):
        form = batik.get(f"/k/batik/orders/{each}/refund").form("reason")
        keys.append(form.values["client_key"])
        place = next(name for name in form.names if name.startswith("pieces-"))
        form.fill(**{place: "1"}, goods="restocked", reason="too long").send()
    form = person(app, shop.silk, Role.MANAGER).get(f"/k/silk/orders/{number}/refund").form("reason")

    for key in keys:
        page = form.fill(**{"pieces-1": "1"}, client_key=key, goods="restocked", reason="torn").send(status=404)
        assert "goes back to the buyer" not in page.words


def test_a_refund_of_too_many_keeps_what_was_entered(app, shop):
    number = paid(shop, {"scarf": 1})
    form = person(app, shop.silk, Role.MANAGER).get(f"/k/silk/orders/{number}/refund").form("reason")

    page = form.fill(**{"pieces-1": "9"}, goods="scrapped", reason="torn").send(status=422)

    assert page.form("reason").values["pieces-1"] == "9"
    assert order_numbered(number).refunded_minor == 0


def test_a_payout_is_prepared_and_confirmed(app, shop, operator):
    paid(shop, {"scarf": 1})
    form = operator.get("/operator/payouts").follow("Pay out").form("rail")
    form.fill(rate_USD="34.98", rail="bank transfer", proof="B-77").send()

    page = person(app, shop.silk, Role.MANAGER).get("/k/silk/payouts").follow("It came")
    page.form("how").fill(how="rekening koran").send()

    assert_sound()


def test_a_payout_without_the_banks_rate_is_refused(shop, operator):
    paid(shop, {"scarf": 1})
    form = operator.get("/operator/payouts/silk").form("rail")

    page = form.fill(rail="bank transfer", proof="B-77").send(status=409)

    assert page.form("rail").values["proof"] == "B-77"


def test_a_payout_of_another_cooperative_is_absent(app, shop, operator):
    paid(shop, {"scarf": 1})
    form = operator.get("/operator/payouts/silk").form("rail")
    form.fill(rate_USD="34.98", rail="bank transfer", proof="B-77").send()
    address = person(app, shop.silk, Role.MANAGER).get("/k/silk/payouts").link("It came")

    stranger = person(app, shop.batik, Role.MANAGER)

    stranger.get(address, status=404)
    stranger.get(address.replace("/silk/", "/batik/"), status=404)


def test_a_manager_sets_the_price_of_delivery(app, shop):
    manager = person(app, shop.batik, Role.MANAGER, language="id")

    page = manager.get("/k/batik/delivery").form("price")
    page = page.fill(reach="home", price="25.000", title="Kiriman dari Pekalongan").send()

    assert "Rp25.000" in page.words


def test_every_page_is_there_in_indonesian(app, shop):
    number = paid(shop, {"scarf": 1})
    manager = person(app, shop.silk, Role.MANAGER, language="id")

    headings = [
        manager.get(f"/k/silk/{path}").h1
        for path in ("orders", f"orders/{number}", f"orders/{number}/refund", "payouts", "delivery")
    ]

    assert headings == [
        "Pesanan",
        f"Pesanan {number}",
        f"Kembalikan dana pesanan {number}",
        "Pencairan",
        "Ongkos kirim",
    ]


def test_money_that_came_too_late_goes_back_by_hand(shop, operator):
    number = transfer(shop, {"scarf": 1})
    form = operator.get(f"/operator/transfers/{number}").form("proof")
    PageClient(operator.app).post(f"/orders/{order_numbered(number).token}/cancel")
    form.fill(amount="66.62", reference="R1", proof="statement 1").send()

    page = operator.get("/operator/money-back").follow("It was sent")
    page = page.form("proof").fill(proof="transfer 9").send()

    assert "None waits" in page.words
    assert_sound()
