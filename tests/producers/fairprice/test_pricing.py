"""The split of a price and its floor, with the worked example's figures and for any figures."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.fairprice.pricing import (
    CostRow,
    NoFloor,
    Rules,
    SplitRow,
    floor_price,
    sort_key,
    split_line,
    split_parcel,
    split_piece,
    surplus_of,
)

SILK = Rules(*(Fraction(rate) for rate in ("0.07", "0.25", "0.05", "0.02", "0.06")))
BATIK = Rules(*(Fraction(rate) for rate in ("0", "0.20", "0.05", "0", "0.06")))
FEE = Fraction("0.029")
SCARF = [CostRow("materials", "E04", 61483), CostRow("labour", "W01", 61163), CostRow("own_costs", "K01", 2021)]
RUNNER = [CostRow("materials", "E35", 6200000), CostRow("labour", "E35", 12500000)]

rates = st.fractions(0, Fraction(1, 5), max_denominator=200)
rules = st.builds(Rules, tax=rates, overhead_on_labour=rates, premium=rates, reserve=rates, platform_fee=rates)
costs = st.lists(
    st.builds(
        CostRow,
        purpose=st.sampled_from(["crop", "materials", "labour", "own_costs"]),
        source_id=st.text("EWK0123", min_size=1, max_size=3),
        amount_minor=st.integers(0, 10**7),
    ),
    max_size=5,
)


def amounts(rows: list[SplitRow]) -> dict[str, int]:
    return {row.purpose: row.amount_minor for row in rows}


def test_a_scarf_splits_as_in_the_worked_example():
    rows = split_piece(219000, SILK, SCARF, FEE)

    assert amounts(rows) == {
        "materials": 61483, "labour": 61163, "own_costs": 2021, "overhead": 15291, "premium": 10234, "reserve": 4093,
        "surplus": 31757, "platform_fee": 12280, "payment_fee": 6351, "tax": 14327,
    }  # fmt: skip
    assert [row.purpose for row in rows][-4:] == ["surplus", "platform_fee", "payment_fee", "tax"]


def test_rates_of_zero_leave_rows_of_zero():
    rows = amounts(split_piece(28500000, BATIK, RUNNER, FEE))

    assert (rows["reserve"], rows["tax"], rows["surplus"]) == (0, 0, 3338500)


def test_the_line_takes_the_fee_it_is_given():
    line = [CostRow("materials", "E04", 184450), CostRow("labour", "W01", 183486), CostRow("own_costs", "K01", 6064)]

    rows = amounts(split_line(657000, SILK, line, 19881))

    assert (rows["overhead"], rows["surplus"], rows["payment_fee"]) == (45872, 94444, 19881)


def test_a_parcel_is_fee_tax_and_carriage():
    rows = split_parcel(15000, SILK, 457)

    assert amounts(rows) == {"payment_fee": 457, "tax": 981, "shipping": 13562}


@pytest.mark.parametrize(("cost", "rule", "floor"), [(SCARF, SILK, 178497), (RUNNER, BATIK, 24622532)])
def test_the_floor_is_the_worked_examples(cost, rule, floor):
    assert floor_price(cost, rule, FEE) == floor


def test_rates_that_take_the_whole_price_are_refused():
    greedy = Rules(Fraction(0), Fraction(0), Fraction(1, 2), Fraction(1, 2), Fraction(0))

    with pytest.raises(NoFloor):
        floor_price(SCARF, greedy, FEE)


@given(st.integers(-(10**8), 10**8), rules, costs, st.integers(0, 10**6))
def test_a_split_sums_to_its_price_in_receipt_order(gross, rule, cost, fee):
    rows = split_line(gross, rule, cost, fee)

    assert sum(row.amount_minor for row in rows) == gross
    assert rows == sorted(rows, key=sort_key)


@given(rules, costs)
def test_no_smaller_price_has_a_surplus(rule, cost):
    floor = floor_price(cost, rule, FEE)

    assert surplus_of(split_piece(floor, rule, cost, FEE)) >= 0
    for less in range(1, min(floor, 40)):
        assert surplus_of(split_piece(floor - less, rule, cost, FEE)) < 0
