"""Coffee: beans by the hundred, on their own, on a plaited tray, or on jute."""

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from orders.demo.draw.drafts import BASKET, DRAFTS
from orders.demo.draw.dye import solid
from orders.demo.draw.loom import Cloth, Yarns
from orders.demo.draw.palettes import ROASTS
from orders.demo.draw.plait import tray
from orders.demo.draw.scenes import close
from orders.demo.draw.spec import PictureSpec
from orders.demo.draw.surface import Colours, Field, Frame, noise, rgb, to_colours, to_image

TURNS = 40
BEAN_STEP = 0.50


def _bean(frame: Frame, size_px: int, roast: tuple[str, str]) -> Image.Image:
    """One bean: three in four lie with the crease up, and light falls from the upper left."""
    form, grain = frame.form, frame.grain
    side = np.linspace(-1, 1, size_px, dtype=np.float32)
    x, y = side[None, :], side[:, None]
    turn, flat = float(form.uniform(0, 2 * math.pi)), float(form.uniform(0.64, 0.74))
    u, v = x * math.cos(turn) + y * math.sin(turn), (y * math.cos(turn) - x * math.sin(turn)) / flat
    distance = u * u + v * v * (1 + 0.10 * u)
    inside = 0.80 - distance
    light = (0.40 + 0.74 * np.sqrt(inside.clip(0)) - 0.36 * (x + y)).clip(0.08, 1.5)
    dark, pale = rgb(roast[0]), rgb(roast[1])
    body = dark + (pale - dark) * float(form.uniform(0, 0.9))
    if form.random() < 0.74:
        bow = float(form.uniform(0.10, 0.20)) * (1 if form.random() < 0.5 else -1)
        crease = np.abs(v - bow * np.sin(u * 3.0))
        light *= 1 - 0.76 * np.exp(-((crease / 0.075) ** 2)) * (np.abs(u) < 0.84)
        light += 0.15 * np.exp(-(((crease - 0.18) / 0.08) ** 2))
    light *= 1 + 0.05 * noise(grain, (size_px, size_px), (18, 18))
    glint = np.exp(-(((x + 0.30) ** 2 + (y + 0.34) ** 2) / 0.045)) * float(form.uniform(14, 44))
    colours = body * 1.2 * light[..., None] + glint[..., None] * np.array([1, 0.88, 0.74], np.float32)
    alpha = (inside * size_px / 5).clip(0, 1) * 255
    return Image.fromarray(np.dstack([colours.clip(0, 255), alpha]).astype(np.uint8))


def _bean_shadow(size_px: int) -> Image.Image:
    margin = size_px // 4
    shadow = Image.new("RGBA", (size_px + 2 * margin, size_px + 2 * margin), (14, 6, 2, 0))
    box = (margin * 1.4, margin * 1.6, size_px + margin * 0.9, size_px + margin * 1.1)
    ImageDraw.Draw(shadow).ellipse(box, fill=(14, 6, 2, 130))
    return shadow.filter(ImageFilter.GaussianBlur(size_px / 13))


def strew(frame: Frame, picture: Colours, places: list[tuple[float, float]], roast: str, size: float) -> Colours:
    """The picture with a bean and its shadow at every place, later ones on top."""
    size_px = max(8, round(size * frame.unit))
    beans = [_bean(frame, size_px, ROASTS[roast]) for _ in range(TURNS)]
    shadow = _bean_shadow(size_px)
    image = to_image(picture)
    drop = (shadow.width - size_px) // 2
    for at, (x, y) in enumerate(places):
        left, top = round(x * frame.unit - size_px / 2), round(y * frame.unit - size_px / 2)
        image.paste(shadow, (left - drop, top - drop), shadow)
        bean = beans[(at * 7 + at // TURNS) % TURNS]
        image.paste(bean, (left, top), bean)
    return to_colours(image)


def scatter(frame: Frame, area: tuple[float, float, float, float], size: float) -> list[tuple[float, float]]:
    """Places for beans all over the area (left, top, right, bottom), unevenly and in no order."""
    left, top, right, bottom = area
    step = size * BEAN_STEP
    places = [
        (left + (column + row % 2 / 2) * step, top + row * step * 0.85)
        for row in range(int((bottom - top) / step / 0.85) + 1)
        for column in range(int((right - left) / step) + 1)
    ]
    jitter = frame.form.normal(0, size * 0.17, (len(places), 2))
    order = frame.form.permutation(len(places))
    return [(places[at][0] + float(jitter[at, 0]), places[at][1] + float(jitter[at, 1])) for at in order]


def _within(frame: Frame, centre: tuple[float, float], radius: float, place: tuple[float, float], bumps: Field) -> bool:
    dx, dy = place[0] - centre[0], place[1] - centre[1]
    bump = bumps[int((math.atan2(dy, dx) / (2 * math.pi) + 0.5) * (len(bumps) - 1))]
    return math.hypot(dx, dy) < radius * float(bump)


def _outline(frame: Frame) -> Field:
    """How far a heap reaches in each direction, about 1."""
    turn = np.linspace(0, 2 * math.pi, 180)
    waves = (float(frame.form.uniform(0.01, 0.05)) * np.sin(turn * k + frame.form.uniform(0, 6)) for k in (1, 2, 3, 5))
    return np.asarray(1 + sum(waves))


def _jute(frame: Frame) -> Colours:
    def weaver(width: float, length: float) -> Cloth:
        pitch = max(3.0, 7.0 * frame.unit)
        yarn = solid("#ba9463", frame.grain, vary=0.10)
        return Cloth(Yarns(yarn, pitch, 0.16, 0.30), Yarns(yarn * 0.94, pitch, 0.16), BASKET.interlacement(), 0.0, 0.42)

    return close(frame, weaver)


def beans(frame: Frame, spec: PictureSpec) -> Colours:
    """Beans filling the picture, heaped on a plaited tray, or heaped on jute."""
    size = float(spec.repeat)
    everywhere = (-20.0, -20.0, 820.0, frame.units_high + 20)
    if spec.motif == "heap":
        ground = np.zeros((frame.height, frame.width, 3), np.float32) + rgb("#1c100a")
        picture = strew(frame, ground, scatter(frame, everywhere, size), spec.palette, size)
    else:
        on_tray = spec.motif == "tray"
        size *= 0.46 if on_tray else 0.54
        radius, centre = 255.0, (400.0, frame.units_high / 2)
        if on_tray:
            weave = PictureSpec("plait", "mud", "twill", "straight", 170, "laid", spec.seed)
            picture, _ = tray(frame, weave, over=DRAFTS["twill"].interlacement())
        else:
            picture, radius = _jute(frame), 330.0
            centre = (
                float(frame.form.uniform(250, 560)),
                frame.units_high - float(frame.form.uniform(200, 420)),
            )
        bumps = _outline(frame)
        heap = [place for place in scatter(frame, everywhere, size) if _within(frame, centre, radius, place, bumps)]
        strays = [place for place in scatter(frame, everywhere, size * 5.5) if math.dist(place, centre) < radius * 1.22]
        picture = strew(frame, picture, strays[:9] + heap, spec.palette, size)
    x, y = frame.mesh()
    return picture * (1.10 - 0.24 * (x / 800 * 0.5 + y / frame.units_high * 0.6))[..., None]
