"""A canary in every personal field: heard inside by whom it concerns, outside by nobody, and after erasure nowhere."""

import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from marketplace.accounts.actor import SYSTEM, Actor
from marketplace.accounts.erasing import CannotErase, erase_person, forget_freed_pages
from marketplace.accounts.models import NewAddress, Role, SecondFactor, User
from marketplace.accounts.persons import ERASED, NobodyKnown, find_person
from marketplace.accounts.sessions import begin_session
from marketplace.catalogue.models import Stock
from marketplace.kernel import clock, ids, jobs
from marketplace.kernel.backup.services import make_backup
from marketplace.kernel.db import db
from marketplace.kernel.invariants import Broken
from marketplace.kernel.journal import sequencer
from marketplace.kernel.journal.verify import check_house
from marketplace.kernel.money import Money
from orders.checkout.models import Order
from orders.history.models import HistoryInvoice
from orders.payments.models import PaymentIntent
from producers.cooperatives.models import Member
from producers.cooperatives.services import give_consent
from producers.deliveries.models import DeliverySlip
from producers.deliveries.voiding import void_slip
from producers.labour.services import discard, record_work
from producers.lots.models import Lot, StepOverride
from producers.lots.steps import InputLine, OutputLine, record_step
from producers.phone import services as phone
from producers.wages.models import Payslip
from producers.wages.services import confirm_payment
from tests import databases
from tests.conftest import settings
from tests.factories.accounts import make_user
from tests.matrix.canaries import Aviary, readable
from tests.matrix.conftest import DAY
from tests.matrix.doors import Door, doors
from tests.matrix.insides import letter as said
from tests.matrix.knocking import Knocker
from tests.matrix.test_tenants import UNSIGNED
from tests.matrix.world import World, build

READERS = ("visitor", "buyer", "operator", "member", "collector", "manager")
# What somebody with the link to an order, an invitation or a paired phone reads there: her own, or a name to tap.
BY_LINK = {
    "checkout_order.buyer_name", "checkout_order.buyer_email", "checkout_order.buyer_address",
    "account_invitation.name", "account_invitation.email", "account_user.name", "account_new_address.email",
}  # fmt: skip
# The platform's operator: who runs a cooperative, who bought. Nobody's work, pay or words.
AT_THE_DESK = BY_LINK | {"account_user.email"}
PAY_ACCOUNT = re.compile(rb"wages_(advanced|payable):")
SLIP_PAPER = "/s/<organisation>/slips/<slip_id>.pdf"
OWN_FILE = "/account/my-data.json"
INSIDERS = ("member", "collector", "manager")
# What one member never reads of another.
NOT_FOR_MEMBERS = {"labour_work.note", "phone_objection.note", "checkout_order.buyer_email", "account_user.phone"}


@dataclass
class House:
    """The app, what stands in it, and its files."""

    app: Flask
    world: World
    file: Path
    folder: Path
    aviary: Aviary


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Two cooperatives at work with a canary in every personal field; on SQLite, whose file can be read whole."""
    from marketplace.app import create_app

    database = databases.fresh("sqlite")
    app = create_app(settings(database.url, tmp_path))
    with app.app_context():
        world = build()
        make_more(world)
        aviary = Aviary()
        aviary.plant()
        name_in_public(world.own["ani"])
        db.session.commit()
        sequencer.sequence()
    yield House(app, world, Path(database.name), tmp_path, aviary)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    database.drop()


def make_more(world: World) -> None:
    """A row where the world has none, and a member whom nothing keeps from being erased: Ani, who has a user too."""
    ani = db.session.get_one(Member, world.own["ani"])
    ani.user_id = make_user("Ani").id
    begin_session(ani.user_id, ids.secret_token())
    give_consent(SYSTEM, ani, "show_name", how="signed")
    slip = db.session.get_one(Payslip, world.own["slip"])
    confirm_payment(SYSTEM, slip, by=ani, how="herself")
    maria = db.session.get_one(Member, world.own["maria"])
    paper = phone.payment_of(maria, phone.PAYSLIP, world.own["paper"])
    phone.contest(SYSTEM, paper, by=maria, how="herself", received=paper.amount, note="less")
    order = db.session.scalars(select(Order).where(Order.number == world.own["order"])).one()
    credited = text("SELECT id FROM receipt_credit_note LIMIT 1")
    db.session.add_all(
        [
            SecondFactor(user_id=ani.user_id, secret="x", created_at=clock.now()),
            NewAddress(user_id=ani.user_id, email="new@example.org", created_at=clock.now()),
            PaymentIntent(order_id=order.id, currency="USD", amount_minor=1, state="closed", session_url="x",
                          opened_at=clock.now()),
            HistoryInvoice(organisation_id=ani.organisation_id, source="x", number="1", customer="x", at=clock.now(),
                           rows=1, rows_sha256="0" * 64, amount_minor=1, credit_note_id=db.session.scalar(credited)),
        ]
    )  # fmt: skip
    give_reasons(world, ani)
    db.session.flush()


def give_reasons(world: World, ani: Member) -> None:
    """A slip made void, and a step of Ani's that yielded more than its recipe, discarded since: both with a reason."""
    manager = Actor(world.people["manager"], ani.organisation_id, frozenset({Role.MANAGER}))
    void_slip(manager, db.session.get_one(DeliverySlip, world.own["delivery"]), reason="x")
    yarn = db.session.get_one(Lot, world.own["yarn"])
    step = record_step(manager, ani.organisation, name="dyeing", max_yield="0.9", inputs=[InputLine(yarn, 10)],
                       outputs=[OutputLine(10, "GRM")], loss_g=0, override_reason="x")  # fmt: skip
    record_work(manager, step, ani, kind="hour", quantity="1", hours="1", rate=Money(1, ani.organisation.currency))
    discard(manager, step)


