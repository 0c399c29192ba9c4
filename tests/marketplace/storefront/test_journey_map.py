"""The map is rough on purpose, but never wrong about which place comes when, and never nearer than a district."""

import pytest

from marketplace.storefront.journey_map import HEIGHT, WIDTH, journey_map, stops_of
from marketplace.storefront.outlines import REGIONS

DISTRICTS = [(region.country, name) for region in REGIONS for name in region.districts]


def test_places_are_numbered_in_the_order_in_which_the_journey_comes_there():
    places = ["Kabupaten Ende, Indonesia", "Sikka", "Kab. Sikka", "Ende", "somewhere"]

    drawn = journey_map("ID", places)

    assert stops_of("ID", places) == {"Kabupaten Ende, Indonesia": 1, "Ende": 1, "Sikka": 2, "Kab. Sikka": 2}
    assert [(stop.number, stop.name) for stop in drawn.stops] == [(1, "Kabupaten Ende"), (2, "Sikka")]
    assert len(drawn.arcs) == 1


def test_a_place_without_a_drawing_leaves_the_list_alone():
    assert journey_map("ID", ["Kabupaten Bantul", ""]) is None
    assert journey_map("XX", ["Sikka"]) is None
    assert journey_map(None, []) is None
    assert stops_of("ID", ["Kabupaten Bantul"]) == {}


@pytest.mark.parametrize(("country", "name"), DISTRICTS)
def test_every_district_lies_on_land_inside_its_drawing_with_its_name_beside_it(country, name):
    region = next(region for region in REGIONS if region.country == country)
    district = region.districts[name]

    (stop,) = journey_map(country, [name]).stops

    assert 2 < stop.x < 98
    assert 4 < stop.y < 96
    assert 0 < stop.name_y < 100
    # On the smallest phone the drawing is 328 px wide and a letter takes about 9.
    room_px = {"start": 100 - stop.name_x, "end": stop.name_x, "middle": 2 * min(stop.name_x, 100 - stop.name_x)}
    assert room_px[stop.anchor] * 3.28 > 9 * len(name)
    assert any(inside(ring, district.at) for ring in region.land)
    assert inside(district.ring, district.at)


@pytest.mark.parametrize("region", REGIONS, ids=lambda region: region.country)
def test_a_drawing_is_a_few_kilobytes(region):
    drawn = journey_map(region.country, list(region.districts))

    assert (WIDTH, HEIGHT) == (640, 320)
    assert sum(len(path) for path in (drawn.land, *drawn.rivers, *drawn.districts, *drawn.arcs)) < 4_000


def inside(ring, point):
    """Whether a point lies in a ring, by counting the edges to its east."""
    x, y = point
    count = 0
    for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (ay > y) != (by > y) and x < ax + (y - ay) * (bx - ax) / (by - ay):
            count += 1
    return count % 2 == 1
