"""Reconciliation at its edge: look, compare, do what is safe, note the result. Commits after each cure."""

from datetime import datetime, timedelta

import structlog

from marketplace.config import RECONCILE_DAYS
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.errors import LumbungError
from orders.payments.models import Reconciliation
from orders.payments.port import card_offered, payment_port
from orders.payments.reconcile import Difference, differences, look

log = structlog.get_logger("reconcile")


def reconcile(since: datetime | None = None, *, cures: bool = True) -> Reconciliation:
    """Compare the provider's lists since a moment (RECONCILE_DAYS ago) with our books and note what differs.

    With `cures` a lost message is made good: a payment is taken, a page closed, a refund sent or its state noted, an
    estimated fee replaced. Each is harmless twice. Raises CardOff without a provider and ProviderDown where it is
    silent.
    """
    since = since or clock.now() - timedelta(days=RECONCILE_DAYS)
    db.session.rollback()  # nothing is held while the provider thinks
    seen = look(payment_port(), since)
    found = differences(seen)
    for difference in found if cures else ():
        _cure(difference)
    shown = [_shown(difference) for difference in found]
    noted = Reconciliation(
        at=clock.now(),
        since=since,
        compared=seen.counts,
        is_whole=seen.is_whole,
        differences=shown,
        open_count=sum(not difference.done for difference in found),
    )
    db.session.add(noted)
    db.session.commit()
    return noted


def reconcile_daily() -> None:
    """The nightly job; a house without cards has nothing to compare."""
    if not card_offered():
        return
    noted = reconcile()
    if noted.open_count:
        log.warning("reconciliation_open", differences=noted.open_count)


def _cure(difference: Difference) -> None:
    if difference.cure is None:
        return
    try:
        difference.cure()
        db.session.commit()
    except LumbungError as error:
        db.session.rollback()
        log.warning("not_cured", kind=difference.kind, subject=difference.subject, code=error.code)
    else:
        difference.done = difference.does


def _shown(difference: Difference) -> dict[str, str]:
    fields = {name: getattr(difference, name) for name in ("kind", "subject", "order", "here", "there", "done")}
    return {name: str(value) for name, value in fields.items()}