def name_in_public(member_id: str) -> None:
    """Show her name, a canary by now, with the listings, as she agreed to it."""
    name = db.session.get_one(Member, member_id).name
    for stock in db.session.scalars(select(Stock)):
        stock.name_makers({member_id: name})


def walk(house: House, reader: str) -> Iterator[tuple[Door, set[int]]]:
    """Every page and file somebody may ask for, and the canaries she hears there."""
    knocker = Knocker(house.app, house.world, reader)
    for door in doors(house.app):
        if door.method == "GET" and door.rule not in UNSIGNED:
            address, _fields = door.filled(house.world)
            headers = {"Accept-Language": "en"}
            if door.is_for_programs and knocker.key:
                headers["Authorization"] = f"Bearer {knocker.key}"
            answer = knocker.client.http.get(address, headers=headers)
            # Accounts name members by number: on no page, in no file, in no answer of the API.
            assert not PAY_ACCOUNT.search(answer.get_data()), f"{reader} at {door}"
            yield door, house.aviary.heard_in(answer.get_data())
            answer.close()


def members_of(slug: str) -> set[tuple[str, str]]:
    found = db.session.scalars(select(Member).join(Member.organisation).where(Member.organisation.has(slug=slug)))
    return {("coop_member", member.id) for member in found}


def leaks(house: House, reader: str) -> list[str]:
    """The doors at which a reader hears what is not for her, with the fields it comes from."""
    with house.app.app_context():
        own, foreign = (house.aviary.of_rows(members_of(slug)) for slug in ("own", "other"))
        herself = {("account_user", str(house.world.people[reader])), ("coop_member", house.world.own["ani"])}
        expected = house.aviary.of_rows(herself)  # her own name, and that of who agreed to be named
        maria = house.aviary.of_rows({("coop_member", house.world.own["maria"])})
        user_id = house.world.people[reader]
        hers = find_person(user_id).rows if user_id else {}
        about_her = house.aviary.of_rows({(table, key) for table, rows in hers.items() for key in rows})
    found = []
    for door, heard in walk(house, reader):
        heard -= expected
        if door.policy == "public":
            wrong = heard
        elif door.rule == OWN_FILE:
            wrong = heard - about_her
        elif door.policy in {"link", "signed in"}:
            wrong = {it for it in heard if house.aviary.planted[it].place not in BY_LINK | {"account_user.email"}}
        elif door.policy == "operator":
            wrong = {it for it in heard if house.aviary.planted[it].place not in AT_THE_DESK}
        else:
            wrong = heard & foreign if reader in INSIDERS else heard
            if reader == "member":
                wrong |= heard & (own - maria)
                wrong |= {it for it in heard if house.aviary.planted[it].place in NOT_FOR_MEMBERS}
        if wrong:
            found.append(f"{reader} at {door}: {sorted(house.aviary.places(wrong))}")
    return found


def stored_texts(*tables: str) -> str:
    """Every value of some tables as text."""
    return "\n".join(str(tuple(row)) for name in tables for row in db.session.execute(text(f"SELECT * FROM {name}")))


def kept_in(house: House, backup: Path) -> set[int]:
    """The canaries that whoever has a backup and the house's keys can hear in it, in rows and files."""
    with zipfile.ZipFile(backup) as archive:
        held = [archive.read(name) for name in archive.namelist()]
    rows = {number for data in held for number in house.aviary.heard("\n".join(readable(data)))}
    return rows.union(*(house.aviary.heard_in(data) for data in held))


