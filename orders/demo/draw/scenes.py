"""How cloth is shown: hung from a bamboo rod, folded with its fringe, or seen close in soft folds."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.random import Generator

from orders.demo.draw.fringe import Edge, fringe
from orders.demo.draw.loom import Cloth, weave
from orders.demo.draw.surface import UNITS_WIDE, Colours, Field, Frame, lay, noise, rgb, shade, wall

Weaver: TypeAlias = Callable[[float, float], Cloth]
"""Makes a cloth of that width and length in units."""

HEM_SWING = 2.5
CLOSE_UP = 1.4
"""How much nearer the cloth is that fills the picture."""

WALLS = ("#d9cfc0", "#cfcac2", "#e2d8c8", "#c9bda9", "#d3cdc6")


@dataclass(frozen=True)
class Folds:
    """A profile of soft folds along one direction: the cloth they take up, and what they do to the light."""

    step: float
    slope: Field
    height: Field

    def look(self, place: Field, depth: Field | float) -> tuple[Field, Field]:
        """Cloth taken up so far (units) and the light, at a place along the profile and a depth 0 to 1."""
        at = (place / self.step).astype(np.int32).clip(0, len(self.slope) - 1)
        taken = np.cumsum(self.slope**2 / 2).astype(np.float32) * self.step
        facing = np.take(self.slope, at) * depth
        valley = np.take(self.height, at) * depth
        light = (0.80 + 0.55 * facing) / np.sqrt(1 + facing * facing) / 0.80
        return np.take(taken, at) * depth * depth, light * (1 - 0.16 * (1 - valley) * depth)

    def swell(self, place: Field) -> Field:
        """How far the cloth bulges towards us there, from -1 to 1."""
        at = (place / self.step).astype(np.int32).clip(0, len(self.height) - 1)
        return np.take(self.height, at) * 2 - 1


def folds(rng: Generator, span: float, wave: float, steep: float) -> Folds:
    """Folds about `wave` units apart over the span, with slopes up to about `steep`."""
    step = 2.0
    place = np.arange(0, span, step, dtype=np.float32)
    slope = np.zeros_like(place)
    for part in range(4):
        length = wave * (1.0, 0.61, 1.7, 0.37)[part] * rng.uniform(0.85, 1.2)
        slope += np.sin(2 * np.pi * place / length + rng.uniform(0, 6.28)) * (0.5, 0.3, 0.45, 0.12)[part]
    slope *= steep
    height = np.cumsum(slope) * step
    height = (height - height.min()) / max(1e-6, float(np.ptp(height)))
    return Folds(step, slope.astype(np.float32), height.astype(np.float32))


def close(frame: Frame, weaver: Weaver) -> Colours:
    """The cloth fills the picture, in a few deep folds."""
    x, y = frame.mesh()
    turn = math.radians(float(frame.form.choice([-34, -22, 0, 18, 28, 62])) + float(frame.form.uniform(-6, 6)))
    along_x, along_y = math.cos(turn), math.sin(turn)
    bend = 26 * noise(frame.form, (frame.height, frame.width), (4, 3))
    place = x * along_x + y * along_y + bend + 1100
    profile = folds(frame.form, 3000, float(frame.form.uniform(260, 460)), float(frame.form.uniform(0.28, 0.46)))
    taken, light = profile.look(place, 1.0)
    taken = taken - float(taken.mean())
    lean = math.radians(float(frame.form.uniform(-5, 5)))
    cloth_x = (x + taken * along_x) * math.cos(lean) + (y + taken * along_y) * math.sin(lean) + 160
    cloth_y = (y + taken * along_y) * math.cos(lean) - (x + taken * along_x) * math.sin(lean) + 160
    cloth = weaver(UNITS_WIDE + 320, frame.units_high + 320)
    near = frame.unit / CLOSE_UP
    seen = weave(cloth, cloth_x * near, cloth_y * near, frame.grain)
    fall = 1.05 - 0.22 * (x / UNITS_WIDE * 0.5 + y / frame.units_high * 0.5)
    return seen * (light * fall)[..., None]


@dataclass(frozen=True)
class Panel:
    """A piece of cloth in the picture: its upper left corner and size in units, its turn in radians."""

    left: float
    top: float
    width: float
    length: float
    turn: float = 0.0

    def local(self, x: Field, y: Field) -> tuple[Field, Field]:
        """Places of the picture as seen from the panel's own corner and edges."""
        c, s = math.cos(self.turn), math.sin(self.turn)
        return (x - self.left) * c + (y - self.top) * s, (y - self.top) * c - (x - self.left) * s

    def at(self, across: float, down: float) -> tuple[float, float]:
        """Where a place of the panel is in the picture."""
        c, s = math.cos(self.turn), math.sin(self.turn)
        return self.left + across * c - down * s, self.top + across * s + down * c


