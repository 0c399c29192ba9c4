"""The pages a stranger sees: complete in both languages, only what is public, few questions to the database."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Listing, Stock
from marketplace.config import PAGE_SIZE
from marketplace.kernel import clock
from marketplace.kernel.db import db
from tests.client import PageClient
from tests.factories.catalogue import make_product, make_stock
from tests.queries import count_queries

PAGES = (
    "/cooperatives/ermera",
    "/products/coffee",
    "/",
    "/products",
    "/products/indigo-shawl",
    "/cooperatives",
    "/cooperatives/lepo-waru",
    "/trace",
)


@pytest.mark.parametrize("address", PAGES)
def test_a_page_stands_in_both_languages(shop, reader, address):
    assert reader.get(address).h1


def test_home_shows_what_is_new_and_where_it_comes_from(shop, stranger):
    page = stranger.get("/")

    assert page.h1 == "See who is paid, and how much."
    assert "Indigo shawl" in page.words
    assert "Rp299,000" in page.words or "US$6.44" in page.words
    assert "Koperasi Lepo Waru" in page.words


def test_what_waits_for_approval_is_nowhere(shop, stranger):
    for address in ("/", "/products", "/cooperatives", "/index.json", "/products.json", "/sitemap.xml"):
        assert "Hidden cloth" not in stranger.get(address).text
        assert "/hidden" not in stranger.get(address).text
        assert "Waiting Cooperative" not in stranger.get(address).text
    for address in ("/products/hidden", "/cooperatives/waiting", f"/trace/{shop.hidden_code}"):
        stranger.get(address, status=404)


def test_a_withdrawn_good_is_gone_and_its_lot_still_tells(app, shop, stranger):
    db.session.get(Listing, shop.shawl).withdrawn_at = clock.now()
    db.session.commit()

    stranger.get("/products/indigo-shawl", status=404)
    assert "Indigo shawl" not in stranger.get("/products").words
    page = stranger.get(f"/trace/{shop.shawl_code}")
    assert "See it in the shop" not in page.words


def test_a_sold_out_good_stays_and_says_so(app, shop, stranger):
    stock = db.session.query(Stock).filter_by(listing_id=shop.shawl).one()
    stock.sold = stock.listed
    db.session.commit()

    assert "Sold out" in stranger.get("/products").words
    page = stranger.get("/products/indigo-shawl")
    assert "The last piece is sold" in page.words
    assert not list(page.find("main").iter("button"))


def test_a_product_is_taken_apart_to_the_last_coin(shop, stranger):
    page = stranger.get("/products/indigo-shawl")

    assert "Of Rp650,000, Rp299,000 becomes the makers’ wages." in page.words
    rows = [row for table in page.find_all("table", class_="split") for row in table.iter("tr")]
    assert len([row for row in rows if row.get("aria-hidden") is None]) == 1 + 7 + 1
    assert "Paid, not yet confirmed" in page.words
    assert "8 people worked on this lot." in page.words
    assert "24 kg cotton became 21.6 kg yarn" in page.words.replace("\u00a0", " ")
    assert "Organic" in page.words


def test_the_shown_lot_is_the_oldest_that_has_pieces(app, shop, stranger):
    listing = db.session.get(Listing, shop.shawl)
    older = listing.stocks[0]
    newer = make_stock(listing, 3, published_at=older.published_at + timedelta(days=1))
    db.session.commit()
    assert older.lot_code in stranger.get("/products/indigo-shawl").words

    older.sold = older.listed
    db.session.commit()

    page = stranger.get("/products/indigo-shawl")
    assert newer.lot_code in page.words
    assert "3 left" in page.words


def test_without_a_basket_above_there_is_no_button(app, shop, stranger):
    app.extensions.pop("storefront.basket", None)

    assert not list(stranger.get("/products/indigo-shawl").find("main").iter("form"))


def test_an_expired_claim_drops_off(app, shop, stranger):
    stock = db.session.query(Stock).filter_by(listing_id=shop.shawl).one()
    stock.story = {**stock.story, "claims": [{"name": "organic", "until": "2026-03-01"}], "materials": []}
    db.session.commit()

    with clock.at(clock.now().replace(year=2026, month=3, day=1, hour=9)):
        assert "Organic" in stranger.get(f"/trace/{shop.shawl_code}").words
    with clock.at(clock.now().replace(year=2026, month=3, day=2, hour=9)):
        assert "Organic" not in stranger.get(f"/trace/{shop.shawl_code}").words


@pytest.mark.parametrize(("hour", "minute"), [(18, 0), (23, 30)])
def test_a_claim_ends_with_the_day_of_its_cooperative(app, shop, stranger, hour, minute):
    stock = db.session.query(Stock).filter_by(listing_id=shop.shawl).one()
    stock.story = {**stock.story, "claims": [{"name": "organic", "until": "2026-03-01"}], "materials": []}
    stock.listing.organisation.zone = "Asia/Jakarta"
    db.session.commit()

    with clock.at(datetime(2026, 3, 1, hour, minute, tzinfo=UTC)):
        for address in (f"/trace/{shop.shawl_code}", "/products/indigo-shawl"):
            assert "Organic" not in stranger.get(address).words
        assert stranger.http.get(f"/trace/{shop.shawl_code}.json").json["claims"] == []


def test_a_split_that_does_not_add_up_is_not_shown(app, shop, stranger):
    db.session.get(Listing, shop.shawl).price_minor += 1
    db.session.commit()

    assert "Where your money goes" not in stranger.get("/products/indigo-shawl").words
    assert "to the makers" not in stranger.get("/products?category=cloth").words


# --- filters ----------------------------------------------------------------------------------------------------------


def goods(page):
    return [heading.text for heading in page.tree.iter("h2")]


@pytest.mark.parametrize(
    ("asked", "found", "said"),
    [
        ("category=coffee", ["Roasted coffee"], "1 product from 1 cooperative, of the kind Coffee."),
        ("category=coffee&category=cloth", ["Roasted coffee", "Indigo shawl"], "of the kind Coffee or Cloth."),
        ("cooperative=lepo-waru", ["Indigo shawl"], "by Koperasi Lepo Waru."),
        ("q=INDIGO", ["Indigo shawl"], "with the words “INDIGO”."),
        ("q=waru+shawl", ["Indigo shawl"], "1 product from 1 cooperative"),
        ("q=%25", [], "0 products from 0 cooperatives"),
        ("q=in_igo", [], "0 products from 0 cooperatives"),
        ("q=/", [], "0 products from 0 cooperatives"),
        ("currency=USD&lowest=14&highest=14", ["Roasted coffee"], "priced from US$14.00 to US$14.00."),
        ("currency=IDR&highest=649.999", [], "priced up to Rp649,999."),
        ("currency=IDR&lowest=650.000", ["Indigo shawl"], "priced from Rp650,000."),
        ("currency=USD", ["Roasted coffee", "Indigo shawl"], "2 products from 2 cooperatives."),
    ],
)
def test_a_filter_narrows_and_is_said_in_a_sentence(shop, stranger, asked, found, said):
    page = stranger.get(f"/products?{asked}")

    assert goods(page) == found
    assert said in page.words


def test_a_choice_shows_how_many_goods_it_leads_to(shop, stranger):
    page = stranger.get("/products?category=coffee")

    form = page.form("Apply")
    labels = [" ".join("".join(label.itertext()).split()) for label in form.element.iter("label")]
    assert "Cloth1" in labels
    assert "Koperasi Lepo Waru0" in labels
    assert form.values.getlist("category") == ["coffee"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ("currency=IDR&lowest=much", "lowest"),
        ("lowest=100", "currency"),
        ("currency=IDR&lowest=200&highest=100", "highest"),
        ("currency=VND&lowest=1,5", "lowest"),
        ("currency=XXX", "currency"),
        ("q=" + "x" * 81, "q"),
    ],
)
def test_a_filter_that_cannot_be_read_is_refused_with_what_was_entered(shop, stranger, asked, field):
    page = stranger.get(f"/products?{asked}", status=422)

    assert "This filter was not applied" in page.words
    assert f'href="#f-{field}"' in page.text
    stranger.json(f"/products.json?{asked}", status=422)


def test_a_search_without_result_says_so_and_not_that_nothing_is_published(shop, stranger):
    page = stranger.get("/products?q=zebra")

    assert "Nothing fits these filters." in page.words
    assert "No cooperative has published anything yet." not in page.words
    assert page.link("Remove filters") == "/products"


def test_an_address_where_nothing_is_shows_ways_on(shop, stranger):
    page = stranger.get("/products/none", status=404)

    assert [page.link(words) for words in ("All goods", "Look up a code")] == ["/products", "/trace"]


def test_search_engines_read_the_price_the_seller_and_no_person(shop, stranger):
    text = stranger.get("/products/indigo-shawl").text
    told = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.S)[1])

    assert (told["@context"], told["@type"], told["name"]) == ("https://schema.org", "Product", "Indigo shawl")
    assert told["url"] == "http://127.0.0.1:8000/products/indigo-shawl"
    assert all(image.startswith("http://127.0.0.1:8000/media/") for image in told["image"])
    assert told["offers"] == {
        "@type": "Offer",
        "url": told["url"],
        "price": "650000.00",
        "priceCurrency": "IDR",
        "availability": "https://schema.org/InStock",
        "itemCondition": "https://schema.org/NewCondition",
        "seller": {"@type": "Organization", "name": "Koperasi Lepo Waru"},
    }


def test_pages_are_bounded(app, shop, stranger):
    organisation = db.session.get(Organisation, shop.weavers)
    for number in range(PAGE_SIZE):
        make_product(organisation, f"Cloth {number}")
    db.session.commit()

    assert len(goods(stranger.get("/products?cooperative=lepo-waru"))) == PAGE_SIZE
    second = stranger.get("/products?cooperative=lepo-waru").follow("Next")
    assert goods(second) == ["Indigo shawl"]
    assert "by Koperasi Lepo Waru" in second.words
    for beyond in ("0", "3", "-1", "second"):
        stranger.get(f"/products?cooperative=lepo-waru&page={beyond}", status=404)


@pytest.mark.parametrize(
    ("address", "most"),
    [
        ("/", 3),
        ("/products", 3),
        ("/products?q=cloth&category=cloth", 3),
        ("/products.json", 3),
        ("/cooperatives", 1),
        ("/cooperatives/lepo-waru", 3),
        ("/products/indigo-shawl", 4),
    ],
)
def test_a_list_asks_little_of_the_database(app, shop, stranger, address, most):
    organisation = db.session.get(Organisation, shop.weavers)
    for number in range(8):
        make_product(organisation, f"Cloth {number}")
    db.session.commit()
    stranger.http.environ_base["REMOTE_ADDR"] = "203.0.113.98"  # whose first searches this process counts alone

    with count_queries(app) as asked:
        stranger.get(address)

    assert len(asked) <= most, "\n".join(asked)


def test_what_was_frozen_is_read_once(app, shop, stranger):
    first, then = stranger.get("/products"), stranger.get("/products/indigo-shawl")

    with count_queries(app) as asked:
        again, once_more = stranger.get("/products"), stranger.get("/products/indigo-shawl")

    assert len(asked) == 4  # what can be chosen, the goods; the product, its lots
    assert not [statement for statement in asked if "catalogue_stock_split" in statement]
    assert (again.words, once_more.words) == (first.words, then.words)


def test_a_kept_picture_and_journey_speak_the_readers_language(app, shop, stranger):
    english = stranger.get("/products/indigo-shawl")
    indonesian = PageClient(app, "id").get("/products/indigo-shawl")

    told = [[image.get("alt") for image in page.tree.iter("img")] for page in (english, indonesian)]
    assert told[0] != told[1]
    assert "4 people" in english.words.replace("\u00a0", " ")
    assert "4 orang" in indonesian.words.replace("\u00a0", " ")
