"""Lots with their counters and costs, the movements that explain both, and the steps that make lots of lots.

Quantities are whole base units of the lot (grams or pieces), masses whole grams, amounts whole minor units.
"""

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation
from marketplace.kernel import ids
from marketplace.kernel.db import ID_LENGTH, Base, Instant, after_create, append_only
from marketplace.kernel.journal.models import Journaled
from marketplace.kernel.personal import Personal, only_personal_changes
from producers.lots.yields import YIELD_SQL


class Lot(Journaled, Base):
    """Goods of one kind that are told apart from all others, in one base unit for life.

    `number` names it inside the cooperative, `code` outside. `held` lies in members' homes, `stock` in the store.
    """

    __tablename__ = "lot"
    __table_args__ = (
        UniqueConstraint("organisation_id", "number"),
        CheckConstraint("unit IN ('GRM', 'H87')", name="unit_is_base"),
        CheckConstraint("quantity_in - used - lost - sold + returned - held = stock", name="balanced"),
        CheckConstraint("quantity_in >= 0 AND used >= 0 AND lost >= 0", name="counts_not_negative"),
        CheckConstraint("sold >= 0 AND returned >= 0 AND returned <= sold", name="returned_within_sold"),
        CheckConstraint("held >= 0", name="held_not_negative"),
        CheckConstraint("stock >= 0", name="stock_not_negative"),
        CheckConstraint("earning_mode IN ('work', 'purchase', 'consignment')", name="earning_mode_known"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"), index=True)
    number: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(16), unique=True, default=ids.public_code)
    name: Mapped[str] = mapped_column(String(160))
    unit: Mapped[str] = mapped_column(String(3))
    owner_member_id: Mapped[str | None] = mapped_column(ForeignKey("coop_member.id"))
    earning_mode: Mapped[str] = mapped_column(String(12), default="work")
    made_on: Mapped[date] = mapped_column(Date)
    quantity_in: Mapped[int] = mapped_column(BigInteger, default=0)
    used: Mapped[int] = mapped_column(BigInteger, default=0)
    lost: Mapped[int] = mapped_column(BigInteger, default=0)
    sold: Mapped[int] = mapped_column(BigInteger, default=0)
    returned: Mapped[int] = mapped_column(BigInteger, default=0)
    held: Mapped[int] = mapped_column(BigInteger, default=0)
    stock: Mapped[int] = mapped_column(BigInteger, default=0)
    claims: Mapped[list[str]] = mapped_column(JSON, default=list)
    on_hold: Mapped[bool] = mapped_column(default=False)
    is_declared: Mapped[bool] = mapped_column(default=False)
    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)
    costs: Mapped[list["LotCost"]] = relationship(back_populates="lot")
    homes: Mapped[list["HomeHolding"]] = relationship(back_populates="lot", order_by="HomeHolding.member_id")

    @property
    def remaining(self) -> int:
        """What is left in the store and in all homes: what the lot's cost stands for."""
        return self.stock + self.held


class LotCost(Journaled, Base):
    """What remains in a lot of one record's cost; `source_id` is the record that made it, never a lot."""

    __tablename__ = "lot_cost"
    __table_args__ = (
        CheckConstraint("purpose IN ('crop', 'materials', 'labour', 'own_costs')", name="purpose_known"),
        CheckConstraint("amount_minor >= 0", name="amount_not_negative"),
    )

    lot_id: Mapped[str] = mapped_column(ForeignKey("lot.id"), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(16), primary_key=True)
    source_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    lot: Mapped[Lot] = relationship(back_populates="costs")


class HomeHolding(Journaled, Base):
    """One line of the passbook: what one home got of a lot and what became of it."""

    __tablename__ = "lot_home"
    __table_args__ = (
        CheckConstraint("issued = used + returned + scrap + held", name="balanced"),
        CheckConstraint("issued >= 0 AND used >= 0 AND returned >= 0 AND scrap >= 0", name="counts_not_negative"),
        CheckConstraint("held >= 0", name="held_not_negative"),
    )

    lot_id: Mapped[str] = mapped_column(ForeignKey("lot.id"), primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("coop_member.id"), primary_key=True, index=True)
    issued: Mapped[int] = mapped_column(BigInteger, default=0)
    used: Mapped[int] = mapped_column(BigInteger, default=0)
    returned: Mapped[int] = mapped_column(BigInteger, default=0)
    scrap: Mapped[int] = mapped_column(BigInteger, default=0)
    held: Mapped[int] = mapped_column(BigInteger, default=0)
    lot: Mapped[Lot] = relationship(back_populates="homes")


