"""What this part says on the console's first page."""

from collections.abc import Iterator

from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.accounts.models import Organisation
from marketplace.kernel import clock
from producers.cooperatives.today import Duty, FirstStep
from producers.decisions import figures, lists


def duties(organisation: Organisation) -> Iterator[Duty]:
    """Figures that no decision gives, once the first decision stands."""
    standing = lists.standing_figures(organisation.id, clock.today(organisation.zone))
    missing = lists.missing_kinds(standing)
    if missing and standing:
        what = ngettext("figure without a decision", "figures without a decision", len(missing))
        names = ", ".join(figures.name_of(code) for code in missing)
        yield Duty(len(missing), what, _("Record"), "decisions.new", hint=names)


def first_steps(organisation: Organisation) -> Iterator[FirstStep]:
    """A price cites what the meeting decided."""
    yield FirstStep(
        order=20,
        is_done=lists.has_decisions(organisation.id),
        what=_("Record the first decisions"),
        why=_("Overhead, premium, reserve, rates, who bears a loss: every price and wage cites one."),
        verb=_("Record a decision"),
        endpoint="decisions.new",
    )