def verify() -> list[Broken]:
    return check_house()[0]


def test_a_canary_in_every_field_is_heard_by_nobody_outside(house, capfd):
    assert house.aviary.empty == [], "make a row of it in make_more()"
    heard_at = {door.rule: heard for door, heard in walk(house, "manager")}
    heard_inside = set().union(*heard_at.values())
    with house.app.app_context():
        jobs.run_once(house.app)

    assert len(heard_inside) > 20, "the walk reads pages on which they sing"
    assert heard_at[SLIP_PAPER], "the walk reads what a PDF draws"
    assert [leak for reader in READERS for leak in leaks(house, reader)] == []
    assert house.aviary.heard("".join(capfd.readouterr())) == set()
    with house.app.app_context():
        kept = stored_texts("journal_event", "outbox_message", "catalogue_stock", "receipt_revision", "ledger_account")
        assert house.aviary.heard(kept) == set()
        assert verify() == []
        addresses = {user.email: user for user in db.session.scalars(select(User))}
    for letter in (file.read_bytes() for file in (house.folder / "mail").glob("*.eml")):
        written = message_from_bytes(letter)
        to = addresses.get(str(written["To"]))
        allowed = house.aviary.of_rows({("account_user", to.id)}) if to else house.aviary.heard(str(written["To"]))
        assert house.aviary.places(house.aviary.heard(said(letter)) - allowed) <= BY_LINK
    for file in (house.folder / "media").rglob("*.*"):
        assert house.aviary.places(house.aviary.heard_in(file.read_bytes())) == set(), file
    for file in house.file.parent.glob(f"{house.file.name}*"):
        assert house.aviary.heard_in(file.read_bytes()) == set()


def test_an_erased_person_is_heard_nowhere_and_everything_verifies(house):
    with house.app.app_context():
        maria = find_person(house.world.own["maria"])
        with pytest.raises(CannotErase, match=r"PS-\d"):
            erase_person(maria)
        db.session.rollback()
        ani = find_person(house.world.own["ani"])
        rows = {(table, key) for table in ani.rows for key in ani.rows[table]}
        gone = house.aviary.of_rows(rows)
        token = db.session.scalars(select(User.id).where(User.id.in_(ani.ids("account_user")))).one()

        said = erase_person(ani)
        db.session.commit()
        forget_freed_pages()
        broken = verify()
        member = db.session.get_one(Member, house.world.own["ani"])
        state = (member.name, member.left_on)
        reasons = {row.reason for row in db.session.scalars(select(StepOverride))}
        named = [stock for stock in db.session.scalars(select(Stock)) if stock.named]
        sessions = db.session.scalar(text("SELECT count(*) FROM account_sign_in WHERE user_id = :id").params(id=token))
        data = house.file.read_bytes()
        left = house.aviary.heard("\n".join(readable(data)))
        db.session.rollback()
        make_backup(house.folder / "kept", lambda _what, _pieces: lambda _done: None)
        kept = kept_in(house, house.folder / "kept")
    heard = {reader: set().union(*(it for _door, it in walk(house, reader))) for reader in ("visitor", "manager")}

    assert house.aviary.places(gone) >= {"coop_member.name", "account_user.email", "account_second_factor.secret"}
    assert any("sepuluh tahun" in sentence for sentence in said)
    assert (*state, named, sessions) == (ERASED, DAY, [], 0)
    assert ERASED in reasons
    assert {reader: it & gone for reader, it in heard.items()} == {"visitor": set(), "manager": set()}
    assert left & gone == set()
    assert kept & gone == set()
    assert left <= kept
    assert left, "the others' fields can still be read"
    assert broken == []


def test_everything_held_about_a_person_is_exported(house):
    own = Knocker(house.app, house.world, "member").client.http.get("/account/my-data.json")
    runner = house.app.test_cli_runner()
    printed = runner.invoke(args=["export-person", house.world.own["ani"]])
    nobody = runner.invoke(args=["export-person", "nobody"])
    document = json.loads(printed.output)

    held = document["held"]
    assert {"account_user", "coop_member", "coop_consent", "labour_work", "wage_payslip", "wage_payment"} <= held.keys()
    assert house.aviary.heard(json.dumps(held["coop_member"]))
    assert "_hash" not in printed.output
    assert '"secret"' not in printed.output
    assert isinstance(nobody.exception, NobodyKnown)
    mine = json.loads(own.text)["held"]
    assert [member["id"] for member in mine["coop_member"]] == [house.world.own["maria"]]
    assert {"account_sign_in", "delivery_slip", "phone_objection"} <= mine.keys()
    assert all(look["member_id"] == house.world.own["maria"] for look in mine.get("audit_look", []))
