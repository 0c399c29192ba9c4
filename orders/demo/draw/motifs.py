"""Our own geometry for patterned cloth: rings around a figure, figures in a field, fields in bands.

A pattern answers, for places across and down the cloth in units, which dye lies there: 0 ground, 1 main,
2 second, 3 light, 4 accent. The same pattern is dyed as ikat or woven as supplementary weft.
No figure is taken from an heirloom, a faith or an animal.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.random import Generator

from orders.demo.draw.surface import Field, Indices

Distance: TypeAlias = Callable[[Field, Field], Field]
"""How far a point of a cell (both coordinates from -1 to 1) is from the figure's heart; 1 at its rim."""
Pattern: TypeAlias = Callable[[Field, Field], Indices]


def _lozenge(p: Field, q: Field) -> Field:
    return np.abs(p) + np.abs(q)


def _star(p: Field, q: Field) -> Field:
    a, b = np.abs(p), np.abs(q)
    return np.asarray(np.minimum(np.maximum(a, b) * 1.55, a + b))


def _hexagon(p: Field, q: Field) -> Field:
    a, b = np.abs(p), np.abs(q)
    return np.maximum(b * 1.15, 0.58 * b + a)


def _cross(p: Field, q: Field) -> Field:
    a, b = np.abs(p), np.abs(q)
    return np.minimum(np.maximum(a, 2.4 * b), np.maximum(2.4 * a, b)) * 1.05


def _hourglass(p: Field, q: Field) -> Field:
    a, b = np.abs(p), np.abs(q)
    return np.abs(b - 0.92 * a) * 0.75 + 0.55 * np.maximum(a, b)


def _petals(p: Field, q: Field) -> Field:
    reach = 0.62 + 0.38 * np.cos(4 * np.arctan2(q, p))
    return np.asarray(np.hypot(p, q) / reach * 0.9)


def _ripple(p: Field, q: Field) -> Field:
    return np.asarray(np.abs(np.abs(p) - np.abs(q)) + 0.5 * (1 - np.abs(p)) * (1 - np.abs(q)) + 0.25)


FIGURES: dict[str, Distance] = {
    "lozenge": _lozenge,
    "star": _star,
    "hexagon": _hexagon,
    "cross": _cross,
    "hourglass": _hourglass,
    "petals": _petals,
    "ripple": _ripple,
}

RING_ORDERS = (
    (3, 3, 1, 1, 0, 3, 2, 2, 4, 4, 0, 0, 1, 1, 0, 3, 3, 1, 1, 2),
    (4, 3, 0, 0, 2, 2, 1, 1, 3, 1, 1, 0, 0, 2, 0, 0, 1, 3, 1, 1),
    (1, 1, 3, 0, 0, 4, 4, 3, 0, 0, 2, 2, 3, 1, 1, 0, 0, 4, 3, 0),
    (3, 2, 2, 4, 0, 0, 1, 1, 1, 3, 3, 2, 0, 0, 4, 0, 1, 1, 3, 3),
)
STEP_COUNT = 9
PLAIN_END_UNITS = 110


def _steps(value: Field, count: int = STEP_COUNT) -> Field:
    """Cut a slope into stairs, as a bundle of yarns does."""
    return np.asarray((np.floor(value * count) + 0.5) / count)


def _cell(place: Field, size: float) -> Field:
    """From -1 at one side of a repeat to 1 at the other."""
    return (place / size) % 1 * 2 - 1


def rings(figure: str, order: Sequence[int], width: float, height: float, *, drop: bool = True) -> Pattern:
    """The figure's rings over the whole cloth; with `drop` every other column stands half a repeat lower."""
    distance, dyes = FIGURES[figure], np.array(order)

    def pattern(across: Field, down: Field) -> Indices:
        lowered = down + (np.floor(across / width) % 2) * (height / 2 if drop else 0)
        p, q = _steps(_cell(across, width)), _steps(_cell(lowered, height))
        return np.take(dyes, (distance(p, q) * 10).astype(np.int32), mode="clip")

    return pattern


def lattice(figure: str, width: float, height: float) -> Pattern:
    """Diagonal lines that meet in small crosses, with the figure in every opening: light weights for gold."""
    distance = FIGURES[figure]

    def pattern(across: Field, down: Field) -> Indices:
        p, q = _cell(across, width), _cell(down, height)
        mesh = np.abs(np.abs(p) + np.abs(q) - 1)
        heart = distance(p / 0.62, q / 0.62)
        corner = distance((1 - np.abs(p)) / 0.5, (1 - np.abs(q)) / 0.5)
        drawn = (mesh < 0.05) | (heart < 0.30) | ((heart > 0.52) & (heart < 0.74))
        drawn |= (corner < 0.26) | ((corner > 0.48) & (corner < 0.66))
        return np.where(drawn, 3, 0)

    return pattern


def sprinkled(figure: str, width: float, height: float) -> Pattern:
    """Small figures set wide apart, each column half a repeat lower than the last."""
    distance = FIGURES[figure]

    def pattern(across: Field, down: Field) -> Indices:
        lowered = down + (np.floor(across / width) % 2) * height / 2
        apart = distance(_cell(across, width) / 0.60, _cell(lowered, height) / 0.60)
        dots = np.maximum(np.abs(_cell(across, width)), np.abs(_cell(lowered + height / 2, height))) < 0.09
        return np.where((apart < 0.36) | ((apart > 0.56) & (apart < 0.92)) | dots, 3, 0)

    return pattern