def _panel(
    frame: Frame, picture: Colours, panel: Panel, cloth: Cloth, profile: Folds, depth: float, top_shade: float
) -> Colours:
    """The picture with the panel on it."""
    x, y = frame.mesh()
    u, v = panel.local(x, y)
    reach = (v / panel.length).clip(0, 1)
    taken, light = profile.look(u + 60, depth * (0.35 + 0.65 * reach))
    hem = panel.length + HEM_SWING * profile.swell(u + 60)
    ripple = 1.6 * np.sin(v / 83 + panel.left) * reach
    unit = frame.unit
    cover = ((u + ripple) * unit + 0.5).clip(0, 1) * ((panel.width - u + ripple) * unit + 0.5).clip(0, 1)
    cover = cover * (v * unit + 0.5).clip(0, 1) * ((hem - v) * unit + 0.5).clip(0, 1)
    rows = np.flatnonzero(cover.max(1) > 0)
    columns = np.flatnonzero(cover.max(0) > 0)
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    middle = float(taken[box].mean())
    seen = weave(cloth, ((u + ripple + taken - middle)[box]) * unit, v[box] * unit, frame.grain)
    edge = (1 - (1 - (v / top_shade).clip(0, 1)) ** 2 * 0.5) if top_shade > 0 else np.ones_like(v)
    turned = 1 - 0.22 * np.exp(-(((panel.width - u) / 9) ** 2)) + 0.06 * np.exp(-(((u - 5) / 6) ** 2))
    seen = seen * (light * edge * turned)[box][..., None]
    result = picture.copy()
    result[box] = lay(picture[box], seen, cover[box])
    return result


def _rod(frame: Frame, picture: Colours, y_rod: float, ends: tuple[float, float]) -> Colours:
    """A bamboo rod in front of the hem, on two threads."""
    x, y = frame.mesh()
    radius = 11.0
    v = (y - y_rod) / radius
    inside = (np.abs(v) < 1) & (x > ends[0]) & (x < ends[1])
    threads = [np.abs(x - (end + (400 - end) * (y_rod - y) / 900)) < 0.9 for end in (ends[0] + 16, ends[1] - 16)]
    thread = (threads[0] | threads[1]) & (y < y_rod)
    picture = shade(frame, picture, (inside | thread).astype(np.float32), (9, 13), 9, 0.36)
    picture = np.where(thread[..., None], rgb("#8d7a5c"), picture)
    bamboo = 0.50 + 0.62 * np.sqrt((1 - (v * 0.98 + 0.12) ** 2).clip(0, 1))
    bamboo = bamboo * (1 + 0.03 * frame.noise(150, 160))
    for node in (ends[0] + 38, ends[0] + 262, ends[0] + 494, ends[1] - 20):
        bamboo = bamboo * (1 - 0.34 * np.exp(-(((x - node) / 2.2) ** 2)) + 0.12 * np.exp(-(((x - node - 6) / 3) ** 2)))
    return np.where(inside[..., None], rgb("#b08a55") * bamboo[..., None], picture)


def _hem(panel: Panel, profile: Folds) -> Edge:
    def at(share: float) -> tuple[float, float]:
        u = share * panel.width
        swing = float(profile.swell(np.array(u + 60)))
        return panel.at(u, panel.length + HEM_SWING * swing - 1)

    return Edge(at, panel.width, panel.turn)


def hung(frame: Frame, weaver: Weaver) -> Colours:
    """A cloth hung from a bamboo rod before a warm wall, falling in upright folds."""
    form = frame.form
    width = float(form.uniform(500, 600))
    panel = Panel(400 - width / 2 + float(form.uniform(-12, 12)), 104, width, float(form.uniform(720, 768)))
    profile = folds(form, 900, float(form.uniform(130, 210)), float(form.uniform(0.34, 0.5)))
    picture = wall(frame, WALLS[int(form.integers(len(WALLS)))])
    cloth = weaver(panel.width, panel.length)
    cover = _covered(frame, panel)
    picture = shade(frame, picture, cover, (18, 20), 30, 0.42)
    picture = shade(frame, picture, cover, (5, 7), 6, 0.26)
    picture = fringe(frame, picture, _hem(panel, profile), cloth.warp.colours, length=78)
    picture = _panel(frame, picture, panel, cloth, profile, 1.0, 40)
    return _rod(frame, picture, 100, (panel.left - 62, panel.left + panel.width + 62))


def _covered(frame: Frame, panel: Panel) -> Field:
    x, y = frame.mesh()
    u, v = panel.local(x, y)
    inside = (u > 0) & (u < panel.width) & (v > 0) & (v < panel.length)
    return inside.astype(np.float32)


def folded(frame: Frame, weaver: Weaver) -> Colours:
    """A shawl folded once over itself and laid down: the under layer shows at one side, both ends fringed."""
    form = frame.form
    turn = math.radians(float(form.uniform(-4.5, 4.5)))
    width, length = float(form.uniform(430, 500)), float(form.uniform(690, 740))
    peek, short = float(form.uniform(64, 120)), float(form.uniform(46, 90))
    left = 400 - (width + peek) / 2 + 20 * math.sin(turn) * 9
    front = Panel(left, 92 - (width + peek) / 2 * math.sin(turn), width, length, turn)
    corner = front.at(peek, 3)
    back = Panel(corner[0], corner[1], width, length - short, turn)
    picture = wall(frame, WALLS[int(form.integers(len(WALLS)))])
    profile = folds(form, 900, float(form.uniform(220, 360)), float(form.uniform(0.12, 0.2)))
    for panel, lift in ((back, 0.36), (front, 0.44)):
        cloth = weaver(panel.width, panel.length)
        cover = _covered(frame, panel)
        picture = shade(frame, picture, cover, (13, 15), 22, lift)
        picture = shade(frame, picture, cover, (3, 4), 4, 0.34)
        picture = fringe(frame, picture, _hem(panel, profile), cloth.warp.colours, length=74)
        picture = _panel(frame, picture, panel, cloth, profile, 1.0, 26)
    return picture


SETTINGS: dict[str, Callable[[Frame, Weaver], Colours]] = {"hung": hung, "folded": folded, "close": close}
