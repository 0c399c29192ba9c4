"""Where everything of a lot graph is drawn: time left to right, thickness is mass at one scale.

Whole pixels only, reached by cumulative sums, so that what goes in and out of a step visibly fills it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

WIDTH = 1072  # of a page; the console has 888
UPRIGHT = 10
TOP = 112  # room for dates and for inputs of another kind
BOTTOM = 24
MASS_HEIGHT_MAX = 190  # the heaviest column, before gaps
GAP = 48  # between uprights of a column: two lines of label
END_LABEL = 230  # room at the right for the names of end lots
LOSS_DROP = 62
LOSS_CLEAR = 24
LOSS_REACH = 66
LABEL_INSIDE_MIN = 46
END_LOTS_MAX = 8  # above it the page shows the list first


@dataclass(frozen=True, slots=True)
class LotNode:
    """A lot: what it held when it was made, and the words beside it. `tone` is "material" or "dyed"."""

    code: str
    name: str
    detail: str
    mass_g: int
    when: str
    tone: str = "material"


@dataclass(frozen=True, slots=True)
class LotFlow:
    """Mass that went from one lot into another."""

    source: str
    target: str
    mass_g: int


@dataclass(frozen=True, slots=True)
class LotLoss:
    """Mass that left a lot for good, with weight and cause in words."""

    source: str
    mass_g: int
    label: str


@dataclass(frozen=True, slots=True)
class Auxiliary:
    """An input whose mass is not in the goods, such as dye."""

    target: str
    label: str


@dataclass(frozen=True, slots=True)
class Upright:
    """A lot as drawn."""

    lot: LotNode
    x: int
    y: int
    height: int
    label_x: int
    label_y: int
    is_end: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """A path with its label; `tone` names its fill."""

    path: str
    tone: str
    label: str = ""
    label_x: int = 0
    label_y: int = 0


@dataclass(frozen=True, slots=True)
class Column:
    """A moment on the line of time."""

    x: int
    when: str


@dataclass(frozen=True, slots=True)
class LotGraph:
    """The whole drawing in pixels, and its balance in grams."""

    width: int
    height: int
    columns: tuple[Column, ...]
    uprights: tuple[Upright, ...]
    ribbons: tuple[Shape, ...]
    losses: tuple[Shape, ...]
    auxiliaries: tuple[Shape, ...]
    in_g: int
    out_g: int

    @property
    def is_balanced(self) -> bool:
        """Whether what came in went out or is still there."""
        return self.in_g == self.out_g

    @property
    def list_first(self) -> bool:
        """Whether there are more end lots than a drawing can carry."""
        return sum(upright.is_end for upright in self.uprights) > END_LOTS_MAX


@dataclass(slots=True)
class _Plan:
    """What the passes below hand on to one another."""

    lots: Mapping[str, LotNode]
    leaving: Mapping[str, list[LotFlow]]
    entering: Mapping[str, list[LotFlow]]
    lost: Mapping[str, list[LotLoss]]
    width: int
    depth: dict[str, int] = field(default_factory=dict)
    heaviest_g: int = 1
    y: dict[str, int] = field(default_factory=dict)

    def px(self, mass_g: int) -> int:
        """A mass at the drawing's one scale."""
        return mass_g * MASS_HEIGHT_MAX // self.heaviest_g

    def height(self, code: str) -> int:
        """An upright's height; never less than a line."""
        return max(2, self.px(self.lots[code].mass_g))

    def x(self, code: str) -> int:
        """Where a lot's column stands."""
        return self.column_x(self.depth[code])

    def column_x(self, depth: int) -> int:
        """Columns share the width, the last leaves room for its labels."""
        last = max(self.depth.values(), default=0)
        return 0 if last == 0 else depth * (self.width - END_LABEL - UPRIGHT) // last


