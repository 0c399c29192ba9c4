"""The money bar neither loses nor invents a pixel or a per cent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalogue.split_view import BAR, ORDER, PARTS, Piece, split_view

# The silk scarf of the worked example before its refund (section 9, O-1-1), in cents of a dollar.
SILK_SCARF = [
    ("materials", 5251, "paid"),
    ("labour", 1822, "owed"),
    ("labour", 668, "paid"),
    ("labour", 2733, "paid_unconfirmed"),
    ("own_costs", 173, "paid_unconfirmed"),
    ("overhead", 1306, "declared"),
    ("premium", 874, "paid"),
    ("reserve", 350, "paid"),
    ("surplus", 2408, "paid"),
    ("platform_fee", 1049, "paid"),
    ("payment_fee", 847, "paid"),
    ("tax", 1224, "owed"),
]


def rows(*amounts):
    return [
        {"purpose": purpose, "label": purpose, "amount_minor": minor, "status": status}
        for purpose, minor, status in amounts
    ]


def test_the_worked_example_reads_from_makers_to_tax():
    view = split_view(rows(*SILK_SCARF), 18_705)

    assert [part.name for part in view.parts] == [
        "makers", "materials", "cooperative", "premium", "fees", "outside",
    ]  # fmt: skip
    assert [part.amount_minor for part in view.parts] == [5396, 5251, 4064, 874, 1896, 1224]
    assert [row.purpose for row in view.rows][:5] == ["labour", "labour", "labour", "own_costs", "materials"]
    assert [row.percent for row in view.rows] == [10, 3, 15, 1, 28, 7, 2, 13, 5, 6, 4, 6]
    assert [part.percent for part in view.parts] == [29, 28, 22, 5, 10, 6]
    assert view.makers_minor == 1822 + 668 + 2733
    assert (view.inside_minor, view.outside_minor) == (15_585, 3_120)
    assert (view.inside_percent, view.outside_percent) == (84, 16)


def test_folded_rows_take_the_place_of_the_first_three_parts():
    view = split_view(rows(("tax", 10, "owed"), ("producer_share", 70, "declared"), ("premium", 20, "owed")), 100)

    assert [part.name for part in view.parts] == ["producer_share", "premium", "outside"]
    assert view.folded
    assert view.producer_share_minor == 70
    assert [row.piece.x for row in view.rows] == ["0.0000%", "70.0000%", "90.0000%"]


def test_a_row_below_zero_stands_only_in_the_table():
    view = split_view(rows(("labour", 900, "paid"), ("surplus", -100, "owed"), ("tax", 200, "owed")), 1000)

    labour, surplus, tax = view.rows
    assert surplus.piece is None
    assert [row.percent for row in view.rows] == [90, -10, 20]
    assert [part.name for part in view.parts] == ["makers", "outside"]
    assert [part.percent for part in view.parts] == [82, 18]
    assert (labour.piece.end, tax.piece.end) == (818_181, BAR)
    assert (labour.piece.is_last, tax.piece.is_last) == (False, True)
    assert view.shortfall_minor == 100
    assert (view.inside_minor, view.inside_percent) == (800, 80)


def test_nothing_left_after_a_whole_refund_draws_no_bar():
    view = split_view([], 0)

    assert view.rows == view.parts == ()
    assert view.outside_percent == 0


@pytest.mark.parametrize("total", [99, 101, 0])
def test_rows_that_do_not_sum_to_the_total_are_refused(total):
    with pytest.raises(ValueError, match="sum"):
        split_view(rows(("labour", 100, "paid")), total)


def test_an_unknown_purpose_is_refused():
    with pytest.raises(ValueError, match="bribe"):
        split_view(rows(("bribe", 100, "paid")), 100)


def test_a_label_that_only_repeats_the_purpose_is_left_out():
    plain, named = split_view(
        [
            {"purpose": "labour", "label": "labour", "amount_minor": 1, "status": "paid"},
            {"purpose": "tax", "label": "PPN 11%", "amount_minor": 1, "status": "owed", "due": "30 Nov"},
        ],
        2,
    ).rows

    assert (plain.label, named.label, named.due) == ("", "PPN 11%", "30 Nov")


def test_lengths_are_exact_to_the_last_place():
    piece = Piece(333_333, 666_667)

    assert (piece.x, piece.x2, piece.width) == ("33.3333%", "66.6667%", "33.3334%")


ROWS = st.lists(st.tuples(st.sampled_from(sorted(ORDER)), st.integers(-(10**9), 10**9), st.just("paid")), max_size=20)


@given(ROWS)
def test_per_cents_add_to_a_hundred_and_pieces_fill_the_bar(drawn):
    total = sum(minor for _, minor, _ in drawn)

    view = split_view(rows(*drawn), total)

    assert sum(row.amount_minor for row in view.rows) == view.total_minor == total
    assert sum(row.percent for row in view.rows) == (100 if total > 0 else 0)
    pieces = [row.piece for row in view.rows if row.piece]
    edges = [0, *(piece.end for piece in pieces)]
    assert [piece.start for piece in pieces] == edges[:-1]
    assert edges[-1] == (BAR if pieces else 0)
    assert [part.name for part in view.parts] == [name for name in PARTS if name in {p.name for p in view.parts}]
    assert sum(part.amount_minor for part in view.parts) == sum(max(0, minor) for _, minor, _ in drawn)
    if total > 0:
        assert sum(part.percent for part in view.parts) == 100
