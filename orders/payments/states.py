"""What may become of a sum to send back: a pure table of (state, event)."""

from enum import StrEnum


class State(StrEnum):
    """Where the sum is; `done` is with the buyer, `failed` waits for a person."""

    DUE = "due"
    SENT = "sent"
    DONE = "done"
    FAILED = "failed"


class Event(StrEnum):
    """What can happen to it: the provider took it, says it arrived, says it failed; a person sent it by hand."""

    SEND = "send"
    ARRIVE = "arrive"
    FAIL = "fail"
    SETTLE = "settle"


# None where nothing changes. The provider may take back what it said had arrived, never the other way round, so that
# its events end the same in any order.
TABLE: dict[tuple[State, Event], State | None] = {
    (State.DUE, Event.SEND): State.SENT,
    (State.DUE, Event.ARRIVE): State.DONE,
    (State.DUE, Event.FAIL): State.FAILED,
    (State.DUE, Event.SETTLE): State.DONE,
    (State.SENT, Event.SEND): None,
    (State.SENT, Event.ARRIVE): State.DONE,
    (State.SENT, Event.FAIL): State.FAILED,
    (State.SENT, Event.SETTLE): State.DONE,
    (State.DONE, Event.SEND): None,
    (State.DONE, Event.ARRIVE): None,
    (State.DONE, Event.FAIL): State.FAILED,
    (State.DONE, Event.SETTLE): None,
    (State.FAILED, Event.SEND): None,
    (State.FAILED, Event.ARRIVE): None,
    (State.FAILED, Event.FAIL): None,
    (State.FAILED, Event.SETTLE): State.DONE,
}


def after(state: str, event: Event) -> State | None:
    """The state that follows, None where the event changes nothing."""
    return TABLE[State(state), event]
