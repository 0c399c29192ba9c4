"""The stripe in numbers: symmetrical, ground first, one path a colour."""

from marketplace.storefront.weave import woven


def test_a_stripe_is_symmetrical_over_its_ground():
    stripe = woven(["#ground", "#first", "#second"], 1, 12, 1, wide=False)

    assert stripe.width == 4 + 2 + 1 + 2
    assert stripe.paths == (("#first", "M4 0h2v12h-2zM7 0h2v12h-2z"), ("#second", "M6 0h1v12h-1z"))


def test_a_wide_stripe_repeats_and_grows_by_its_unit():
    stripe = woven(["#ground", "#first"], 4, 6, 2, wide=True)

    assert stripe.width == 9 + 2
    assert stripe.paths == (("#first", "M36 0h8v6h-8zM80 0h8v6h-8z"),)


def test_one_colour_has_no_threads():
    assert woven(["#ground"], 1, 12, 2, wide=False).paths == ()