def lay_out(
    lots: Iterable[LotNode],
    flows: Sequence[LotFlow],
    losses: Sequence[LotLoss] = (),
    auxiliaries: Sequence[Auxiliary] = (),
    *,
    width: int = WIDTH,
) -> LotGraph:
    """The drawing of a graph of lots, `width` pixels wide.

    Refuses (ValueError) an unknown lot, a circle, and a lot that gives more than it held.
    """
    plan = _plan({lot.code: lot for lot in lots}, flows, losses, width)
    _place(plan)
    ribbons, dropped = _shapes(plan)
    roots = [lot.mass_g for code, lot in plan.lots.items() if not plan.entering[code]]
    kept = [_kept(plan, code) for code in plan.lots]
    feet = [plan.y[code] + plan.height(code) for code in plan.lots]
    bottom = max([TOP, *feet, *(loss.label_y for loss in dropped)])
    return LotGraph(
        width=width,
        height=bottom + BOTTOM,
        columns=_columns(plan),
        uprights=tuple(_upright(plan, code) for code in plan.lots),
        ribbons=tuple(ribbons),
        losses=tuple(dropped),
        auxiliaries=tuple(_auxiliary(plan, auxiliary) for auxiliary in auxiliaries),
        in_g=sum(roots),
        out_g=sum(kept) + sum(loss.mass_g for loss in losses),
    )


def _plan(lots: Mapping[str, LotNode], flows: Sequence[LotFlow], losses: Sequence[LotLoss], width: int) -> _Plan:
    named = {flow.source for flow in flows} | {flow.target for flow in flows} | {loss.source for loss in losses}
    if unknown := named - lots.keys():
        raise ValueError(f"Unknown lots: {', '.join(sorted(unknown))}.")
    leaving, entering, lost = defaultdict(list), defaultdict(list), defaultdict(list)
    for flow in flows:
        leaving[flow.source].append(flow)
        entering[flow.target].append(flow)
    for loss in losses:
        lost[loss.source].append(loss)
    plan = _Plan(lots, leaving, entering, lost, width)
    for code in lots:
        if _kept(plan, code) < 0:
            raise ValueError(f"{code} gives more than it held.")
    _measure(plan)
    return plan


def _kept(plan: _Plan, code: str) -> int:
    """What is still there: neither handed on nor lost."""
    gone = sum(flow.mass_g for flow in plan.leaving[code]) + sum(loss.mass_g for loss in plan.lost[code])
    return plan.lots[code].mass_g - gone


def _measure(plan: _Plan) -> None:
    """Columns by the longest way from a first lot, and the one scale."""
    before = {code: {flow.source for flow in plan.entering[code]} for code in plan.lots}
    try:
        order = list(TopologicalSorter(before).static_order())
    except CycleError as error:
        raise ValueError("Lots go in a circle.") from error
    for code in order:
        plan.depth[code] = max((plan.depth[source] + 1 for source in before[code]), default=0)
    weights: defaultdict[int, int] = defaultdict(int)
    for code, lot in plan.lots.items():
        weights[plan.depth[code]] += lot.mass_g
    plan.heaviest_g = max([1, *weights.values()])


def _room_below(plan: _Plan, code: str) -> int:
    return LOSS_DROP + 24 * len(plan.lost[code]) if plan.lost[code] else 0


def _place(plan: _Plan) -> None:
    """Each lot as high as its first input leaves the lot before, pushed down where another stands."""
    for depth in range(max(plan.depth.values(), default=-1) + 1):
        codes = [code for code in plan.lots if plan.depth[code] == depth]
        wish = {code: _wish(plan, code) for code in codes}
        free = TOP
        for code in sorted(codes, key=lambda code: (wish[code], codes.index(code))):
            plan.y[code] = max(free, wish[code])
            free = plan.y[code] + plan.height(code) + GAP + _room_below(plan, code)


def _wish(plan: _Plan, code: str) -> int:
    tops = [plan.y[flow.source] + _offset(plan, plan.leaving[flow.source], flow) for flow in plan.entering[code]]
    return min(tops, default=TOP)


