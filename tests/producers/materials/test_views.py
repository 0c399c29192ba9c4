"""Material in the console: bought, paid, given out, brought back, lost, and the book of each home."""

import io
from datetime import date

import pytest
from PIL import Image

from marketplace.accounts.actor import SYSTEM
from marketplace.config import PAGE_SIZE
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.money import Money
from producers.cooperatives.models import Member
from producers.cooperatives.services import enrol_member, record_certificate
from producers.lots.models import Lot
from producers.materials.models import Purchase, SupplierPayment
from producers.materials.services import (
    buy_material,
    issue_material,
    pay_supplier,
    record_stock_loss,
    register_supplier,
)
from tests.producers.conftest import organisation

DAY = date(2026, 11, 23)
START = "/k/weavers/materials"
YARN = {"name": "Cotton yarn", "quantity": "6 kg", "cost": "1.230.000", "new_supplier": "Nita", "origin": "Sikka"}


@pytest.fixture(autouse=True)
def _on_that_day():
    with clock.at(DAY):
        yield


@pytest.fixture
def ids(house):
    """6 kg of yarn for Rp1,000, a part paid without a receipt, 2.4 kg of it at Maria's home."""

    def make():
        weavers = organisation("weavers")
        maria = enrol_member(SYSTEM, weavers, name="Maria Nona")
        nita = register_supplier(SYSTEM, weavers, name="Nita")
        purchase = buy_material(
            SYSTEM, weavers, supplier=nita, name="Cotton yarn", quantity=6000, unit="GRM", cost=Money(100_000, "IDR"),
            origin="Sikka", due_on=date(2026, 11, 21),
        )  # fmt: skip
        issue_material(SYSTEM, purchase.lot, maria, 2400)
        return maria, purchase, purchase.lot

    maria, purchase, lot = house.make(make)
    payment = house.make(lambda: _pay(purchase, 40_000))
    return {"maria": maria, "purchase": purchase, "lot": lot, "payment": payment}


def _pay(purchase_id: str, minor: int):
    return pay_supplier(SYSTEM, db.session.get_one(Purchase, purchase_id), method="cash", amount=Money(minor, "IDR"))


def lot_now(house, lot_id: str) -> tuple[int, int, int]:
    def ask():
        lot = db.session.get_one(Lot, lot_id)
        return lot.stock, lot.held, lot.lost

    return house.read(ask)


def upload(colour: str = "blue"):
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "PNG")
    return io.BytesIO(out.getvalue()), "bill.png"


# --- who may ----------------------------------------------------------------------------------------------------------


def test_a_foreign_lot_or_member_is_not_moved(house, ids):
    foreign = house.person(on="others")
    answers = {"lot_id": ids["lot"], "member_id": ids["maria"], "quantity": "1 g", "cause": "x"}

    for kind in ("issue", "return", "loss"):
        foreign.post(f"/k/others/materials/{kind}", answers, status=404)

    assert lot_now(house, ids["lot"]) == (3600, 2400, 0)


# --- buying -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "id"])
def test_a_purchase_becomes_a_lot(house, language):
    form = house.person(language=language).get(f"{START}/purchases/new").form()

    page = form.fill(**YARN, district="Sikka", document=upload()).send()

    assert page.h1 == "Cotton yarn P-1"
    made = house.read(lambda: db.session.scalars(db.select(Purchase)).one())
    assert (made.quantity, made.cost_minor, made.origin) == (6000, 123_000_000, "Sikka")
    assert made.document_sha256


