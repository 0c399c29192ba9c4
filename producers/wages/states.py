"""A payslip's life as a pure function of (state, event): rule 9 of the worked example.

A wage is paid only with a payment, its proof and the payee's confirmation. Without proof it stays owed, without
confirmation it is paid, unconfirmed. A contest of paid money reopens the whole debt until a second payment or the
member's withdrawal, which puts back what was before. A contest of an unpaid slip moves no money.
"""

from enum import StrEnum

from flask_babel import lazy_gettext as _l

from marketplace.kernel.errors import Conflict


class SlipState(StrEnum):
    """Where a payslip stands."""

    PREPARED = "prepared"
    OWED = "owed"
    UNPROVEN = "unproven"  # paid without proof
    UNPROVEN_CONFIRMED = "unproven_confirmed"
    UNCONFIRMED = "unconfirmed"  # paid with proof
    PAID = "paid"
    DISPUTED = "disputed"  # contested before anything was paid
    CONTESTED_UNPROVEN = "contested_unproven"
    CONTESTED_UNPROVEN_CONFIRMED = "contested_unproven_confirmed"
    CONTESTED_UNCONFIRMED = "contested_unconfirmed"
    CONTESTED_PAID = "contested_paid"


class SlipEvent(StrEnum):
    """What can happen to a payslip."""

    APPROVE = "approve"
    PAY_WITH_PROOF = "pay_with_proof"
    PAY_WITHOUT_PROOF = "pay_without_proof"
    FILE_PROOF = "file_proof"
    CONFIRM = "confirm"
    CONTEST = "contest"
    WITHDRAW = "withdraw"


class SlipRefused(Conflict):
    """The slip is not where this could happen to it."""

    code = "payslip_refused"
    message = _l("This cannot be done to the payslip as it stands.")


class NotApproved(SlipRefused):
    """Nobody is paid on one person's word."""

    code = "payslip_not_approved"
    message = _l("A second person approves the payslip first.")


class NothingOwed(SlipRefused):
    """No slip is paid while nothing is owed on it."""

    code = "payslip_nothing_owed"
    message = _l("Nothing is owed on this payslip. It was paid already.")


class NotPaidYet(SlipRefused):
    """A confirmation counts only after a payment."""

    code = "payslip_not_paid_yet"
    message = _l("This payslip has not been paid yet, so there is nothing to confirm. Pay it first.")


class ConfirmedAlready(SlipRefused):
    """A confirmation is given once."""

    code = "payslip_confirmed_already"
    message = _l("You have confirmed this payment already.")


class ContestedNow(SlipRefused):
    """A contest ends by a second payment or the member's withdrawal."""

    code = "payslip_contested"
    message = _l("This payment is contested. It ends with a second payment, or when the member withdraws.")


class NotContested(SlipRefused):
    """There is no contest to end."""

    code = "payslip_not_contested"
    message = _l("This payslip is not contested, so there is nothing to withdraw.")


class NoProofDue(SlipRefused):
    """Proof is filed for a payment that has none."""

    code = "payslip_no_proof_due"
    message = _l("No payment on this payslip is waiting for its proof.")


_S, _E = SlipState, SlipEvent

_PAYMENTS = {_E.PAY_WITH_PROOF: _S.UNCONFIRMED, _E.PAY_WITHOUT_PROOF: _S.UNPROVEN}
_CONTESTS = {
    _S.UNPROVEN: _S.CONTESTED_UNPROVEN,
    _S.UNPROVEN_CONFIRMED: _S.CONTESTED_UNPROVEN_CONFIRMED,
    _S.UNCONFIRMED: _S.CONTESTED_UNCONFIRMED,
    _S.PAID: _S.CONTESTED_PAID,
}

TRANSITIONS: dict[tuple[SlipState, SlipEvent], SlipState] = {
    (_S.PREPARED, _E.APPROVE): _S.OWED,
    (_S.OWED, _E.CONTEST): _S.DISPUTED,
    (_S.DISPUTED, _E.WITHDRAW): _S.OWED,
    (_S.UNPROVEN, _E.FILE_PROOF): _S.UNCONFIRMED,
    (_S.UNPROVEN, _E.CONFIRM): _S.UNPROVEN_CONFIRMED,
    (_S.UNPROVEN_CONFIRMED, _E.FILE_PROOF): _S.PAID,
    (_S.UNCONFIRMED, _E.CONFIRM): _S.PAID,
    **{
        (state, event): after
        for state in (_S.OWED, _S.DISPUTED, *_CONTESTS.values())
        for event, after in _PAYMENTS.items()
    },
    **{(before, _E.CONTEST): after for before, after in _CONTESTS.items()},
    **{(after, _E.WITHDRAW): before for before, after in _CONTESTS.items()},
}

REOPENED = frozenset(_CONTESTS.values())
"""States in which money was paid and the whole debt is open again."""

CONTESTED = REOPENED | {_S.DISPUTED}
_CONFIRMED = frozenset({_S.PAID, _S.UNPROVEN_CONFIRMED})


def after(state: SlipState, event: SlipEvent) -> SlipState:
    """The state that an event leads to; raises the SlipRefused that says why it cannot happen."""
    reached = TRANSITIONS.get((state, event))
    if reached is None:
        raise _refusal(state, event)
    return reached


def _refusal(state: SlipState, event: SlipEvent) -> SlipRefused:
    if state is _S.PREPARED:
        return NotApproved()
    match event:
        case _E.PAY_WITH_PROOF | _E.PAY_WITHOUT_PROOF:
            return NothingOwed()
        case _E.CONFIRM if state in _CONFIRMED:
            return ConfirmedAlready()
        case _E.CONFIRM if state in REOPENED:
            return ContestedNow()
        case _E.CONFIRM:
            return NotPaidYet()
        case _E.CONTEST:
            return ContestedNow()
        case _E.WITHDRAW:
            return NotContested()
        case _E.FILE_PROOF:
            return NoProofDue()
    return SlipRefused()


def status(state: SlipState) -> str:
    """What the slip reads inside the cooperative: owed, paid_unconfirmed, paid or contested."""
    if state in CONTESTED:
        return "contested"
    return {_S.UNCONFIRMED: "paid_unconfirmed", _S.PAID: "paid"}.get(state, "owed")


def public_status(state: SlipState) -> str:
    """What receipts read: a contested wage is owed, and the case stays inside."""
    inside = status(state)
    return "owed" if inside == "contested" else inside
