"""The pages as Chromium draws them: nothing wider than the phone, a bar true to the pixel, no barrier for anyone."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.marketplace.design.gallery import pages, write

pytestmark = pytest.mark.browser

SCREENS = [name for name in pages() if name != "receipt.html"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gallery")
    write(folder)
    return folder


@pytest.fixture
def opened(chromium, folder):
    contexts = []

    def open_page(name, width=1280, scheme="light"):
        context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.goto((folder / name).as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("name", SCREENS)
def test_nothing_is_wider_than_the_phone(opened, name):
    page = opened(name, width=360)

    assert page.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", SCREENS)
def test_axe_finds_no_barrier(opened, name, scheme):
    page = opened(name, width=360, scheme=scheme)

    results = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})

    found = [(v["id"], [n["html"][:120] for n in v["nodes"]][:3]) for v in results.response["violations"]]
    assert found == []


@pytest.mark.parametrize("width", [360, 1280])
def test_the_bar_is_true_to_the_pixel(opened, width):
    page = opened("product.html", width=width)

    bar = page.locator(".split-bar").bounding_box()
    makers = page.locator(".split-bar .s-makers").bounding_box()
    materials = page.locator(".split-bar .s-materials").bounding_box()

    # Rp299.000 and Rp136.500 of Rp650.000; the gap is taken from inside a part, so that starts stay exact.
    assert makers["width"] == pytest.approx(bar["width"] * 299 / 650, abs=0.1)
    assert materials["x"] - bar["x"] == pytest.approx(bar["width"] * 299 / 650, abs=0.1)
    assert materials["width"] == pytest.approx(bar["width"] * 136.5 / 650, abs=0.1)
    assert bar["height"] == 44


def test_each_row_stands_under_its_part_of_the_bar(opened):
    page = opened("product.html")

    part = page.locator(".split-bar .s-materials").bounding_box()
    piece = page.locator(".split-piece .s-materials").bounding_box()

    assert (piece["x"], piece["width"]) == (pytest.approx(part["x"], abs=0.1), pytest.approx(part["width"], abs=0.1))


def test_every_target_on_the_phone_can_be_hit(opened):
    page = opened("log-work.html", width=360)

    sizes = [button.bounding_box() for button in page.locator(".stepper-row button, .button, .stepper-row input").all()]

    assert sizes
    assert all(min(size["width"], size["height"]) >= 64 for size in sizes)