def _offset(plan: _Plan, flows: Sequence[LotFlow], flow: LotFlow) -> int:
    """How far down its upright a flow begins, by what stands above it."""
    return plan.px(sum(other.mass_g for other in flows[: flows.index(flow)]))


def _shapes(plan: _Plan) -> tuple[list[Shape], list[Shape]]:
    ribbons, dropped = [], []
    for code in plan.lots:
        for flow in plan.leaving[code]:
            ribbons.append(_ribbon(plan, flow))
        below = sum(flow.mass_g for flow in plan.leaving[code])
        for n, loss in enumerate(plan.lost[code]):
            dropped.append(_loss(plan, loss, below, n))
            below += loss.mass_g
    return ribbons, dropped


def _ribbon(plan: _Plan, flow: LotFlow) -> Shape:
    x1, x2 = plan.x(flow.source) + UPRIGHT, plan.x(flow.target)
    top1 = plan.y[flow.source] + _offset(plan, plan.leaving[flow.source], flow)
    top2 = plan.y[flow.target] + _offset(plan, plan.entering[flow.target], flow)
    thick, middle = max(1, plan.px(flow.mass_g)), (x1 + x2) // 2
    path = (
        f"M{x1} {top1}C{middle} {top1} {middle} {top2} {x2} {top2}V{top2 + thick}"
        f"C{middle} {top2 + thick} {middle} {top1 + thick} {x1} {top1 + thick}Z"
    )
    return Shape(path, plan.lots[flow.source].tone)


def _loss(plan: _Plan, loss: LotLoss, above_g: int, n: int) -> Shape:
    """A bend downwards from the foot of the upright, as wide as it is heavy."""
    x = plan.x(loss.source) + UPRIGHT
    top = plan.y[loss.source] + plan.px(above_g)
    thick = max(2, plan.px(loss.mass_g))
    end_x = x + LOSS_REACH - 24 * n
    foot = plan.y[loss.source] + plan.height(loss.source)
    lowest = max([foot, *(plan.y[f.target] + plan.height(f.target) for f in plan.leaving[loss.source])])
    end_y = max(foot + LOSS_DROP, lowest + LOSS_CLEAR) + 24 * n  # below the ribbons it would cross
    path = (
        f"M{x} {top}C{end_x + thick - 20} {top} {end_x + thick} {top + 20} {end_x + thick} {end_y}H{end_x}"
        f"C{end_x} {top + thick + 20} {end_x - 20} {top + thick} {x} {top + thick}Z"
    )
    return Shape(path, "loss", loss.label, end_x, end_y + 18)


def _auxiliary(plan: _Plan, auxiliary: Auxiliary) -> Shape:
    """A thin line from a dot to the head of its lot."""
    if auxiliary.target not in plan.lots:
        raise ValueError(f"Unknown lots: {auxiliary.target}.")
    x, y = plan.x(auxiliary.target), plan.y[auxiliary.target]
    start_x, start_y = max(6, x - 116), y - 36
    middle = (start_x + x) // 2
    return Shape(
        f"M{start_x} {start_y}C{middle + 20} {start_y} {middle} {y} {x} {y}",
        "auxiliary",
        auxiliary.label,
        start_x,
        start_y,
    )


def _columns(plan: _Plan) -> tuple[Column, ...]:
    whens: dict[int, list[str]] = defaultdict(list)
    for code, lot in plan.lots.items():
        if lot.when not in whens[plan.depth[code]]:
            whens[plan.depth[code]].append(lot.when)
    return tuple(Column(plan.column_x(depth), " · ".join(words)) for depth, words in sorted(whens.items()))


def _upright(plan: _Plan, code: str) -> Upright:
    x, y, height = plan.x(code), plan.y[code], plan.height(code)
    is_end = not plan.leaving[code]
    label_y = y + 18 if height >= LABEL_INSIDE_MIN else y + 4 if is_end else y - 26
    return Upright(plan.lots[code], x, y, height, x + UPRIGHT + 10, label_y, is_end)
