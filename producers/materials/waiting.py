"""What this part says on the console's first page."""

from collections.abc import Iterator

from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.accounts.models import Organisation
from producers.cooperatives.today import Debt, Duty, FirstStep, Running
from producers.lots import browse
from producers.materials import lists


def duties(organisation: Organisation) -> Iterator[Duty]:
    """Payments that no receipt of the supplier proves yet."""
    count, since, purchase_id = lists.without_receipt(organisation.id)
    if purchase_id:
        what = ngettext("payment without the supplier's receipt", "payments without the supplier's receipt", count)
        yield Duty(count, what, _("File"), "materials.purchase", since, arguments={"purchase_id": purchase_id})


def debts(organisation: Organisation) -> Iterator[Debt]:
    """What suppliers still get."""
    for each in lists.unpaid(organisation.id):
        purchase = each.purchase
        yield Debt(
            to=purchase.supplier.name,
            what=f"{purchase.lot.name} {purchase.lot.number}",
            amount_minor=each.owed_minor,
            endpoint="materials.purchase",
            due=purchase.due_on,
            arguments={"purchase_id": purchase.id},
        )


def running(organisation: Organisation) -> Iterator[Running]:
    """Lots of which some is at members' homes."""
    for out in lists.lots_out(organisation.id):
        yield Running(
            number=out.lot.number,
            name=out.lot.name,
            hands=ngettext("%(num)s member", "%(num)s members", out.homes),
            given_out=out.issued,
            still_out=out.lot.held,
            unit=out.lot.unit,
            endpoint="materials.lot",
            arguments={"lot_id": out.lot.id},
        )


def first_steps(organisation: Organisation) -> Iterator[FirstStep]:
    """A receipt begins with what was bought."""
    yield FirstStep(
        order=30,
        is_done=browse.count_of(organisation.id) > 0,
        what=_("Record the first material"),
        why=_("Who sold it, where it comes from, what it cost. It becomes a lot that can be followed to the buyer."),
        verb=_("Record a purchase"),
        endpoint="materials.buy",
    )
