"""Hourly pay for the public: never about fewer than five people, never without its benchmark, never for ever."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from marketplace.accounts.actor import SYSTEM
from marketplace.accounts.models import User
from marketplace.accounts.organisations import approve_organisation
from marketplace.catalogue.listings import HourlyFigures, publish_hourly_pay
from marketplace.catalogue.queries import cooperative, hourly_pay_of
from marketplace.config import HOURLY_PAY_SHOWN_DAYS
from marketplace.kernel import clock
from marketplace.kernel.db import db
from producers.cooperatives.services import enrol_member
from producers.fairprice.services import record_benchmark
from producers.labour.services import record_work, sign_off_step
from producers.lots.queries import lot_numbered, step_that_made
from producers.publishing.hourly import NoBenchmark, NoCraft, publish_hourly
from producers.publishing.services import publish_lot
from tests.client import PageClient
from tests.factories.producers import buy_yarn, make_coop, make_platform, weave


@pytest.fixture
def coop(app):
    with app.app_context():
        make_platform()
        yield make_coop("sikka")


def today(coop):
    return clock.today(coop.organisation.zone)


def benchmark(coop, kind="living", *, minor=50_001, days=400):
    """An hour of 6,250.125 of the smallest coin: what five weavers earn, and an eighth more."""
    terms = {"source": "survey", "reviewed_by": "board", "valid_from": today(coop)}
    return record_benchmark(
        SYSTEM, coop.organisation, kind=kind, amount=coop.money(minor), hours=8,
        valid_until=today(coop) + timedelta(days=days), **terms,
    )  # fmt: skip


def weavers(coop, count: int, *, first: int = 0) -> None:
    """Each weaves one piece for 50,000 in eight hours."""
    for number in range(first, first + count):
        member = enrol_member(SYSTEM, coop.organisation, name=f"Ibu {number}")
        yarn = buy_yarn(coop, f"Y{number}", quantity=110).lot
        sign_off_step(coop.approver, weave(coop, yarn, grams=110, pieces=1, number=f"K{number}", member=member))


def signed_in(app, coop) -> PageClient:
    """The manager's browser; what was made is committed, and nothing is left open that would lock it out."""
    db.session.commit()
    user = db.session.get_one(User, coop.approver.user_id)
    db.session.expunge(user)
    db.session.rollback()
    browser = PageClient(app)
    browser.sign_in(user)
    return browser


def test_five_people_are_shown_beside_an_exact_comparison_and_four_are_only_named(coop):
    weavers(coop, 4)
    benchmark(coop)
    benchmark(coop, "minimum", minor=50_000)

    (four,) = publish_hourly(coop.approver, coop.organisation)
    with clock.at(clock.now() + timedelta(seconds=1)):
        weavers(coop, 5, first=4)
        (nine,) = publish_hourly(coop.approver, coop.organisation)

    assert (four.craft, four.people, four.mean_minor, four.median_minor, four.benchmarks) == (
        "weaving",
        *[None] * 3,
        [],
    )
    assert (nine.people, nine.mean_minor, nine.median_minor) == (9, 6_250, 6_250)
    # Both benchmarks read 6,250 an hour; the living wage is an eighth of a coin more, and that decides.
    assert {each["kind"]: (each["hour_minor"], each["is_met"]) for each in nine.benchmarks} == {
        "minimum": (6_250, True),
        "living": (6_250, False),
    }
    assert nine.holds_until == today(coop) + timedelta(days=HOURLY_PAY_SHOWN_DAYS)
    assert hourly_pay_of(coop.organisation.id, today(coop)) == [nine]


def test_two_spellings_are_one_craft(coop):
    weavers(coop, 5)
    benchmark(coop)
    for number in (1, 3):
        step_that_made(lot_numbered(coop.organisation.id, f"K{number}").id).craft = "Weaving"
    db.session.flush()

    (five,) = publish_hourly(coop.approver, coop.organisation)

    assert (five.craft, five.people, five.mean_minor) == ("Weaving", 5, 6_250)


def test_it_needs_a_craft_and_a_benchmark_and_drops_off_with_it(coop):
    with pytest.raises(NoCraft):
        publish_hourly(coop.approver, coop.organisation)
    weavers(coop, 5)
    with pytest.raises(NoBenchmark):
        publish_hourly(coop.approver, coop.organisation)

    benchmark(coop, days=30)
    publish_hourly(coop.approver, coop.organisation)

    assert len(hourly_pay_of(coop.organisation.id, today(coop) + timedelta(days=30))) == 1
    assert hourly_pay_of(coop.organisation.id, today(coop) + timedelta(days=31)) == []


def test_the_database_itself_refuses_a_figure_of_four(coop):
    four = HourlyFigures("weaving", people=4, mean_minor=1, median_minor=1)

    with pytest.raises(IntegrityError, match="figures_of_five"):
        publish_hourly_pay(
            SYSTEM, coop.organisation, [four], since=today(coop), until=today(coop), holds_until=today(coop)
        )


def test_an_item_of_five_makers_carries_its_crafts_pay_and_one_of_one_does_not(coop):
    weavers(coop, 5)
    benchmark(coop)
    publish_hourly(coop.approver, coop.organisation)
    together = weave(coop, buy_yarn(coop, "T", quantity=510).lot, grams=510, pieces=5, number="T1")
    for number in range(5):
        member = enrol_member(SYSTEM, coop.organisation, name=f"Ibu T{number}")
        record_work(coop.preparer, together, member, kind="piece", quantity="1", hours="8", rate=coop.money(50_000))
    sign_off_step(coop.approver, together)

    def listed(number):
        lot = lot_numbered(coop.organisation.id, number)
        return publish_lot(
            coop.approver, coop.organisation, lot, title=number, category="cloth", price=coop.money(900_000), quantity=1
        )

    alone, shared = listed("K0"), listed("T1")

    assert (alone.makers, alone.hourly) == (1, [])
    assert shared.makers == 6
    assert [(row["craft"], row["people"], row["mean_minor"]) for row in shared.hourly] == [("weaving", 5, 6_250)]


def test_a_manager_publishes_and_buyers_see_it_without_any_person(app, coop):
    weavers(coop, 5)
    benchmark(coop)
    approve_organisation(SYSTEM, coop.organisation)
    slug, manager, stranger = coop.organisation.slug, signed_in(app, coop), PageClient(app)

    assert "Nothing is shown yet" in stranger.get(f"/cooperatives/{slug}").words
    page = manager.get(f"/k/{slug}/hourly-pay")
    assert "can be published" in page.words
    assert "62" not in page.words  # no figure before it is published
    page = page.form("Publish hourly pay").send()
    public = stranger.get(f"/cooperatives/{slug}")
    (told,) = stranger.json(f"/cooperatives/{slug}.json")["hourly_pay"]

    assert "Hourly pay is on your public page." in page.alerts[0]
    assert "below the living wage" in public.words
    assert "Source: survey." in public.words
    assert "Ibu" not in public.words
    assert (told["craft"], told["people"], told["mean_minor"], told["currency"]) == ("weaving", 5, 6_250, "IDR")
    assert cooperative(slug).hourly[0].craft == "weaving"


def test_the_page_says_what_is_missing_instead_of_publishing(app, coop):
    weavers(coop, 1)
    slug, manager = coop.organisation.slug, signed_in(app, coop)

    page = manager.get(f"/k/{slug}/hourly-pay").form("Publish hourly pay").send(status=409)

    assert "No wage benchmark holds today." in page.words
