"""Nobody is erased while she is owed pay; what was paid stays under her number, as bookkeeping law asks."""

from collections.abc import Iterator

from flask_babel import gettext as _

from marketplace.accounts.persons import Person
from producers.wages.states import SlipState


def refusals(person: Person) -> Iterator[str]:
    """Pay that is not paid, confirmed and uncontested, and work that stands on no payslip yet."""
    open_slips = [slip.number for slip in person.of("wage_payslip") if slip.state != SlipState.PAID]
    if open_slips:
        yield _("Payslips are not paid and confirmed yet, or contested: %(numbers)s.", numbers=", ".join(open_slips))
    on_slips = {item.record_id for item in person.of("wage_payslip_item")}
    records = [
        *(row for row in person.of("labour_work") if row.state != "discarded" and row.amount_minor),
        *(row for row in person.of("labour_own_cost") if row.state != "discarded" and row.is_reimbursed),
        *person.of("wage_top_up"),
    ]
    waiting = sum(1 for row in records if row.id not in on_slips)
    if waiting:
        yield _("%(count)s records of work or costs stand on no payslip yet.", count=waiting)


def removals(person: Person) -> Iterator[str]:
    """Say what stays."""
    count = sum(len(person.of(table)) for table in ("labour_work", "wage_payslip", "wage_payment"))
    if count:
        numbers = ", ".join(sorted(member.number for member in person.of("coop_member")))
        yield _("%(count)s records of work and pay stay under the number %(numbers)s without a name: "
                "bookkeeping law asks for ten years.", count=count, numbers=numbers)  # fmt: skip