class Movement(Journaled, Base):
    """Why a lot's counters are what they are: a quantity that moved, for which fact, at whose home if at one.

    'valued' moves nothing: it says how much there was when a cost was typed in.
    """

    __tablename__ = "lot_movement"
    __table_args__ = (
        UniqueConstraint("organisation_id", "client_key"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint(
            "kind IN ('in', 'used', 'lost', 'sold', 'returned', 'issued', 'brought_back', 'valued')", name="kind_known"
        ),
        CheckConstraint("member_id IS NOT NULL OR kind NOT IN ('issued', 'brought_back')", name="home_named"),
        Index("ix_lot_movement_lot", "lot_id", "id"),
    )
    journal_personal = frozenset({"note"})

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"))
    lot_id: Mapped[str] = mapped_column(ForeignKey("lot.id"))
    kind: Mapped[str] = mapped_column(String(12))
    quantity: Mapped[int] = mapped_column(BigInteger)
    member_id: Mapped[str | None] = mapped_column(ForeignKey("coop_member.id"), index=True)
    source: Mapped[str] = mapped_column(String(80), index=True)
    moved_on: Mapped[date] = mapped_column(Date)
    at: Mapped[datetime] = mapped_column(Instant)
    note: Mapped[str] = mapped_column(Personal(), default="")
    photo_sha256: Mapped[str | None] = mapped_column(String(64))
    client_key: Mapped[str | None] = mapped_column(String(60))


class CostMovement(Journaled, Base):
    """Why a lot's costs are what they are: an amount that came (positive) or went (negative) with a movement."""

    __tablename__ = "lot_cost_movement"
    __table_args__ = (CheckConstraint("amount_minor <> 0", name="amount_not_zero"),)

    movement_id: Mapped[str] = mapped_column(ForeignKey("lot_movement.id"), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(16), primary_key=True)
    source_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    lot_id: Mapped[str] = mapped_column(ForeignKey("lot.id"), index=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)


class OpeningStock(Journaled, Base):
    """Goods brought in with typed-in figures and no record behind them: their cost reads 'declared'."""

    __tablename__ = "lot_opening"
    journal_personal = frozenset({"note"})

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"), index=True)
    lot_id: Mapped[str] = mapped_column(ForeignKey("lot.id"), index=True)
    note: Mapped[str] = mapped_column(Personal(), default="")
    brought_in_on: Mapped[date] = mapped_column(Date)


class OpeningAuthor(Journaled, Base):
    """Who typed in the figures of goods brought in, and when; none for what a command brought in."""

    __tablename__ = "lot_opening_author"

    opening_id: Mapped[str] = mapped_column(ForeignKey("lot_opening.id"), primary_key=True)
    typed_by: Mapped[str] = mapped_column(ForeignKey("account_user.id"))
    typed_at: Mapped[datetime] = mapped_column(Instant)


class Step(Journaled, Base):
    """What was done to goods: lots in, lots out, loss. Recorded first; posted when its labour is signed off.

    Until then it moves nothing and its output lots are empty. `max_yield` is exact text such as '0.98' or '1/170'.
    """

    __tablename__ = "lot_step"
    __table_args__ = (
        UniqueConstraint("organisation_id", "client_key"),
        CheckConstraint("state IN ('recorded', 'posted', 'discarded')", name="state_known"),
        CheckConstraint("main_in_g = out_g + loss_g", name="mass_balanced"),
        CheckConstraint("main_in_g > 0 AND out_g >= 0 AND loss_g >= 0", name="mass_not_negative"),
        CheckConstraint("cost_minor >= 0", name="cost_not_negative"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"), index=True)
    name: Mapped[str] = mapped_column(String(160))
    craft: Mapped[str] = mapped_column(String(40), default="")
    state: Mapped[str] = mapped_column(String(12), default="recorded")
    max_yield: Mapped[str] = mapped_column(String(24))
    main_in_g: Mapped[int] = mapped_column(BigInteger)
    out_g: Mapped[int] = mapped_column(BigInteger)
    loss_g: Mapped[int] = mapped_column(BigInteger)
    cost_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    worked_on: Mapped[date] = mapped_column(Date)
    district: Mapped[str | None] = mapped_column(String(80))
    photo_sha256: Mapped[str | None] = mapped_column(String(64))
    recorded_by: Mapped[str | None] = mapped_column(ForeignKey("account_user.id"))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    posted_by: Mapped[str | None] = mapped_column(ForeignKey("account_user.id"))
    posted_at: Mapped[datetime | None] = mapped_column(Instant)
    client_key: Mapped[str | None] = mapped_column(String(60))
    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)
    inputs: Mapped[list["StepInput"]] = relationship(order_by="StepInput.ordinal", lazy="selectin")
    outputs: Mapped[list["StepOutput"]] = relationship(order_by="StepOutput.ordinal", lazy="selectin")
    override: Mapped["StepOverride | None"] = relationship(lazy="joined")


class StepInput(Journaled, Base):
    """What a step consumes of a lot, from the store or from a home. Auxiliary inputs bring cost, not mass."""

    __tablename__ = "lot_step_input"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("(role = 'main' AND mass_g > 0) OR (role = 'auxiliary' AND mass_g = 0)", name="mass_by_role"),
    )

    step_id: Mapped[str] = mapped_column(ForeignKey("lot_step.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    lot_id: Mapped[str] = mapped_column(ForeignKey("lot.id"), index=True)
    role: Mapped[str] = mapped_column(String(12))
    quantity: Mapped[int] = mapped_column(BigInteger)
    mass_g: Mapped[int] = mapped_column(BigInteger)
    member_id: Mapped[str | None] = mapped_column(ForeignKey("coop_member.id"))
    lot: Mapped[Lot] = relationship()


class StepOutput(Journaled, Base):
    """What a step makes: always a new lot, so no lot is ever among its own ancestors."""

    __tablename__ = "lot_step_output"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("mass_g >= 0", name="mass_not_negative"),
        CheckConstraint("list_price_minor IS NULL OR list_price_minor > 0", name="list_price_positive"),
    )

    step_id: Mapped[str] = mapped_column(ForeignKey("lot_step.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    lot_id: Mapped[str] = mapped_column(ForeignKey("lot.id"), unique=True)
    quantity: Mapped[int] = mapped_column(BigInteger)
    mass_g: Mapped[int] = mapped_column(BigInteger)
    list_price_minor: Mapped[int | None] = mapped_column(BigInteger)
    lot: Mapped[Lot] = relationship()


class StepOverride(Journaled, Base):
    """Why more came out of a step than its recipe allows, and the second person who confirmed it at sign-off.

    `quantity` came out of `unit` and `most` was allowed, both in that unit.
    """

    __tablename__ = "lot_step_override"
    journal_personal = frozenset({"reason"})
    __table_args__ = (
        CheckConstraint("quantity > most AND most >= 0", name="exceeds"),
        CheckConstraint("reason <> ''", name="reason_given"),
        CheckConstraint("approved_by IS NULL OR approved_by <> recorded_by", name="second_person"),
        CheckConstraint("(approved_by IS NULL) = (approved_at IS NULL)", name="approval_dated"),
    )

    step_id: Mapped[str] = mapped_column(ForeignKey("lot_step.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(String(3))
    quantity: Mapped[int] = mapped_column(BigInteger)
    most: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Personal())
    recorded_by: Mapped[str] = mapped_column(ForeignKey("account_user.id"))
    approved_by: Mapped[str | None] = mapped_column(ForeignKey("account_user.id"))
    approved_at: Mapped[datetime | None] = mapped_column(Instant)


append_only(Movement.__table__, unless=only_personal_changes(Movement.__table__))
append_only(CostMovement.__table__)
append_only(OpeningAuthor.__table__)
for _dialect, _statements in YIELD_SQL.items():
    for _statement in _statements:
        after_create(StepOverride.__table__, _statement, _dialect)