def test_a_purchase_carries_what_its_certificate_says(house):
    house.do(
        record_certificate, kind="organic", holder="Nita", issuer="CU", number="1", valid_from=DAY, valid_until=DAY
    )
    form = house.person().get(f"{START}/purchases/new").form()
    paper = next(form.page.find_all("input", name="certificates")).get("value")

    page = form.fill(**YARN, certificates=[paper]).send()

    assert "Organic" in page.words
    assert house.read(lambda: db.session.scalars(db.select(Lot)).one().claims) == ["organic"]
    late = form.fill(bought_on="2026-11-24", client_key="second").send(status=422)
    assert set(late.errors()) == {"certificates"}


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"quantity": "6"}, "quantity"),
        ({"quantity": "1.500 kg"}, "quantity"),
        ({"quantity": "6 sacks"}, "quantity"),
        ({"quantity": "3 m"}, "quantity"),
        ({"quantity": "0 kg"}, "quantity"),
        ({"quantity": "0,5 g"}, "quantity"),
        ({"cost": "-5"}, "cost"),
        ({"cost": "much"}, "cost"),
        ({"cost": "1e9"}, "cost"),
        ({"new_supplier": ""}, "new_supplier"),
        ({"origin": ""}, "origin"),
        ({"due_on": "2026-11-01"}, "due_on"),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field_and_kept(house, answers, field):
    form = house.person().get(f"{START}/purchases/new").form()

    page = form.fill(**{**YARN, "document": upload(), **answers}).send(status=422)

    assert set(page.errors()) == {field}
    assert page.form().values["name"] == "Cotton yarn"
    assert page.form().values["document_kept"]


def test_a_purchase_sent_twice_is_recorded_once(house):
    form = house.person().get(f"{START}/purchases/new").form().fill(**YARN)

    form.send()
    form.send()

    assert house.read(lambda: db.session.scalar(db.select(db.func.count(Purchase.id)))) == 1


def test_a_supplier_of_another_cooperative_is_none_to_choose(house):
    foreign = house.do(register_supplier, name="Theirs", on="others")

    page = house.person().post(f"{START}/purchases/new", {**YARN, "bought_on": "2026-11-23", "supplier_id": foreign,
                                                          "new_supplier": ""}, status=422)  # fmt: skip

    assert set(page.errors()) == {"new_supplier"}


# --- paying -----------------------------------------------------------------------------------------------------------


def test_a_purchase_is_paid_with_the_suppliers_receipt(house, ids):
    manager = house.person()
    page = manager.get(f"{START}/purchases/{ids['purchase']}").follow("Record payment")

    paid = page.form().fill(document=upload()).send()

    assert "Paid in full" in paid.words
    assert paid.follow("See the receipt").response.mimetype == "image/webp"
    last = house.read(
        lambda: db.session.scalars(db.select(SupplierPayment).order_by(SupplierPayment.id.desc())).first()
    )
    assert (last.amount_minor, len(last.payee_document)) == (60_000, 64)


@pytest.mark.parametrize(("amount", "status"), [("0", 422), ("-1", 422), ("601", 409), ("abc", 422), ("1,001", 409)])
def test_more_than_is_owed_and_less_than_something_is_refused(house, ids, amount, status):
    page = house.person().get(f"{START}/purchases/{ids['purchase']}/pay").form()

    page = page.fill(amount=amount).send(status=status)

    assert page.form().values["amount"] == amount


def test_a_receipt_follows_later_and_ends_the_duty(house, ids):
    manager = house.person()
    page = manager.get("/k/weavers/").follow("File: payment").follow("File the receipt")

    assert set(page.form().send(status=422).errors()) == {"document"}
    page = page.form().fill(document=upload()).send()

    assert "See the receipt" in page.words
    assert "without the supplier's receipt" not in manager.get("/k/weavers/").words
    manager.get(f"{START}/purchases/{ids['purchase']}/payments/{ids['payment']}", status=404)


def test_what_is_owed_and_overdue_stands_on_the_first_page(house, ids):
    page = house.person().get("/k/weavers/")

    assert "2 days late" in page.words
    assert "Rp600" in page.words


# --- giving out, bringing back, losing --------------------------------------------------------------------------------


