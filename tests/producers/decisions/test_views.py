"""Decisions in the console: recorded with figures, in force from a day, replaced and never changed."""

from datetime import date

import pytest

from marketplace.kernel import clock
from producers.decisions import citations
from producers.decisions.queries import figures_on
from producers.decisions.services import record_decision
from tests.producers.conftest import organisation

DAY = date(2026, 11, 23)
FIGURES = {"overhead_on_labour": "0.25", "premium": "0.05", "reserve": "0", "tax": "0.11"}


@pytest.fixture(autouse=True)
def _on_that_day():
    with clock.at(DAY):
        yield


@pytest.fixture
def decision(house):
    return house.do(record_decision, title="Figures of the year", figures=FIGURES, decided_on=date(2026, 1, 5))


@pytest.mark.parametrize(("language", "overhead"), [("en", "12.5"), ("id", "12,5")])
def test_per_cents_and_rates_are_typed_as_people_say_them(house, language, overhead):
    form = house.person(language=language).get("/k/weavers/decisions/new").form()

    page = form.fill(
        title="Annual meeting", overhead_on_labour=overhead, premium="5", tax="0", loss_rule="The cooperative.",
        rate_1_name="weaving a scarf", rate_1="42.000", present="21", votes_for="20", minutes="We met.\nWe agreed.",
    ).send()  # fmt: skip

    assert page.h1 == "Annual meeting"
    assert "We met." in page.words
    stored = house.read(lambda: {k: f.value for k, f in figures_on(organisation("weavers").id, DAY).items()})
    assert stored == {
        "overhead_on_labour": "0.125",
        "premium": "0.05",
        "tax": "0",
        "loss_rule": "The cooperative.",
        "rate:weaving a scarf": "4200000",
    }


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"premium": "105"}, "premium"),
        ({"premium": "five"}, "premium"),
        ({"rate_1_name": "weaving"}, "rate_1"),
        ({"rate_1": "42000"}, "rate_1_name"),
        ({"rate_1_name": "weaving", "rate_1": "0"}, "rate_1"),
        ({"rate_1_name": "weaving", "rate_1": "42.0001"}, "rate_1"),
        ({"present": "3", "votes_for": "4"}, "present"),
        ({"effective_on": "soon"}, "effective_on"),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field_and_kept(house, answers, field):
    form = house.person().get("/k/weavers/decisions/new").form()

    page = form.fill(title="Annual meeting", **answers).send(status=422)

    assert set(page.errors()) == {field}
    assert page.form().values["title"] == "Annual meeting"
    assert all(page.form().values[name] == answer for name, answer in answers.items())


def test_a_later_decision_takes_the_place_of_an_earlier_one(house, decision):
    house.do(record_decision, title="Premium up", figures={"premium": "0.08"}, effective_on=date(2026, 6, 1))
    planned = house.do(record_decision, title="Next year", figures={"premium": "0.1"}, effective_on=date(2027, 1, 1))
    manager = house.person()

    assert "replaced by K-2" in manager.get(f"/k/weavers/decisions/{decision}").words
    assert "holds from 1 Jan 2027" in manager.get(f"/k/weavers/decisions/{planned}").words
    assert "8%" in manager.get("/k/weavers/decisions").words


def test_what_is_missing_is_said_where_figures_stand_and_on_the_first_page(house, decision):
    manager = house.person()

    assert "not decided" in manager.get("/k/weavers/decisions").words
    assert "1 figure without a decision" in manager.get("/k/weavers/").words


def test_a_decision_says_what_cites_it(house, app, decision):
    citations.add(app, lambda decision_id: [citations.Citing("work records", 12), citations.Citing("prices", 0)])

    page = house.person().get(f"/k/weavers/decisions/{decision}")

    assert "12 work records" in page.words
    assert "0 prices" not in page.words


@pytest.mark.parametrize("address", ["/k/weavers/decisions", "/k/weavers/decisions/all"])
def test_a_list_takes_three_statements_whatever_its_length(house, decision, address):
    for year in range(2000, 2020):
        house.do(record_decision, title=f"Of {year}", figures={"premium": "0.01"}, decided_on=date(year, 1, 1))
    manager = house.person()

    with house.counted() as statements:
        manager.get(address)

    assert len(statements) <= 3, statements
