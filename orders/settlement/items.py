"""Notes what each fact changes in what a seller is owed, so that a payout knows the orders it covers."""

from collections.abc import Iterable

from marketplace.kernel import clock, ids
from marketplace.kernel.journal.recorder import insert_rows
from orders.checkout.posting import Due
from orders.settlement.models import SettlementItem


def note_dues(order_id: str, kind: str, cause_id: str, dues: Iterable[Due]) -> None:
    """One item a seller; amounts may be negative, and one of nothing is not noted."""
    rows = [
        {
            "id": ids.new_id(),
            "organisation_id": due.organisation.id,
            "order_id": order_id,
            "kind": kind,
            "cause_id": cause_id,
            "currency": due.origin.currency,
            "origin_minor": due.origin.minor,
            "charge_currency": due.charge.currency,
            "charge_minor": due.charge.minor,
            "noted_at": clock.now(),
        }
        for due in dues
        if due.origin or due.charge
    ]
    insert_rows(SettlementItem, rows)