def test_material_goes_out_and_comes_back(house, ids):
    manager = house.person()
    page = manager.get(f"{START}/issue?lot_id={ids['lot']}&member_id={ids['maria']}")

    page = page.form().fill(quantity="1,2 kg").send()
    assert "Still at her home 3.6 kg" in page.words
    page = page.follow("Take back").form().fill(quantity="600 g").send()

    assert "Still at her home 3 kg" in page.words
    assert lot_now(house, ids["lot"]) == (3000, 3000, 0)


@pytest.mark.parametrize(
    ("kind", "quantity", "status"),
    [
        ("issue", "4 kg", 409),
        ("issue", "5", 422),
        ("issue", "1.5 g", 422),
        ("return", "2.5 kg", 409),
        ("return", "3 m", 422),
    ],
)
def test_more_than_is_there_or_what_is_no_weight_is_refused(house, ids, kind, quantity, status):
    form = house.person().get(f"{START}/{kind}").form()

    page = form.fill(lot_id=ids["lot"], member_id=ids["maria"], quantity=quantity).send(status=status)

    assert page.form().values["quantity"] == quantity
    assert page.form().values["member_id"] == ids["maria"]
    assert lot_now(house, ids["lot"]) == (3600, 2400, 0)


def test_what_is_given_out_twice_by_one_tap_is_given_once(house, ids):
    form = house.person().get(f"{START}/issue").form()
    form.fill(lot_id=ids["lot"], member_id=ids["maria"], quantity="100 g")

    form.send()
    form.send()

    assert lot_now(house, ids["lot"]) == (3500, 2500, 0)


def test_a_loss_at_home_is_the_cooperatives_and_stands_in_the_book(house, ids):
    page = house.person().get(f"{START}/loss").form()

    page = page.fill(
        lot_id=ids["lot"], member_id=ids["maria"], quantity="30 g", cause="Moths", photo=upload()
    ).send()  # fmt: skip

    assert "The cooperative bears it." in page.alerts[0]
    assert "Moths" in page.words
    assert lot_now(house, ids["lot"]) == (3600, 2370, 30)


def test_a_loss_in_the_store_needs_its_cause(house, ids):
    form = house.person().get(f"{START}/loss").form().fill(lot_id=ids["lot"], quantity="30 g")

    page = form.send(status=422)
    assert set(page.errors()) == {"cause"}
    page.form().fill(cause="Water").send()

    assert lot_now(house, ids["lot"]) == (3570, 2400, 30)


def test_the_book_adds_up(house, ids):
    def lose():
        lot = db.session.get_one(Lot, ids["lot"])
        record_stock_loss(SYSTEM, lot, 400, cause="Flood", member=db.session.get_one(Member, ids["maria"]))

    house.make(lose)

    page = house.person().get(f"{START}/books/{ids['maria']}/{ids['lot']}")

    assert "Taken home 2.4 kg = worked up 0 g + brought back 0 g + lost 400 g + still there 2 kg" in page.words


def test_empty_places_say_what_will_stand_there(house):
    manager = house.person()

    for address in (START, f"{START}/purchases", f"{START}/suppliers", f"{START}/issue", f"{START}/loss"):
        manager.get(address)
    assert "Nothing to take back." in manager.get(f"{START}/return").words


@pytest.mark.parametrize(("address", "most"), [(START, 3), (f"{START}/purchases", 3), (f"{START}/suppliers", 4)])
def test_a_list_takes_few_statements_whatever_its_length(house, ids, address, most):
    def buy():
        weavers = organisation("weavers")
        for i in range(PAGE_SIZE):
            supplier = register_supplier(SYSTEM, weavers, name=f"Supplier {i}")
            buy_material(
                SYSTEM, weavers, supplier=supplier, name=f"Yarn {i}", quantity=5, unit="H87", cost=Money(100, "IDR")
            )

    house.make(buy)
    manager = house.person()

    with house.counted() as statements:
        page = manager.get(address)

    assert len(statements) <= most, statements
    page.follow("Next")
