"""Rule 9, cell by cell: every state with every event."""

import pytest

from producers.wages.states import (
    CONTESTED,
    REOPENED,
    ConfirmedAlready,
    ContestedNow,
    NoProofDue,
    NotApproved,
    NotContested,
    NothingOwed,
    NotPaidYet,
    SlipEvent,
    SlipState,
    after,
    public_status,
    status,
)

EVENTS = [
    SlipEvent.APPROVE, SlipEvent.PAY_WITH_PROOF, SlipEvent.PAY_WITHOUT_PROOF, SlipEvent.FILE_PROOF, SlipEvent.CONFIRM,
    SlipEvent.CONTEST, SlipEvent.WITHDRAW,
]  # fmt: skip
S = SlipState
AGAIN = "SlipRefused"
NA, NO, NP, CA, CN, NC, NF = (
    NotApproved,
    NothingOwed,
    NotPaidYet,
    ConfirmedAlready,
    ContestedNow,
    NotContested,
    NoProofDue,
)

# One row a state; columns as in EVENTS: approve, pay with proof, pay without, file proof, confirm, contest, withdraw.
TABLE = {
    S.PREPARED: [S.OWED, NA, NA, NA, NA, NA, NA],
    S.OWED: [AGAIN, S.UNCONFIRMED, S.UNPROVEN, NF, NP, S.DISPUTED, NC],
    S.UNPROVEN: [AGAIN, NO, NO, S.UNCONFIRMED, S.UNPROVEN_CONFIRMED, S.CONTESTED_UNPROVEN, NC],
    S.UNPROVEN_CONFIRMED: [AGAIN, NO, NO, S.PAID, CA, S.CONTESTED_UNPROVEN_CONFIRMED, NC],
    S.UNCONFIRMED: [AGAIN, NO, NO, NF, S.PAID, S.CONTESTED_UNCONFIRMED, NC],
    S.PAID: [AGAIN, NO, NO, NF, CA, S.CONTESTED_PAID, NC],
    S.DISPUTED: [AGAIN, S.UNCONFIRMED, S.UNPROVEN, NF, NP, CN, S.OWED],
    S.CONTESTED_UNPROVEN: [AGAIN, S.UNCONFIRMED, S.UNPROVEN, NF, CN, CN, S.UNPROVEN],
    S.CONTESTED_UNPROVEN_CONFIRMED: [AGAIN, S.UNCONFIRMED, S.UNPROVEN, NF, CN, CN, S.UNPROVEN_CONFIRMED],
    S.CONTESTED_UNCONFIRMED: [AGAIN, S.UNCONFIRMED, S.UNPROVEN, NF, CN, CN, S.UNCONFIRMED],
    S.CONTESTED_PAID: [AGAIN, S.UNCONFIRMED, S.UNPROVEN, NF, CN, CN, S.PAID],
}

STATUSES = {
    S.PREPARED: ("owed", "owed"),
    S.OWED: ("owed", "owed"),
    S.UNPROVEN: ("owed", "owed"),
    S.UNPROVEN_CONFIRMED: ("owed", "owed"),
    S.UNCONFIRMED: ("paid_unconfirmed", "paid_unconfirmed"),
    S.PAID: ("paid", "paid"),
    S.DISPUTED: ("contested", "owed"),
    S.CONTESTED_UNPROVEN: ("contested", "owed"),
    S.CONTESTED_UNPROVEN_CONFIRMED: ("contested", "owed"),
    S.CONTESTED_UNCONFIRMED: ("contested", "owed"),
    S.CONTESTED_PAID: ("contested", "owed"),
}

CELLS = [(state, event, cell) for state, row in TABLE.items() for event, cell in zip(EVENTS, row, strict=True)]


def test_the_table_is_whole():
    assert set(TABLE) == set(STATUSES) == set(SlipState)
    assert set(EVENTS) == set(SlipEvent)


@pytest.mark.parametrize(("state", "event", "cell"), CELLS, ids=[f"{state}-{event}" for state, event, _ in CELLS])
def test_every_cell(state, event, cell):
    if isinstance(cell, SlipState):
        assert after(state, event) is cell
        return

    with pytest.raises(Exception) as refusal:  # noqa: PT011 - its type is what is asserted
        after(state, event)

    assert type(refusal.value).__name__ == (cell if isinstance(cell, str) else cell.__name__)


@pytest.mark.parametrize("state", SlipState)
def test_what_each_state_reads(state):
    assert (status(state), public_status(state)) == STATUSES[state]


def test_only_paid_money_is_reopened():
    assert {SlipState.DISPUTED} == CONTESTED - REOPENED
