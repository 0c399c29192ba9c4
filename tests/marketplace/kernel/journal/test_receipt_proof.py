import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.config import FINDINGS_A_CHECK_MAX
from marketplace.kernel.journal.canonical import canonical_bytes
from marketplace.kernel.journal.checkpoint import Signer
from marketplace.kernel.journal.findings import CODES, Finding
from marketplace.kernel.journal.receipt_proof import all_hold, verify_receipt

Receipt = dict[str, Any]
Seal = Callable[[Receipt], Receipt]

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(10**4000) | st.floats() | st.text() | st.just("\ud800\x1b[31m"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def nested(levels: int) -> object:
    value: object = {}
    for _ in range(levels):
        value = {"lines": [value]}
    return value


def broken(findings: list[Finding]) -> list[str]:
    return [finding.code for finding in findings if not finding.ok]


def places(value: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """Every place in a JSON value, as a path of keys."""
    below: list[tuple[object, ...]] = []
    if isinstance(value, dict):
        below = [place for key, item in value.items() for place in places(item, (*path, key))]
    elif isinstance(value, list):
        below = [place for key, item in enumerate(value) for place in places(item, (*path, key))]
    return [path, *below] if path else below


def replaced(value: Any, path: tuple[object, ...], new: object) -> Any:
    value = copy.deepcopy(value)
    holder = value
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = new
    return value


def test_a_sealed_receipt_holds_in_every_point(receipt: Receipt, vkey: str) -> None:
    findings = verify_receipt(receipt, vkey)

    assert all_hold(findings)
    assert [finding.code for finding in findings] == [code for code in CODES if code != "key"]
    assert findings[-1].params == {"entry": 3, "size": 5}


def test_it_holds_after_a_journey_through_a_file(receipt: Receipt, vkey: str) -> None:
    read_again = json.loads(json.dumps(receipt, indent=4, sort_keys=True))

    assert all_hold(verify_receipt(read_again, vkey))


def test_any_change_outside_the_proof_breaks_the_fingerprint(receipt: Receipt, vkey: str) -> None:
    for path in places({key: receipt[key] for key in receipt if key not in {"checkpoint", "proof"}}):
        for new in (7_000_001, "another", None):
            found = verify_receipt(replaced(receipt, path, new), vkey)
            assert "fingerprint" in broken(found), path


def test_any_change_to_the_proof_is_found(receipt: Receipt, vkey: str) -> None:
    for part in ("checkpoint", "proof"):
        for path in places({part: receipt[part]}):
            for new in (7_000_001, "another", None, [], {}):
                assert not all_hold(verify_receipt(replaced(receipt, path, new), vkey)), path


def test_a_receipt_sealed_by_another_key_is_not_of_this_journal(receipt: Receipt) -> None:
    stranger = Signer("lumbung.example/journal", bytes(32)).verifier.vkey

    findings = verify_receipt(receipt, stranger)

    assert broken(findings) == ["signature"]
    assert findings[-1].code == "signature"


def test_a_key_that_is_none_is_named(receipt: Receipt) -> None:
    assert broken(verify_receipt(receipt, "not a key")) == ["key"]


@pytest.mark.parametrize(("checkpoint", "proof"), [(None, []), (None, None), ({}, None), (None, {})])
def test_a_receipt_without_proof_is_judged_by_its_sums(
    plain: Receipt, vkey: str, checkpoint: object, proof: object
) -> None:
    findings = verify_receipt(plain | {"checkpoint": checkpoint, "proof": proof}, vkey)

    assert broken(findings) == ["sealed"]


def test_a_leaf_that_two_readers_read_differently_is_refused(receipt: Receipt, vkey: str) -> None:
    leaf = receipt["proof"]["leaf"]
    doubled = leaf[:-1] + "," + leaf[1:]
    spaced = leaf.replace(":", ": ")
    valued = canonical_bytes({"receipt_sha256": 7}).decode()

    for wrong in (
        doubled,
        spaced,
        valued,
        leaf + " ",
        "[1]",
        "null",
        "{}",
        '{"receipt_sha256":NaN}',
        "[" * 9999,
    ):
        assert "leaf" in broken(verify_receipt(replaced(receipt, ("proof", "leaf"), wrong), vkey))


LINE = ("lines", 0)
SPLIT = (*LINE, "split")


@pytest.mark.parametrize(
    ("path", "new", "expected"),
    [
        ((*SPLIT, 0, "amount_minor"), 501, {"charge_sums"}),
        ((*SPLIT, 0, "origin_minor"), 17563, {"origin_sums"}),
        ((*LINE, "paid_minor"), 2001, {"charge_sums", "totals"}),
        ((*LINE, "refunded_minor"), 999, {"charge_sums", "totals"}),
        ((*LINE, "origin", "paid_minor"), 1, {"origin_sums", "refunds"}),
        (("paid_minor",), 4001, {"totals"}),
        (("refunded_minor",), 0, {"totals"}),
        ((*SPLIT, 0, "purpose"), "gifts", {"purposes"}),
        ((*SPLIT, 0, "purpose"), "labour", {"purposes"}),
        ((*SPLIT, 0, "status"), "promised", {"statuses"}),
        ((*SPLIT, 0, "status"), "declared", {"statuses"}),
        ((*SPLIT, 0, "amount_minor"), 500.0, {"readable"}),
        ((*SPLIT, 0, "amount_minor"), True, {"readable"}),
        ((*SPLIT, 0, "amount_minor"), 2**53, {"readable"}),
        ((*SPLIT, 0, "status"), None, {"readable"}),
        ((*LINE, "origin", "currency"), "baht", {"readable"}),
        (("currency",), "usd", {"readable"}),
        (("lines",), [], {"readable"}),
        (("lines",), {}, {"readable"}),
        ((*LINE, "split"), None, {"readable"}),
        ((*LINE, "origin"), [], {"readable"}),
    ],
)
def test_a_receipt_that_does_not_add_up_is_found_even_when_sealed(
    plain: Receipt, seal_receipt: Seal, vkey: str, path: tuple[object, ...], new: object, expected: set[str]
) -> None:
    false = replaced(plain, path, new)
    try:
        false = seal_receipt(false)
    except ValueError:
        expected = expected | {"sealed"}

    assert set(broken(verify_receipt(false, vkey))) == expected


def test_more_refunded_than_paid_is_found_although_it_sums(plain: Receipt, seal_receipt: Seal, vkey: str) -> None:
    line = plain["lines"][1]
    line["refunded_minor"] = plain["refunded_minor"] = 2500
    plain["refunded_minor"] += 1000
    line["split"][0]["amount_minor"] = -500

    assert broken(verify_receipt(seal_receipt(plain), vkey)) == ["refunds"]


@pytest.mark.parametrize("place", [0, 2])
def test_rows_folded_together_may_stand_first_or_last(
    plain: Receipt, seal_receipt: Seal, vkey: str, place: int
) -> None:
    folded = {"purpose": "producer_share", "status": "declared", "amount_minor": 900, "origin_minor": 31613}
    rest = [
        {"purpose": "premium", "status": "owed", "amount_minor": 60, "origin_minor": 2107},
        {"purpose": "tax", "status": "owed", "amount_minor": 40, "origin_minor": 1405},
    ]
    plain["lines"][0]["split"] = [*rest[:place], folded, *rest[place:]]

    assert all_hold(verify_receipt(seal_receipt(plain), vkey))


def test_a_thousand_broken_lines_do_not_make_a_thousand_findings(plain: Receipt, vkey: str) -> None:
    line = plain["lines"][1] | {"paid_minor": 1}
    plain["lines"] = [line] * 1000

    found = broken(verify_receipt(plain, vkey))

    assert found.count("charge_sums") == FINDINGS_A_CHECK_MAX


def test_every_finding_is_a_plain_sentence(receipt: Receipt, vkey: str) -> None:
    holding = verify_receipt(receipt, vkey)
    failing = [
        *verify_receipt({}, vkey),
        *verify_receipt(replaced(receipt, (*SPLIT, 0, "purpose"), "\x1b[31mgifts\ud800"), vkey),
        *verify_receipt(replaced(receipt, (*SPLIT, 0, "status"), "%(x)s"), ""),
        *verify_receipt(replaced(receipt, (*LINE, "refunded_minor"), 2001), vkey),
        *verify_receipt(replaced(receipt, (*SPLIT, 0, "origin_minor"), 1), vkey),
        *verify_receipt(replaced(receipt, ("checkpoint", "note"), ""), vkey),
        *verify_receipt(replaced(receipt, ("checkpoint", "size"), 6), vkey),
        *verify_receipt(replaced(receipt, ("proof", "leaf_index"), 3), vkey),
        *verify_receipt(replaced(receipt, ("proof", "leaf"), ""), vkey),
    ]

    assert {finding.code for finding in failing if not finding.ok} == set(CODES)
    for finding in [*holding, *failing]:
        assert finding.sentence.endswith(".")
        assert "%(" not in finding.sentence.replace("%(x)s", "")
        assert finding.sentence.isprintable()


def test_sentences_need_no_running_shop_and_stand_inside_one_too() -> None:
    finding = Finding("inclusion", True, {"entry": 3, "size": 5})
    outside = finding.sentence

    app = Flask(__name__)
    Babel(app)
    with app.app_context():
        inside = finding.sentence

    assert inside == outside == str(finding) == "The receipt is entry 3 of the 5 entries in the signed journal."


@given(JSON, st.text())
def test_garbage_gives_findings_and_no_error(garbage: object, vkey: str) -> None:
    findings = verify_receipt(garbage, vkey)

    assert not all_hold(findings)
    assert all(finding.sentence.isprintable() for finding in findings)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_garbage_anywhere_in_a_good_receipt_gives_findings_and_no_error(
    data: st.DataObject, receipt: Receipt, vkey: str
) -> None:
    path = data.draw(st.sampled_from(places(receipt)))
    garbage = data.draw(JSON)
    spoilt = replaced(receipt, path, garbage)

    findings = verify_receipt(spoilt, vkey)

    unchanged = json.dumps(spoilt, default=repr) == json.dumps(receipt)
    assert all_hold(findings) is unchanged
    assert all(finding.sentence.isprintable() for finding in findings)


@pytest.mark.parametrize("levels", [10, 1_000, 100_000])
def test_deep_nesting_gives_findings(levels: int, receipt: Receipt, vkey: str) -> None:
    assert broken(verify_receipt(nested(levels), vkey))
    assert "fingerprint" in broken(verify_receipt(receipt | {"title": nested(levels)}, vkey))


def test_an_integer_too_long_to_print_gives_findings(receipt: Receipt, vkey: str) -> None:
    for path in places(receipt):
        assert not all_hold(verify_receipt(replaced(receipt, path, 10**5000), vkey)), path
