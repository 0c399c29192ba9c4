"""One mark a person on a line of hourly pay, beside minimum and living wage: where each is drawn, in whole pixels.

A bin never straddles the living wage: people are sorted by side first, so that no mark is on the wrong one.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from marketplace.kernel.money import round_half_away

WIDTH = 888
NARROW = 312  # a phone of 360 px less its margins
WIDTHS = {"wide": WIDTH, "narrow": NARROW}
TOP = 16
STACK_MAX = 240
PITCH = 24
FOOT = 30
EDGE = 24
LABEL_ROOM = 44  # half of the longest figure below the line
BINS = 24
STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Mark:
    """One person: `is_above` the living wage is a filled circle, else an open diamond."""

    x: int
    y: int
    is_above: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """A figure on the line, in minor units."""

    x: int
    minor: int


@dataclass(frozen=True, slots=True)
class Marks:
    """The whole drawing; a benchmark that holds no more has no x."""

    width: int
    height: int
    axis_y: int
    radius: int
    marks: tuple[Mark, ...]
    ticks: tuple[Tick, ...]
    minimum_x: int | None
    living_x: int | None


def drawings(hours: Sequence[Fraction], minimum: Fraction | None, living: Fraction | None) -> dict[str, Marks]:
    """The drawing for the desk ('wide') and for the phone ('narrow'); none where there is nobody."""
    drawn = {name: lay_out(hours, minimum, living, width=width) for name, width in WIDTHS.items()}
    return {name: marks for name, marks in drawn.items() if marks}


def lay_out(
    hours: Sequence[Fraction], minimum: Fraction | None, living: Fraction | None, *, width: int = WIDTH
) -> Marks | None:
    """The drawing of some people's exact hourly pay, `width` pixels wide; None where there is nobody."""
    if not hours:
        return None
    figures = [*hours, *(it for it in (minimum, living) if it is not None)]
    low, high = min(figures), max(figures)
    bin_width = Fraction(_round_step((high - low) / BINS))
    start = low // bin_width * bin_width - bin_width
    end = (high // bin_width + 2) * bin_width

    def x(figure: Fraction) -> int:
        return EDGE + round_half_away((figure - start) / (end - start) * (width - 2 * EDGE))

    stacks: dict[tuple[bool, int], int] = defaultdict(int)
    for hour in hours:
        stacks[living is not None and hour >= living, int(hour // bin_width)] += 1
    tallest = max(stacks.values())
    pitch = max(2, min(PITCH, STACK_MAX // tallest))
    axis_y = TOP + tallest * pitch + 12
    marks = []
    for (is_above, place), count in sorted(stacks.items()):
        middle = (place + Fraction(1, 2)) * bin_width
        if living is not None and place == living // bin_width:  # the bin is cut by the line: stand on the own side
            cut = [living, (place + 1) * bin_width] if is_above else [place * bin_width, living]
            middle = sum(cut, Fraction(0)) / 2
        marks += [Mark(x(middle), axis_y - 14 - n * pitch, is_above) for n in range(count)]
    return Marks(
        width=width,
        height=axis_y + FOOT,
        axis_y=axis_y,
        radius=min(9, max(2, pitch // 2 - 2)),
        marks=tuple(marks),
        ticks=tuple(_ticks(start, end, x, width)),
        minimum_x=None if minimum is None else x(minimum),
        living_x=None if living is None else x(living),
    )


def _round_step(wish: Fraction) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50 … that is not below the wish."""
    power = 1
    while True:
        for step in STEPS:
            if step * power >= wish:
                return step * power
        power *= 10


def _ticks(start: Fraction, end: Fraction, x: Callable[[Fraction], int], width: int) -> list[Tick]:
    step = _round_step((end - start) / (5 if width > NARROW else 2))
    first = -(-start // step) * step
    ticks = [Tick(x(Fraction(at)), at) for at in range(int(first), int(end) + 1, step)]
    return [tick for tick in ticks if LABEL_ROOM <= tick.x <= width - LABEL_ROOM]
