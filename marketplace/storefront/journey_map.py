"""The map of a journey: numbered stops on a simplified drawing, never finer than a district.

Land lies in a drawing that stretches with the page; names and numbers are placed by per cent, so that they keep their
size on every screen. Where we have no drawing of a place there is no map, and the list says everything.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, radians

from marketplace.storefront.outlines import REGIONS, District, Point, Region, Ring

WIDTH, HEIGHT = 640, 320
UPRIGHT_PERCENT = 3  # a line that leans less is drawn as upright as its name

# What people write before the name of a district.
KINDS = re.compile(r"^(kabupaten|kab\.?|kota|provinsi|district of|province of|munisípiu)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mark:
    """Words at a place, lazy where they are translated; x and y in per cent of the drawing."""

    text: object
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Stop:
    """A district of the journey: its number, its point and its name, with a line between the two.

    The name goes on where its line ends: to the right ("start"), to the left ("end"), above or below it ("middle").
    """

    number: int
    name: str
    x: float
    y: float
    name_x: float
    name_y: float

    @property
    def anchor(self) -> str:
        """On which side of its point the name stands."""
        across = self.name_x - self.x
        return "middle" if abs(across) < UPRIGHT_PERCENT else "start" if across > 0 else "end"

    @property
    def drop(self) -> int:
        """How far below its point the name's line of letters runs, in px."""
        if self.anchor != "middle":
            return 5
        return 18 if self.name_y > self.y else -7


@dataclass(frozen=True, slots=True)
class JourneyMap:
    """Paths in a drawing of WIDTH × HEIGHT, marks and stops by per cent."""

    land: str
    rivers: tuple[str, ...]
    districts: tuple[str, ...]
    arcs: tuple[str, ...]
    stops: tuple[Stop, ...]
    seas: tuple[Mark, ...]
    towns: tuple[Mark, ...]


def known(country: str | None, place: str) -> tuple[Region, District] | None:
    """The drawing and the district of a place; None where we have none."""
    name = _plain(place)
    for region in REGIONS:
        if region.country == country and name in region.districts:
            return region, region.districts[name]
    return None


def stops_of(country: str | None, places: Sequence[str]) -> dict[str, int]:
    """The number of each place that has a drawing, in the order in which the journey first comes there.

    All stops lie on one drawing: that of the first known place.
    """
    numbers: dict[str, int] = {}
    first: Region | None = None
    for place in places:
        found = known(country, place)
        if found and (first is None or found[0] is first):
            first = found[0]
            numbers.setdefault(_plain(place), len(numbers) + 1)
    return {place: numbers[_plain(place)] for place in places if _plain(place) in numbers}


def journey_map(country: str | None, places: Sequence[str]) -> JourneyMap | None:
    """The map of a journey through `places`; None where no outline is known for any of them."""
    numbers = stops_of(country, places)
    if not numbers:
        return None
    named = {number: place for place, number in reversed(numbers.items())}
    found = [known(country, named[number]) for number in sorted(named)]
    region = next(each[0] for each in found if each)
    districts = [each[1] for each in found if each]
    points = [_project(region, district.at) for district in districts]
    return JourneyMap(
        land="".join(_closed([_project(region, point) for point in ring]) for ring in region.land),
        rivers=tuple(_open([_project(region, point) for point in ring]) for ring in region.rivers),
        districts=tuple(_polygon(region, district.ring) for district in districts),
        arcs=tuple(_arc(start, end) for start, end in pairwise(points)),
        stops=tuple(
            _stop(region, number, named[number], district) for number, district in enumerate(districts, start=1)
        ),
        seas=tuple(Mark(sea.text, *_percent(_project(region, sea.at))) for sea in region.seas),
        towns=tuple(Mark(town.text, *_percent(_project(region, town.at))) for town in region.towns),
    )


def _plain(place: str) -> str:
    """A district without its kind and its country: Kabupaten Sikka, Indonesia is sikka."""
    return KINDS.sub("", place.partition(",")[0].strip()).casefold()


def _project(region: Region, point: Point) -> Point:
    """Degrees to the drawing: a degree east is as much shorter as it is there."""
    scale = WIDTH / (region.east - region.west)
    x = (point[0] - region.west) * scale
    y = HEIGHT / 2 - (point[1] - region.middle) * scale / cos(radians(region.middle))
    return round(x, 1), round(y, 1)


def _percent(point: Point) -> Point:
    return round(point[0] * 100 / WIDTH, 2), round(point[1] * 100 / HEIGHT, 2)


def _stop(region: Region, number: int, name: str, district: District) -> Stop:
    x, y = _percent(_project(region, district.at))
    name_x, name_y = _percent(_project(region, district.name_at))
    return Stop(number, name.partition(",")[0].strip(), x, y, name_x, name_y)


def _closed(points: Sequence[Point]) -> str:
    """A ring through the middles between its points, rounded at each of them as a hand would draw it."""
    middles = [_middle(a, b) for a, b in zip(points, [*points[1:], points[0]], strict=True)]
    start = middles[-1]
    curve = "".join(f"Q{_at(point)} {_at(middle)}" for point, middle in zip(points, middles, strict=True))
    return f"M{_at(start)}{curve}Z"


def _open(points: Sequence[Point]) -> str:
    middles = [_middle(a, b) for a, b in pairwise(points)]
    curve = "".join(f"Q{_at(point)} {_at(middle)}" for point, middle in zip(points[1:-1], middles[1:], strict=True))
    return f"M{_at(points[0])}L{_at(middles[0])}{curve}L{_at(points[-1])}"


def _polygon(region: Region, ring: Ring) -> str:
    return f"M{'L'.join(_at(_project(region, point)) for point in ring)}Z"


def _arc(start: Point, end: Point) -> str:
    """A bow above the straight way, higher the longer it is."""
    x, y = _middle(start, end)
    lift = max(20.0, abs(end[0] - start[0]) / 3)
    return f"M{_at(start)}Q{_at((x, round(y - lift, 1)))} {_at(end)}"


def _middle(a: Point, b: Point) -> Point:
    return round((a[0] + b[0]) / 2, 1), round((a[1] + b[1]) / 2, 1)


def _at(point: Point) -> str:
    return f"{point[0]:g} {point[1]:g}"
