"""Buying, paying suppliers, and the passbook of homes."""

from datetime import timedelta

import pytest

from marketplace.kernel import clock
from marketplace.kernel.errors import NotFound
from marketplace.kernel.invariants import run_all
from marketplace.ledger.queries import balance, book_named
from producers.cooperatives.services import record_certificate
from producers.fairprice.status import statuses
from producers.lots.errors import Listed, NotEnough, NotEnoughAtHome, QuantityNotPositive
from producers.lots.queries import costs_of
from producers.materials.queries import passbook_of_lot, passbook_of_member, suppliers
from producers.materials.services import (
    CertificateOutOfDate,
    PaidInFull,
    buy_material,
    file_payee_document,
    issue_material,
    pay_supplier,
    record_stock_loss,
    register_supplier,
    return_material,
)
from producers.publishing.services import publish_lot
from tests.factories.producers import buy_yarn, make_coop, make_platform, woven_lot


@pytest.fixture
def coop(app):
    with app.app_context():
        yield make_coop("sikka")


def ledger(account: str) -> int:
    return balance(book_named("sikka"), account).minor


def status(purchase) -> str:
    source = ("materials", purchase.id)
    return statuses([source])[source]


def test_a_purchase_is_paid_when_the_suppliers_own_receipt_is_on_file(coop):
    purchase = buy_yarn(coop, "Y", cost_minor=100_000)
    assert (ledger("inventory:Y"), ledger("payable:S-1"), status(purchase)) == (100_000, -100_000, "owed")

    pay_supplier(coop.approver, purchase, method="cash", amount=coop.money(60_000), payee_document="first receipt")
    assert status(purchase) == "owed"
    rest = pay_supplier(coop.approver, purchase, method="bank")
    assert (ledger("payable:S-1"), ledger("cash"), status(purchase)) == (0, -100_000, "owed")
    file_payee_document(coop.approver, rest, "second receipt")

    assert status(purchase) == "paid"
    with pytest.raises(PaidInFull):
        pay_supplier(coop.approver, purchase, method="cash")


def test_a_claim_needs_a_certificate_of_its_kind_in_date(coop):
    today = clock.today(coop.organisation.zone)
    supplier = register_supplier(coop.preparer, coop.organisation, name="Toko Benang")
    paper = record_certificate(
        coop.preparer,
        coop.organisation,
        kind="organic",
        holder="Toko Benang",
        issuer="test",
        number="1",
        valid_from=today - timedelta(days=9),
        valid_until=today - timedelta(days=1),
    )

    for claim in ("organic", "fair_trade"):
        with pytest.raises(CertificateOutOfDate):
            buy_material(
                coop.preparer,
                coop.organisation,
                supplier=supplier,
                name="yarn",
                quantity=1,
                unit="GRM",
                cost=coop.money(1),
                claims={claim: paper},
            )


def test_a_foreign_supplier_does_not_exist_here(coop):
    foreign = register_supplier(coop.preparer, make_coop("ende").organisation, name="Toko")

    with pytest.raises(NotFound):
        buy_material(
            coop.preparer,
            coop.organisation,
            supplier=foreign,
            name="yarn",
            quantity=1,
            unit="GRM",
            cost=coop.money(1),
        )
    assert suppliers(coop.organisation.id) == []


def test_homes_move_quantity_not_cost(coop):
    yarn = buy_yarn(coop, "Y").lot

    issue_material(coop.preparer, yarn, coop.ani, 400)
    return_material(coop.preparer, yarn, coop.ani, 100)

    assert (yarn.stock, yarn.held) == (700, 300)
    assert sum(row.amount_minor for row in costs_of(yarn.id)) == 100_000
    [line] = passbook_of_lot(yarn.id)
    assert (line.issued, line.used, line.returned, line.scrap, line.held) == (400, 0, 100, 0, 300)
    assert passbook_of_member(coop.ani.id, only_held=True) == [line]


def test_a_repeated_tap_issues_once(coop):
    yarn = buy_yarn(coop, "Y").lot

    first, second = (issue_material(coop.preparer, yarn, coop.ani, 400, client_key="tap") for _tap in range(2))

    assert first is second
    assert yarn.held == 400


def test_a_loss_outside_a_step_is_the_cooperatives(coop):
    yarn = buy_yarn(coop, "Y").lot
    issue_material(coop.preparer, yarn, coop.ani, 400)

    lost = record_stock_loss(coop.preparer, yarn, 50, cause="moths", member=coop.ani)

    assert (lost.minor, ledger("expense:abnormal_loss"), ledger("inventory:Y")) == (5_000, 5_000, 95_000)
    assert (yarn.lost, yarn.held, passbook_of_lot(yarn.id)[0].scrap) == (50, 350, 50)
    assert list(run_all()) == []


def test_no_more_moves_than_is_there(coop):
    yarn = buy_yarn(coop, "Y").lot
    issue_material(coop.preparer, yarn, coop.ani, 400)

    with pytest.raises(NotEnough):
        issue_material(coop.preparer, yarn, coop.budi, 601)
    with pytest.raises(NotEnoughAtHome):
        return_material(coop.preparer, yarn, coop.ani, 401)
    with pytest.raises(NotEnoughAtHome):
        record_stock_loss(coop.preparer, yarn, 1, cause="moths", member=coop.budi)
    with pytest.raises(QuantityNotPositive):
        issue_material(coop.preparer, yarn, coop.ani, 0)


def test_what_stands_in_the_shop_does_not_move(coop):
    make_platform()
    lot = woven_lot(coop)
    publish_lot(
        coop.approver,
        coop.organisation,
        lot,
        title="Runner",
        category="textile",
        price=coop.money(200_000),
        quantity=4,
    )

    with pytest.raises(Listed):
        record_stock_loss(coop.preparer, lot, 2, cause="mould")
    assert record_stock_loss(coop.preparer, lot, 1, cause="mould").minor > 0
