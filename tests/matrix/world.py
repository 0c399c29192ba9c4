"""Two cooperatives of one house, each with one of every object that an address can name; built once an engine.

`build()` runs inside an application context and commits; what it leaves is ids, so that nothing hangs on a session.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from flask import current_app
from PIL import Image
from sqlalchemy import select

from marketplace.accounts.actor import SYSTEM, Actor
from marketplace.accounts.addresses import issue_confirmation
from marketplace.accounts.credentials import hash_pin, set_pin
from marketplace.accounts.devices import make_pairing_link, pair_device
from marketplace.accounts.invitations import invite
from marketplace.accounts.models import Membership, Organisation, Role, User
from marketplace.accounts.organisations import end_role
from marketplace.accounts.resets import issue_reset, make_pin_link
from marketplace.accounts.sessions import begin_session
from marketplace.catalogue.listings import PhotoFile, publish_profile
from marketplace.catalogue.models import Listing, Stock
from marketplace.kernel import clock, ids
from marketplace.kernel.db import db
from marketplace.kernel.journal import sequencer
from marketplace.kernel.media import clean_image
from marketplace.kernel.media_store import storage_at, store
from marketplace.kernel.money import Money
from orders.cart.services import add_to_basket, open_basket
from orders.checkout.models import Order
from orders.checkout.services import Buyer, place_order
from orders.checkout.terms import name_bank_account, record_rate, set_delivery_price
from orders.payments.models import MoneyBack
from orders.payments.services import confirm_transfer
from orders.receipts.models import CreditNote, Receipt
from orders.receipts.services import issue_receipt
from orders.refunds.services import refund
from orders.settlement.services import make_payout
from producers.cooperatives.evidence import file_evidence
from producers.cooperatives.services import record_certificate
from producers.deliveries.notes import start_work
from producers.labour.queries import work_of_step
from producers.lots.models import Lot
from producers.lots.queries import lot_numbered
from producers.lots.services import bring_in
from producers.materials.models import Purchase
from producers.materials.services import pay_supplier
from producers.phone.links import make_link
from producers.phone.services import PAYSLIP, payment_of
from producers.publishing.services import publish_lot
from producers.wages.services import pay_wage
from tests.factories.accounts import join, make_organisation, make_user
from tests.factories.catalogue import make_product
from tests.factories.door import Door, make_door
from tests.factories.workshop import Workshop, make_workshop

DAY = date(2026, 11, 23)
PIN = "280519"
BUYER = Buyer(name="Ann Buyer", email="ann@example.org", address="1 High Street", country="GB", language="en")


@dataclass
class World:
    """The ids of every object by name, for each cooperative; and who knocks, by what she is."""

    own: Mapping[str, str] = field(default_factory=dict)
    other: Mapping[str, str] = field(default_factory=dict)
    house: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, str | None] = field(default_factory=dict)
    phone: str = ""


def build() -> World:
    """Both cooperatives at work, committed."""
    return open_house()[0]


def open_house() -> tuple[World, "Premises"]:
    """Both cooperatives at work, their goods sold once, no order of both; and the one that is ours, as it was built."""
    operator = make_user("Oki Operator", is_operator=True)
    own, other = (Premises(slug, Actor(operator.id, is_operator=True)) for slug in ("own", "other"))
    house = _house()
    people = own.people() | {"operator": operator.id, "buyer": make_user("Ann Buyer").id, "visitor": None}
    world = World(own.ids, other.ids, house, people, own.phone)
    db.session.commit()
    sequencer.sequence()
    db.session.commit()
    return world, own


class Premises:
    """One cooperative and everything it has."""

    def __init__(self, slug: str, operator: Actor) -> None:
        self.operator = operator
        self.door: Door = make_door(slug)
        self.organisation: Organisation = self.door.organisation
        self.shop: Workshop = make_workshop(self.organisation)
        self.ids: dict[str, str] = {**vars(self.shop), "organisation": slug}
        self._members()
        self._papers()
        self._goods()
        self._orders()

    def people(self) -> dict[str, str | None]:
        """A user for each role of the cooperative, one whose grant is over and one whose role was ended."""
        found: dict[str, str | None] = {
            "member": self.door.maria.user_id,
            "collector": self.door.collector.user_id,
            "bookkeeper": self.door.bookkeeper.user_id,
        }
        for role in (Role.MANAGER, Role.BOARD, Role.AUDITOR, Role.CASE_HANDLER):
            found[role.value] = self._joined(role).id
        found["expired grant"] = self._expired().id
        found["revoked membership"] = self._revoked().id
        return found

    def _joined(self, role: Role) -> User:
        user = make_user(role.value.title())
        join(user, self.organisation, role)
        return user

    def _expired(self) -> User:
        auditor = self._joined(Role.AUDITOR)
        (grant,) = self._memberships(auditor.id)
        grant.begins_at, grant.ends_at = clock.now() - timedelta(days=9), clock.now() - timedelta(days=1)
        return auditor

    def _revoked(self) -> User:
        manager = self._joined(Role.MANAGER)
        (membership,) = self._memberships(manager.id)
        end_role(self.door.manager, membership)
        return manager

    def _memberships(self, user_id: str | None) -> list[Membership]:
        return list(db.session.scalars(select(Membership).where(Membership.user_id == user_id)))

    def _members(self) -> None:
        """Whoever works here, her phone, what was offered to somebody, what lies at a home."""
        maria, manager = self.door.maria, self.door.manager
        user = db.session.get_one(User, maria.user_id)
        set_pin(user, hash_pin(PIN))
        offer, secret = invite(manager, self.organisation, role=Role.BOARD, name="Anton")
        device, self.phone = pair_device(make_pairing_link(manager, self.organisation), "Front desk")
        self.ids |= {
            "maria": maria.id,
            "maria_user": user.id,
            "membership": self._memberships(user.id)[0].id,
            "invitation": offer.id,
            "invitation_token": secret,
            "device": device.id,
            "session": begin_session(user.id, ids.secret_token()).id,
            "pairing_token": make_pairing_link(manager, self.organisation),
            "pin_token": make_pin_link(manager, self.organisation, user.id),
            "note": start_work(self.door.collector, maria, "tenun", client_key=f"{user.id}-1").id,
        }

    def _papers(self) -> None:
        """A slip at the door, a paid purchase with its paper, a certificate, a page for a payee."""
        slip = self.door.deliver()
        weighed = self.door.deliver(key="K-2")
        self.door.weigh(weighed)
        (work,) = work_of_step(weighed.step_id)
        paper = self.door.payslip([work.id])
        pay_wage(self.door.manager, paper, method="cash", proof="a signed page")
        document = file_evidence(self.door.manager, self.organisation, picture(self.organisation.slug))
        purchase = self.door.yarn
        bought = _purchase_of(purchase)
        paid = pay_supplier(self.door.bookkeeper, bought, method="cash", amount=self._money(10_000_000))
        record_certificate(
            SYSTEM, self.organisation, kind="organic", holder="Toko Benang", issuer="A body", number="ORG-1",
            valid_from=DAY, valid_until=DAY + timedelta(days=99), document_sha256=document.sha256,
        )  # fmt: skip
        self.ids |= {
            "delivery": slip.id,
            "paper": paper.id,
            "evidence": document.sha256,
            "bought": bought.id,
            "supplier_payment": paid.id,
            "personal_token": make_link(self.door.manager, payment_of(paper.member, PAYSLIP, paper.id)),
            "reset_token": issue_reset(make_user()),
            "confirm_token": issue_confirmation(make_user()),
        }

    def _goods(self) -> None:
        """A published profile, a second listing with a photo, one that is withdrawn, one lot that is not public."""
        publish_profile(SYSTEM, self.organisation, summary="Ikat", story="We weave.", members_count=4, since_year=2001)
        lot = lot_numbered(self.organisation.id, "K-3")
        assert lot is not None
        kept = store(storage_at(current_app.config["MEDIA_URL"]), clean_image(picture(f"{lot.id} listed")))
        photo = PhotoFile(kept.sha256, kept.width, kept.height, "A cloth")
        stock = publish_lot(
            self.door.manager, self.organisation, lot, title=f"Sarong {self.organisation.slug}", category="cloth",
            price=self._money(900_000), quantity=1, photos=[photo],
        )  # fmt: skip
        listing = db.session.get_one(Listing, self.shop.listing)
        brought = bring_in(SYSTEM, self.organisation, name="Old cloth", quantity=4, unit="H87", number="OLD-1")
        self.ids |= {
            "brought": brought.id,
            "photo": kept.sha256,
            "second_listing": stock.listing_id,
            "listing_slug": listing.slug,
            "trace_code": db.session.scalars(select(Stock.lot_code).where(Stock.listing_id == listing.id)).one(),
            "yarn_code": self.door.yarn.code,
            "collector_user": self.door.collector.user_id or "",
        }

    def _orders(self) -> None:
        """One order paid and sent out of, one whose transfer is awaited, one that is sent back whole; a payout."""
        for reach in ("home", "abroad"):
            set_delivery_price(SYSTEM, self.organisation, reach=reach, price=self._money(50_000), title="Parcel")
        if self.organisation.slug == "own":
            name_bank_account(self.operator, currency="USD", holder="Lumbung", bank="A bank", number="1")
            record_rate(
                self.operator, charge_currency="USD", currency="IDR", rate="16285.50", source="a test", observed_on=DAY
            )
        paid, awaited, back = (
            self.order(self.shop.listing),
            self.order(self.shop.listing),
            self.order(self.ids["second_listing"]),
        )
        for order in (paid, back):
            total = Money(order.amount_minor, order.charge_currency)
            confirm_transfer(self.operator, order.id, total, reference=f"R-{order.number}", proof="a statement")
        pieces = {line.id: line.quantity for line in back.lines}
        refunded = refund(self.operator, back.id, pieces, goods="restocked", reason="x")
        issue_receipt(paid)
        note = db.session.scalars(select(CreditNote).where(CreditNote.cause_id == refunded.id)).one()
        payout = make_payout(self.operator, self.organisation, bank_rates={"USD": "16300"}, rail="bank file", proof="b")
        later = self.order(self.ids["second_listing"])
        confirm_transfer(
            self.operator, later.id, Money(later.amount_minor, "USD"), reference=f"R-{later.number}", proof="c"
        )
        self.ids |= {
            "order": paid.number,
            "order_token": paid.token,
            "awaited": awaited.number,
            "awaited_token": awaited.token,
            "back_token": db.session.scalars(select(Receipt.token).where(Receipt.order_id == back.id)).one(),
            "credit_note": note.number,
            "money_back": db.session.scalars(select(MoneyBack.id).where(MoneyBack.order_id == back.id)).one(),
            "receipt_token": db.session.scalars(select(Receipt.token).where(Receipt.order_id == paid.id)).one(),
            "payout": payout.id,
        }

    def order(self, listing_id: str) -> Order:
        basket, _secret = open_basket()
        add_to_basket(basket, listing_id, 1)
        return place_order(SYSTEM, basket, BUYER, charge_currency="USD", method="transfer")

    def _money(self, minor: int) -> Money:
        return Money(minor, self.organisation.currency)


def _house() -> dict[str, str]:
    """What belongs to no cooperative that works: one that waits for approval with its goods, a file of ours."""
    waiting = make_organisation("waiting", approved=False)
    goods = make_product(waiting, "Not yet public")
    return {"waiting": waiting.id, "waiting_slug": waiting.slug, "hidden_slug": goods.slug, "static": "css/tokens.css"}


def _purchase_of(lot: Lot) -> Purchase:
    return db.session.scalars(select(Purchase).where(Purchase.lot_id == lot.id)).one()


def picture(told: str) -> bytes:
    """A small photo that no other text gives."""
    out = io.BytesIO()
    seed = sum(ord(sign) * (at + 7) for at, sign in enumerate(told))
    Image.new("RGB", (480, 320), (seed % 251, seed // 251 % 251, seed // 63 % 251)).save(out, "PNG")
    return out.getvalue()
