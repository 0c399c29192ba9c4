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
    assert "Cotton spun24 kg cotton21.6 kg yarn2.4 kg" in words.replace(" Cotton", "Cotton") or "2.4 kg" in words
    assert shop.shawl_sha256 in words
    assert page.link("See it in the shop") == "/products/indigo-shawl"
