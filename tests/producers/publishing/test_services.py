"""Publishing: what is frozen, what is folded, what is refused."""

import pytest

from marketplace.catalogue.listings import LotListedAlready, publish_profile, withdraw_listing
from marketplace.catalogue.story import read_story
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.storefront.lot_flow import lot_flow
from producers.cooperatives.services import give_consent, revoke_consent
from producers.decisions.queries import NotDecided
from producers.lots.errors import NotEnough, OnHold
from producers.lots.queries import lot_numbered
from producers.lots.selling import sell
from producers.lots.services import bring_in, declare_cost, put_on_hold, return_from_sale
from producers.publishing.queries import publication_of_lot, publication_of_stock, publications
from producers.publishing.services import BelowFloor, PriceUnlike, WithoutCost, publish_lot
from tests.factories.producers import make_coop, make_platform, woven_lot


@pytest.fixture
def coop(app):
    with app.app_context():
        make_platform()
        yield make_coop("sikka")


def publish(coop, lot, **changes):
    arguments = {"title": "Kain Sikka", "category": "textile", "price": coop.money(200_000), "quantity": 5}
    return publish_lot(coop.approver, coop.organisation, lot, **(arguments | changes))


def split(stock) -> dict[str, int]:
    return {row.purpose: row.amount_minor for row in stock.split}


def test_the_frozen_split_sums_to_the_price(coop):
    lot = woven_lot(coop)
    give_consent(coop.approver, coop.ani, "show_labour_amount", how="paper")

    stock = publish(coop, lot)

    # Yarn 20,000 and work 50,000 a piece; overhead 20 % of the work; 5 % premium and 6 % fee of 200,000; 2.9 % card.
    assert split(stock) == {
        "materials": 20_000, "labour": 50_000, "overhead": 10_000, "premium": 10_000, "surplus": 92_200,
        "platform_fee": 12_000, "payment_fee": 5_800,
    }  # fmt: skip
    assert sum(split(stock).values()) == stock.listing.price_minor
    assert (stock.makers, stock.folds_labour, stock.lot_code, stock.available) == (1, False, lot.code, 5)
    assert {row.purpose: row.status for row in stock.split}["labour"] == "owed"


def test_without_every_makers_consent_labour_is_folded(coop):
    lot = woven_lot(coop)
    give_consent(coop.approver, coop.ani, "show_labour_amount", how="paper")
    revoke_consent(coop.approver, coop.ani, "show_labour_amount")

    stock = publish(coop, lot)

    assert stock.folds_labour
    assert split(stock)["producer_share"] == 80_000
    assert not split(stock).keys() & {"materials", "labour", "overhead"}
    kept = publication_of_lot(lot.id)
    assert sum(row.amount_minor for row in kept.split if row.purpose == "labour") == 50_000


def test_the_story_names_nobody_without_consent(coop):
    stock = publish(coop, woven_lot(coop))

    assert (stock.story["makers"], stock.named) == (1, {})
    assert [step["name"] for step in stock.story["steps"]] == ["weaving"]
    assert coop.ani.name not in str(stock.story)


def test_the_story_holds_what_the_graph_of_lots_needs_and_counts_the_evidence(coop):
    stock = publish(coop, woven_lot(coop))

    (step,) = stock.story["steps"]
    assert step["evidence"] == {"work_records": 1, "photos": 0}
    assert sum(line["mass_g"] for line in step["inputs"]) == step["main_in_g"] == step["out_g"] + step["loss_g"]
    assert lot_flow(read_story(stock.story), stock.listing.title).graph.is_balanced


def test_a_member_who_agreed_is_named(coop):
    lot = woven_lot(coop)
    give_consent(coop.approver, coop.ani, "show_name", how="paper")

    stock = publish(coop, lot)

    assert stock.named == {coop.ani.id: "Ani"}
    assert "Ani" not in str(stock.story)


def test_the_floor_and_everything_below(coop):
    lot = woven_lot(coop)
    stock = publish(coop, lot)
    floor = publication_of_lot(lot.id).floor_minor
    other = woven_lot(coop, "K-2")

    with pytest.raises(BelowFloor):
        publish(coop, other, price=coop.money(floor - 1))
    lowest = publish(coop, other, price=coop.money(floor))

    assert split(lowest).get("surplus", 0) in {0, 1}
    assert stock.listing.slug == "kain-sikka"
    assert lowest.listing.slug == "kain-sikka-2"
    assert publication_of_stock(lowest.id).lot_id == other.id
    assert len(publications(coop.organisation.id, limit=10)) == 2


def test_a_second_lot_joins_a_listing_at_its_price(coop):
    first = publish(coop, woven_lot(coop))
    second = woven_lot(coop, "K-2")

    with pytest.raises(PriceUnlike):
        publish(coop, second, listing=first.listing, price=coop.money(200_001))
    publish(coop, second, listing=first.listing)

    assert [stock.lot_code for stock in first.listing.stocks][1:] == [second.code]


def test_what_cannot_be_published(coop):
    lot = woven_lot(coop)

    with pytest.raises(NotEnough):
        publish(coop, lot, quantity=6)
    with pytest.raises(PriceUnlike):
        publish(coop, lot, price=Money(200_000, "USD"))
    with pytest.raises(NotFound):
        publish(make_coop("ende"), lot)
    publish(coop, lot, quantity=2)
    with pytest.raises(LotListedAlready):
        publish(coop, lot, quantity=2)
    with pytest.raises(OnHold):
        publish(coop, put_on_hold(coop.approver, woven_lot(coop, "K-2")))


def test_without_the_platforms_decisions_there_is_no_price(app):
    with app.app_context():
        coop = make_coop("sikka")
        lot = woven_lot(coop)
        from marketplace.accounts.organisations import register_organisation

        register_organisation(slug="platform", name="Lumbung", currency="USD", kind="platform", zone="UTC")

        with pytest.raises(NotDecided):
            publish(coop, lot)


def test_a_brought_in_lot_waits_for_its_cost_which_reads_declared(coop):
    lot = bring_in(coop.preparer, coop.organisation, name="coffee", quantity=5, unit="H87", number="B")
    with pytest.raises(WithoutCost):
        publish(coop, lot)

    declare_cost(coop.preparer, lot, {"crop": 100_000, "labour": 50_000})
    stock = publish(coop, lot)

    assert {row.status for row in stock.split if row.purpose in {"crop", "labour"}} == {"declared"}
    assert (stock.makers, stock.folds_labour) == (0, False)


def test_sold_and_sent_back(coop):
    lot = woven_lot(coop)
    costs = sell([("O-1", lot.id, 2)])["O-1"].costs
    assert sum(row.amount_minor for row in costs) == 140_000

    return_from_sale(lot.id, 1, costs[:1], restocked=True, source="R-1")
    return_from_sale(lot.id, 1, [], restocked=False, source="R-2")

    lot = lot_numbered(coop.organisation.id, "K-1")
    assert (lot.sold, lot.returned, lot.lost, lot.stock) == (2, 2, 1, 4)


def test_a_withdrawn_listing_frees_its_lot(coop):
    lot = woven_lot(coop)
    stock = publish(coop, lot)

    withdraw_listing(coop.approver, stock.listing)

    assert stock.available == 0
    assert stock.listing.withdrawn_at is not None


def test_a_profile_is_published_again_in_place(coop):
    publish_profile(coop.approver, coop.organisation, summary="Weavers")
    second = publish_profile(coop.approver, coop.organisation, summary="Weavers of Sikka", members_count=2)

    assert (second.summary, second.members_count) == ("Weavers of Sikka", 2)
