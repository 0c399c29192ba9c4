"""What may become of an order: a pure table of (state, event)."""

from enum import StrEnum

from flask_babel import lazy_gettext as _l

from marketplace.kernel.errors import Conflict


class State(StrEnum):
    """Where an order stands; what happens to its goods afterwards is its parcels' affair."""

    PLACED = "placed"
    PAID = "paid"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Event(StrEnum):
    """What can happen to an order."""

    PAY = "pay"
    EXPIRE = "expire"
    CANCEL = "cancel"


class AlreadyDone(Conflict):
    """The event repeats what is so already, or comes too late to matter: nothing changes."""

    code = "order_unchanged"
    message = _l("Nothing had to change.")


class PaidAlready(Conflict):
    """A paid order is not cancelled but refunded."""

    code = "order_paid_already"
    message = _l("This order is paid. Refund it instead.")


class PaidTooLate(Conflict):
    """Money arrived for an order that no longer holds its goods: it goes back to the buyer."""

    code = "order_paid_too_late"
    message = _l("The payment came after the order had ended. The money goes back to the buyer.")


TABLE: dict[tuple[State, Event], State | type[Conflict]] = {
    (State.PLACED, Event.PAY): State.PAID,
    (State.PLACED, Event.EXPIRE): State.EXPIRED,
    (State.PLACED, Event.CANCEL): State.CANCELLED,
    (State.PAID, Event.PAY): AlreadyDone,
    (State.PAID, Event.EXPIRE): AlreadyDone,
    (State.PAID, Event.CANCEL): PaidAlready,
    (State.EXPIRED, Event.PAY): PaidTooLate,
    (State.EXPIRED, Event.EXPIRE): AlreadyDone,
    (State.EXPIRED, Event.CANCEL): AlreadyDone,
    (State.CANCELLED, Event.PAY): PaidTooLate,
    (State.CANCELLED, Event.EXPIRE): AlreadyDone,
    (State.CANCELLED, Event.CANCEL): AlreadyDone,
}


def after(state: str, event: Event) -> State:
    """The state that follows; raises AlreadyDone, PaidAlready or PaidTooLate where none does."""
    outcome = TABLE[State(state), event]
    if isinstance(outcome, State):
        return outcome
    raise outcome
