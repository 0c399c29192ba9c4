"""What this part says on the console's first page."""

from collections.abc import Iterator

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select

from marketplace.accounts.console import may_open
from marketplace.accounts.models import Organisation
from marketplace.kernel.db import db
from producers.cooperatives.today import Debt, Duty
from producers.wages.browse import GROUPS
from producers.wages.models import Payslip
from producers.wages.states import REOPENED, SlipState


def duties(organisation: Organisation) -> Iterator[Duty]:
    """Contests to settle, slips to approve."""
    states = [SlipState.PREPARED.value, *GROUPS["contested"]]
    rows = db.session.execute(
        select(Payslip.state, func.count(Payslip.id), func.min(Payslip.due_on))
        .where(Payslip.organisation_id == organisation.id, Payslip.state.in_(states))
        .group_by(Payslip.state)
    ).all()
    verb = "" if may_open("wages.approve") else _("Look")  # an auditor answers and approves nothing
    contested = [row for row in rows if row[0] != SlipState.PREPARED.value]
    if contested:
        count = sum(row[1] for row in contested)
        what = ngettext("member contests her pay", "members contest their pay", count)
        since = min(row[2] for row in contested)
        yield Duty(count, what, verb or _("Answer"), "wages.index", since=since, arguments={"group": "contested"})
    for _state, count, since in (row for row in rows if row[0] == SlipState.PREPARED.value):
        what = ngettext("payslip waits for approval", "payslips wait for approval", count)
        yield Duty(count, what, verb or _("Approve"), "wages.index", since=since, arguments={"group": "approve"})


def debts(organisation: Organisation) -> Iterator[Debt]:
    """Wages owed on approved slips, by the day they are due; a contested one is owed anew."""
    owed = [SlipState.OWED.value, SlipState.DISPUTED.value, *(state.value for state in REOPENED)]
    rows = db.session.execute(
        select(Payslip.due_on, func.count(Payslip.id), func.sum(Payslip.net_minor))
        .where(Payslip.organisation_id == organisation.id, Payslip.state.in_(owed))
        .group_by(Payslip.due_on)
        .order_by(Payslip.due_on)
    )
    for due, count, amount in rows:
        to = ngettext("%(num)s member", "%(num)s members", count)
        yield Debt(to, _("Wages"), int(amount), "wages.index", due=due, arguments={"group": "all"})
