"""An auditor for a time: from a record to its place in the journal, each look seen by the member; then the end."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.accounts.actor import SYSTEM
from marketplace.accounts.models import Membership, Organisation, Role, User
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.journal.sequencer import sequence
from marketplace.kernel.money import Money
from orders.checkout.terms import set_delivery_price
from orders.receipts.queries import receipt_of
from producers.cooperatives.evidence import file_evidence
from producers.decisions.services import record_decision
from producers.labour.queries import work_of_step
from producers.lots.models import Step
from producers.materials.services import buy_material, register_supplier
from tests.client import PageClient
from tests.factories.accounts import join, make_person, make_user
from tests.factories.door import make_door
from tests.matrix.world import picture
from tests.orders.shop import BATIK_RULES, open_shop, put_on_sale

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["sqlite"], indirect=True)]


@pytest.fixture
def walk(app):
    """Ids: a signed-off work record of Maria's, Maria, an auditor."""
    with app.app_context():
        door = make_door()
        slip = door.deliver()
        door.weigh(slip)
        (work,) = work_of_step(slip.step_id)
        auditor = make_user("Aulia Auditor", language="id")
        join(auditor, work.member.organisation, Role.AUDITOR)
        found = (work.id, door.maria.user_id, auditor.id)
        db.session.commit()
        sequence()
        db.session.commit()
        return found


def test_each_look_of_an_auditor_is_seen_by_the_member(walk, browse):
    work_id, maria, auditor_id = walk
    auditor = browse("id", width=1280).sign_in(auditor_id)

    auditor.visit(f"/k/lepo/records/{work_id}")
    assert auditor.say("The record is as the journal holds it") in auditor.words()

    member = browse("id").sign_in(maria).visit("/s/lepo/me/looks")
    assert "Aulia Auditor" in member.words()


@pytest.fixture
def sold(app):
    """The address of a sealed receipt on Maria's shawl and its yarn, bought with a paper; the manager, an auditor."""
    with app.app_context():
        shop, door = open_shop(on=clock.today("UTC")), make_door()
        paper = file_evidence(door.manager, door.organisation, picture("the yarn seller's slip"))
        bought = buy_material(
            door.bookkeeper, door.organisation, supplier=register_supplier(SYSTEM, door.organisation, name="Toko Baru"),
            name="Benang soga", quantity=2_000, unit="GRM", cost=Money(20_000_000, "IDR"),
            document_sha256=paper.sha256,
        )  # fmt: skip
        door.yarn = bought.lot
        slip = door.deliver()
        door.weigh(slip)
        (work,) = work_of_step(slip.step_id)
        (cloth,) = [output.lot for output in db.session.get_one(Step, slip.step_id).outputs]
        record_decision(SYSTEM, door.organisation, title="Bagian", figures=BATIK_RULES)
        for reach in ("home", "abroad"):
            set_delivery_price(SYSTEM, door.organisation, reach=reach, price=Money(5_000_000, "IDR"), title="Parcel")
        shop.scarf = put_on_sale(door.organisation, cloth, "shawl", "Indigo shawl", 90_000_000, 3)
        order = shop.paid({"scarf": 1, "runner": 1})
        auditor = make_user("Aulia Auditor", language="id")
        join(auditor, door.organisation, Role.AUDITOR)
        receipt = receipt_of(order.id)
        found = (f"/receipts/{receipt.token}", work.id, bought.id, door.manager.user_id, auditor.id)
        db.session.commit()
        sequence()
        db.session.commit()
        return found


def test_a_walk_from_a_receipt_s_rows_to_record_paper_and_seal(app, sold, browse):
    address, work_id, purchase_id, manager_id, auditor_id = sold
    auditor = browse("id", width=1280, also=360).sign_in(auditor_id).visit(address)

    auditor.tap(purchase_id)
    assert "Benang soga" in auditor.words()
    assert auditor.say("The record is as the journal holds it") in auditor.words()
    assert purchase_id in auditor.page.locator(".seal .leaf").first.inner_text()
    paper = auditor.page.get_by_role("link", name=auditor.say("open the file")).get_attribute("href")
    photo = auditor.context.request.get(auditor.address + paper)
    assert (photo.status, photo.headers["content-type"].split("/")[0]) == (200, "image")

    auditor.visit(address).tap(work_id)
    assert "Maria Nona" in auditor.words()
    assert work_id in auditor.page.locator(".seal .leaf").first.inner_text()

    with app.app_context():
        manager = db.session.get_one(User, manager_id)
    receipt = PageClient(app).sign_in(manager).get(address, status=200)
    assert "The record is as the journal holds it" in receipt.follow(work_id, status=200).words


def test_who_only_holds_the_link_sees_no_records_of_the_cooperative(app, sold):
    address, work_id, _purchase, _manager, _auditor = sold
    with app.app_context():
        batik = db.session.scalars(select(Organisation).where(Organisation.slug == "batik")).one()
        neighbour = PageClient(app).sign_in(make_person(Role.MANAGER, organisation=batik))
    stranger = PageClient(app)

    # The neighbour sold on the same order, and sees what stands behind her own goods alone.
    for reader, sees in ((stranger, False), (neighbour, True)):
        page = reader.get(address, status=200)
        assert ("Records behind the figures" in page.words) is sees
        assert "/k/lepo/records/" not in page.text
        assert work_id not in page.words
    neighbour.get(f"/k/lepo/records/{work_id}", status=404)


def test_an_expired_grant_finds_nothing(app, walk, browse):
    work_id, _maria, auditor_id = walk
    with app.app_context():
        grant = db.session.scalars(select(Membership).where(Membership.user_id == auditor_id)).one()
        grant.begins_at = clock.now() - timedelta(days=2)
        grant.ends_at = clock.now() - timedelta(minutes=1)
        db.session.commit()
    auditor = browse("id", width=1280).sign_in(auditor_id)

    answer = auditor.page.goto(auditor.address + f"/k/lepo/records/{work_id}")

    assert answer.status == 404
    auditor.judge()
