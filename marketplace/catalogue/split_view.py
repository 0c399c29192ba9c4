"""How a split of money is shown: six parts of a bar, a staircase of rows, per cents that add to a hundred."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NotRequired, TypedDict

from marketplace.kernel.money import share

# The bar's parts from left to right, each with its purposes in receipt order. `producer_share` stands for the
# first three parts where the makers' amounts are not published.
PARTS = {
    "producer_share": ("producer_share",),
    "makers": ("labour", "own_costs"),
    "materials": ("crop", "materials"),
    "cooperative": ("overhead", "reserve", "surplus"),
    "premium": ("premium",),
    "fees": ("platform_fee", "payment_fee"),
    "outside": ("tax", "shipping", "deposit"),
}
INSIDE = frozenset({"producer_share", "makers", "materials", "cooperative", "premium"})
ORDER = {purpose: n for n, purpose in enumerate(p for purposes in PARTS.values() for p in purposes)}
PART_OF = {purpose: part for part, purposes in PARTS.items() for purpose in purposes}

# Places on the bar are whole millionths of its width, so that pieces meet exactly.
BAR = 1_000_000
PRINTED_PERCENT_MIN = 14  # a narrower part has no room for its figure on a phone


class SplitRowData(TypedDict):
    """A row as it lies in a frozen split or a receipt."""

    purpose: str
    label: str
    amount_minor: int
    status: str
    note: NotRequired[str]
    due: NotRequired[str]
    evidence: NotRequired[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the bar, in millionths of its width."""

    start: int
    end: int

    @property
    def x(self) -> str:
        """Where it begins, as an SVG length."""
        return _percent(self.start)

    @property
    def x2(self) -> str:
        """Where it ends, as an SVG length."""
        return _percent(self.end)

    @property
    def width(self) -> str:
        """How long it is, as an SVG length."""
        return _percent(self.end - self.start)

    @property
    def is_last(self) -> bool:
        """Whether the bar ends with it, so that no gap follows."""
        return self.end == BAR


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One row of the table; `piece` is none for an amount of zero or less."""

    purpose: str
    part: str
    label: str
    note: str
    due: str
    amount_minor: int
    percent: int
    status: str
    evidence: tuple[str, ...]
    piece: Piece | None


@dataclass(frozen=True, slots=True)
class ShownPart:
    """One part of the bar."""

    name: str
    amount_minor: int
    percent: int
    piece: Piece

    @property
    def percent_fits(self) -> bool:
        """Whether the part is wide enough to print its per cent inside."""
        return self.percent >= PRINTED_PERCENT_MIN


@dataclass(frozen=True, slots=True)
class SplitView:
    """Everything the money bar and its table print; amounts in minor units."""

    rows: tuple[ShownRow, ...]
    parts: tuple[ShownPart, ...]
    total_minor: int

    @property
    def makers_minor(self) -> int:
        """What the makers' hands earned: wages, without the costs they laid out."""
        return sum(row.amount_minor for row in self.rows if row.purpose == "labour")

    @property
    def folded(self) -> bool:
        """Whether the makers' amounts stand inside one producer share."""
        return any(row.purpose == "producer_share" for row in self.rows)

    @property
    def producer_share_minor(self) -> int:
        """The folded rows' amount."""
        return sum(row.amount_minor for row in self.rows if row.purpose == "producer_share")

    @property
    def shortfall_minor(self) -> int:
        """What the rows below zero take from the cooperative, as a positive amount."""
        return -sum(row.amount_minor for row in self.rows if row.amount_minor < 0)

    @property
    def inside_minor(self) -> int:
        """What goes to makers, their material and their cooperative, rows below zero included."""
        return sum(row.amount_minor for row in self.rows if row.part in INSIDE)

    @property
    def inside_percent(self) -> int:
        """The same as per cents of the whole."""
        return sum(row.percent for row in self.rows if row.part in INSIDE)

    @property
    def outside_minor(self) -> int:
        """Fees, tax and delivery."""
        return self.total_minor - self.inside_minor

    @property
    def outside_percent(self) -> int:
        """The same as per cents of the whole."""
        return 100 - self.inside_percent if self.rows else 0

    @property
    def makers_percent(self) -> int:
        """Per cent of the whole that became wages."""
        return sum(row.percent for row in self.rows if row.purpose == "labour")

    @property
    def inside_piece(self) -> Piece:
        """The bar's stretch that the bracket's first leg spans."""
        ends = [part.piece.end for part in self.parts if part.name in INSIDE]
        return Piece(0, max(ends, default=0))

    @property
    def outside_piece(self) -> Piece:
        """The bar's stretch that the bracket's second leg spans."""
        return Piece(self.inside_piece.end, BAR if self.parts else 0)


def split_view(rows: Iterable[SplitRowData], total_minor: int) -> SplitView:
    """The rows in the bar's order with their places and per cents, and the bar's parts.

    The bar shows rows above zero, on the scale of their sum; a row below zero stands only in the table.
    Refuses an unknown purpose, and rows that do not sum to the total.
    """
    ordered = sorted((row for row in rows), key=_place)
    if sum(row["amount_minor"] for row in ordered) != total_minor:
        raise ValueError("The rows of a split sum to what was paid.")
    amounts = [row["amount_minor"] for row in ordered]
    percents = share(100, amounts) if total_minor > 0 else [0] * len(amounts)
    shown = tuple(
        _shown(row, percent, piece) for row, percent, piece in zip(ordered, percents, _pieces(amounts), strict=True)
    )
    return SplitView(shown, _parts(shown), total_minor)


def _place(row: SplitRowData) -> int:
    if row["purpose"] not in ORDER:
        raise ValueError(f"Unknown purpose {row['purpose']!r}.")
    return ORDER[row["purpose"]]


def _pieces(amounts: Sequence[int]) -> list[Piece | None]:
    whole = sum(amount for amount in amounts if amount > 0)
    pieces: list[Piece | None] = []
    before = 0
    for amount in amounts:
        if amount <= 0:
            pieces.append(None)
            continue
        pieces.append(Piece(before * BAR // whole, (before + amount) * BAR // whole))
        before += amount
    return pieces


def _shown(row: SplitRowData, percent: int, piece: Piece | None) -> ShownRow:
    return ShownRow(
        purpose=row["purpose"],
        part=PART_OF[row["purpose"]],
        label=row["label"] if row["label"] != row["purpose"] else "",
        note=row.get("note", ""),
        due=row.get("due", ""),
        amount_minor=row["amount_minor"],
        percent=percent,
        status=row["status"],
        evidence=tuple(row.get("evidence", ())),
        piece=piece,
    )


def _parts(rows: Sequence[ShownRow]) -> tuple[ShownPart, ...]:
    drawn = [(name, [(row, row.piece) for row in rows if row.part == name and row.piece is not None]) for name in PARTS]
    drawn = [(name, pieces) for name, pieces in drawn if pieces]
    amounts = [sum(row.amount_minor for row, _ in pieces) for _, pieces in drawn]
    if not drawn:
        return ()
    if any(row.amount_minor < 0 for row in rows):
        percents = share(100, amounts)
    else:  # the same figures as in the table, so that a reader may add them up
        percents = [sum(row.percent for row, _ in pieces) for _, pieces in drawn]
    return tuple(
        ShownPart(name, amount, percent, Piece(pieces[0][1].start, pieces[-1][1].end))
        for (name, pieces), amount, percent in zip(drawn, amounts, percents, strict=True)
    )


def _percent(millionths: int) -> str:
    return f"{millionths // 10_000}.{millionths % 10_000:04d}%"
