"""Stripe behind the port: redirect Checkout only, so that no card number ever comes near us."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from marketplace.config import STRIPE_SECONDS_MAX, STRIPE_SESSION_MINUTES_MIN, WEB_THREADS
from marketplace.kernel.errors import Invalid
from marketplace.kernel.money import Money, exponent, fraction, round_half_away
from orders.payments.port import (
    DisputeSeen,
    Paid,
    PaymentSeen,
    ProviderDown,
    RefundSeen,
    SentBack,
    Session,
    SessionSeen,
    SessionWish,
)

# Stripe's own minor units (https://docs.stripe.com/currencies): no decimals, three of which the last is zero,
# or two. IDR has two there as in ISO 4217, though banks round to whole rupiah.
ZERO_DECIMAL = frozenset(
    "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF UGX VND VUV XAF XOF XPF".split()  # noqa: SIM905 - a list to read
)
THREE_DECIMAL = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
RETRIES_MAX = 1
PAGE_SIZE = 100
FAILED = frozenset({"failed", "canceled"})
# What a dispute's end means for the money; while it is open, or of a kind we do not know, it waits.
DISPUTE_ENDS = {"won": "won", "warning_closed": "won", "lost": "lost"}
BOOKED = "latest_charge.balance_transaction"
log = structlog.get_logger("stripe")


class NotPayable(Invalid):
    """The provider cannot charge this sum."""

    code = "amount_not_payable"


def provider_exponent(currency: str) -> int:
    """How many decimals Stripe's unit has."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def to_provider(amount: Money) -> int:
    """An amount in Stripe's units; refuses one that they cannot express."""
    units = amount.minor * fraction(10) ** (provider_exponent(amount.currency) - exponent(amount.currency))
    if units.denominator != 1 or (amount.currency in THREE_DECIMAL and units % 10):
        raise NotPayable
    return int(units)


def from_provider(units: int, currency: str) -> Money:
    """Stripe's units as our money; ValueError for what is no whole number of ours or no currency we know."""
    code = currency.upper()
    if type(units) is not int:
        raise ValueError("Units are a whole number.")
    try:
        minor = units * fraction(10) ** (exponent(code) - provider_exponent(code))
    except KeyError:
        raise ValueError(f"Unknown currency {code!r}.") from None
    if minor.denominator != 1:
        raise ValueError("Less than one minor unit.")
    return Money(int(minor), code)


def dispute_state(status: str) -> str:
    """Whether a dispute is open, won or lost, from Stripe's word for it."""
    return DISPUTE_ENDS.get(status, "open")


def moment_of(seconds: object) -> datetime | None:
    """A provider's moment; None where there is none, or one of no calendar."""
    if type(seconds) is not int:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None


