"""The drawing keeps mass at one scale and refuses what cannot be."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalogue.graph_layout import (
    END_LABEL,
    LETTER,
    MASS_HEIGHT_MAX,
    PITCH_MIN,
    UPRIGHT,
    Auxiliary,
    LotFlow,
    LotLoss,
    LotNode,
    lay_out,
    step_flows,
)
from marketplace.kernel.money import share


def lot(code, mass_g, tone="material"):
    return LotNode(code, "Benang", f"{mass_g} g", mass_g, "2026-01-12", tone)


COTTON = [lot("KPS", 24_000), lot("BNG", 21_600), lot("NILA", 21_200, "dyed"), lot("SLK", 9_800), lot("SRG", 8_900)]
FLOWS = [
    LotFlow("KPS", "BNG", 21_600),
    LotFlow("BNG", "NILA", 21_200),
    LotFlow("NILA", "SLK", 9_800),
    LotFlow("NILA", "SRG", 8_900),
]
LOSSES = [LotLoss("KPS", 2_400, "biji dan debu"), LotLoss("BNG", 400, "dicuci"), LotLoss("NILA", 900, "ujung")]


def test_time_runs_left_to_right_and_end_lots_stand_in_the_last_column():
    graph = lay_out(COTTON, FLOWS, LOSSES)

    at = {upright.lot.code: upright for upright in graph.uprights}
    assert at["KPS"].x < at["BNG"].x < at["NILA"].x < at["SLK"].x == at["SRG"].x
    assert [upright.lot.code for upright in graph.uprights if upright.is_end] == ["SLK", "SRG"]
    assert [column.x for column in graph.columns] == sorted({upright.x for upright in graph.uprights})


def test_thickness_is_mass_at_one_scale():
    graph = lay_out(COTTON, FLOWS, LOSSES)

    heights = {upright.lot.code: upright.height for upright in graph.uprights}
    assert heights["KPS"] == MASS_HEIGHT_MAX
    assert heights["BNG"] == 21_600 * MASS_HEIGHT_MAX // 24_000
    assert heights["SLK"] == 9_800 * MASS_HEIGHT_MAX // 24_000


def test_balance_counts_what_is_left_and_what_was_lost():
    graph = lay_out(COTTON, FLOWS, LOSSES)

    # 21,200 g dyed yarn: 9,800 + 8,900 woven, 900 lost, 1,600 left in the store.
    assert (graph.in_g, graph.out_g) == (24_000, 24_000)
    assert graph.is_balanced


def test_goods_from_nothing_show_as_unbalanced():
    graph = lay_out([lot("A", 100), lot("B", 150)], [LotFlow("A", "B", 100)])

    assert (graph.in_g, graph.out_g) == (100, 150)
    assert not graph.is_balanced


def test_uprights_of_a_column_never_overlap():
    graph = lay_out(
        [lot("A", 900), *(lot(f"B{n}", 100) for n in range(9))], [LotFlow("A", f"B{n}", 100) for n in range(9)]
    )

    last = sorted((u.y, u.y + u.height) for u in graph.uprights if u.is_end)
    assert all(end < start for (_, end), (start, _) in pairwise(last))
    assert graph.height > last[-1][1]
    assert graph.list_first


def test_a_loss_ends_below_the_ribbons_it_would_cross():
    graph = lay_out(COTTON, FLOWS, LOSSES)

    *_, ends = graph.losses
    assert ends.label_y > max(upright.y + upright.height for upright in graph.uprights)
    assert graph.height > ends.label_y


def test_a_narrow_place_gets_a_narrow_drawing():
    graph = lay_out(COTTON, FLOWS, width=640)

    assert graph.width == 640
    assert max(upright.label_x for upright in graph.uprights) < 640


def test_dye_joins_at_the_head_of_its_lot():
    graph = lay_out(COTTON, FLOWS, LOSSES, [Auxiliary("NILA", "nila, 6 kg larutan")])

    (dye,) = graph.auxiliaries
    head = next(upright for upright in graph.uprights if upright.lot.code == "NILA")
    assert dye.path.endswith(f"{head.x} {head.y}")
    assert dye.label == "nila, 6 kg larutan"


def test_a_long_name_is_broken_between_words_and_never_runs_over_the_edge():
    name = "Selendang sutra ikat pakan warna kuning kunyit yang panjang sekali namanya"
    graph = lay_out([LotNode("A", name, "", 10, ""), LotNode("B", name, "", 10, "")], [LotFlow("A", "B", 10)])

    first, last = graph.uprights
    assert " ".join(first.lines) == name
    assert len(last.lines) == 2
    assert last.lines[-1].endswith("…")
    assert all(last.label_x + len(line) * LETTER <= graph.width for line in last.lines)


def test_many_columns_widen_the_drawing_and_a_column_says_its_first_and_last_day():
    chain = [LotNode(str(n), "Benang", "", 10, f"2026-01-{n + 1:02d}") for n in range(9)]
    graph = lay_out(
        [*chain, LotNode("x", "Kapas", "", 5, "2026-01-20")], [LotFlow(str(n), str(n + 1), 10) for n in range(8)]
    )

    assert graph.width == 8 * PITCH_MIN + UPRIGHT + END_LABEL
    assert (graph.columns[0].first, graph.columns[0].last) == ("2026-01-01", "2026-01-20")


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=5), st.lists(st.integers(0, 999), min_size=2, max_size=4))
def test_a_step_hands_on_every_gram_of_every_input(masses, weights):
    *made, loss_g = share(sum(masses), [*weights, 1])

    handed = step_flows(
        [(f"I{n}", m) for n, m in enumerate(masses)], [(f"O{n}", m) for n, m in enumerate(made)], loss_g
    )

    for n, mass_g in enumerate(masses):
        assert sum(part for source, _target, part in handed if source == f"I{n}") == mass_g
    for n, mass_g in enumerate(made):
        assert sum(part for _source, target, part in handed if target == f"O{n}") == mass_g


def test_nothing_at_all_is_an_empty_drawing():
    graph = lay_out([], [])

    assert graph.uprights == ()
    assert graph.is_balanced


@pytest.mark.parametrize(
    ("flows", "losses", "inputs", "sentence"),
    [
        ([LotFlow("A", "X", 1)], [], [], "Unknown lots: X"),
        ([], [LotLoss("Y", 1, "")], [], "Unknown lots: Y"),
        ([], [], [Auxiliary("Z", "")], "Unknown lots: Z"),
        ([LotFlow("A", "B", 60), LotFlow("B", "A", 50)], [], [], "circle"),
        ([LotFlow("A", "B", 90)], [LotLoss("A", 20, "")], [], "A gives more than it held"),
    ],
)
def test_what_cannot_be_is_refused(flows, losses, inputs, sentence):
    with pytest.raises(ValueError, match=sentence):
        lay_out([lot("A", 100), lot("B", 90)], flows, losses, inputs)


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=12), st.integers(0, 10**6))
def test_ribbons_leave_an_upright_without_gap_or_overlap(masses, lost_g):
    whole = sum(masses) + lost_g
    parts = [lot(f"B{n}", mass_g) for n, mass_g in enumerate(masses)]

    graph = lay_out(
        [lot("A", whole), *parts],
        [LotFlow("A", part.code, part.mass_g) for part in parts],
        [LotLoss("A", lost_g, "")] if lost_g else [],
    )

    source = graph.uprights[0]
    tops = [int(re.match(r"M\d+ (\d+)C", ribbon.path)[1]) for ribbon in graph.ribbons]
    assert tops[0] == source.y
    assert tops == sorted(tops)
    assert all(source.y <= top <= source.y + source.height for top in tops)
    assert all(ribbon.path.startswith(f"M{source.x + UPRIGHT} ") for ribbon in graph.ribbons)
    assert graph.is_balanced
