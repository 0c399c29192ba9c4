"""Fringe: the warp's own ends, knotted in small bundles and twisted into cords."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw

from orders.demo.draw.surface import Colours, Frame, lay, rgb, shade

TASSEL_UNITS = 13.5
OVERSAMPLE = 3


@dataclass(frozen=True)
class Edge:
    """A hem: where a share (0 to 1) of its width lies in the picture, its width in units, and its turn."""

    at: Callable[[float], tuple[float, float]]
    width: float
    turn: float


def _tone(colour: Colours, light: float) -> tuple[int, int, int]:
    red, green, blue = (int(part) for part in (colour * light).clip(0, 255))
    return red, green, blue


class _Pen:
    """Draws in units on an oversampled strip, upright as it would hang."""

    def __init__(self, size: tuple[int, int], left: float, top: float, scale: float) -> None:
        self.image = Image.new("RGBA", size, (0, 0, 0, 0))
        self.draw = ImageDraw.Draw(self.image)
        self.left, self.top, self.scale = left, top, scale

    def line(self, points: list[tuple[float, float]], fill: tuple[int, int, int], width: float) -> None:
        scaled = [((x - self.left) * self.scale, (y - self.top) * self.scale) for x, y in points]
        self.draw.line(scaled, fill=fill, width=max(1, round(width * self.scale)), joint="curve")

    def dot(self, x: float, y: float, radius: float, fill: tuple[int, int, int]) -> None:
        x, y, r = (x - self.left) * self.scale, (y - self.top) * self.scale, radius * self.scale
        self.draw.ellipse((x - r, y - r, x + r, y + r), fill=fill)


def _tassel(pen: _Pen, frame: Frame, root: tuple[float, float], colour: Colours, length: float, turn: float) -> None:
    """Loose ends gather into a knot, run down as a twisted cord, and open in a tuft."""
    form = frame.form
    sway, length = (
        float(form.normal(0, 2.2)) - 60 * math.sin(turn) * 0.35,
        length * float(form.uniform(0.94, 1.05)),
    )
    x, y = root
    knot_y, tuft_y, gather = y + length * 0.2, y + length * 0.84, TASSEL_UNITS * 0.46
    for strand in (-1.0, -0.5, 0.0, 0.5, 1.0):
        light = 0.86 - 0.22 * strand
        pen.line([(x + strand * gather, y - 3), (x + strand * 1.6, knot_y)], _tone(colour, light), 2.3)
    steps = max(6, int(length / 6.5))
    path = [(x + sway * (at / steps) ** 2, knot_y + (tuft_y - knot_y) * at / steps) for at in range(steps + 1)]
    pen.line(path, _tone(colour, 0.62), 6.0)
    for above, below in pairwise(path):
        pen.line([(above[0] - 2.4, above[1] + 1), (below[0] + 2.0, below[1] - 0.5)], _tone(colour, 1.04), 2.6)
    pen.dot(x + 0.6, knot_y + 0.8, 4.8, _tone(colour, 0.58))
    pen.dot(x - 0.4, knot_y, 4.2, _tone(colour, 0.98))
    pen.dot(x - 1.4, knot_y - 1.2, 1.6, _tone(colour, 1.22))
    end_x = path[-1][0]
    for strand in range(5):
        spread = (strand - 2) * 1.7 + float(form.normal(0, 0.7))
        tip = (end_x + spread, tuft_y + length * 0.16 * float(form.uniform(0.8, 1.15)))
        pen.line([(end_x + spread * 0.3, tuft_y - 1), tip], _tone(colour, 0.74 + 0.1 * strand), 1.5)


def fringe(frame: Frame, picture: Colours, edge: Edge, warp: Colours, *, length: float) -> Colours:
    """The picture with a fringe hanging from the edge, in the colours the warp has there, and its shadow."""
    unit = frame.unit
    roots = [edge.at(share) for share in (0.0, 1.0)]
    x0, x1 = min(x for x, _ in roots) - 40, max(x for x, _ in roots) + 40
    y0, y1 = min(y for _, y in roots) - 14, max(y for _, y in roots) + length + 24
    box = (
        max(0, int(x0 * unit)),
        int(y0 * unit),
        min(frame.width, int(x1 * unit)),
        min(frame.height, int(y1 * unit)),
    )
    size = ((box[2] - box[0]) * OVERSAMPLE, (box[3] - box[1]) * OVERSAMPLE)
    pen = _Pen(size, box[0] / unit, box[1] / unit, unit * OVERSAMPLE)
    count = round(edge.width / TASSEL_UNITS)
    shades = warp[:, -1]
    light = rgb("#efe6d4")
    for tassel in range(count):
        share = (tassel + 0.5) / count
        near = int(share * len(shades))
        yarn = shades[max(0, near - 2) : near + 3].mean(axis=0) if len(shades) > count else shades[tassel % len(shades)]
        _tassel(pen, frame, edge.at(share), yarn * 0.92 + light * 0.08, length, edge.turn)
    strip = np.asarray(pen.image.resize((box[2] - box[0], box[3] - box[1]), Image.Resampling.BOX), np.float32)
    cover = np.zeros((frame.height, frame.width), np.float32)
    here = np.s_[box[1] : box[3], box[0] : box[2]]
    cover[here] = strip[..., 3] / 255
    picture = shade(frame, picture, cover, (6, 7), 5, 0.42)
    picture[here] = lay(picture[here], strip[..., :3], cover[here])
    return picture