class StripePort:
    """Calls to Stripe; each bears our own row's id as its idempotency key."""

    def __init__(self, api_key: str, api_base: str, *, seconds_max: float = STRIPE_SECONDS_MAX) -> None:
        self.is_live = api_key.startswith(("sk_live_", "rk_live_"))
        import stripe  # a shop without cards does without it

        from orders.payments.stripe_line import Line

        base = api_base.rstrip("/")
        self._api: Any = stripe.StripeClient(
            api_key,
            base_addresses={"api": base},
            max_network_retries=RETRIES_MAX,
            http_client=Line(base, seconds_max=seconds_max, connections=WEB_THREADS),
        ).v1

    def open_session(self, wish: SessionWish) -> Session:
        """Open a Checkout page over the whole order; the same intent gives the same page."""
        # Stripe refuses an end sooner than half an hour away; we close the page ourselves when the hold ends. Reckoned
        # from the hold and not from now: asked again after a lost answer, a key with other parameters is refused.
        ends_at = wish.ends_at + timedelta(minutes=STRIPE_SESSION_MINUTES_MIN + 1)
        item = {
            "quantity": 1,
            "price_data": {
                "currency": wish.amount.currency.lower(),
                "unit_amount": to_provider(wish.amount),
                "product_data": {"name": f"Lumbung {wish.order_number}"},
            },
        }
        params = {
            "mode": "payment",
            "client_reference_id": wish.intent_id,
            "customer_email": wish.email,
            "locale": wish.language,
            "expires_at": int(ends_at.timestamp()),
            "success_url": wish.success_url,
            "cancel_url": wish.cancel_url,
            "line_items": [item],
            "payment_method_types": ["card"],
            "payment_intent_data": {"metadata": {"intent": wish.intent_id}},
        }
        with _answered():
            session = self._api.checkout.sessions.create(params, {"idempotency_key": f"intent-{wish.intent_id}"})
        return Session(session.id, session.url)

    def close_session(self, session_id: str) -> Paid | None:
        """Expire a Checkout page; when it was paid meanwhile, what was paid."""
        import stripe

        with _answered():
            session = self._api.checkout.sessions.retrieve(session_id)
            if session.status == "open":
                try:
                    session = self._api.checkout.sessions.expire(session_id)
                except stripe.InvalidRequestError:
                    # It was paid or expired between the two calls.
                    session = self._api.checkout.sessions.retrieve(session_id)
        return _paid(session)

    def paid_on(self, session_id: str) -> Paid | None:
        """What was paid on a Checkout page."""
        with _answered():
            return _paid(self._api.checkout.sessions.retrieve(session_id))

    def send_back(self, money_back_id: str, payment_id: str, amount: Money) -> SentBack:
        """Refund a part of a payment; the same id refunds it once, for as long as Stripe keeps the key."""
        params = {
            "payment_intent": payment_id,
            "amount": to_provider(amount),
            "metadata": {"money_back": money_back_id},
        }
        with _answered():
            sent = self._api.refunds.create(params, {"idempotency_key": f"back-{money_back_id}"})
        return SentBack(sent.id, sent.status == "succeeded")

    def fee_of(self, payment_id: str, currency: str) -> Money | None:
        """The fee on the payment's balance transaction, brought back to the charge currency where Stripe converted."""
        with _answered():
            payment = self._api.payment_intents.retrieve(payment_id, {"expand": [BOOKED]})
        return _fee(payment, currency)

    def sent_back(self, money_back_id: str, payment_id: str) -> SentBack | None:
        """The refund of a payment that bears our row's id, None where there is none that stands."""
        for refund in self._listed(self._api.refunds, {"payment_intent": payment_id}):
            if _named(refund, "money_back") == money_back_id and refund.status not in FAILED:
                return SentBack(refund.id, refund.status == "succeeded")
        return None

    def sessions_since(self, moment: datetime) -> Iterator[SessionSeen]:
        """Checkout pages made since; Stripe lists them all, so reading stops at the first older one."""
        for session in self._listed(self._api.checkout.sessions, {}):
            if session.created < moment.timestamp():
                return
            paid_by = session.payment_intent if session.payment_status == "paid" else None
            yield SessionSeen(session.id, session.client_reference_id, session.status == "open", paid_by)

    def payments_since(self, moment: datetime) -> Iterator[PaymentSeen]:
        """Payment intents made since that succeeded."""
        asked = {"created": {"gte": int(moment.timestamp())}, "expand": [f"data.{BOOKED}"]}
        for payment in self._listed(self._api.payment_intents, asked):
            if payment.status == "succeeded":
                amount = _money(payment.amount, payment.currency)
                fee = _fee(payment, amount.currency) if amount else None
                yield PaymentSeen(payment.id, _named(payment, "intent"), amount, fee)

    def refunds_since(self, moment: datetime) -> Iterator[RefundSeen]:
        """Refunds made since."""
        for refund in self._listed(self._api.refunds, {"created": {"gte": int(moment.timestamp())}}):
            amount = _money(refund.amount, refund.currency)
            state = "failed" if refund.status in FAILED else refund.status
            yield RefundSeen(refund.id, refund.payment_intent, _named(refund, "money_back"), amount, state)

    def disputes_since(self, moment: datetime) -> Iterator[DisputeSeen]:
        """Disputes begun since."""
        for dispute in self._listed(self._api.disputes, {"created": {"gte": int(moment.timestamp())}}):
            answer_by = moment_of(getattr(dispute.evidence_details, "due_by", None))
            amount = _money(dispute.amount, dispute.currency)
            payment_id = getattr(dispute, "payment_intent", None)
            yield DisputeSeen(dispute.id, payment_id, amount, dispute_state(dispute.status), answer_by)

    def _listed(self, things: Any, asked: dict[str, Any]) -> Iterator[Any]:
        """Every object of a list, page by page."""
        with _answered():
            yield from things.list({"limit": PAGE_SIZE, **asked}).auto_paging_iter()


def _paid(session: Any) -> Paid | None:
    if session.status != "complete" or session.payment_status != "paid":
        return None
    return Paid(session.payment_intent, from_provider(session.amount_total, session.currency))


def _fee(payment: Any, currency: str) -> Money | None:
    """The fee booked for a payment, brought back to the charge currency where Stripe converted."""
    charge = payment.latest_charge
    booked = getattr(charge, "balance_transaction", None) if charge else None
    if booked is None or isinstance(booked, str):
        return None
    if booked.currency.upper() == currency:
        return from_provider(booked.fee, booked.currency)
    units = round_half_away(fraction(booked.fee) * payment.amount / booked.amount)
    return from_provider(units, currency)


def _named(thing: Any, name: str) -> str | None:
    """The id of ours that an object of Stripe's bears."""
    found = getattr(getattr(thing, "metadata", None), name, None)
    return found if isinstance(found, str) else None


def _money(units: int, currency: str) -> Money | None:
    try:
        return from_provider(units, currency)
    except ValueError:
        return None


@contextmanager
def _answered() -> Iterator[None]:
    import stripe

    try:
        yield
    except stripe.StripeError as error:
        log.warning("stripe_failed", kind=type(error).__name__, code=error.code, status=error.http_status)
        raise ProviderDown from error
