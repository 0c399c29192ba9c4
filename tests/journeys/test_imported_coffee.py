"""A coffee lot from somebody else's table: imported, its cost declared, roasted, bagged, listed, sold, on a receipt."""

import csv
import json
from pathlib import Path

import pytest

from marketplace.accounts.actor import SYSTEM
from marketplace.accounts.models import Role
from marketplace.catalogue.listings import publish_profile
from marketplace.cli import cli
from marketplace.kernel.db import db
from marketplace.kernel.money import Money
from orders.checkout.terms import name_bank_account, set_delivery_price
from producers.cooperatives.services import enrol_member, give_consent
from producers.decisions.services import record_decision
from producers.lots.models import Lot
from tests.factories.accounts import join, make_organisation, make_user
from tests.factories.producers import make_platform
from tests.journeys.buying import answer_questions, confirm_transfer, put_in_basket, seal

pytestmark = [
    pytest.mark.browser,
    pytest.mark.conformance,
    pytest.mark.parametrize("engine", ["sqlite"], indirect=True),
]

HOME = "/k/kopi-sikka"
ORIGINS = {"Indonesia", "Thailand", "Philippines"}
RUPIAH_A_GRAM = 90
FIGURES = {"tax": "0", "overhead_on_labour": "0.20", "premium": "0.05", "reserve": "0", "rate:sangrai": "2500000"}


@pytest.fixture
def people(app) -> dict[str, str]:
    """A coffee cooperative: a manager, a bookkeeper, a roaster; what it decided."""
    with app.app_context():
        make_platform()
        kopi = make_organisation("kopi-sikka", name="Kopi Sikka")
        record_decision(SYSTEM, kopi, title="Ongkos sangrai", figures=FIGURES)
        publish_profile(SYSTEM, kopi, summary="Kopi dari kebun sendiri", members_count=1, since_year=2001)
        name_bank_account(SYSTEM, currency="IDR", holder="Lumbung", bank="Bank Contoh", number="12345678")
        set_delivery_price(SYSTEM, kopi, reach="home", price=Money(2_500_000, "IDR"), title="Kiriman dari Maumere")
        roaster = enrol_member(SYSTEM, kopi, name="Yosef Nong")
        give_consent(SYSTEM, roaster, "show_labour_amount", how="signed")
        made = {"roaster": roaster.id, "operator": make_user("Oki", is_operator=True).id}
        for role in (Role.MANAGER, Role.BOOKKEEPER):
            user = make_user(role.value)
            join(user, kopi, role)
            made[role.value] = user.id
        db.session.commit()
        return made


@pytest.fixture
def table(conformance: Path, tmp_path: Path) -> Path:
    """The rows of three origins, as they stand in the institute's file."""
    with (conformance / "lots/coffee-quality/arabica_data_cleaned.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        kept = [row for row in rows if row["Country.of.Origin"] in ORIGINS]
    with (tmp_path / "lots.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows.fieldnames or ()))
        writer.writeheader()
        writer.writerows(kept)
    return tmp_path / "lots.csv"


def newest(app, unit: str) -> str:
    with app.app_context():
        return db.session.scalars(db.select(Lot.id).where(Lot.unit == unit).order_by(Lot.id.desc())).first()


def work(recorder, signer, people, *, lot: str, **step: str) -> None:
    """One step of the roaster's, two hours by the hour; another person signs it off."""
    recorder.visit(f"{HOME}/steps/new?lot={lot}").answer(
        in_place_0=lot, work_member_0=people["roaster"], work_kind_0="hour", work_quantity_0="2", work_hours_0="2",
        work_rate_0="sangrai", **step,
    ).tap("Work out the loss", at=1).tap("Save the step")  # fmt: skip
    signer.visit(f"{HOME}/work").tap("Sign off")


def sell(app, browse, operator: str):
    """A stranger buys a bag on her phone, the operator finds her transfer; she stands at her receipt."""
    buyer = browse("id", width=360)
    put_in_basket(buyer, "Kopi Sikka", "Kopi Sikka 250 g")
    answer_questions(buyer)
    assert buyer.heading() == buyer.say("Check your order")
    buyer.tap("Pesan seharga")
    assert "12345678" in buyer.words()
    confirm_transfer(app, browse, operator)
    buyer.page.reload()
    buyer.judge().tap("See your receipt")
    seal(app)
    buyer.page.reload()
    return buyer.judge()


def test_one_imported_lot_goes_from_green_to_a_receipt(app, people, table, browse, tmp_path: Path):
    brought = app.test_cli_runner().invoke(cli, ["import", "lots", str(table), "--cooperative", "kopi-sikka", "--json"])
    assert brought.exit_code == 0, brought.output
    manager = browse("id", width=1280).sign_in(people["manager"])
    second = browse("id", width=1280).sign_in(people["bookkeeper"])
    with app.app_context():
        lot = db.session.scalars(db.select(Lot).where(Lot.stock >= 1000).order_by(Lot.number)).first()
        green, crop = lot.id, lot.stock * RUPIAH_A_GRAM

    manager.visit(f"{HOME}/lots/{green}")
    assert manager.say("No cost yet") in manager.words()
    manager.tap("Enter what it cost").answer(crop=str(crop)).press()
    work(
        second, manager, people, lot=green, name="sangrai", max_yield="0,85", in_quantity_0="1 kg",
        out_quantity_0="840", out_name_0="Kopi sangrai",
    )  # fmt: skip
    work(
        second, manager, people, lot=newest(app, "GRM"), name="kemas", max_yield="1/250", in_quantity_0="760 g",
        out_quantity_0="3", out_unit_0="H87", out_mass_0="750", out_name_0="Kopi sangrai 250 g",
    )  # fmt: skip
    manager.visit(f"{HOME}/lots/{newest(app, 'H87')}").tap("Work out its price")
    manager.answer(price="150.000").tap("Work out").press('main a[href*="/publish"]')
    manager.answer(title="Kopi Sikka 250 g", category="coffee", quantity="3").press()

    stranger = browse("id", width=360).visit("/products/kopi-sikka-250-g")
    assert stranger.say("Declared") in stranger.words()
    buyer = sell(app, browse, people["operator"])
    assert "Kopi Sikka 250 g" in buyer.words()
    receipt = json.loads(buyer.fetch("Receipt as JSON", tmp_path / "nota.json").read_text())
    (item,) = [line for line in receipt["lines"] if line["kind"] == "item"]
    split = {row["purpose"]: row["status"] for row in item["split"]}
    assert split["crop"] == "declared"
