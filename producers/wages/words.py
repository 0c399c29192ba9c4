"""What states, events and ways of payslips are called on a page; the codes are what is stored."""

from flask_babel import lazy_gettext as _l

from producers.wages.states import SlipEvent, SlipState

STATES = {
    SlipState.PREPARED: ("waiting", _l("Waits for approval")),
    SlipState.OWED: ("attention", _l("Approved, to be paid")),
    SlipState.UNPROVEN: ("attention", _l("Paid, proof missing")),
    SlipState.UNPROVEN_CONFIRMED: ("attention", _l("Confirmed, proof missing")),
    SlipState.UNCONFIRMED: ("attention", _l("Paid, not yet confirmed")),
    SlipState.PAID: ("good", _l("Paid and confirmed")),
    SlipState.DISPUTED: ("wrong", _l("Contested before payment")),
    SlipState.CONTESTED_UNPROVEN: ("wrong", _l("Contested")),
    SlipState.CONTESTED_UNPROVEN_CONFIRMED: ("wrong", _l("Contested")),
    SlipState.CONTESTED_UNCONFIRMED: ("wrong", _l("Contested")),
    SlipState.CONTESTED_PAID: ("wrong", _l("Contested")),
}
"""Where a slip stands: its sign and its words. Inside the cooperative only."""

EVENTS = {
    SlipEvent.APPROVE: _l("Approved"),
    SlipEvent.PAY_WITH_PROOF: _l("Paid, with proof"),
    SlipEvent.PAY_WITHOUT_PROOF: _l("Paid, without proof"),
    SlipEvent.FILE_PROOF: _l("Proof filed"),
    SlipEvent.CONFIRM: _l("Payment confirmed"),
    SlipEvent.CONTEST: _l("Payment contested"),
    SlipEvent.WITHDRAW: _l("Contest withdrawn"),
}
"""What happened to a slip."""

METHODS = {"cash": _l("Cash"), "bank": _l("Bank transfer"), "mobile": _l("Mobile money")}
"""How pay is handed over."""

WAYS = {
    "paper": _l("Signed or thumb print on paper"),
    "voice": _l("Said in person or by phone"),
    "phone_pin": _l("On a phone, with her own PIN"),
    "personal_link": _l("By her personal link"),
}
"""How a member gave her word on a payment; the first two are written down for her."""

TOLD = ("paper", "voice")
"""The ways that somebody else writes down."""

ITEMS = {"work": _l("Work"), "own_cost": _l("Own cost repaid"), "top_up": _l("Top-up to the minimum wage")}
"""What can stand on a slip."""

GROUPS = {
    "all": _l("All"),
    "approve": _l("To approve"),
    "pay": _l("To pay, or proof missing"),
    "confirm": _l("Waiting for confirmation"),
    "contested": _l("Contested"),
    "paid": _l("Paid and confirmed"),
}
"""What a list of payslips shows."""
