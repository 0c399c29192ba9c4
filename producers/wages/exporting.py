"""`lumbung export payslips`: what a cooperative's members are paid, by member number and without names."""

from typing import Any

from sqlalchemy import Select, select

from marketplace.accounts.exporting import organisation_called
from marketplace.kernel.exports import by_bytes
from producers.cooperatives.models import Member
from producers.wages.models import Payslip


def payslips(slug: str) -> Select[Any]:
    """Every payslip: net = wages + own costs + top-ups − deductions, in the cooperative's currency."""
    organisation = organisation_called(slug)
    query = select(
        Payslip.number.label("number"),
        Member.number.label("member"),
        Payslip.state.label("state"),
        Payslip.prepared_at.label("prepared_at"),
        Payslip.due_on.label("due_on"),
        Payslip.wages_minor.label("wages_minor"),
        Payslip.own_costs_minor.label("own_costs_minor"),
        Payslip.top_ups_minor.label("top_ups_minor"),
        Payslip.deductions_minor.label("deductions_minor"),
        Payslip.net_minor.label("net_minor"),
    )
    query = query.join(Member, Member.id == Payslip.member_id).where(Payslip.organisation_id == organisation.id)
    return query.order_by(by_bytes(Payslip.id))
