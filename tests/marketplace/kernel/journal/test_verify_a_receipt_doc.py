"""docs/verify-a-receipt.md: its example holds, its figures are true, and its program judges as we do."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from marketplace.kernel.journal.merkle import leaf_hash
from marketplace.kernel.journal.receipt_proof import all_hold, receipt_from_json, receipt_sha256, verify_receipt
from marketplace.kernel.journal.receipt_sums import PURPOSES, STATUSES

DOC = (Path(__file__).parents[4] / "docs" / "verify-a-receipt.md").read_text(encoding="utf-8")

Receipt = dict[str, Any]


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", DOC, re.MULTILINE | re.DOTALL)
    return str(found)


VKEY = block("text").strip()


@pytest.fixture
def example() -> Receipt:
    return receipt_from_json(block("json").encode())


@pytest.fixture
def judge(tmp_path: Path) -> Callable[[Receipt, str], bool]:
    """The program printed in the doc, run as a stranger would run it: isolated from this project."""
    program, file = tmp_path / "check.py", tmp_path / "receipt.json"
    program.write_text(block("python"), encoding="utf-8")

    def run(receipt: Receipt, vkey: str) -> bool:
        file.write_text(json.dumps(receipt), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-I", program, file, vkey], capture_output=True, text=True, timeout=30, check=False
        )
        assert (done.returncode == 0) == (done.stdout == "holds\n"), done.stderr
        return done.returncode == 0

    return run


def test_the_example_holds(example: Receipt) -> None:
    assert all_hold(verify_receipt(example, VKEY))


def test_the_figures_printed_beside_the_example_are_its_own(example: Receipt) -> None:
    assert f"`{receipt_sha256(example)}`" in DOC
    assert f"`{leaf_hash(example['proof']['leaf'].encode()).hex()}`" in DOC


def test_the_lists_printed_are_the_lists_used() -> None:
    assert f"`{', '.join(PURPOSES[:-1])}`" in DOC
    assert f"`{', '.join(STATUSES)}`" in DOC


def test_the_program_finds_that_the_example_holds(
    example: Receipt, receipt: Receipt, vkey: str, judge: Callable[[Receipt, str], bool]
) -> None:
    assert judge(example, VKEY)
    assert judge(receipt, vkey)


@pytest.mark.parametrize(
    "path",
    [
        "paid_minor",
        "number",
        "lines.0.title",
        "lines.0.split.1.amount_minor",
        "checkpoint.size",
        "checkpoint.note",
        "proof.leaf_index",
        "proof.leaf",
        "proof.path.0",
    ],
)
def test_the_program_finds_what_we_find_when_something_is_changed(
    path: str, example: Receipt, judge: Callable[[Receipt, str], bool]
) -> None:
    *way, last = [int(key) if key.isdigit() else key for key in path.split(".")]
    holder: Any = example
    for key in way:
        holder = holder[key]
    holder[last] = holder[last] + 1 if isinstance(holder[last], int) else holder[last].replace("5", "6") + "n"

    assert not all_hold(verify_receipt(example, VKEY))
    assert not judge(example, VKEY)
