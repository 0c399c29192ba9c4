"""Photos, sitemap, robots, and how long each may be kept."""

import io
from xml.etree import ElementTree

import pytest
from PIL import Image

from marketplace.catalogue.models import Listing
from marketplace.kernel import media, media_store
from marketplace.kernel.db import db
from tests.client import PageClient
from tests.factories.catalogue import make_photo


@pytest.fixture
def kept(app, shop):
    """A picture that a listing shows, really stored."""
    out = io.BytesIO()
    Image.new("RGB", (800, 1000), "#172e52").save(out, "PNG")
    stored = media_store.store(media_store.storage_at(app.config["MEDIA_URL"]), media.clean_image(out.getvalue()))
    make_photo(db.session.get(Listing, shop.shawl), stored.sha256, ordinal=-1)
    db.session.commit()
    return stored.sha256


def test_a_published_photo_is_served_for_ever(kept, client):
    for address, width in ((f"/media/{kept}.webp", 800), (f"/media/{kept}-320.webp", 320)):
        answer = client.get(address)

        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.mimetype == "image/webp"
        assert Image.open(io.BytesIO(answer.data)).width == width
        again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")


def test_a_page_offers_the_sizes_that_exist(kept, client):
    page = client.get("/products?q=Indigo").text

    assert f"/media/{kept}-320.webp 320w, /media/{kept}-640.webp 640w, /media/{kept}.webp 800w" in page
    assert 'width="800" height="1000"' in page


@pytest.mark.parametrize("ending", ["-321.webp", "-960.webp", "-000.webp", ".pdf", "-32.webp"])
def test_no_other_size_or_kind_is_served(kept, client, ending):
    assert client.get(f"/media/{kept}{ending}").status_code == 404


def test_a_file_no_public_listing_shows_is_absent(app, shop, client):
    out = io.BytesIO()
    Image.new("RGB", (400, 500)).save(out, "PNG")
    evidence = media_store.store(media_store.storage_at(app.config["MEDIA_URL"]), media.clean_image(out.getvalue()))

    assert client.get(f"/media/{evidence.sha256}.webp").status_code == 404
    assert client.get(f"/media/{shop.hidden_photo}.webp").status_code == 404
    assert client.get("/media/../../etc/passwd.webp").status_code == 404


def test_the_sitemap_lists_what_is_public(shop, client):
    answer = client.get("/sitemap.xml")

    assert answer.mimetype == "application/xml"
    tree = ElementTree.fromstring(answer.data)
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    addresses = [place.text for place in tree.findall(f"{space}url/{space}loc")]
    assert tree.tag == f"{space}urlset"
    assert len(addresses) == len(set(addresses)) == len(tree)
    assert "http://127.0.0.1:8000/products/indigo-shawl" in addresses
    assert "http://127.0.0.1:8000/cooperatives/lepo-waru" in addresses
    for address in addresses:
        assert client.get(address.removeprefix("http://127.0.0.1:8000")).status_code == 200, address


def test_robots_are_kept_to_the_shop_window(shop, client):
    assert "Disallow: /k/\n" in client.get("/robots.txt").text
    assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in client.get("/robots.txt").text


# --- how long pages may be kept ---------------------------------------------------------------------------------------


def test_a_stranger_without_cookies_gets_what_anybody_may_keep(shop, client):
    answer = client.get("/products")

    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert {"Cookie", "Accept-Language"} <= set(answer.vary)
    assert client.get("/products", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize("cookie", ["lumbung", "basket"])
def test_what_holds_something_of_the_reader_is_kept_by_nobody(shop, client, cookie):
    client.set_cookie(cookie, "x")

    assert client.get("/products").headers["Cache-Control"] == "private, no-store"


def test_a_page_with_a_button_holds_a_token_and_is_kept_by_nobody(app, shop):
    from marketplace.storefront import basket

    class Baskets:
        def add_form(self, listing_id: str) -> basket.AddForm:
            return basket.AddForm("/basket", {"listing": listing_id})

    app.extensions.pop("storefront.basket", None)
    basket.offer_basket(app, Baskets())
    stranger = PageClient(app)

    page = stranger.get("/products/indigo-shawl")

    form = page.form("Put in the basket")
    assert (form.action, form.values["listing"]) == ("/basket", shop.shawl)
    assert page.response.headers["Cache-Control"] == "private, no-store"


def test_choosing_a_language_is_not_kept(client):
    assert client.get("/trace?lang=en").headers["Cache-Control"] == "private, no-store"
    assert client.get("/trace").headers["Cache-Control"] == "public, max-age=60"
