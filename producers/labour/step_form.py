"""The form of a step: rows of goods in and out, of work and of own costs, read one by one.

Every row keeps what was typed; a row left empty is none. What cannot be read is told at its field.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from marketplace.config import STEP_ROWS_MAX
from marketplace.kernel.errors import LumbungError
from marketplace.kernel.forms import Amount, clean_text
from marketplace.kernel.money import Money
from marketplace.kernel.units import UNITS, UnitMismatch, parse_quantity, read_number, to_base
from producers.cooperatives.models import Member
from producers.labour.services import HoursMissing
from producers.lots.browse import Place
from producers.lots.errors import (
    Listed,
    LotNumberTaken,
    MassNotBalanced,
    NotEnough,
    NotEnoughAtHome,
    OnHold,
    PricesForAllOrNone,
    WithoutCost,
    YieldTooHigh,
    YieldUnreadable,
)
from producers.lots.steps import InputLine, OutputLine

KINDS = ("in", "out", "work", "cost")
PRESET_ROWS = {
    "process": {"in": 1, "out": 1, "work": 1, "cost": 0},
    "split": {"in": 1, "out": 2, "work": 0, "cost": 0},
    "merge": {"in": 2, "out": 1, "work": 0, "cost": 0},
    "rework": {"in": 1, "out": 1, "work": 1, "cost": 0},
}


@dataclass(frozen=True, slots=True)
class WorkEntry:
    """One row of work as it will be recorded."""

    member: Member
    kind: str
    quantity: str
    hours: str
    rate: Money | None
    rate_key: str | None


@dataclass(frozen=True, slots=True)
class CostEntry:
    """One row of what a member laid out."""

    member: Member
    what: str
    amount: Money
    is_reimbursed: bool


@dataclass(slots=True)
class Draft:
    """All rows as read, and for each field that could not be read a sentence."""

    inputs: list[InputLine] = field(default_factory=list)
    outputs: list[OutputLine] = field(default_factory=list)
    works: list[WorkEntry] = field(default_factory=list)
    costs: list[CostEntry] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def in_g(self) -> int:
        """Grams of the main inputs."""
        return sum(line.mass_g or 0 for line in self.inputs if line.role == "main")

    @property
    def out_g(self) -> int:
        """Grams of the outputs."""
        return sum(line.mass_g or 0 for line in self.outputs)

    @property
    def loss_g(self) -> int:
        """What is missing; negative where more came out than went in."""
        return self.in_g - self.out_g

    @property
    def is_weighed(self) -> bool:
        """Whether both sides are there and readable, so that a loss can be told."""
        return bool(self.inputs and self.outputs) and not any(name.startswith(("in_", "out_")) for name in self.errors)


class Reader:
    """Reads the rows of one sent form against what the cooperative has."""

    def __init__(
        self,
        form: MultiDict[str, str],
        *,
        places: Sequence[Place],
        members: Sequence[Member],
        rates: Mapping[str, Any],
        currency: str,
    ) -> None:
        self.form = form
        self.places = {place.key: place for place in places}
        self.members = {member.id: member for member in members}
        self.rates = rates
        self.currency = currency
        self.draft = Draft()

    def read(self) -> Draft:
        """The draft; its `errors` say what could not be read."""
        readers: dict[str, Callable[[int], None]] = {
            "in": self._input, "out": self._output, "work": self._work, "cost": self._cost
        }  # fmt: skip
        counted = counts_in(self.form)
        for kind, read_row in readers.items():
            for place in range(counted[kind]):
                if not self._is_blank(kind, place):
                    read_row(place)
        if not self.draft.inputs and "in_place_0" not in self.draft.errors:
            self.draft.errors.setdefault("in_place_0", _("Choose what went in."))
        if not self.draft.outputs and not any(name.startswith("out_") for name in self.draft.errors):
            self.draft.errors["out_quantity_0"] = _("Enter what came out.")
        if self.draft.is_weighed and self.draft.loss_g < 0:
            wrong = MassNotBalanced(in_g=self.draft.in_g, out_g=self.draft.out_g)
            self.draft.errors["out_quantity_0"] = wrong.sentence
        return self.draft

    def _is_blank(self, kind: str, place: int) -> bool:
        typed = {"in": ("place", "quantity"), "out": ("quantity", "name", "number"),
                 "work": ("member", "quantity"), "cost": ("member", "what", "amount")}[kind]  # fmt: skip
        return not any(self._text(f"{kind}_{name}_{place}") for name in typed)

    def _text(self, name: str) -> str:
        try:
            return clean_text(self.form.get(name, ""))
        except ValidationError as error:
            self.draft.errors[name] = str(error.messages[0])
            return ""

    def _refuse(self, name: str, sentence: str) -> None:
        self.draft.errors.setdefault(name, sentence)

    def _base(self, name: str, unit: str, missing: str) -> int | None:
        """A quantity as typed, in whole base units of `unit`."""
        text = self._text(name)
        if not text:
            self._refuse(name, missing)
            return None
        try:
            number, code = parse_quantity(text, default_unit=unit)
            if UNITS[code].base != unit:
                raise UnitMismatch(have=UNITS[code].symbol, want=UNITS[unit].symbol)
            whole = to_base(number, code)
        except LumbungError as error:
            self._refuse(name, error.sentence)
            return None
        if whole <= 0:
            self._refuse(name, _("The quantity must be more than zero. Enter what was weighed or counted."))
            return None
        return whole

    def _mass(self, name: str, unit: str, quantity: int | None) -> int | None:
        if unit == "GRM":
            return quantity
        return self._base(name, "GRM", _("Weigh the pieces and enter the grams."))

    def _input(self, row: int) -> None:
        place = self.places.get(self._text(f"in_place_{row}"))
        if place is None:
            self._refuse(f"in_place_{row}", _("Choose what went in."))
            return
        role = "auxiliary" if self._text(f"in_role_{row}") == "auxiliary" else "main"
        quantity = self._base(f"in_quantity_{row}", place.lot.unit, _("Enter how much went in."))
        mass_g = self._mass(f"in_mass_{row}", place.lot.unit, quantity) if role == "main" else None
        if quantity is not None and quantity > place.quantity:
            refusal: LumbungError = NotEnough(number=place.lot.number, left=place.quantity, asked=quantity)
            if place.member:
                refusal = NotEnoughAtHome(
                    member=place.member.number, number=place.lot.number, left=place.quantity, asked=quantity
                )
            self._refuse(f"in_quantity_{row}", refusal.sentence)
        elif quantity is not None and (mass_g is not None or role == "auxiliary"):
            self.draft.inputs.append(InputLine(place.lot, quantity, role, mass_g, place.member))

    def _output(self, row: int) -> None:
        unit = "H87" if self._text(f"out_unit_{row}") == "H87" else "GRM"
        quantity = self._base(f"out_quantity_{row}", unit, _("Enter how much came out."))
        mass_g = self._mass(f"out_mass_{row}", unit, quantity)
        price = self._money(f"out_price_{row}", optional=True)
        if quantity is None or mass_g is None:
            return
        number, name = self._text(f"out_number_{row}")[:40], self._text(f"out_name_{row}")[:160]
        minor = price.minor if price else None
        self.draft.outputs.append(OutputLine(quantity, unit, mass_g, number or None, name or None, minor))

    def _work(self, row: int) -> None:
        member = self._member(f"work_member_{row}")
        kind = "hour" if self._text(f"work_kind_{row}") == "hour" else "piece"
        quantity = self._number(f"work_quantity_{row}")
        hours = self._number(f"work_hours_{row}", instead=quantity if kind == "hour" else None)
        if hours and not Decimal(hours):
            typed = self._text(f"work_hours_{row}")
            self._refuse(f"work_hours_{row}" if typed else f"work_quantity_{row}", str(HoursMissing.message))
        rate_key = self._text(f"work_rate_{row}") or None
        rate = None if rate_key else self._money(f"work_rate_minor_{row}", optional=True)
        if rate_key is not None and rate_key not in self.rates:
            self._refuse(f"work_rate_{row}", _("Choose one of the rates, or type one."))
        elif rate_key is None and rate is None:
            self._refuse(f"work_rate_{row}", _("Choose a decided rate, or type one beside it."))
        elif member and quantity and hours:
            self.draft.works.append(WorkEntry(member, kind, quantity, hours, rate, rate_key))

    def _cost(self, row: int) -> None:
        member = self._member(f"cost_member_{row}")
        what = self._text(f"cost_what_{row}")[:80]
        amount = self._money(f"cost_amount_{row}")
        if not what:
            self._refuse(f"cost_what_{row}", _("Enter what the money was for."))
        elif member and amount:
            self.draft.costs.append(CostEntry(member, what, amount, self.form.get(f"cost_repaid_{row}") == "1"))

    def _member(self, name: str) -> Member | None:
        member = self.members.get(self._text(name))
        if member is None:
            self._refuse(name, _("Choose the member."))
        return member

    def _number(self, name: str, instead: str | None = None) -> str | None:
        text = self._text(name)
        if not text:
            if instead is None:
                self._refuse(name, _("Enter a number, for example 7,5."))
            return instead
        try:
            number: Decimal = read_number(text)
        except LumbungError as error:
            self._refuse(name, error.sentence)
            return None
        return f"{number:f}"

    def _money(self, name: str, *, optional: bool = False) -> Money | None:
        text = self._text(name)
        if not text and optional:
            return None
        try:
            money = Money.parse(str(Amount().deserialize(text)), self.currency)
        except (ValidationError, ValueError):
            self._refuse(name, _("Enter an amount, for example 650.000."))
            return None
        if money.minor <= 0:
            self._refuse(name, _("The amount must be more than zero. Enter what was counted."))
            return None
        return money


def counts_in(form: MultiDict[str, str]) -> dict[str, int]:
    """How many rows of each kind the form holds, within bounds; one more where its button asked for it."""
    counted = {}
    for kind in KINDS:
        text = form.get(f"rows_{kind}", "0")
        rows = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
        rows += form.get("act") == f"add_{kind}"
        counted[kind] = min(max(rows, 1 if kind in ("in", "out") else 0), STEP_ROWS_MAX)
    return counted


def at_fields(error: LumbungError, form: MultiDict[str, str], places: Sequence[Place]) -> dict[str, str]:
    """The field at which a refusal of the service belongs, with its sentence; nothing where it belongs to none."""
    if isinstance(error, YieldTooHigh | YieldUnreadable):
        return {"max_yield": error.sentence}
    if isinstance(error, MassNotBalanced):
        return {"out_quantity_0": error.sentence}
    if isinstance(error, PricesForAllOrNone):
        return {"out_price_0": error.sentence}
    counted, number = counts_in(form), error.params.get("number")
    if isinstance(error, LotNumberTaken):
        named = [row for row in range(counted["out"]) if form.get(f"out_number_{row}", "").strip() == number]
        return {f"out_number_{row}": error.sentence for row in named[:1]}
    if isinstance(error, NotEnough | NotEnoughAtHome | OnHold | Listed | WithoutCost):
        keys = {place.key for place in places if place.lot.number == number}
        named = [row for row in range(counted["in"]) if form.get(f"in_place_{row}") in keys]
        return {f"in_quantity_{row}": error.sentence for row in named[:1]}
    return {}
