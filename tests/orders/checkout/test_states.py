"""Every cell of the order's table, and of the parcel's."""

import pytest

from marketplace.kernel.errors import Conflict
from orders.checkout.states import TABLE, AlreadyDone, Event, PaidAlready, PaidTooLate, State, after
from orders.fulfilment.services import STEPS

CELLS = [
    ("placed", "pay", State.PAID),
    ("placed", "expire", State.EXPIRED),
    ("placed", "cancel", State.CANCELLED),
    ("paid", "pay", AlreadyDone),
    ("paid", "expire", AlreadyDone),
    ("paid", "cancel", PaidAlready),
    ("expired", "pay", PaidTooLate),
    ("expired", "expire", AlreadyDone),
    ("expired", "cancel", AlreadyDone),
    ("cancelled", "pay", PaidTooLate),
    ("cancelled", "expire", AlreadyDone),
    ("cancelled", "cancel", AlreadyDone),
]


@pytest.mark.parametrize(("state", "event", "outcome"), CELLS)
def test_each_cell(state: str, event: str, outcome: State | type[Conflict]) -> None:
    if isinstance(outcome, State):
        assert after(state, Event(event)) is outcome
    else:
        with pytest.raises(outcome):
            after(state, Event(event))


def test_no_cell_is_missing() -> None:
    assert {(state.value, event.value) for state, event in TABLE} == {(state, event) for state, event, _ in CELLS}
    assert len(CELLS) == len(State) * len(Event)


@pytest.mark.parametrize(
    ("state", "wish", "outcome"),
    [
        ("open", "pack", "packed"),
        ("open", "send", "sent"),
        ("packed", "pack", None),
        ("packed", "send", "sent"),
        ("sent", "send", None),
    ],
)
def test_each_cell_of_a_parcel(state: str, wish: str, outcome: str | None) -> None:
    assert STEPS[state, wish] == outcome


def test_a_sent_parcel_is_not_packed() -> None:
    assert ("sent", "pack") not in STEPS
