"""A cooperative's stripe in numbers: which threads lie where, so that the component selvedge only prints them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from flask import Flask

from marketplace.config import STRIPES_KEPT_MAX

NARROW_GROUND, WIDE_GROUND, FIRST_COLOUR = 4, 9, 2


@dataclass(frozen=True, slots=True)
class Woven:
    """Threads over a ground: `width` of one repeat in its own units, and a path for each colour but the ground's."""

    width: int
    paths: tuple[tuple[str, str], ...]


def init_app(app: Flask) -> None:
    """Give templates the global `woven`."""
    app.jinja_env.globals["woven"] = woven


def woven(colours: Sequence[str], unit: int, tall: int, repeats: int, wide: bool) -> Woven:
    """The stripe of three to five colours, ground first, symmetrical as woven; `unit` and `tall` in px.

    Kept, since a list shows dozens of the same few.
    """
    return _woven(tuple(colours), unit, tall, repeats, wide)


@lru_cache(maxsize=STRIPES_KEPT_MAX)
def _woven(colours: tuple[str, ...], unit: int, tall: int, repeats: int, wide: bool) -> Woven:
    last = len(colours) - 1
    order = [0, *range(1, last + 1), *range(last - 1, 0, -1)]
    widths = {0: WIDE_GROUND if wide else NARROW_GROUND, 1: FIRST_COLOUR}
    places, width = [], 0
    for colour in order:
        places.append((colour, width, widths.get(colour, 1)))
        width += widths.get(colour, 1)
    paths = tuple(
        (
            colours[colour],
            "".join(
                f"M{(repeat * width + start) * unit} 0h{threads * unit}v{tall}h-{threads * unit}z"
                for repeat in range(repeats)
                for each, start, threads in places
                if each == colour
            ),
        )
        for colour in range(1, last + 1)
    )
    return Woven(width, paths)
