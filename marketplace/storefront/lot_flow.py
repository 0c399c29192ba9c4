"""The graph of lots behind a published lot, drawn from its frozen story: what went in, what came out, what was lost."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _

from marketplace.catalogue.graph_layout import (
    Auxiliary,
    LotFlow,
    LotGraph,
    LotLoss,
    LotNode,
    lay_out,
    step_flows,
)
from marketplace.catalogue.story import Goods, Step, Story
from marketplace.config import GRAPH_LOTS_DRAWN
from marketplace.kernel.quantity_format import quantity

REST = "/rest"


@dataclass(frozen=True, slots=True)
class Line:
    """One lot of the list under the drawing; `depth` counts the steps from the first material, masses are grams."""

    depth: int
    name: str
    with_it: str
    on: str
    mass_g: int
    loss_g: int | None


@dataclass(frozen=True, slots=True)
class LotFlowView:
    """The drawing and the same as a list."""

    graph: LotGraph
    lines: tuple[Line, ...]


def lot_flow(story: Story, title: str) -> LotFlowView | None:
    """The drawing of a story whose goods are sold as `title`.

    None where no step made the lot, there are too many lots, or weights are missing.
    """
    mains, made = _mains(story.steps), _made(story.steps)
    if story.code not in made or not all(it.code and it.mass_g for it in [*mains, *made.values()]):
        return None
    nodes = [*_roots(story, mains, made), *_products(story, title)]
    flows, losses = _ribbons(story.steps)
    rests = list(_rests(made, mains, story.code))
    if len(nodes) + len(rests) > GRAPH_LOTS_DRAWN:
        return None
    flows += [LotFlow(rest.code.removesuffix(REST), rest.code, rest.mass_g) for rest in rests]
    try:
        graph = lay_out([*nodes, *rests], flows, losses, _threads(story.steps))
    except ValueError:  # pieces weighed differently when they went in than when they came out
        return None
    return LotFlowView(graph, tuple(_lines(nodes, story.steps)))


def _mains(steps: Iterable[Step]) -> list[Goods]:
    return [goods for step in steps for goods in step.inputs if goods.is_main]


def _made(steps: Iterable[Step]) -> dict[str, Goods]:
    return {goods.code: goods for step in steps for goods in step.outputs}


def _roots(story: Story, mains: list[Goods], made: dict[str, Goods]) -> list[LotNode]:
    """First materials, as heavy as what went into these steps: the rest of them is no part of this journey."""
    received = {material.code: material.on for material in story.materials}
    mass_g: dict[str, int] = {}
    for goods in mains:
        if goods.code not in made:
            mass_g[goods.code] = mass_g.get(goods.code, 0) + goods.mass_g
    names = {goods.code: goods.name for goods in mains}
    return [
        LotNode(code, names[code], quantity(grams, "GRM"), grams, received.get(code, ""))
        for code, grams in mass_g.items()
    ]


def _products(story: Story, title: str) -> list[LotNode]:
    return [
        LotNode(
            goods.code,
            title if goods.code == story.code else _told_apart(goods, step),
            _weighed(goods),
            goods.mass_g,
            step.on,
            "dyed",
        )
        for step in story.steps
        for goods in step.outputs
    ]


def _told_apart(goods: Goods, step: Step) -> str:
    """Yarn that is still called yarn after its step is named with the step."""
    return f"{goods.name}, {step.name}" if goods.name in {each.name for each in step.inputs} else goods.name


def _weighed(goods: Goods) -> str:
    grams = quantity(goods.mass_g, "GRM")
    return grams if goods.unit == "GRM" else f"{quantity(goods.quantity, goods.unit)}, {grams}"


def _ribbons(steps: Iterable[Step]) -> tuple[list[LotFlow], list[LotLoss]]:
    flows, losses = [], []
    for step in steps:
        mains = [(goods.code, goods.mass_g) for goods in step.inputs if goods.is_main]
        made = [(goods.code, goods.mass_g) for goods in step.outputs]
        for source, target, grams in step_flows(mains, made, step.loss_g):
            if target is None:
                label = _("− %(mass)s, %(step)s", mass=quantity(grams, "GRM"), step=step.name)
                losses.append(LotLoss(source, grams, label))
            else:
                flows.append(LotFlow(source, target, grams))
    return flows, losses


def _rests(made: dict[str, Goods], mains: list[Goods], last: str) -> Iterable[LotNode]:
    """What of a half-finished lot did not go into this one: it lies in store or became other goods."""
    for code, goods in made.items():
        used = sum(each.mass_g for each in mains if each.code == code)
        if code != last and 0 < used < goods.mass_g:
            left = goods.mass_g - used
            yield LotNode(code + REST, _("For other goods"), quantity(left, "GRM"), left, "", "dyed")


def _threads(steps: Iterable[Step]) -> list[Auxiliary]:
    return [
        Auxiliary(step.outputs[0].code, f"{goods.name}, {quantity(goods.quantity, goods.unit)}")
        for step in steps
        for goods in step.inputs
        if not goods.is_main and step.outputs
    ]


def _lines(nodes: list[LotNode], steps: tuple[Step, ...]) -> Iterable[Line]:
    """Each lot under the ones it was made of, first materials on top."""
    depth: dict[str, int] = {}
    made_by: dict[str, Step] = {}
    for step in steps:
        below = max((depth.get(goods.code, 0) for goods in step.inputs if goods.is_main), default=0)
        depth |= {goods.code: below + 1 for goods in step.outputs}
        made_by |= {goods.code: step for goods in step.outputs}
    for node in sorted(nodes, key=lambda each: (depth.get(each.code, 0), each.on)):
        step_of = made_by.get(node.code)
        added = [goods.name for goods in step_of.inputs if not goods.is_main] if step_of else []
        yield Line(
            depth=depth.get(node.code, 0),
            name=node.label,
            with_it=", ".join(added),
            on=node.on,
            mass_g=node.mass_g,
            loss_g=step_of.loss_g if step_of else None,
        )
