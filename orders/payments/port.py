"""What we ask of a payment provider, whoever it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from flask import current_app
from flask_babel import lazy_gettext as _l

from marketplace.kernel.errors import Conflict, Unavailable
from marketplace.kernel.money import Money


class CardOff(Conflict):
    """No card provider is set up here."""

    code = "card_not_offered"
    message = _l("Paying by card is not possible here. Choose bank transfer.")


class ProviderDown(Unavailable):
    """The provider does not answer, or not in a way we understand."""

    code = "provider_unavailable"
    message = _l("The payment service does not answer. You have not been charged. Try again in a minute.")


@dataclass(frozen=True, slots=True)
class SessionWish:
    """A payment page to be opened: `intent_id` is our own row and the idempotency key."""

    intent_id: str
    order_number: str
    amount: Money
    email: str
    language: str
    ends_at: datetime
    success_url: str
    cancel_url: str


@dataclass(frozen=True, slots=True)
class Session:
    """An open payment page."""

    id: str
    url: str


@dataclass(frozen=True, slots=True)
class Paid:
    """What the provider says of a page that was paid: its payment and the sum."""

    payment_id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class SentBack:
    """Money on its way to the buyer; `is_done` once the provider has let go of it."""

    id: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class SessionSeen:
    """A payment page as the provider lists it: ours where `intent_id` names a row of ours."""

    id: str
    intent_id: str | None
    is_open: bool
    payment_id: str | None


@dataclass(frozen=True, slots=True)
class PaymentSeen:
    """A payment that succeeded, as the provider lists it; `fee` is None until it is booked.

    `amount` is None where the provider's units are no amount of ours.
    """

    id: str
    intent_id: str | None
    amount: Money | None
    fee: Money | None


@dataclass(frozen=True, slots=True)
class RefundSeen:
    """A refund as the provider lists it; `state` is pending, succeeded or failed."""

    id: str
    payment_id: str | None
    money_back_id: str | None
    amount: Money | None
    state: str


@dataclass(frozen=True, slots=True)
class DisputeSeen:
    """A payment that its buyer's bank took back or asks about, as the provider lists it; open, won or lost."""

    id: str
    payment_id: str | None
    amount: Money | None
    state: str
    answer_by: datetime | None


class PaymentPort(Protocol):
    """One provider of card payments. Every call may raise ProviderDown; every writing call may be repeated."""

    is_live: bool

    def open_session(self, wish: SessionWish) -> Session:
        """Open a payment page; the same intent gives the same page."""

    def close_session(self, session_id: str) -> Paid | None:
        """Close a page so that it can no longer be paid; what was paid on it before, else None."""

    def paid_on(self, session_id: str) -> Paid | None:
        """What was paid on a page, which stays as it is; None where nothing was."""

    def send_back(self, money_back_id: str, payment_id: str, amount: Money) -> SentBack:
        """Send a part of a payment back to the buyer; the same id sends it once."""

    def fee_of(self, payment_id: str, currency: str) -> Money | None:
        """The real fee of a payment in the charge currency; None while the provider does not know it."""

    def sent_back(self, money_back_id: str, payment_id: str) -> SentBack | None:
        """What the provider has already sent back of a payment for this row of ours, None where nothing."""

    def sessions_since(self, moment: datetime) -> Iterator[SessionSeen]:
        """Payment pages opened since, the newest first."""

    def payments_since(self, moment: datetime) -> Iterator[PaymentSeen]:
        """Payments that succeeded since, the newest first."""

    def refunds_since(self, moment: datetime) -> Iterator[RefundSeen]:
        """Refunds made since, the newest first."""

    def disputes_since(self, moment: datetime) -> Iterator[DisputeSeen]:
        """Disputes begun since, the newest first."""


def card_offered() -> bool:
    """Whether a buyer can pay by card here."""
    return current_app.extensions["payment_port"] is not None


def payment_port() -> PaymentPort:
    """The provider; raises CardOff where there is none."""
    port: PaymentPort | None = current_app.extensions["payment_port"]
    if port is None:
        raise CardOff
    return port
