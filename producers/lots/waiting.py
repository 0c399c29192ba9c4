"""What this part says on the console's first page."""

from collections.abc import Iterator

from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.accounts.models import Organisation
from producers.cooperatives.today import Duty
from producers.lots import browse


def duties(organisation: Organisation) -> Iterator[Duty]:
    """Goods brought in whose cost nobody has entered yet."""
    count, since, lot_id = browse.without_cost(organisation.id)
    if lot_id:
        what = ngettext("lot brought in without its cost", "lots brought in without their cost", count)
        yield Duty(count, what, _("Enter it"), "lots.declare_cost", since, arguments={"lot_id": lot_id})
