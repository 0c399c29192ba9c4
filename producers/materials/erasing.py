"""A supplier is not erased while she is owed money."""

from collections.abc import Iterator

from flask_babel import gettext as _

from marketplace.accounts.persons import Person


def refusals(person: Person) -> Iterator[str]:
    """Purchases that are not paid."""
    for purchase in person.of("material_purchase"):
        if sum(payment.amount_minor for payment in purchase.payments) < purchase.cost_minor:
            yield _("The purchase of %(day)s is not paid yet.", day=purchase.bought_on.isoformat())


def removals(person: Person) -> Iterator[str]:
    """Say what stays."""
    if person.of("material_purchase"):
        yield _("%(count)s purchases stay under the supplier's number.", count=len(person.of("material_purchase")))
