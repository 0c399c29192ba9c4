"""Where everything of a lot graph is drawn: time left to right, thickness is mass at one scale.

Whole pixels only, reached by cumulative sums, so that what goes in and out of a step visibly fills it. The shop window
draws what was frozen at publishing, the console what its tables hold now; both by these rules.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

from marketplace.kernel.money import share

WIDTH = 1120  # of a page; the console has 888
UPRIGHT = 10
TOP = 112  # room for dates and for inputs of another kind
BOTTOM = 24
MASS_HEIGHT_MAX = 190  # the heaviest column, before gaps
GAP = 48  # between uprights of a column: two lines of label
END_LABEL = 250  # room at the right for the names of end lots
PITCH_MIN = 120  # between columns; a drawing that needs more room than its page is scrolled
LETTER = 8.4  # px a letter of the label takes: 15 px, semi-bold, a generous mean
LABEL_LINES_MAX = 2
LOSS_DROP = 62
LOSS_CLEAR = 24
LOSS_REACH = 66
LABEL_INSIDE_MIN = 46
END_LOTS_MAX = 8  # above it the page shows the list first


@dataclass(frozen=True, slots=True)
class LotNode:
    """A lot: what it held when it was made, its day as ISO text, the words beside it. `tone` is "material" or "dyed".

    `code` tells it from the others and is not shown; the label says what the reader may know.
    """

    code: str
    label: str
    detail: str
    mass_g: int
    on: str
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
    """A lot as drawn, its label broken into lines that fit."""

    lot: LotNode
    lines: tuple[str, ...]
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
    """A moment on the line of time: the first and the last day of what stands there, as ISO text."""

    x: int
    first: str
    last: str


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

    def room(self, code: str) -> int:
        """How wide a lot's label may be: to the next column, or to the edge."""
        x = self.x(code)
        is_last = not self.leaving[code]
        return (self.width if is_last else self.column_x(self.depth[code] + 1)) - x - UPRIGHT - 16


def step_flows(
    inputs: Sequence[tuple[str, int]], outputs: Sequence[tuple[str, int]], loss_g: int
) -> list[tuple[str, str | None, int]]:
    """What each main input of a step gave to each output, and to its loss (None), in grams.

    Inputs and outputs are (code, grams). Each input is shared over what is still to be filled.
    """
    room = [*(mass_g for _code, mass_g in outputs), loss_g]
    targets = [*(code for code, _mass_g in outputs), None]
    given: list[tuple[str, str | None, int]] = []
    for source, mass_g in inputs:
        parts = share(mass_g, room)
        room = [left - part for left, part in zip(room, parts, strict=True)]
        given += [(source, target, part) for target, part in zip(targets, parts, strict=True) if part]
    return given


def lay_out(
    lots: Iterable[LotNode],
    flows: Sequence[LotFlow],
    losses: Sequence[LotLoss] = (),
    auxiliaries: Sequence[Auxiliary] = (),
    *,
    width: int = WIDTH,
) -> LotGraph:
    """The drawing of a graph of lots, `width` pixels wide or wider where its columns need more.

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
        width=plan.width,
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
    plan.width = max(plan.width, max(plan.depth.values(), default=0) * PITCH_MIN + UPRIGHT + END_LABEL)


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
    days: dict[int, list[str]] = defaultdict(list)
    for code, lot in plan.lots.items():
        days[plan.depth[code]] += [lot.on] if lot.on else []
    return tuple(
        Column(plan.column_x(depth), min(days[depth], default=""), max(days[depth], default=""))
        for depth in sorted(set(plan.depth.values()))
    )


def _upright(plan: _Plan, code: str) -> Upright:
    x, y, height = plan.x(code), plan.y[code], plan.height(code)
    is_end = not plan.leaving[code]
    lines = _broken(plan.lots[code].label, plan.room(code))
    label_y = y + 18 if height >= LABEL_INSIDE_MIN else y + 4 if is_end else y - 7 - 19 * len(lines)
    return Upright(plan.lots[code], lines, x, y, height, x + UPRIGHT + 10, label_y, is_end)


def _broken(label: str, room: int) -> tuple[str, ...]:
    """A label in lines of at most `room` px, broken between words; what is left over ends in an ellipsis."""
    letters = max(6, int(room / LETTER))
    lines = [""]
    for word in label.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and len(longer) > letters:
            lines.append(word)
        else:
            lines[-1] = longer
    kept = [_cut(line, letters) for line in lines[:LABEL_LINES_MAX]]
    if len(lines) > LABEL_LINES_MAX:
        kept[-1] = _cut(f"{kept[-1]} …", letters)
    return tuple(kept)


def _cut(line: str, letters: int) -> str:
    return line if len(line) <= letters else f"{line[: letters - 1].rstrip(' …')}…"
