"""A coffee bag of kraft paper, closed by a rolled top, with a woven band and a label without words."""

import math

import numpy as np
from PIL import Image, ImageDraw

from orders.demo.draw.coffee import strew
from orders.demo.draw.drafts import DRAFTS
from orders.demo.draw.dye import solid, striped
from orders.demo.draw.loom import Cloth, Yarns, weave
from orders.demo.draw.palettes import PALETTES, ROASTS, Palette
from orders.demo.draw.scenes import WALLS
from orders.demo.draw.spec import PictureSpec
from orders.demo.draw.surface import Colours, Field, Frame, lay, noise, rgb, shade, wall

PAPERS = ("#b8905f", "#a97f50", "#c6a377", "#3a332d", "#e3d8c4")
LABEL_UNITS = 128
CREASES = 5


class Bag:
    """Where the bag stands, in units, and how its front is rounded."""

    def __init__(self, frame: Frame, width: float) -> None:
        self.width = width
        self.middle = 400 + float(frame.form.uniform(-70, 70))
        self.foot = frame.units_high - float(frame.form.uniform(120, 150))
        self.top = self.foot - width * float(frame.form.uniform(1.46, 1.62))
        x, y = frame.mesh()
        self.share = (x - self.middle) / (width / 2)
        rise = ((y - self.top) / (self.foot - self.top)).clip(0, 1)
        belly = 1 + 0.035 * np.sin(math.pi * rise**0.8) - 0.05 * (1 - rise) ** 3
        foot = self.foot + 12 * (1 - self.share**2).clip(0, 1)
        across = ((belly - np.abs(self.share)) * width / 2 * frame.unit + 0.5).clip(0, 1)
        down = ((y - self.top) * frame.unit + 0.5).clip(0, 1) * ((foot - y) * frame.unit + 0.5).clip(0, 1)
        self.cover: Field = across * down
        self.rise: Field = rise


def _crumple(frame: Frame) -> Field:
    """Light on paper that was folded and pressed flat again: a few straight creases and slow dents."""
    x, y = frame.mesh()
    light = 1 + 0.028 * noise(frame.form, (frame.height, frame.width), (9, 7))
    for _ in range(CREASES):
        turn = float(frame.form.uniform(0, math.pi))
        along = (x - float(frame.form.uniform(150, 650))) * math.cos(turn) + (
            y - float(frame.form.uniform(150, 850))
        ) * math.sin(turn)
        light = light + 0.04 * np.exp(-((along / 9) ** 2)) * np.sign(along) * float(frame.form.uniform(0.3, 1))
    return np.asarray(light * (1 + 0.012 * frame.noise(260, 320)))


def _paper(frame: Frame, bag: Bag, code: str) -> Colours:
    """Kraft paper: rounded towards its sides, with a gusset's edge at each and a flat sealed foot."""
    side = np.abs(bag.share)
    light = 1.05 - 0.20 * bag.share - 0.34 * (side.clip(0.55, 1.1) - 0.55) ** 1.5
    light = light - 0.20 * np.exp(-(((side - 0.93) / 0.016) ** 2)) + 0.08 * np.exp(-(((side - 0.90) / 0.02) ** 2))
    light = light - 0.16 * (bag.rise > 0.955) * (bag.rise - 0.955) / 0.045
    return rgb(code) * (light * _crumple(frame))[..., None]


def _band(frame: Frame, spec: PictureSpec, palette: Palette, bag: Bag) -> tuple[Colours, Field]:
    """A strip of real weaving sewn around the bag, and where it lies."""
    _, y = frame.mesh()
    form = frame.form
    tall = bag.foot - bag.top
    share, height = {
        "band": (float(form.uniform(0.40, 0.56)), float(form.uniform(96, 150))),
        "label": (float(form.uniform(0.17, 0.23)), 46.0),
        "sleeve": (float(form.uniform(0.34, 0.50)), tall),
    }[spec.motif]
    top = bag.top + tall * share
    sag = 9 * (1 - bag.share**2)
    v = y - top - sag
    codes = [palette.main, palette.light, palette.second, palette.accent, palette.dark]
    order = [(codes[int(form.integers(5))], int(form.integers(2, 7))) for _ in range(5)]
    pitch = max(3.0, 4.6 * frame.unit)
    weft = Yarns(np.repeat(striped([*order, *order[::-1]]), 1, axis=1), pitch, 0.08)
    warp = Yarns(solid(palette.dark, frame.grain), pitch, 0.08)
    cloth = Cloth(warp, weft, DRAFTS[spec.draft].interlacement(), 0.06)
    turned = np.arcsin((bag.share * 0.92).clip(-1, 1)) * bag.width * 0.62
    seen = weave(cloth, turned * frame.unit + 0 * v, v * frame.unit, frame.grain)
    light = (1.06 - 0.20 * bag.share) * (1 - 0.30 * (np.abs(bag.share) - 0.6).clip(0, 1))
    inside = (v * frame.unit + 0.5).clip(0, 1) * ((height - v) * frame.unit + 0.5).clip(0, 1)
    return seen * light[..., None], inside * bag.cover