def teeth(width: float, height: float, dyes: tuple[int, int, int]) -> Pattern:
    """A row of tall triangles, each with a lighter rib inside: (triangle, rib, sky)."""
    body, rib, sky = dyes

    def pattern(across: Field, down: Field) -> Indices:
        p, rise = np.abs(_cell(across, width)), (down / height) % 1
        inside = rise - p
        chosen = np.where(inside > 0, body, sky)
        return np.where(((inside > 0.14) & (inside < 0.24)) | ((inside > 0.44) & (inside < 0.52)), rib, chosen)

    return pattern


def zigzag(width: float, height: float, dyes: Sequence[int]) -> Pattern:
    """Chevrons running across, in as many stripes as there are dyes."""
    order = np.array(dyes)

    def pattern(across: Field, down: Field) -> Indices:
        bent = down / height + 0.5 * _steps(np.abs(_cell(across, width)))
        return order[(bent * len(order)).astype(np.int32) % len(order)]

    return pattern


def dice(size: float, dyes: tuple[int, int]) -> Pattern:
    """Small blocks, on and off."""

    def pattern(across: Field, down: Field) -> Indices:
        odd = (np.floor(across / size) + np.floor(down / size)) % 2
        return np.where(odd > 0, dyes[0], dyes[1])

    return pattern


def plain(dye: int) -> Pattern:
    def pattern(across: Field, down: Field) -> Indices:
        return np.full(np.broadcast_shapes(across.shape, down.shape), dye)

    return pattern


@dataclass(frozen=True)
class Band:
    """A strip across the cloth: how high in units, and what it is filled with."""

    height: float
    pattern: Pattern


def banded(bands: Sequence[Band], start: float = 0.0) -> Pattern:
    """The bands one below the other, and again from the first when they are used up."""
    floors = np.cumsum([0.0, *(band.height for band in bands)])

    def pattern(across: Field, down: Field) -> Indices:
        shape = np.broadcast_shapes(across.shape, down.shape)
        wide, place = np.broadcast_to(across, shape), np.broadcast_to((down + start) % floors[-1], shape)
        dyes = np.zeros(shape, np.int32)
        for band, top in zip(bands, floors[:-1], strict=True):
            here = (place >= top) & (place < top + band.height)
            dyes[here] = band.pattern(wide[here], place[here] - top)
        return dyes

    return pattern


def warp_bands(rng: Generator, figure: str, repeat: float) -> Pattern:
    """A long cloth of tall figures between fine lines and rows of teeth, for yarn dyed in the warp."""
    order = RING_ORDERS[int(rng.integers(len(RING_ORDERS)))]
    second = ("star", "cross", "hexagon", "hourglass")[int(rng.integers(4))]
    tall = repeat * float(rng.uniform(1.9, 2.4))
    lines = [Band(7, plain(3)), Band(12, plain(4)), Band(7, plain(3))]
    big = Band(tall, rings(figure, order, repeat, tall, drop=False))
    row = Band(repeat, rings(second, (3, 3, 1, 1, 3, 3, 1, 1, 1, 1, 1, 1), repeat, repeat, drop=False))
    saw = Band(repeat * 0.42, teeth(repeat / 2, repeat * 0.42, (3, 0, 1)))
    chevrons = Band(repeat * 0.5, zigzag(repeat / 2, repeat * 0.5, (0, 3, 0, 4)))
    choices = [
        [big, *lines, saw, *lines],
        [big, *lines, row, *lines],
        [big, *lines, chevrons, *lines, row, *lines, chevrons, *lines],
        [row, *lines, big, chevrons],
    ]
    return banded(choices[int(rng.integers(len(choices)))], float(rng.uniform(0, tall)))


def gold_bands(rng: Generator, figure: str, repeat: float, *, length: float) -> Pattern:
    """A light field over an end border of teeth and small figures, as supplementary weft."""
    rise = repeat * 1.1
    fill = lattice(figure, repeat, rise) if rng.random() < 0.5 else sprinkled(figure, repeat, rise)
    gap, thread = Band(7, plain(0)), Band(5, plain(3))
    rule = [thread, gap, Band(11, dice(5.5, (3, 0))), gap, thread]
    tooth = repeat * float(rng.uniform(1.0, 1.6))
    second = ("star", "lozenge", "hexagon", "cross")[int(rng.integers(4))]
    small = repeat * 0.8
    figures = rings(second, (3, 3, 0, 0, 3, 3, 0, 0, 0, 0), small, small, drop=False)
    border = [
        *(thread, Band(18, plain(0)), Band(tooth, teeth(repeat * 0.62, tooth, (3, 0, 0)))),
        *(*rule, Band(10, plain(0)), Band(small, figures), Band(10, plain(0)), *rule),
    ]
    field = length - sum(band.height for band in border) - float(rng.uniform(0, 26))
    return banded([Band(max(rise, field), fill), *border, Band(PLAIN_END_UNITS, plain(0)), thread])
