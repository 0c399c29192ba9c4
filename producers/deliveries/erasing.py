"""Nobody is erased while the money on a delivery slip is contested, or its pieces wait for the scales."""

from collections.abc import Iterator

from flask_babel import gettext as _

from marketplace.accounts.persons import Person


def refusals(person: Person) -> Iterator[str]:
    """Slips with something open."""
    for slip in person.of("delivery_slip"):
        if slip.void:
            continue
        if slip.money_state == "contested":
            yield _("The money on slip %(slip)s is contested.", slip=slip.name)
        elif slip.unused_minor:
            yield _("The money on slip %(slip)s is not counted into a payslip yet.", slip=slip.name)
        if slip.good + slip.to_repair and slip.step_id is None:
            yield _("The pieces on slip %(slip)s are not weighed yet.", slip=slip.name)


def removals(person: Person) -> Iterator[str]:
    """Say what stays."""
    if person.of("delivery_slip"):
        yield _("%(count)s delivery slips stay without a name.", count=len(person.of("delivery_slip")))
