"""What waits for the operator: one line a duty, the oldest first; the real fee typed by hand."""

from datetime import timedelta

import pytest
from flask import Flask

from marketplace.accounts.actor import SYSTEM
from marketplace.accounts.models import Role
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.money import Money
from orders.checkout.models import Order
from orders.payments import services
from orders.payments.models import Reconciliation
from orders.refunds.services import refund
from orders.settlement.models import FeeReport
from tests.client import PageClient
from tests.factories.accounts import join, make_organisation, make_user
from tests.orders.books import assert_sound
from tests.orders.shop import Shop
from tests.page import words_of


@pytest.fixture
def engine() -> str:
    return "sqlite"


@pytest.fixture
def operator(app: Flask, shop: Shop) -> PageClient:
    user = make_user("Oki Operator", is_operator=True)
    db.session.commit()
    return PageClient(app).sign_in(user)


def order_numbered(number: str) -> Order:
    db.session.rollback()
    return db.session.scalars(db.select(Order).where(Order.number == number)).one()


def test_an_empty_desk_says_what_will_stand_there(operator: PageClient) -> None:
    page = operator.get("/operator/")

    assert page.h1 == "What waits for you"
    assert "Nothing waits at the moment." in page.words


def test_every_kind_of_duty_stands_on_one_list_and_leads_to_its_page(app: Flask, shop: Shop, operator: PageClient):
    shop.paid({"scarf": 1})
    by_transfer = shop.paid({"runner": 1}, method="transfer")
    refund(SYSTEM, by_transfer.id, {"O-2-1": 1}, goods="restocked")
    db.session.commit()
    with clock.at(clock.now() + timedelta(days=6)):
        shop.order({"scarf": 1}, method="transfer", currency="THB")
        waiting = make_organisation("baru", approved=False)
        db.session.commit()

        page = operator.get("/operator/")

        lines = [words_of(line) for line in page.find("ul", class_="waiting")]
        assert len(lines) == 6, lines
        assert lines[0].startswith("2 exchange rates to type anew")
        assert "the oldest for 6 days, refused after 7 days" in lines[0]
        for words in (
            "1 real payment fee to type",
            "1 sum to send back",
            "2 cooperatives to pay out",
            "1 transfer to confirm",
            "1 cooperative to approve",
        ):
            assert any(line.startswith(words) for line in lines), words
        for verb in ("Type", "Send", "Pay out", "Confirm", "Look"):
            assert page.follow(verb).status == 200
        assert waiting.approved_at is None


def test_disputes_and_what_the_last_comparison_left_open_stand_on_the_desk(shop: Shop, operator: PageClient) -> None:
    order = shop.paid({"scarf": 1})
    paid = services.record_payment(order.id, Money(500, "USD"), method="card", reference="pi_1")
    services.note_dispute("du_1", "pi_1", Money(500, "USD"), state="open", answer_by=clock.now())
    services.note_dispute("du_2", "pi_stranger", Money(700, "USD"), state="lost")
    found = [
        {"kind": "not_posted", "subject": "pi_7", "order": order.number, "here": "", "there": "5 USD", "done": ""},
        {"kind": "refund_moved", "subject": "re_8", "order": "", "here": "", "there": "", "done": "noted"},
    ]
    moment = clock.now()
    told = Reconciliation(at=moment, since=moment, compared={}, is_whole=True, differences=found, open_count=1)
    db.session.add(told)
    db.session.commit()
    assert paid.id

    desk = operator.get("/operator/").words
    page = operator.get("/operator/money-back").words

    assert "2 payments disputed at the buyers' banks" in desk
    assert "1 difference from the payment provider" in desk
    assert f"{order.number} US$5.00 still open" in page
    assert "not ours US$7.00 lost, not yet in the books" in page
    assert f"not in the books over this sum: pi_7, order {order.number} (here nothing at all, there 5 USD)" in page
    assert "re_8" not in page


def test_the_real_fee_is_typed_and_takes_the_estimates_place(shop: Shop, operator: PageClient) -> None:
    order = shop.paid({"scarf": 1})
    number, estimate = order.number, order.fee_minor
    db.session.commit()
    with clock.at(clock.now() + timedelta(days=2)):
        form = operator.get("/operator/fees").follow("Type the fee").form("fee")
        for wrong in ("-1", "99999", "1,234", "x"):
            refused = form.fill(fee=wrong, source="balance report 7").send(status=422)
            assert refused.form("fee").values["source"] == "balance report 7"
        assert order_numbered(number).fee_minor == estimate

        again = refused.form("fee").fill(fee="2,50")
        told = [again.send().words for _time in range(2)]

    order = order_numbered(number)
    assert (order.fee_minor, order.fee_reported) == (250, True)
    assert "The receipt has a new revision" in told[0]
    assert f"The fee of order {number} was US$2.50 already. Nothing changed." in told[1]
    assert "new revision" not in told[1]
    assert db.session.scalar(db.select(db.func.count()).select_from(FeeReport)) == 1
    assert "None waits" in operator.get("/operator/fees").words
    assert_sound()


def test_a_fee_is_typed_for_another_order_by_its_number_and_only_for_a_paid_one(shop: Shop, operator: PageClient):
    paid, open_ = shop.paid({"scarf": 1}, method="transfer"), shop.order({"scarf": 1})
    paid_number, open_number = paid.number, open_.number
    db.session.commit()

    page = operator.get("/operator/fees").form("number").fill(number=paid_number).send()

    assert page.h1 == f"The real fee of order {paid_number}"
    for number in (open_number, "nobody"):
        operator.get(f"/operator/fees/{number}", status=404)
        operator.post(f"/operator/fees/{number}", {"fee": "1", "source": "xyz"}, status=404)


def test_nobody_but_the_operator_finds_the_desk(app: Flask, shop: Shop) -> None:
    order = shop.paid({"scarf": 1})
    number = order.number
    manager = make_user()
    join(manager, shop.silk, Role.MANAGER)
    db.session.commit()
    stranger = PageClient(app).sign_in(manager)

    for address in ("/operator/", "/operator/fees", f"/operator/fees/{number}"):
        stranger.get(address, status=404)
    stranger.post(f"/operator/fees/{number}", {"fee": "1", "source": "xyz"}, status=404)
    assert PageClient(app, "id").get("/operator/", status=302).response.headers["Location"].startswith("/sign-in")


def test_the_desk_reads_in_indonesian(app: Flask, shop: Shop) -> None:
    shop.order({"scarf": 1}, method="transfer")
    user = make_user(is_operator=True, language="id")
    db.session.commit()

    page = PageClient(app, "id").sign_in(user).get("/operator/")

    assert page.h1 == "Yang menunggu Anda"
    assert "transfer perlu dipastikan" in page.words