def _label(frame: Frame, picture: Colours, palette: Palette, bag: Bag, centre_y: float) -> Colours:
    """A round paper label with a drawn bean between two leaves; it has no words and claims nothing."""
    scale = 3 * frame.unit
    size = int(LABEL_UNITS * 2 * scale)
    image = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    middle = size / 2

    def ring(radius: float, fill: str) -> None:
        r = radius * scale
        draw.ellipse((middle - r, middle - r, middle + r, middle + r), fill=fill)

    ring(LABEL_UNITS - 2, palette.light)
    ring(LABEL_UNITS - 11, palette.main)
    ring(LABEL_UNITS - 14, palette.light)
    for side in (-1, 1):
        for step in range(5):
            turn = math.pi / 2 + side * (0.5 + step * 0.36)
            x, y = middle + 84 * scale * math.cos(turn), middle + 84 * scale * math.sin(turn)
            lean = turn + side * 1.0
            tip = (x + 24 * scale * math.cos(lean), y + 24 * scale * math.sin(lean))
            bulge = 7.5 * scale
            half = ((x + tip[0]) / 2, (y + tip[1]) / 2)
            sides = [(half[0] + k * bulge * math.sin(lean), half[1] - k * bulge * math.cos(lean)) for k in (1, -1)]
            draw.polygon([(x, y), sides[0], tip, sides[1]], fill=palette.second if step % 2 else palette.main)
    draw.ellipse(
        (middle - 34 * scale, middle - 50 * scale, middle + 34 * scale, middle + 50 * scale), fill=palette.dark
    )
    bow = [(middle + 9 * scale * math.sin(at / 12 * 2 * math.pi), middle + (at - 6) * 8.2 * scale) for at in range(13)]
    draw.line(bow, fill=palette.light, width=max(2, int(4.5 * scale)), joint="curve")
    small = image.resize((size // 3, size // 3), Image.Resampling.BOX)
    left, top = round(bag.middle * frame.unit - small.width / 2), round(centre_y * frame.unit - small.height / 2)
    paper, cover = np.asarray(small, np.float32), np.zeros((frame.height, frame.width), np.float32)
    here = np.s_[top : top + small.height, left : left + small.width]
    cover[here] = paper[..., 3] / 255
    picture = shade(frame, picture, cover, (2, 3), 3, 0.30)
    light = (1.04 - 0.12 * bag.share)[:, left : left + small.width]
    picture[here] = lay(picture[here], paper[..., :3] * light[..., None], cover[here])
    return picture


def _rolled_top(frame: Frame, picture: Colours, bag: Bag, code: str, tie: str) -> Colours:
    """The paper rolled down twice and held by a tie folded in at both ends."""
    x, y = frame.mesh()
    v = (y - (bag.top - 6)) / 22
    half = bag.width / 2 * 0.985
    inside = (np.abs(x - bag.middle) < half) & (np.abs(v) < 1)
    roll = 0.58 + 0.52 * np.sqrt((1 - ((v + 0.15) * 0.85) ** 2).clip(0, 1)) - 0.10 * bag.share
    picture = shade(frame, picture, inside.astype(np.float32), (3, 9), 7, 0.42)
    picture = np.where(inside[..., None], rgb(code) * (roll * (1 + 0.02 * frame.noise(90, 200)))[..., None], picture)
    tied = (np.abs(x - bag.middle) < half + 4) & (np.abs(v + 0.05) < 0.34)
    glint = 0.8 + 0.34 * np.sqrt((1 - ((v + 0.05) / 0.36) ** 2).clip(0, 1)) - 0.10 * bag.share
    return np.where(tied[..., None], rgb(tie) * glint[..., None], picture)


def coffee_bag(frame: Frame, spec: PictureSpec) -> Colours:
    """The bag standing on a table before a wall, a few beans at its foot."""
    palette, form = PALETTES[spec.palette], frame.form
    _, y = frame.mesh()
    tint = WALLS[int(form.integers(len(WALLS)))]
    bag = Bag(frame, float(spec.repeat))
    picture = wall(frame, tint)
    edge = ((y - (bag.foot - 96)) / 10).clip(0, 1)
    picture = picture * (1 - 0.13 * edge + 0.05 * edge * ((y - bag.foot) / 120).clip(0, 1))[..., None]
    picture = shade(frame, picture, bag.cover, (34, 16), 34, 0.40)
    picture = shade(frame, picture, bag.cover, (8, 7), 7, 0.40)
    paper = PAPERS[int(form.integers(len(PAPERS)))]
    picture = lay(picture, _paper(frame, bag, paper), bag.cover)
    band, cover = _band(frame, spec, palette, bag)
    picture = lay(shade(frame, picture, cover, (1, 3), 3, 0.34), band, cover)
    if spec.motif == "label":
        picture = _label(frame, picture, palette, bag, bag.top + (bag.foot - bag.top) * 0.60)
    picture = _rolled_top(frame, picture, bag, paper, palette.accent)
    roast = sorted(ROASTS)[int(form.integers(len(ROASTS)))]
    places = [
        (float(form.uniform(90, 710)), bag.foot + float(form.uniform(18, 74))) for _ in range(int(form.integers(6, 13)))
    ]
    return strew(frame, picture, sorted(places, key=lambda place: place[1]), roast, 34)
