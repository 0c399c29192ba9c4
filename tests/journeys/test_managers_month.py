"""A manager's first month, from registering to a payout: every page on the phone and at the desk."""

import re
from pathlib import Path

import pytest
from PIL import Image

from marketplace.accounts.actor import SYSTEM, Actor
from marketplace.catalogue.models import Listing
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.money import Money
from orders.cart.services import add_to_basket, open_basket
from orders.checkout.services import Buyer, place_order
from orders.payments.services import confirm_transfer
from orders.settlement.services import make_payout
from producers.lots.models import Lot
from tests.factories.accounts import make_user
from tests.factories.producers import make_platform

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["sqlite"], indirect=True)]

HOME = "/k/tenun-waru"
PASSWORD = "kapas nila soga"
BUYER = Buyer(name="Ann Buyer", email="ann@example.org", address="Jalan Melati 1", country="ID", language="id")


@pytest.fixture
def operator(app) -> str:
    """A house without a cooperative."""
    with app.app_context():
        make_platform()
        user = make_user("Oki Operator", is_operator=True)
        db.session.commit()
        return user.id


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    Image.new("RGB", (640, 800), "indigo").save(tmp_path / "cloth.png")
    return tmp_path / "cloth.png"


def enter(journey, email: str):
    """Sign in as anybody does, and stand in the console."""
    journey.visit("/sign-in").answer(who=email, password=PASSWORD).press()
    assert journey.page.url.startswith(journey.address + HOME), journey.words()
    return journey


def register(browse, operator: str):
    """A cooperative registers, the operator approves it; its first manager."""
    manager = browse("id", width=360, also=1280)
    manager.visit("/register").answer(
        cooperative="Tenun Waru", country="ID", district="Sikka", currency="IDR", name="Mirna Manajer",
        email="mirna@example.org", password=PASSWORD,
    ).press()  # fmt: skip
    browse("en", width=1280).sign_in(operator).visit("/operator/cooperatives").tap("Approve")
    return enter(manager, "mirna@example.org")


def settle_in(manager) -> None:
    """The first decision, a member with her consent, what a parcel costs."""
    today = clock.today("Asia/Jakarta").isoformat()
    manager.visit(f"{HOME}/decisions/new").answer(
        title="Ongkos dan bagian", decided_on=today, effective_on=today, overhead_on_labour="20", premium="5",
        reserve="0", tax="0", rate_1_name="tenun", rate_1="85.000", present="9", votes_for="9",
    ).press()  # fmt: skip
    manager.visit(f"{HOME}/members/new").answer(name="Ani Nurak").press()
    manager.page.get_by_role("checkbox").first.check()
    manager.answer(how="signed").press()
    manager.visit(f"{HOME}/delivery").answer(reach="home", price="25.000", title="Kiriman dari Maumere").press()


def invite_bookkeeper(manager, browse):
    """The second person, who takes the role by the link that she is shown or sent."""
    manager.visit(f"{HOME}/people/invite")
    manager.answer(name="Rina", email="rina@example.org", role="bookkeeper").press()
    link = re.search(r"/invitation/[\w-]+", manager.page.content())
    assert link
    second = browse("id", width=360, also=1280).visit(link[0])
    second.answer(name="Rina", password=PASSWORD).press()
    return second


def deliver(second) -> None:
    """Yarn is bought and given out; three cloths come back, are counted at the door and weighed."""
    second.visit(f"{HOME}/materials/purchases/new").answer(
        name="Benang nila", quantity="6 kg", cost="600.000", new_supplier="Toko Benang", origin="Sikka, Indonesia"
    ).press()
    second.visit(f"{HOME}/materials/issue").answer(quantity="1,2 kg")
    for name in ("member_id", "lot_id"):
        second.page.locator(f'select[name="{name}"]').select_option(index=1)
    second.press()
    second.visit("/s/tenun-waru/slips/new").tap("Ani Nurak")
    for _piece in range(3):
        second.tap("One more")
    second.tap("Check together").tap("Save slip").tap("Weigh the pieces")
    second.answer(good="3", mass_g="540", used_g="600", least_g="150", hours="30").tap("Save weighing")


def pay(manager, second, photo: Path) -> None:
    """Another signs the work off; a payslip goes from prepared to confirmed."""
    manager.visit(f"{HOME}/work").tap("Sign off")
    second.visit(f"{HOME}/pay/new").tap("Ani Nurak").press()
    slip = second.page.url.removeprefix(second.address)
    assert second.say("Approve it") not in second.words()
    manager.visit(slip).tap("Approve it")
    second.visit(slip).tap("Record a payment").answer(method="cash", proof=photo).press()
    second.tap("Write down her word").answer(what="confirm", how="paper").press()
    assert second.say("Paid and confirmed") in second.words()


def publish(app, manager, photo: Path) -> None:
    """The price is worked out; below the floor it is refused, above it the lot goes into the shop."""
    with app.app_context():
        lot_id = db.session.scalars(db.select(Lot.id).where(Lot.unit == "H87")).one()
    manager.visit(f"{HOME}/lots").press(f'main a[href$="/lots/{lot_id}"]').tap("Work out its price")
    manager.answer(price="1").tap("Work out")
    assert manager.page.locator("#f-price-error").count() == 1
    manager.answer(price="250.000").tap("Work out").press('main a[href*="/publish"]')
    manager.answer(title="Sarung nila", category="cloth", quantity="2", photo_1=photo, alternative_1="Sarung terlipat")
    manager.press()


def sell(app, operator: str) -> None:
    """A stranger buys one, her transfer comes; the platform pays out."""
    with app.app_context():
        desk = Actor(operator, is_operator=True)
        listing = db.session.scalars(db.select(Listing)).one()
        basket, _secret = open_basket()
        add_to_basket(basket, listing.id, 1)
        order = place_order(SYSTEM, basket, BUYER, charge_currency="IDR", method="transfer")
        confirm_transfer(desk, order.id, Money(order.amount_minor, "IDR"), reference="R-1", proof="rekening koran")
        make_payout(desk, listing.organisation, bank_rates={}, rail="bank file", proof="B-77")
        db.session.commit()


def test_a_first_month_from_registering_to_a_payout(app, operator, browse, photo):
    manager = register(browse, operator)
    settle_in(manager)
    second = invite_bookkeeper(manager, browse)
    deliver(second)
    pay(manager, second, photo)
    publish(app, manager, photo)
    sell(app, operator)

    second.visit(f"{HOME}/orders").press("main table a").tap("It is packed")
    assert "Jalan Melati 1" in second.words()
    second.answer(carrier="Pos", tracking="JNE-1").tap("It is sent")
    assert "Jalan Melati 1" not in second.words()
    manager.visit(f"{HOME}/payouts").tap("It came").answer(how="rekening koran").press()
    manager.visit(f"{HOME}/")
    assert len(manager.judged) + len(second.judged) > 40
