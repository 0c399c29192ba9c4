"""A guest buys from two cooperatives in two currencies, on a phone, in Indonesian: by keyboard alone, and without
script; the transfer is confirmed, the receipt checked, one piece comes back."""

from pathlib import Path

import pytest

from marketplace.kernel.db import db
from tests.factories.market import Market, make_market
from tests.journeys.buying import answer_questions, confirm_transfer, put_in_basket, seal

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["sqlite"], indirect=True)]


@pytest.fixture
def market(app) -> Market:
    with app.app_context():
        made = make_market()
        db.session.commit()
        return made


@pytest.mark.parametrize("keys", [True, False], ids=["keyboard", "without script"])
def test_a_guest_buys_from_two_cooperatives_and_holds_a_receipt(app, market, browse, tmp_path: Path, keys):
    buyer = browse("id", width=360, keys=keys, script=keys)
    for cooperative in ("Tenun Waru", "Mudmee Silk"):
        put_in_basket(buyer, cooperative, "Ikat cloth")
    basket = buyer.words()
    assert "Rp5.000" in basket
    assert "฿5.000" in basket
    assert "Parcel from Mudmee Silk" in basket
    answer_questions(buyer)
    check = buyer.words()
    assert buyer.heading() == buyer.say("Check your order")
    assert "1 USD = 16.285,50 IDR: Bank Contoh" in check
    assert "1 USD = 35,1250 THB: Bank Contoh" in check
    assert "Jalan Melati 1" in check

    buyer.tap("Pesan seharga")

    assert "12345678" in buyer.words()
    assert "Barang disimpan untuk Anda sampai" in buyer.words()
    confirm_transfer(app, browse, market.operator)
    buyer.page.reload()
    buyer.judge().tap("See your receipt")
    assert buyer.say("Being sealed") in buyer.words()
    seal(app)
    buyer.page.reload()
    buyer.judge()
    if not keys:
        return
    files = [
        buyer.fetch("Receipt as JSON", tmp_path / "nota.json"),
        buyer.fetch("Receipt as PDF", tmp_path / "nota.pdf"),
    ]
    address = buyer.page.url.removeprefix(buyer.address)
    check_by_file(browse, files)
    give_one_back(browse, market)
    seal(app)
    buyer.visit(address)
    assert buyer.say("Credit notes") in buyer.words()
    assert buyer.say("Refunded whole") in buyer.words()
    buyer.press('main a[href*="/credit-notes/"]')
    assert buyer.say("Who bore the loss") in buyer.words()
    look_over_the_desk(browse, market)


def look_over_the_desk(browse, market) -> None:
    """The operator sees what waits, how the house is, and the same credit note; on phone and desk."""
    operator = browse("id", width=360, also=1280).sign_in(market.operator).visit("/operator/")
    assert operator.say("What waits for you") == operator.heading()
    operator.press("ul.waiting a.button")
    for path in ("/operator/fees", "/operator/status", "/operator/credit-notes"):
        operator.visit(path)
    operator.press('main table a[href*="/credit-notes/"]')
    assert operator.say("Who bore the loss") in operator.words()


def check_by_file(browse, files: list[Path]) -> None:
    """Anybody may bring the receipt: what was checked is said in plain words."""
    reader = browse("id", width=360)
    for file in files:
        reader.visit("/verify").answer(file=file).press()
        assert reader.heading() == reader.say("This receipt holds")
        assert reader.page.locator(".findings .is-good").count() >= 3
        assert reader.page.locator(".findings .is-wrong").count() == 0


def give_one_back(browse, market) -> None:
    """The weavers take their cloth back, the silk stays sold."""
    manager = browse("en", width=1280).sign_in(market.manager).visit("/k/weavers/orders")
    manager.press("main table a").tap("Refund")
    manager.answer(**{"pieces-1": "1"}, goods="restocked", reason="too small").press("main form button.button-danger")
    assert "too small" in manager.words()
