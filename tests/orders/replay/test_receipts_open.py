"""The worked example's receipts open as pages, after each of the four events whose receipt it tells, to the cent."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.kernel.db import db
from marketplace.kernel.journal.sequencer import sequence
from orders.receipts.models import Receipt
from orders.replay.player import play
from tests.client import PageClient
from tests.journeys.browser import browse, served

__all__ = ["browse", "served"]

EXAMPLE = json.loads((Path(__file__).parents[2] / "worked_example.json").read_text(encoding="utf-8"))
RECEIPTS = EXAMPLE["expected"]["receipts"]
# The sale, the fee, the payout and the refund. A payout makes no revision: it shows in the live view alone.
REVISIONS = {"E38": 1, "E41": 2, "E45": 2, "E46": 3}
# A sealed receipt has a proof, a live view today's date, and lots have their public codes.
NOT_COMPARED = {"label", "checkpoint", "proof", "as_of", "lots"}


def played(app: Flask, last: str) -> str:
    """The receipt's address, with the events up to this one played and sealed."""
    inputs = copy.deepcopy(EXAMPLE["inputs"])
    inputs["events"] = [event for event in inputs["events"] if event["id"] <= last]
    with app.app_context():
        play(inputs)
        db.session.commit()
        sequence()
        db.session.commit()
        return f"/receipts/{db.session.scalars(select(Receipt)).one().token}"


def comparable(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: comparable(item) for key, item in value.items() if key not in NOT_COMPARED}
    return [comparable(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("event", REVISIONS)
def test_each_receipt_opens_with_its_figures(app, event):
    address = played(app, event)
    stranger = PageClient(app)

    page = stranger.get(address, status=200)
    live = stranger.json(f"{address}.json?view=live", status=200)

    assert page.h1 == "Fair price receipt"
    assert f"revision {REVISIONS[event]} " in page.words
    for line in RECEIPTS[event]["lines"]:
        for row in line["split"]:
            assert f"US${row['amount_minor'] / 100:.2f}" in page.words, (line["id"], row)
    assert comparable(live) == comparable(RECEIPTS[event])


def test_every_revision_still_opens_when_all_is_played(app):
    address = played(app, "E46")
    stranger = PageClient(app)

    for event in ("E38", "E41", "E46"):
        asked = f"revision={REVISIONS[event]}"
        assert stranger.get(f"{address}?{asked}", status=200).h1 == "Fair price receipt"
        assert comparable(stranger.json(f"{address}.json?{asked}", status=200)) == comparable(RECEIPTS[event])


@pytest.mark.browser
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_last_one_opens_in_a_browser(app, browse):
    buyer = browse("id", width=360, also=1280).visit(played(app, "E46"))

    assert buyer.heading() == buyer.say("Fair price receipt")
    assert "PF-2026-000001" in buyer.words()
    # One scarf of three came back.
    assert "62,35" in buyer.words()
    buyer.tap("Check this receipt")
