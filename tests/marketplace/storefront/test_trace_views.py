"""From the code on a label to its journey."""


def test_a_typed_code_leads_to_the_journey(shop, reader):
    page = reader.get("/trace")

    journey = page.form().fill(code=f" {shop.shawl_code.lower()[:5]} {shop.shawl_code[5:]} ").send(follow=True)

    assert journey.h1 in {"The journey of Indigo shawl", "Perjalanan Indigo shawl"}


def test_a_code_nobody_has_is_answered_with_what_was_typed(shop, stranger):
    page = stranger.get("/trace?code=0000000000", status=404)

    assert page.errors() == {"code": "No goods have this code. Compare it with the label once more."}
    assert page.form().values["code"] == "0000000000"


def test_letters_that_look_like_digits_lead_to_the_one_address(app, shop, stranger):
    from marketplace.catalogue.models import Stock
    from marketplace.kernel.db import db

    db.session.query(Stock).filter_by(listing_id=shop.shawl).one().lot_code = "10ABCDEFGH"
    db.session.commit()

    answer = stranger.get("/trace/loabcdefgh", status=301).response

    assert answer.headers["Location"] == "/trace/10ABCDEFGH"


def test_a_lot_that_is_not_published_is_absent(shop, stranger):
    stranger.get("/trace/ABCDEFGHJK", status=404)
    stranger.get(f"/trace/{shop.hidden_code}", status=404)


def test_the_page_shows_what_went_in_and_what_was_lost(shop, stranger):
    page = stranger.get(f"/trace/{shop.shawl_code}")

    words = page.words.replace("\u00a0", " ")
    assert "24 kg cotton became 21.6 kg yarn" in words
    assert "2.4 kg lost" in words
    assert "Balanced: 24 kg in = out" in words
    assert shop.shawl_sha256 in words
    assert page.link("See it in the shop") == "/products/indigo-shawl"


def test_page_and_twin_tell_how_much_evidence_there_is_and_nothing_that_leads_inside(shop, stranger):
    page = stranger.get(f"/trace/{shop.shawl_code}")
    twin = stranger.json(f"/trace/{shop.shawl_code}.json")

    assert "12 signed work records" in page.words
    assert twin["steps"][0]["evidence"] == {"work_records": 12, "photos": 1}
    # Lots on the way are not published: their codes stand nowhere.
    assert "YARN" not in page.text
    assert "YARN" not in str(twin)


def test_the_map_carries_the_numbers_of_the_list(shop, stranger):
    for path in (f"/trace/{shop.shawl_code}", "/products/indigo-shawl"):
        page = stranger.get(path)

        assert "stop on the map: 1" in page.words
        assert "never nearer to a home" in page.words
        assert "1 Kabupaten Sikka" in page.text


def test_goods_brought_in_without_records_say_so(app, shop, stranger):
    from marketplace.catalogue.models import Stock
    from marketplace.kernel.db import db

    stock = db.session.query(Stock).filter_by(listing_id=shop.shawl).one()
    stock.story = stock.story | {"steps": [], "materials": []}
    db.session.commit()

    page = stranger.get(f"/trace/{shop.shawl_code}")

    assert "brought in without records" in page.words
    assert page.text.count("<svg") < 4
